import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Project } from './project.ts'

const MANY = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: many}
inputs: {count: {type: integer, default: 2000}}
resources:
  namespace: {manifest: {apiVersion: v1, kind: Namespace, metadata: {name: many}}}
  map:
    forEach: "\${range(inputs.count)}"
    dependsOn: [resources.namespace]
    manifest:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "map-\${each.key}", namespace: many}
      data: {value: "number \${each.value}"}
`

let project: Project
beforeAll(() => {
  project = new Project({ 'design.yaml': MANY })
})
afterAll(() => project.dispose())

describe.sequential('2,000 ConfigMaps', () => {
  test('an apply that is killed halfway is finished by the next one, and nothing is left over', async () => {
    for (const delay of [500, 800, 1100]) {
      const child = project.start(['apply', '--yes'])
      const ended = new Promise((done) => child.once('close', done))
      await sleep(delay)
      child.kill('SIGKILL')
      await ended
    }
    const { code, stdout } = await project.run(['apply', '--yes'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/complete|No changes/)
  })

  test('then there is nothing to do', async () => {
    const { code, stdout } = await project.run(['plan', '--detailed-exitcode'])
    expect(stdout).toBe('No changes. 2,001 objects as designed.\n')
    expect(code).toBe(0)
  })

  test('half of them go when the design has half of them', async () => {
    const { code, stdout } = await project.run(['apply', '--yes', '--input', 'count=1000'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/1000 deleted, 1001 unchanged/)
  })

  test('destroy leaves nothing behind', async () => {
    const { code, stdout } = await project.run(['destroy', '--yes'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/1001 deleted/)
  })
})
