import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorkspace, type Workspace } from './run-command.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/crds/', import.meta.url))
const WHOLE = 'timeout: 2s, retries: {attempts: 3, on: [5xx]}'

/** What each mesh takes of the canonical pattern, with the definitions it needs. */
const MESHES = [
  { provider: 'consul', definitions: 'consul', mesh: 'mtls: strict', route: WHOLE, allow: true },
  { provider: 'smi', definitions: 'smi', mesh: '', route: '', allow: true },
  { provider: 'osm', definitions: 'osm', mesh: 'mtls: strict', route: 'retries: {attempts: 3, perTry: 2s}', allow: true },
  { provider: 'nginx', definitions: 'nginx-sm', mesh: 'mtls: strict', route: '', allow: true },
  { provider: 'app-mesh', definitions: 'app-mesh', mesh: 'mtls: strict', route: WHOLE, allow: true },
  { provider: 'nsm', definitions: 'nsm', mesh: '', route: 'match: [{from: [workloads.frontend]}]', allow: false },
  { provider: 'citrix-cpx', definitions: 'istio', mesh: 'mtls: strict', route: '', allow: false },
  { provider: 'tanzu', definitions: 'istio', mesh: 'mtls: strict', route: WHOLE, allow: true },
] as const

function design({ provider, mesh, route, allow }: (typeof MESHES)[number]): string {
  const after = 'dependsOn: [resources.definitions]'
  const workload = (name: string, more: string) =>
    `  ${name}: {mesh: mesh, namespace: shop, image: example.invalid/${name}:1, ports: [{name: http, port: 8080}]${more}, ${after}}`
  return `apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
meshes:
  mesh: {provider: ${provider}, ${mesh === '' ? '' : `${mesh}, `}${after}}
resources:
  definitions: {manifests: [./crds/*.yaml]}
workloads:
${workload('frontend', '')}
${workload('backend', ', versions: {v1: {}, v2: {}}')}
traffic:
  backend: {workload: backend, ${after}, routes: [{name: canary, to: {v1: 90, v2: 10}${route === '' ? '' : `, ${route}`}}]}
${allow ? `authorization:\n  callers: {workload: backend, ${after}, allow: [{from: [workloads.frontend]}]}\n` : ''}`
}

describe('the canonical pattern, definitions and all, on the sandbox', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  test.each(MESHES)('$provider', { timeout: 60_000 }, async (mesh) => {
    await cp(join(FIXTURES, mesh.definitions), join(workspace.directory, 'crds'), { recursive: true })
    await workspace.write('design.yaml', design(mesh))
    const applied = await workspace.meshform('apply', '-f', 'design.yaml', '--yes')
    expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0)
    const planned = await workspace.meshform('plan', '-f', 'design.yaml', '--detailed-exitcode')
    expect(planned.exitCode, planned.stdout).toBe(0)
    const destroyed = await workspace.meshform('destroy', '-f', 'design.yaml', '--yes')
    expect(destroyed.exitCode, destroyed.stdout + destroyed.stderr).toBe(0)
  })
})
