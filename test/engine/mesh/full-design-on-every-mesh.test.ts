import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MeshColumn } from '../../../src/cli/meshes/mesh-column.ts'
import type { Feature } from '../../../src/providers/features.ts'
import { can, DEFINED_COLUMNS, writeDefinitions } from './defined-columns.ts'
import { makeWorkspace, type Workspace } from './run-command.ts'

/** No apply may wait for what only a running control plane writes: it would end with this limit. */
const LIMITS = { timeouts: { apply: '8s', delete: '8s' } }

/** A design of all sections, with what the mesh can do of it. */
function fullDesign({ provider, mode, table }: MeshColumn): object {
  const where = <T extends object>(features: readonly Feature[], part: T): Partial<T> =>
    features.every((feature) => can(table, feature)) ? part : {}
  const workload = {
    mesh: 'mesh',
    namespace: 'shop',
    image: 'example.invalid/app:1',
    ports: [{ name: 'http', port: 8080 }],
    dependsOn: ['resources.definitions'],
  }
  const testers = {
    match: [{ headers: { 'x-canary': { exact: 'always' } } }],
    to: { v2: 100 },
    // A mesh that does it in part faults all requests, not those of one match.
    ...(table['traffic.fault.abort'].level === 'yes' ? { fault: { abort: { status: 503, percent: 10 } } } : {}),
  }
  const everyone = {
    ...where(['traffic.split'], { to: { v1: 100 } }),
    ...where(['traffic.mirror', 'traffic.mirror.percent'], { mirror: { to: 'v2', percent: 10 } }),
  }
  const routes = [
    ...(can(table, 'traffic.match.headers') ? [testers] : []),
    ...(Object.keys(everyone).length > 0 ? [everyone] : []),
  ]
  const policy = {
    ...(routes.length === 0 ? {} : { routes }),
    ...where(['circuitBreaker.connections'], {
      circuitBreaker: { maxConnections: 100, maxPendingRequests: 50, maxRequests: 200 },
    }),
    ...where(['rateLimit.local'], { rateLimit: { requests: 100, per: 'minute' } }),
  }
  const web = {
    mesh: 'mesh',
    namespace: 'ingress',
    listeners: [
      { port: 80, hosts: ['shop.example.org'] },
      ...(can(table, 'gateway.tls')
        ? [{ port: 443, protocol: 'https', hosts: ['shop.example.org'], tls: { secret: 'shop-certificate' } }]
        : []),
    ],
    routes: [{ to: { 'workloads.frontend': 100 } }],
    ...LIMITS,
  }
  const out = {
    mesh: 'mesh',
    direction: 'egress',
    namespace: 'egress',
    listeners: [{ port: 443, protocol: 'tls', hosts: ['api.example.org'] }],
    ...LIMITS,
  }
  const api = {
    mesh: 'mesh',
    namespace: 'shop',
    hosts: ['api.example.org'],
    ports: [{ port: 443, protocol: 'tls' }],
    ...where(['gateway.egress'], { via: 'out' }),
    ...LIMITS,
  }
  return {
    apiVersion: 'meshform.dev/v1',
    kind: 'Design',
    metadata: { name: 'shop' },
    meshes: {
      mesh: {
        provider: provider.name,
        ...(mode === undefined ? {} : { mode }),
        ...where(['mtls.strict'], { mtls: 'strict' }),
        dependsOn: ['resources.definitions'],
        ...LIMITS,
      },
    },
    resources: { definitions: { manifests: ['./crds/**/*.yaml'] } },
    workloads: { frontend: workload, backend: { ...workload, versions: { v1: {}, v2: {} } } },
    gateways: { ...where(['gateway.ingress'], { web }), ...where(['gateway.egress', 'external.hosts'], { out }) },
    external: where(['external.hosts'], { api }),
    traffic: Object.keys(policy).length === 0 ? {} : { backend: { workload: 'backend', ...policy, ...LIMITS } },
    authorization: where(['authorization.allow', 'authorization.denyByDefault'], {
      backend: { workload: 'backend', default: 'deny', allow: [{ from: ['workloads.frontend'] }], ...LIMITS },
    }),
    filters: {
      ...where(['filter.wasm', 'filter.hostEnvironment'], {
        auth: {
          workloads: ['backend'],
          source: 'https://files.example.org/auth.wasm',
          sha256: 'a'.repeat(64),
          hostEnvironment: ['HOSTNAME'],
          ...LIMITS,
        },
      }),
      ...where(['filter.lua'], {
        stamp: { workloads: ['backend'], kind: 'lua', code: 'function envoy_on_request(handle) end\n', ...LIMITS },
      }),
    },
  }
}

describe('a design of all sections, applied to the sandbox with the definitions of each mesh', () => {
  let workspace: Workspace
  beforeEach(() => {
    workspace = makeWorkspace()
  })
  afterEach(() => workspace.remove())

  test.each(DEFINED_COLUMNS.map((column) => [column.name, column] as const))('%s', async (_name, column) => {
    await writeDefinitions(workspace, column)
    await workspace.write('design.yaml', JSON.stringify(fullDesign(column)))
    const applied = await workspace.meshform('apply', '--yes')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const again = await workspace.meshform('plan', '--detailed-exitcode')
    expect(again.exitCode, again.stdout).toBe(0)
    const destroyed = await workspace.meshform('destroy', '--yes')
    expect(destroyed.exitCode, destroyed.stderr).toBe(0)
    const left = await workspace.meshform('state', 'list')
    expect(left.stdout.trim(), left.stderr).toBe('')
  })
})
