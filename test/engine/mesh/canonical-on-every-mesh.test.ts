import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MeshColumn } from '../../../src/cli/meshes/mesh-column.ts'
import type { Feature } from '../../../src/providers/features.ts'
import { can, DEFINED_COLUMNS, writeDefinitions } from './defined-columns.ts'
import { makeWorkspace, type Workspace } from './run-command.ts'

/** The canonical pattern with what the mesh can do of it. */
function canonicalDesign({ provider, mode, table }: MeshColumn): string {
  const line = (feature: Feature, text: string) => (can(table, feature) ? [text] : [])
  const route = [
    ...line('traffic.split', 'to: {v1: 90, v2: 10}'),
    ...line('traffic.timeout', 'timeout: 2s'),
    ...line('traffic.retries', 'retries: {attempts: 3, on: [5xx]}'),
  ]
  const workload = (more: string) =>
    `{mesh: mesh, namespace: shop, image: example.invalid/app:1, ports: [{name: http, port: 8080}], dependsOn: [resources.definitions]${more}}`
  const policy = 'timeouts: {apply: 8s, delete: 8s}'
  return [
    'apiVersion: meshform.dev/v1',
    'kind: Design',
    'metadata: {name: shop}',
    'meshes:',
    `  mesh: {provider: ${provider.name}${mode === undefined ? '' : `, mode: ${mode}`}${can(table, 'mtls.strict') ? ', mtls: strict' : ''}, dependsOn: [resources.definitions], ${policy}}`,
    'resources:',
    '  definitions: {manifests: ["./crds/**/*.yaml"]}',
    'workloads:',
    `  frontend: ${workload('')}`,
    `  backend: ${workload(', versions: {v1: {}, v2: {}}')}`,
    ...(route.length === 0 ? [] : ['traffic:', `  backend: {workload: backend, ${policy}, routes: [{${route.join(', ')}}]}`]),
    ...(can(table, 'authorization.allow') && can(table, 'authorization.denyByDefault')
      ? ['authorization:', `  backend: {workload: backend, ${policy}, allow: [{from: [workloads.frontend]}]}`]
      : []),
    '',
  ].join('\n')
}

describe('the canonical pattern, applied to the sandbox with the definitions of each mesh', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  test.each(DEFINED_COLUMNS.map((column) => [column.name, column] as const))('%s', async (_name, column) => {
    await writeDefinitions(workspace, column)
    await workspace.write('design.yaml', canonicalDesign(column))
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const again = await workspace.meshform('plan', '--detailed-exitcode')
    expect(again.exitCode, again.stdout).toBe(0)
    const destroyed = await workspace.meshform('destroy', '--yes')
    expect(destroyed.exitCode, destroyed.stderr).toBe(0)
  })
})
