import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { AuthorizationRuleSpec, CallerSpec } from '../../src/design/schema/authorization.ts'
import type { RequestMatchSpec, RouteSpec } from '../../src/design/schema/traffic.ts'
import { objectKeyOf, objectKeyText } from '../../src/plan/manifest.ts'
import { openMeshApi } from './conformance/mesh-api.ts'
import { type Sections, SHOP, translate } from './design-fixture.ts'

/** Designs tried on each mesh. */
const RUNS = 40

const MATCHES: readonly RequestMatchSpec[] = [
  { path: { exact: '/a' } },
  { path: { prefix: '/b/' } },
  { path: { regex: '/c.*' } },
  { headers: { 'X-User': { prefix: 'a.b' } } },
  { headers: { 'x-user': { present: false }, 'x-other': { present: true } } },
  { query: { q: { exact: '1' } } },
  { query: { p: { prefix: 'x' } } },
  { methods: ['GET', 'post', 'GET'] },
  { methods: ['PROPFIND'] },
  { path: { prefix: '/d' } },
  { port: 8080 },
  { from: ['workloads.frontend'] },
]

const ROUTES: readonly RouteSpec[] = [
  { name: 'Main' },
  { to: { v1: 90, v2: 10 } },
  { to: { 'workloads.frontend': 100 } },
  { to: { v1: 50, 'workloads.far/v2': 50 } },
  { timeout: '1m30s' },
  { timeout: '1.5s' },
  { retries: { attempts: 0 } },
  { retries: { attempts: 0, perTry: '1s', on: ['reset', '503'] } },
  { retries: { attempts: 3, on: ['retriable-4xx', '599'] } },
  { retries: { attempts: 2, on: ['gateway-error', '429'] } },
  { retries: { attempts: 1, perTry: '500ms', on: ['connect-failure'], backoff: { base: '100ms', maximum: '1s' } } },
  { fault: { delay: { duration: '2s', percent: 12.5 }, abort: { status: 503 } } },
  { mirror: { to: 'v2' } },
  { mirror: { to: 'v2', percent: 12.5 } },
  { rewrite: { prefix: '/z' } },
  { rewrite: { path: '/w', host: 'h.example.org' } },
  { redirect: { host: 'x.example.org', status: 308 } },
  { redirect: { path: '/n' } },
  { headers: { request: { set: { 'X-Set': 'v' }, remove: ['X-Gone'] }, response: { add: { 'x-add': 'm' } } } },
  { headers: { request: {} } },
  { headers: { request: { set: { 'X-Same': 'a' }, add: { 'x-same': 'b' } }, response: { remove: ['Host', 'host'] } } },
  { headers: { request: { set: { host: 'other.example.org' } } } },
  { cors: { origins: [{ present: true }], methods: ['get', 'PROPFIND'], maxAge: '1500ms' } },
  { cors: { origins: [{ exact: 'https://a.example.org' }, { exact: '*' }], maxAge: '1h' } },
]

type Traffic = Omit<ComponentSpecs['traffic'], 'workload'>

const SETTINGS: readonly Traffic[] = [
  { port: 8080 },
  { gateways: ['web'] },
  { gateways: ['web'], hosts: ['a.example.org'], onlyGateways: true },
  { hosts: ['*.example.org', 'a.example.org'] },
  { hosts: ['*'] },
  { circuitBreaker: { maxConnections: 5, maxRetries: 0 } },
  { circuitBreaker: { connectTimeout: '1.5s', idleTimeout: '2m', maxRequestsPerConnection: 3 } },
  { circuitBreaker: { outlier: { consecutiveErrors: 5, ejectFor: '90s' } } },
  { circuitBreaker: { outlier: { interval: '5s' } } },
  {
    circuitBreaker: {
      outlier: { consecutiveGatewayErrors: 2, interval: '1m30s', maxEjectedPercent: 12.5, minHealthPercent: 12.5 },
    },
  },
  { loadBalancing: { policy: 'least-request', warmup: '30s' } },
  { loadBalancing: { policy: 'passthrough' } },
  { loadBalancing: { hashOn: { cookie: 'c' } } },
  { loadBalancing: { policy: 'maglev', hashOn: { sourceIp: true }, failover: [{ from: 'a', to: 'b' }] } },
  { rateLimit: { requests: 1, per: 'hour' } },
  { rateLimit: { requests: 7, burst: 3, status: 503, by: { header: 'x-user' } } },
  { rateLimit: { requests: 7, by: { client: true } } },
  { rateLimit: { requests: 7, scope: 'global', service: 'limits.shop:8081' } },
]

