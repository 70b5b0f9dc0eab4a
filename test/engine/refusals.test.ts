import { describe, expect, test } from 'vitest'
import { newProject } from './command-runner.ts'
import { asOther } from './other-hands.ts'

function design(resources: string): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ns: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}}
${resources}
`
}

function map(name: string, more = '', rest = 'data: {a: "1"}', object = name): string {
  return `  ${name}: {${more}manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${object}, namespace: shop}, ${rest}}}`
}

describe('a plan is refused when', () => {
  test.each([
    ['two components make one object', `${map('a')}\n${map('b', '', 'data: {}', 'a')}`],
    ['components wait for each other', `${map('a', 'dependsOn: [resources.b], ')}\n${map('b', 'dependsOn: [resources.a], ')}`],
    ['a precondition can not be evaluated', map('a', 'lifecycle: {preconditions: [{condition: "[1][4] > 1", message: x}]}, ')],
  ])('%s', async (_why, resources) => {
    const { meshform } = await newProject({ 'shop.yaml': design(resources) })
    const { code, err } = await meshform('plan')
    expect(code).toBe(1)
    expect(err).toMatchSnapshot()
  })

  test('an object is there, nobody owns it, and adoption is refused', async () => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    await project.meshform('apply', '--yes')
    const path = '/api/v1/namespaces/shop/configmaps/a'
    await project.meshform('state', 'rm', 'resources.a')
    await asOther(project, 'PATCH', path, { metadata: { labels: { 'meshform.dev/design': null } } })
    await project.write('shop.yaml', design(map('a', 'adoption: refuse, ')))
    expect(await project.meshform('plan')).toMatchSnapshot()
    await project.write('shop.yaml', design(map('a', 'adoption: adopt, conflict: force, ')))
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
  })

  test('a field that can not be changed in place replaces the object, unless it is protected', async () => {
    const fixed = (value: string, more = '') => design(map('a', more, `immutable: true, data: {a: "${value}"}`))
    const project = await newProject({ 'shop.yaml': fixed('1') })
    await project.meshform('apply', '--yes')
    await project.write('shop.yaml', fixed('2', 'lifecycle: {protect: true}, '))
    expect(await project.meshform('plan')).toMatchSnapshot()
    await project.write('shop.yaml', fixed('2', 'lifecycle: {createBeforeDestroy: true}, '))
    expect(await project.meshform('plan')).toMatchSnapshot()
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
    expect((await project.meshform('plan', '--detailed-exitcode')).code).toBe(0)
  })

  test('a cluster can not be reached', async () => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    expect(await project.meshform('plan', '--context', 'nowhere', '--kubeconfig', 'none.yaml')).toMatchSnapshot()
  })

  test('nobody is there to say yes', async () => {
    const project = await newProject({ 'shop.yaml': design(map('a')) })
    const { code, err } = await project.meshform('apply')
    expect(code).toBe(1)
    expect(err).toMatchSnapshot()
    expect((await project.meshform('state', 'list')).err).toContain('Nothing is recorded')
  })
})
