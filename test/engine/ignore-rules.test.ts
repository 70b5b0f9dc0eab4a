import { describe, expect, test } from 'vitest'
import { newProject, type Project } from './command-runner.ts'
import { asOther } from './other-hands.ts'

const A = '/api/v1/namespaces/default/configmaps/a'

function design(lifecycle: string, data = 'a: "1", b: "1"', more = ''): string {
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
${more}
resources:
  a:
    conflict: force
    lifecycle: {${lifecycle}}
    manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {${data}}}
`
}

async function applied(text: string): Promise<Project> {
  const project = await newProject({ 'shop.yaml': text })
  expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 0 })
  return project
}

const changes = async (project: Project) => (await project.meshform('plan', '--detailed-exitcode')).code === 2

/** Each way of saying the same: what the scaler writes is the scaler's. */
const BY_MANAGER: readonly (readonly [string, string, string])[] = [
  ['in the component', 'ignoreChanges: [{managers: [scaler]}]', ''],
  ['for the kind', '', 'rules: {ignore: [{kinds: [ConfigMap], managers: [scaler], reason: it scales}]}'],
  ['by an expression', `ignoreChanges: [{where: "'scaler' in field.managers"}]`, ''],
]

describe.each(BY_MANAGER)('fields of another manager, %s', (_name, lifecycle, more) => {
  test('are neither drift nor change, and stay when the rest is applied', async () => {
    const project = await applied(design(lifecycle, undefined, more))
    await asOther(project, 'PATCH', A, { data: { a: '9' } }, 'scaler')
    expect(await changes(project)).toBe(false)
    expect((await project.meshform('plan', '--refresh-only')).out).not.toContain('data.a')
    await project.write('shop.yaml', design(lifecycle, 'a: "2", b: "2"', more))
    const plan = await project.meshform('plan')
    expect(plan.out).toContain('data.b')
    expect(plan.out).not.toContain('data.a')
    expect((await project.meshform('apply', '--yes')).code).toBe(0)
    expect(await asOther(project, 'GET', A)).toMatchObject({ data: { a: '9', b: '2' } })
    expect(await changes(project)).toBe(false)
  })

  test('are mended when somebody else wrote them', async () => {
    const project = await applied(design(lifecycle, undefined, more))
    await asOther(project, 'PATCH', A, { data: { a: '9' } }, 'kubectl-edit')
    expect(await changes(project)).toBe(true)
  })

  test('make no saved plan stale, while a field of the design does', async () => {
    const project = await applied(design(lifecycle, undefined, more))
    await project.write('shop.yaml', design(lifecycle, 'a: "1", b: "2"', more))
    await project.meshform('plan', '--out', 'first.json')
    await project.meshform('plan', '--out', 'second.json')
    await asOther(project, 'PATCH', A, { data: { b: '7' } }, 'kubectl-edit')
    expect((await project.meshform('apply', 'first.json')).err).toContain('MF4007')
    await asOther(project, 'PATCH', A, { data: { b: '1' } }, 'kubectl-edit')
    await project.meshform('apply', '--yes')
    await project.write('shop.yaml', design(lifecycle, 'a: "1", b: "3"', more))
    await project.meshform('plan', '--out', 'third.json')
    await asOther(project, 'PATCH', A, { data: { a: '9' } }, 'scaler')
    expect(await project.meshform('apply', 'third.json')).toMatchObject({ code: 0 })
    expect(await asOther(project, 'GET', A)).toMatchObject({ data: { a: '9', b: '3' } })
  })
})

describe('fields by an expression', () => {
  test.each([
    ['the name', `{where: "field.name == 'a'"}`],
    ['the value', `{where: "field.value.startsWith('9')"}`],
    ['path and value together', `{paths: ['data.*'], where: "object.metadata.name == 'a' && field.value > '5'"}`],
  ])('%s', async (_name, rule) => {
    const project = await applied(design(`ignoreChanges: [${rule}]`))
    await asOther(project, 'PATCH', A, { data: { a: '9' } })
    expect(await changes(project)).toBe(false)
    await asOther(project, 'PATCH', A, { data: { b: '3' } })
    expect(await changes(project)).toBe(true)
  })
})

test('an item of a list that is named by its key stays another’s, whatever its place', async () => {
  const web = (image: string, rule: string) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  web:
    wait: false
    lifecycle: {ignoreChanges: [${rule}]}
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: side, image: "side:1"}, {name: web, image: "${image}"}]}
`
  for (const rule of ['"spec.template.spec.containers[name=web].image"', '{managers: [image-updater]}']) {
    const project = await applied(web('web:1', rule))
    const path = '/apis/apps/v1/namespaces/default/deployments/web'
    const containers = [
      { name: 'side', image: 'side:1' },
      { name: 'web', image: 'web:9' },
    ]
    await asOther(project, 'PATCH', path, { spec: { template: { spec: { containers } } } }, 'image-updater')
    expect(await changes(project)).toBe(false)
    // A change that is asked of the server meets the other's ownership.
    await project.write('shop.yaml', web('web:2', rule).replace('replicas: 1', 'replicas: 2'))
    expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 0 })
    expect(await asOther(project, 'GET', path)).toMatchObject({
      spec: { replicas: 2, template: { spec: { containers: [{ image: 'side:1' }, { image: 'web:9' }] } } },
    })
  }
})