const CALLERS: readonly CallerSpec[] = [
  'workloads.frontend',
  'workloads.far',
  'namespace/ops',
  'authenticated',
  '*',
  { principal: 'cluster.local/ns/a/sa/b' },
  { principal: 'unlike-the-others' },
  { serviceAccount: 'ops/deployer' },
  { ipBlock: '10.0.0.0/8' },
]

const CONDITIONS: readonly AuthorizationRuleSpec[] = [
  { methods: ['GET', 'PUT'] },
  { paths: ['/a/*'] },
  { methods: ['GET', 'GET', 'PROPFIND'] },
  { paths: ['/a', '/b/c'] },
  { paths: ['*.html'] },
  { hosts: ['backend.shop'] },
  { ports: [8080] },
  { ports: [9999] },
  { headers: { 'x-user': { exact: 'a' } } },
  { headers: { 'x-user': { prefix: 'a' } } },
]

/** Some of the parts, as one. */
function some<Part extends object>(parts: readonly Part[], most: number): fc.Arbitrary<Part> {
  return fc.subarray([...parts], { maxLength: most }).map((chosen): Part => Object.assign({}, ...chosen))
}

const route = fc
  .tuple(some(ROUTES, 2), fc.array(some(MATCHES, 2), { maxLength: 2 }))
  .map(([spec, match]): RouteSpec => (match.length === 0 ? spec : { ...spec, match }))

const traffic = fc
  .tuple(some(SETTINGS, 2), fc.array(route, { maxLength: 3 }))
  .map(([spec, routes]): ComponentSpecs['traffic'] => ({
    workload: 'backend',
    ...spec,
    ...(routes.length === 0 ? {} : { routes }),
  }))

const rule = fc
  .tuple(some(CONDITIONS, 2), fc.subarray([...CALLERS], { maxLength: 3 }))
  .map(([spec, from]): AuthorizationRuleSpec => (from.length === 0 ? spec : { ...spec, from }))

const authorization = fc
  .tuple(
    fc.constantFrom<ComponentSpecs['authorization']>({ workload: 'backend' }, { namespace: 'shop' }, {}),
    fc.constantFrom<ComponentSpecs['authorization']>({}, { default: 'deny' }, { default: 'allow' }),
    fc.array(rule, { maxLength: 3 }),
    fc.array(rule, { maxLength: 1 }),
  )
  .map(([place, fallback, allow, deny]): ComponentSpecs['authorization'] => ({
    mesh: 'mesh',
    ...place,
    ...fallback,
    ...(allow.length === 0 ? {} : { allow }),
    ...(deny.length === 0 ? {} : { deny }),
  }))

const external = fc.constantFrom<ComponentSpecs['external']>(
  { mesh: 'mesh', namespace: 'shop', hosts: ['a.example.org'], ports: [{ port: 443 }, { port: 80, protocol: 'http' }] },
  { mesh: 'mesh', namespace: 'shop', hosts: ['*.example.org', 'b.example.org'], ports: [{ port: 443, protocol: 'tls' }] },
  {
    mesh: 'mesh',
    hosts: ['db.example.org'],
    ports: [{ port: 5432, protocol: 'tcp' }],
    addresses: ['203.0.113.7', '2001:db8::/64'],
  },
  { mesh: 'mesh', hosts: ['db.example.org'], ports: [{ port: 5432, protocol: 'tcp' }] },
  {
    mesh: 'mesh',
    hosts: ['a.example.org', 'b.example.org'],
    ports: [
      { port: 80, protocol: 'http' },
      { port: 80, protocol: 'grpc' },
      { port: 5432, protocol: 'tcp' },
    ],
    addresses: ['203.0.113.7'],
  },
  { mesh: 'mesh', hosts: ['*.example.org', '*ample.org'], ports: [{ port: 443 }] },
)

function named<Spec>(specs: readonly Spec[]): { readonly [name: string]: Spec } {
  return Object.fromEntries(specs.map((spec, index) => [index === 0 ? 'backend' : `other-${index}`, spec]))
}

