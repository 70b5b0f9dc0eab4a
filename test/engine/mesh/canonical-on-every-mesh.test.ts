import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { columnsOf, type MeshColumn } from '../../../src/cli/meshes/mesh-column.ts'
import type { CapabilityTable, Feature } from '../../../src/providers/features.ts'
import { meshProviders } from '../../../src/providers/registry.ts'
import { definitionsOf as definitionFiles } from '../../providers/conformance/definition-files.ts'
import { makeWorkspace, type Workspace } from './run-command.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The definitions that a mesh is tried with, as its conformance suite names them; none where its objects are not of Kubernetes. */
function definitionsOf({ name }: MeshColumn): readonly string[] {
  const suite = path(`../../providers/conformance/${name.replace(' ', '-')}.test.ts`)
  if (!existsSync(suite)) return []
  const list = /definitions: \[([^\]]*)\]/.exec(readFileSync(suite, 'utf8'))?.[1] ?? ''
  return [...list.matchAll(/'([^']+)'/g)].flatMap((match) => match[1] ?? [])
}

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

function can(table: CapabilityTable, feature: Feature): boolean {
  return table[feature].level !== 'no'
}

const COLUMNS = [...meshProviders.values()].flatMap(columnsOf).filter((column) => definitionsOf(column).length > 0)

describe('the canonical pattern, applied to the sandbox with the definitions of each mesh', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  test.each(COLUMNS.map((column) => [column.name, column] as const))('%s', async (_name, column) => {
    for (const { id, read } of definitionFiles(definitionsOf(column)).values()) {
      await workspace.write(`crds/${id.replace('/', '-')}.yaml`, JSON.stringify(read()))
    }
    await workspace.write('design.yaml', canonicalDesign(column))
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const again = await workspace.meshform('plan', '--detailed-exitcode')
    expect(again.exitCode, again.stdout).toBe(0)
    const destroyed = await workspace.meshform('destroy', '--yes')
    expect(destroyed.exitCode, destroyed.stderr).toBe(0)
  })
})
