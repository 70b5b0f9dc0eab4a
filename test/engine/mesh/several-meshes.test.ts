import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFINED_COLUMNS, writeDefinitions } from './defined-columns.ts'
import { makeWorkspace, type Workspace } from './run-command.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/crds/', import.meta.url))

const ROUTES = `routes: [{to: {v1: 90, v2: 10}, timeout: 2s}]`
const WORKLOAD = (mesh: string, namespace: string) =>
  `{mesh: ${mesh}, namespace: ${namespace}, image: example.invalid/backend:1, ports: [{name: http, port: 8080}], versions: {v1: {}, v2: {}}}`

const HEAD = `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
`

const ONE_MESH = (provider: string) => `${HEAD}meshes:
  mesh: {provider: ${provider}}
resources:
  definitions: {manifests: [./crds/**/*.yaml]}
workloads:
  backend: ${WORKLOAD('mesh', 'shop')}
traffic:
  backend: {workload: backend, dependsOn: [resources.definitions], ${ROUTES}}
`

describe('several meshes and clusters', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  const definitions = async (...folders: readonly string[]) => {
    for (const folder of folders) await cp(join(FIXTURES, folder), join(workspace.directory, 'crds', folder), { recursive: true })
  }

  test('two meshes side by side on one cluster, workloads on each', async () => {
    await definitions('istio', 'consul')
    await workspace.write(
      'design.yaml',
      `${HEAD}meshes:
  one: {provider: istio}
  two: {provider: consul}
resources:
  definitions: {manifests: [./crds/**/*.yaml]}
workloads:
  left: ${WORKLOAD('one', 'left')}
  right: ${WORKLOAD('two', 'right')}
traffic:
  left: {workload: left, dependsOn: [resources.definitions], ${ROUTES}}
  right: {workload: right, dependsOn: [resources.definitions], ${ROUTES}}
`,
    )
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    expect(applied.stderr).toContain('VirtualService left/left  created')
    expect(applied.stderr).toContain('ServiceSplitter right/right  created')
    const again = await workspace.meshform('plan', '--detailed-exitcode')
    expect(again.exitCode, again.stdout).toBe(0)
  })

  test('moving to another mesh is one line, and the plan shows what is replaced', async () => {
    await definitions('istio', 'consul')
    await workspace.write('design.yaml', ONE_MESH('istio'))
    expect((await workspace.meshform('apply', '--yes')).exitCode).toBe(0)
    await workspace.write('design.yaml', ONE_MESH('consul'))
    const planned = await workspace.meshform('plan')
    expect(planned.exitCode, planned.stderr).toBe(0)
    expect(planned.stdout).toContain('- VirtualService shop/backend')
    expect(planned.stdout).toContain('- DestinationRule shop/backend')
    expect(planned.stdout).toContain('+ ServiceSplitter shop/backend')
    expect(planned.stdout).toContain('+ ServiceResolver shop/backend')
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    // What carries the traffic now is there before what carried it goes.
    expect(applied.stderr.indexOf('ServiceSplitter shop/backend  created')).toBeLessThan(
      applied.stderr.indexOf('VirtualService shop/backend  deleted'),
    )
  })

  test('from one mesh to the next, all the way round: nothing of the old one stays, and nothing is left in the end', async () => {
    // The meshes that speak older versions of SMI would want other definitions.
    const columns = DEFINED_COLUMNS.filter(({ name }) => !['gateway-api', 'traefik', 'nginx', 'smi'].includes(name))
    for (const column of columns) await writeDefinitions(workspace, column)
    await workspace.write(
      'definitions.yaml',
      `${HEAD.replace('shop', 'definitions')}resources:\n  all: {manifests: [./crds/**/*.yaml]}\n`,
    )
    expect((await workspace.meshform('apply', '--yes', '-f', 'definitions.yaml')).exitCode).toBe(0)
    for (const { provider, mode } of columns) {
      const split = 'routes: [{to: {v1: 90, v2: 10}}]'
      const mesh = `{provider: ${provider.name}${mode === undefined ? '' : `, mode: ${mode}`}}`
      await workspace.write(
        'design.yaml',
        `${HEAD}meshes:\n  mesh: ${mesh}\nworkloads:\n  backend: ${WORKLOAD('mesh', 'shop')}\ntraffic:\n  backend: {workload: backend, ${split}}\n`,
      )
      const applied = await workspace.meshform('apply', '--yes', '-f', 'design.yaml')
      expect(applied.exitCode, `${mesh} ${applied.stderr}`).toBe(0)
      const kinds = [...applied.stdout.matchAll(/^ {2}- (\w+) /gm)].map(([, kind]) => kind)
      expect(kinds, mesh).not.toContain('Deployment')
    }
    expect((await workspace.meshform('plan', '--detailed-exitcode', '-f', 'design.yaml')).exitCode).toBe(0)
    expect((await workspace.meshform('destroy', '--yes', '-f', 'design.yaml')).exitCode).toBe(0)
    expect((await workspace.meshform('state', 'list', '-f', 'design.yaml')).stdout).toBe('')
  })

  const TWO_CLUSTERS = (west: string) => `${HEAD}clusters:
  east: {sandbox: true}
  west: ${west}
meshes:
  eastern: {provider: istio, cluster: east, install: {manifests: [./crds/istio/*.yaml]}}
  western: {provider: istio, cluster: west, install: {manifests: [./crds/istio/*.yaml]}}
workloads:
  left: ${WORKLOAD('eastern', 'shop')}
  right: ${WORKLOAD('western', 'shop')}
traffic:
  left: {workload: left, ${ROUTES}}
  right: {workload: right, ${ROUTES}}
`

  test('the same mesh on two clusters, each told apart in the summary', async () => {
    await definitions('istio')
    await workspace.write('design.yaml', TWO_CLUSTERS('{sandbox: true}'))
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    // Objects of the same name are told apart by their cluster.
    for (const cluster of ['east', 'west']) expect(applied.stdout).toContain(`+ Namespace shop on ${cluster}`)
    expect(applied.stdout).toMatch(/\n {2}east {2}\d+ created\n {2}west {2}\d+ created/)
    expect((await workspace.meshform('plan', '--detailed-exitcode')).exitCode).toBe(0)
  })

  test('a cluster that is down stops no other', async () => {
    await definitions('istio')
    await workspace.write('design.yaml', TWO_CLUSTERS('{context: nowhere, kubeconfig: ./nowhere.yaml}'))
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode).toBe(1)
    expect(applied.stderr).toContain('VirtualService shop/left  created')
    expect(applied.stderr.match(/MF4001/g)).toHaveLength(1)
    expect(applied.stdout).toMatch(/\n {2}east {2}\d+ to create\n {2}west {2}not reached, \d+ to create\n/)
    expect(applied.stdout).toMatch(/\n {2}east {2}\d+ created\n {2}west {2}not reached, \d+ skipped/)
    // Nothing is recorded on it, and it is told of all the same.
    const going = await workspace.meshform('plan', '--destroy')
    expect(going.exitCode, going.stderr).toBe(0)
    expect(going.stderr).toContain('Nothing is recorded on it')
    await workspace.write('design.yaml', TWO_CLUSTERS('{sandbox: true}'))
    const mended = await workspace.meshform('apply', '--yes')
    expect(mended.exitCode, mended.stderr).toBe(0)
    expect(mended.stderr).not.toContain('VirtualService shop/left')
    expect(mended.stderr).toContain('VirtualService shop/right  created')
  })
})