const sections: fc.Arbitrary<Sections> = fc
  .tuple(fc.array(traffic, { maxLength: 2 }), fc.array(authorization, { maxLength: 2 }), fc.array(external, { maxLength: 2 }))
  .map(([policies, rules, hosts]) => ({
    traffic: named(policies),
    authorization: Object.fromEntries(rules.map((spec, index) => [`rules-${index}`, spec])),
    external: Object.fromEntries(hosts.map((spec, index) => [`host-${index}`, spec])),
  }))

const WORKLOADS: NonNullable<Sections['workloads']> = {
  ...SHOP,
  far: {
    mesh: 'mesh',
    namespace: 'far',
    image: 'example.invalid/far:1',
    ports: [{ port: 8080 }, { name: 'tcp', port: 99 }],
    versions: { v1: {}, v2: {} },
  },
  bare: { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/bare:1' },
}

const GATEWAYS: Sections['gateways'] = { web: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] } }

/** Meshes whose own checks are known besides their definitions (src/providers/admission.ts). */
const MESHES: readonly (readonly [title: string, mesh: ComponentSpecs['meshes'], definitions: readonly string[]])[] = [
  ['Istio', { provider: 'istio', mtls: 'strict' }, ['istio']],
  ['Istio in ambient mode', { provider: 'istio', mode: 'ambient' }, ['istio', 'gateway-api-experimental']],
  ['Consul', { provider: 'consul' }, ['consul', 'gateway-api-experimental']],
  ['Gateway API', { provider: 'gateway-api' }, ['gateway-api-standard']],
  ['Gateway API, experimental', { provider: 'gateway-api', mode: 'experimental' }, ['gateway-api-experimental']],
  ['Linkerd', { provider: 'linkerd', mtls: 'strict' }, ['linkerd', 'gateway-api-experimental']],
  ['Kuma', { provider: 'kuma', mtls: 'permissive' }, ['kuma']],
  ['Cilium', { provider: 'cilium', mtls: 'strict' }, ['cilium', 'gateway-api-experimental']],
  ['Cilium by CiliumEnvoyConfig', { provider: 'cilium', mode: 'envoy-config' }, ['cilium', 'gateway-api-experimental']],
  ['Traefik Mesh', { provider: 'traefik' }, ['traefik-mesh']],
]

describe('whatever a design asks for is refused, or comes out as objects that the mesh’s definitions take', () => {
  test.each(MESHES)(
    '%s',
    async (_title, mesh, definitions) => {
      const api = await openMeshApi(definitions)
      await fc.assert(
        fc.asyncProperty(sections, async (design) => {
          const { objects, provider } = translate(
            partsThatWork({ meshes: { mesh }, workloads: WORKLOADS, gateways: GATEWAYS, ...design }),
          )
          // A mesh's own checks refuse the design too, at its lines.
          const found = provider.lint(objects.map(({ manifest }) => manifest))
          if (found.some(({ severity }) => severity === 'error')) return
          const keys = objects.map((object) => objectKeyText(objectKeyOf('sandbox', object.manifest)))
          expect(new Set(keys).size, keys.join(' ')).toBe(keys.length)
          for (const { manifest } of objects) {
            if (manifest.kind === 'Deployment') continue
            const refusals = await api.refusals(manifest)
            expect(refusals, JSON.stringify(manifest)).toEqual([])
          }
        }),
        { numRuns: RUNS },
      )
    },
    60_000,
  )
})

/** The design without the components that it would be refused for: nothing of a refused design is ever applied. */
function partsThatWork(design: Sections): Sections {
  const refused = new Set(
    translate(design).diagnostics.flatMap(({ severity, address }) =>
      severity === 'error' && address !== undefined ? [address] : [],
    ),
  )
  const kept = <Spec>(section: string, all: { readonly [name: string]: Spec } | undefined) =>
    Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => !refused.has(`${section}.${name}`)))
  if (refused.size === 0) return design
  return partsThatWork({
    ...design,
    gateways: kept('gateways', design.gateways),
    traffic: kept('traffic', design.traffic),
    authorization: kept('authorization', design.authorization),
    external: kept('external', design.external),
  })
}