test('rules that can not be read are refused where they stand, and explain tells those that hold', async () => {
  const wrong = `ignoreChanges: ["data..a", {}, {where: "field.nmae =="}, {where: "feild.name == 'a'"}]`
  const project = await newProject({
    'shop.yaml': design(wrong, undefined, 'rules: {ignore: [{kinds: [ConfigMap]}], health: [{kinds: [ConfigMap]}]}'),
  })
  expect((await project.meshform('plan', '--offline')).err).toMatchSnapshot()
  await project.write(
    'shop.yaml',
    design(
      `ignoreChanges: [data.a, {managers: [scaler], where: "field.value > '5'"}]`,
      undefined,
      `rules: {ignore: [{kinds: [ConfigMap], paths: [data.b], reason: somebody's}], health: [{kinds: ['*'], healthy: "has(object.data.a)"}]}`,
    ),
  )
  expect((await project.meshform('explain', 'resources.a')).out).toMatchInlineSnapshot(`
    "resources.a

    ConfigMap default/a  shop.yaml:9:15
      leaves to others: data.b (somebody's)
      leaves to others: data.a (lifecycle.ignoreChanges)
      leaves to others: all fields while scaler owns them where field.value > '5' (lifecycle.ignoreChanges)
      is healthy when has(object.data.a)
    "
  `)
})

test('the rules of a pattern hold for its components, and for no others', async () => {
  const inner = design(
    '',
    'a: "1"',
    'inputs: {field: {type: string}}\nrules: {ignore: [{kinds: [ConfigMap], paths: ["${inputs.field}"]}]}',
  )
  const outer = design('', 'b: "1"', 'patterns: {p: {source: ./pattern.yaml, inputs: {field: data.a}}}').replaceAll(
    'name: a,',
    'name: b,',
  )
  const project = await newProject({ 'shop.yaml': outer, 'pattern.yaml': inner })
  const told = async (address: string) => (await project.meshform('explain', address, '-f', 'shop.yaml')).out
  expect(await told('patterns.p.resources.a')).toContain('leaves to others: data.a (said by the design)')
  expect(await told('resources.a')).not.toContain('leaves to others')
})

const WEB = (
  replicas: number,
  ignored: string,
  container = '{name: web, image: "web:1"}',
  name = 'web',
) => `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
resources:
  ${name}:
    wait: false
    lifecycle: {ignoreChanges: ${ignored}}
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default, labels: {tier: "${replicas}"}}
      spec:
        replicas: ${replicas}
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [${container}]}
`

const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/web'

describe.each(['all', '[all]'])('ignoreChanges: %s', (ignored) => {
  test('an object is made and deleted, and never changed', async () => {
    const project = await applied(WEB(1, ignored))
    await asOther(project, 'PATCH', DEPLOYMENT, { spec: { replicas: 7 } }, 'kubectl-edit')
    expect(await changes(project)).toBe(false)
    await project.write('shop.yaml', WEB(3, ignored, '{name: web, image: "web:2"}, {name: side, image: "side:1"}'))
    expect(await changes(project)).toBe(false)
    expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 0 })
    const live = await asOther(project, 'GET', DEPLOYMENT)
    expect(live).toMatchObject({
      metadata: { labels: { tier: '1' } },
      spec: { replicas: 7, template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } },
    })
    await project.write('shop.yaml', WEB(3, ignored, undefined, 'renamed'))
    expect((await project.meshform('apply', '--yes')).out).toContain('moved from resources.web')
    expect(await asOther(project, 'GET', DEPLOYMENT)).toMatchObject({
      spec: { replicas: 7 },
      metadata: { labels: { tier: '1' } },
    })
    expect((await project.meshform('destroy', '--yes')).out).toContain('1 deleted')
  })
})

test('an ignored field stays when the design does not say it any more', async () => {
  const project = await applied(design('ignoreChanges: [data.b]'))
  await project.write('shop.yaml', design('ignoreChanges: [data.b]', 'a: "2"'))
  expect(await project.meshform('apply', '--yes')).toMatchObject({ code: 0 })
  expect(await asOther(project, 'GET', A)).toMatchObject({ data: { a: '2', b: '1' } })
  expect(await changes(project)).toBe(false)
})

test('an ignored path that leads nowhere is warned of, once objects have been seen', async () => {
  const project = await newProject({
    'shop.yaml': design('ignoreChanges: [data.bb, {paths: [metadata.annotations.team, data.b, dtaa]}]'),
  })
  expect((await project.meshform('plan', '--offline')).err).not.toContain('MF2035')
  const first = (await project.meshform('plan')).err
  expect(first).toContain('ignoreChanges names data.bb, and the object has no such field [MF2035]')
  await project.meshform('apply', '--yes')
  const { err } = await project.meshform('plan')
  expect(err).toBe(first)
  expect(err).toMatchInlineSnapshot(`
    "warning ignoreChanges names data.bb, and the object has no such field [MF2035]
    │ shop.yaml:8:33  resources.a
    │ 8 │     lifecycle: {ignoreChanges: [data.bb, {paths: [metadata.annotations.team, data.b, dtaa]}]}
    │   │                                 ^
    │ → Did you mean data.b?

    warning ignoreChanges names dtaa, and the object has no such field [MF2035]
    │ shop.yaml:8:86  resources.a
    │ 8 │     lifecycle: {ignoreChanges: [data.bb, {paths: [metadata.annotations.team, data.b, dtaa]}]}
    │   │                                                                                      ^
    │ → Did you mean data?

    "
  `)
  expect(err.match(/MF2035/g)).toHaveLength(2)
  await project.write('shop.yaml', WEB(1, '[spec.strategy, spec.replica]'))
  await project.meshform('apply', '--yes')
  expect((await project.meshform('plan')).err.match(/MF2035/g)).toHaveLength(1)
})
