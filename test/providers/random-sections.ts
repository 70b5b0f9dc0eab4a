import fc from 'fast-check'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { AuthorizationRuleSpec, CallerSpec } from '../../src/design/schema/authorization.ts'
import type { RequestMatchSpec, RouteSpec } from '../../src/design/schema/traffic.ts'
import { type Sections, SHOP } from './design-fixture.ts'

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
  { port: 99, protocol: 'tcp' },
  { protocol: 'grpc' },
  { tls: 'mutual' },
  { tls: 'off' },
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
  { loadBalancing: { policy: 'ring-hash', hashOn: { header: 'X-User' } } },
  { loadBalancing: { policy: 'maglev', hashOn: { sourceIp: true }, failover: [{ from: 'a', to: 'b' }] } },
  { rateLimit: { requests: 1, per: 'hour' } },
  { rateLimit: { requests: 7, burst: 3, status: 503, by: { header: 'x-user' } } },
  { rateLimit: { requests: 7, by: { client: true } } },
  { rateLimit: { requests: 7, scope: 'global', service: 'limits.shop:8081' } },
]

const CALLERS: readonly CallerSpec[] = [
  'workloads.frontend',
  'workloads.far',
  'gateways.web',
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

const PLACES: readonly ComponentSpecs['authorization'][] = [
  { workload: 'backend' },
  { workload: 'backend' },
  { workload: 'far' },
  { workload: 'bare' },
  { namespace: 'shop' },
  { namespace: 'far' },
  {},
]

const EXTERNALS: readonly Omit<ComponentSpecs['external'], 'mesh'>[] = [
  { namespace: 'shop', hosts: ['a.example.org'], ports: [{ port: 443 }, { port: 80, protocol: 'http' }] },
  { namespace: 'shop', hosts: ['*.example.org', 'b.example.org'], ports: [{ port: 443, protocol: 'tls' }] },
  { namespace: 'shop', hosts: ['a.example.org'], ports: [{ port: 443, protocol: 'tls' }], via: 'out' },
  { hosts: ['db.example.org'], ports: [{ port: 5432, protocol: 'tcp' }], addresses: ['203.0.113.7', '2001:db8::/64'] },
  { hosts: ['db.example.org'], ports: [{ port: 5432, protocol: 'tcp' }] },
  {
    hosts: ['a.example.org', 'b.example.org'],
    ports: [
      { port: 80, protocol: 'http' },
      { port: 80, protocol: 'grpc' },
      { port: 5432, protocol: 'tcp' },
    ],
    addresses: ['203.0.113.7'],
  },
  { hosts: ['*.example.org', '*ample.org'], ports: [{ port: 443 }] },
]

const LISTENERS: readonly ComponentSpecs['gateways']['listeners'][number][] = [
  { port: 80 },
  { port: 80, hosts: ['a.example.org', '*.example.org'] },
  { name: 'Plain', port: 8080, protocol: 'grpc' },
  { port: 443, protocol: 'https', hosts: ['b.example.org'], tls: { secret: 'certificate' } },
  { port: 443, protocol: 'https', tls: { mode: 'mutual', secret: 'certificate' } },
  { port: 8443, protocol: 'tls', hosts: ['c.example.org'], tls: { mode: 'passthrough' } },
  { port: 5432, protocol: 'tcp' },
]

const GATEWAY_ROUTES: readonly RouteSpec[] = [
  { to: { 'workloads.frontend': 100 } },
  { match: [{ path: { prefix: '/x' } }], to: { 'workloads.backend/v1': 30, 'workloads.far': 70 }, rewrite: { prefix: '/' } },
  { match: [{ headers: { 'X-Old': { exact: '1' } } }], redirect: { host: 'y.example.org', status: 302 } },
]

const FILTERS: readonly ComponentSpecs['filters'][] = [
  { source: 'oci://registry.example.org/filters/auth:1.0.0', config: { header: 'x' } },
  { source: 'https://example.org/auth.wasm', sha256: 'a'.repeat(64), phase: 'authn', priority: 3, failOpen: true },
  { source: 'oci://registry.example.org/filters/tcp:1.0.0', protocol: 'tcp', rootId: 'r', vmId: 'v', ports: [8080] },
  { kind: 'lua', code: 'function envoy_on_request(handle) end\n' },
  { kind: 'compression', config: { choose_first: true } },
  { kind: 'local-rate-limit', config: { stat_prefix: 's', token_bucket: { max_tokens: 5, fill_interval: '1s' } } },
  { kind: 'rbac', config: { rules: { action: 'ALLOW', policies: {} } }, direction: 'outbound' },
]

const FILTER_PLACES: readonly ComponentSpecs['filters'][] = [
  { workloads: ['backend'] },
  { workloads: ['backend', 'far'] },
  { workloads: ['frontend', 'bare'], direction: 'both' },
  { gateways: ['web'] },
  {},
]

const MESH_PARTS: readonly Omit<ComponentSpecs['meshes'], 'provider'>[] = [
  { mtls: 'permissive' },
  { mtls: 'disable' },
  { mtls: 'strict' },
  { labels: { team: 'shop' } },
  { trustDomain: 'td.example.org' },
  { namespace: 'control' },
  { telemetry: { metrics: false } },
  { telemetry: { accessLogs: true, tracing: { sampling: 12.5, provider: 'zipkin' } } },
]

const ONBOARDING: readonly Partial<ComponentSpecs['workloads']>[] = [
  { onboard: 'namespace' },
  { onboard: 'workload' },
  { onboard: 'off' },
  { serviceAccount: 'shared' },
]

/** Names that components of one section and of several have in common, and that end as objects of a provider do. */
const NAMES = ['backend', 'web', 'rules', 'shop', 'backend-v1', 'frontend'] as const

/** Some of the parts, as one. */
function some<Part extends object>(parts: readonly Part[], most: number): fc.Arbitrary<Part> {
  return fc.subarray([...parts], { maxLength: most }).map((chosen): Part => Object.assign({}, ...chosen))
}

/** Up to so many components of a section, each with a name of its own. */
function several<Spec>(spec: fc.Arbitrary<Spec>, most: number): fc.Arbitrary<{ readonly [name: string]: Spec }> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), spec), { maxLength: most, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries))
}

const route = fc
  .tuple(some(ROUTES, 2), fc.array(some(MATCHES, 2), { maxLength: 2 }))
  .map(([spec, match]): RouteSpec => (match.length === 0 ? spec : { ...spec, match }))

const traffic = fc
  .tuple(
    fc.constantFrom('backend', 'backend', 'workloads.backend', 'far', 'frontend', 'bare'),
    some(SETTINGS, 2),
    fc.array(route, { maxLength: 3 }),
  )
  .map(([workload, spec, routes]): ComponentSpecs['traffic'] => ({
    workload,
    ...spec,
    ...(routes.length === 0 ? {} : { routes }),
  }))

const rule = fc
  .tuple(some(CONDITIONS, 2), fc.subarray([...CALLERS], { maxLength: 3 }))
  .map(([spec, from]): AuthorizationRuleSpec => (from.length === 0 ? spec : { ...spec, from }))

const authorization = fc
  .tuple(
    fc.constantFrom(...PLACES),
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

const external = fc.constantFrom(...EXTERNALS).map((spec): ComponentSpecs['external'] => ({ mesh: 'mesh', ...spec }))

const gateway = fc
  .record({
    namespace: fc.constantFrom('shop', 'ingress'),
    listeners: fc.subarray([...LISTENERS], { minLength: 1, maxLength: 3 }),
    routes: fc.subarray([...GATEWAY_ROUTES], { maxLength: 2 }),
  })
  .map(({ routes, ...spec }): ComponentSpecs['gateways'] => ({
    mesh: 'mesh',
    ...spec,
    ...(routes.length === 0 ? {} : { routes }),
  }))

const filter = fc
  .tuple(fc.constantFrom(...FILTERS), fc.constantFrom(...FILTER_PLACES))
  .map(([spec, place]): ComponentSpecs['filters'] => ({ mesh: 'mesh', ...spec, ...place }))

/** Egress, for hosts outside that go through it. */
const OUT: ComponentSpecs['gateways'] = {
  mesh: 'mesh',
  direction: 'egress',
  namespace: 'egress',
  listeners: [{ port: 443, protocol: 'tls', hosts: ['a.example.org'] }],
}

const workloads = some(ONBOARDING, 2).map(
  (backend): NonNullable<Sections['workloads']> => ({
    ...SHOP,
    backend: { ...SHOP.backend, ...backend },
    far: {
      mesh: 'mesh',
      namespace: 'far',
      image: 'example.invalid/far:1',
      ports: [{ port: 8080 }, { name: 'tcp', port: 99 }],
      versions: { v1: {}, v2: {} },
    },
    bare: { mesh: 'mesh', namespace: 'shop', image: 'example.invalid/bare:1' },
  }),
)

/** Designs of one mesh whose parts are each what a person might write; what cannot stand together is for the provider to say. */
export function randomSections(mesh: ComponentSpecs['meshes']): fc.Arbitrary<Sections> {
  return fc.record({
    meshes: some(MESH_PARTS, 2).map((more) => ({ mesh: { ...more, ...mesh } })),
    workloads,
    gateways: several(gateway, 2).map((gateways) => ({
      web: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] },
      out: OUT,
      ...gateways,
    })),
    traffic: several(traffic, 3),
    authorization: several(authorization, 3),
    external: several(external, 2),
    filters: several(filter, 2),
  })
}
