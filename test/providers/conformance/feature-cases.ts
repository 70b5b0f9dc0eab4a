import type { ComponentSpecs } from '../../../src/design/component.ts'
import type { RouteSpec } from '../../../src/design/schema/traffic.ts'
import type { Feature } from '../../../src/providers/features.ts'
import type { Sections } from '../design-fixture.ts'
import { SHOP } from '../design-fixture.ts'

/** The smallest neutral design that asks for a feature: sections beside the shop's workloads, and what its mesh says more. */
export interface FeatureCase extends Sections {
  readonly mesh?: Partial<ComponentSpecs['meshes']>
}

const ALL_TO_V1 = { v1: 100 }

function traffic(spec: Omit<ComponentSpecs['traffic'], 'workload'>): FeatureCase {
  return { traffic: { backend: { workload: 'backend', ...spec } } }
}

/** A policy with one route to the workload, and what the route says more. */
function route(spec: RouteSpec): FeatureCase {
  return traffic({ routes: [{ to: ALL_TO_V1, ...spec }] })
}

/** A narrow route in front of one for everything else. */
function matching(match: NonNullable<RouteSpec['match']>[number]): FeatureCase {
  return traffic({ routes: [{ match: [match], to: { v2: 100 } }, { to: ALL_TO_V1 }] })
}

function limit(spec: Partial<NonNullable<ComponentSpecs['traffic']['rateLimit']>>): FeatureCase {
  return traffic({ rateLimit: { requests: 100, per: 'minute', ...spec } })
}

function authorization(spec: Omit<ComponentSpecs['authorization'], 'workload'>): FeatureCase {
  return { authorization: { rules: { workload: 'backend', ...spec } } }
}

type Rule = NonNullable<ComponentSpecs['authorization']['allow']>[number]

function allow(rule: Rule): FeatureCase {
  return authorization({ allow: [rule] })
}

function gateway(spec: Partial<ComponentSpecs['gateways']>): FeatureCase {
  return {
    gateways: {
      web: {
        mesh: 'mesh',
        namespace: 'ingress',
        listeners: [{ port: 80, hosts: ['shop.example.org'] }],
        routes: [{ to: { 'workloads.frontend': 100 } }],
        ...spec,
      },
    },
  }
}

const WASM = 'oci://registry.example.org/filters/auth:1.0.0'

function module(spec: Partial<ComponentSpecs['filters']>): FeatureCase {
  return { filters: { auth: { workloads: ['backend'], source: WASM, ...spec } } }
}

/** A case for every feature there is; the type proves that none is forgotten. */
export const FEATURE_CASES: { readonly [F in Feature]: FeatureCase } = {
  'onboarding.namespace': {},
  'onboarding.workload': { workloads: { ...SHOP, backend: { ...SHOP.backend, onboard: 'workload' } } },
  'onboarding.off': { workloads: { ...SHOP, backend: { ...SHOP.backend, onboard: 'off' } } },
  'onboarding.revision': { mesh: { revision: 'canary' } },
  'traffic.split': route({ to: { v1: 90, v2: 10 } }),
  'traffic.otherWorkloads': route({ to: { 'workloads.frontend': 100 } }),
  'traffic.hosts': traffic({ hosts: ['shop.example.org'], routes: [{ to: ALL_TO_V1 }] }),
  'traffic.gateways': {
    gateways: { web: { mesh: 'mesh', namespace: 'ingress', listeners: [{ port: 80, hosts: ['shop.example.org'] }] } },
    ...traffic({ gateways: ['web'], routes: [{ to: ALL_TO_V1 }] }),
  },
  'traffic.match.path': matching({ path: { exact: '/reviews' } }),
  'traffic.match.pathPrefix': matching({ path: { prefix: '/re' } }),
  'traffic.match.headers': matching({ headers: { 'end-user': { exact: 'jason' } } }),
  'traffic.match.query': matching({ query: { preview: { exact: 'on' } } }),
  'traffic.match.method': matching({ methods: ['GET'] }),
  'traffic.match.port': matching({ port: 8080 }),
  'traffic.match.from': matching({ from: ['workloads.frontend'] }),
  'traffic.match.regex': matching({ path: { regex: '/reviews/[0-9]+' } }),
  'traffic.match.prefix': matching({ headers: { 'end-user': { prefix: 'test-' } } }),
  'traffic.match.absent': matching({ headers: { 'end-user': { present: false } } }),
  'traffic.timeout': route({ timeout: '2s' }),
  'traffic.retries': route({ retries: { attempts: 3, on: ['5xx'] } }),
  'traffic.retries.perTry': route({ retries: { attempts: 3, perTry: '500ms', on: ['5xx'] } }),
  'traffic.retries.backoff': route({ retries: { attempts: 3, on: ['5xx'], backoff: { base: '100ms' } } }),
  'traffic.retries.backoff.maximum': route({ retries: { attempts: 3, on: ['5xx'], backoff: { base: '100ms', maximum: '1s' } } }),
  'traffic.retries.connection': route({ retries: { attempts: 3, on: ['connect-failure', 'reset', 'refused-stream'] } }),
  'traffic.retries.status': route({ retries: { attempts: 3, on: ['503', '429'] } }),
  'traffic.fault.delay': route({ fault: { delay: { duration: '5s', percent: 10 } } }),
  'traffic.fault.abort': route({ fault: { abort: { status: 503, percent: 10 } } }),
  'traffic.mirror': route({ mirror: { to: 'v2' } }),
  'traffic.mirror.percent': route({ mirror: { to: 'v2', percent: 25 } }),
  'traffic.rewrite': route({ match: [{ path: { prefix: '/api' } }], rewrite: { prefix: '/v1' } }),
  'traffic.redirect': traffic({
    routes: [{ match: [{ path: { prefix: '/old' } }], redirect: { path: '/new', status: 301 } }, { to: ALL_TO_V1 }],
  }),
  'traffic.headers': route({
    headers: { request: { set: { 'x-env': 'test' }, remove: ['x-debug'] }, response: { add: { 'x-served-by': 'mesh' } } },
  }),
  'traffic.cors': route({
    cors: { origins: [{ exact: 'https://shop.example.org' }], methods: ['GET', 'POST'], headers: ['x-token'], maxAge: '24h' },
  }),
  'traffic.tcp': {
    workloads: {
      ...SHOP,
      database: {
        mesh: 'mesh',
        namespace: 'shop',
        image: 'example.invalid/database:1',
        ports: [{ name: 'tcp-database', port: 5432, protocol: 'tcp' }],
        versions: { v1: {}, v2: {} },
      },
    },
    traffic: { database: { workload: 'database', protocol: 'tcp', routes: [{ to: { v1: 90, v2: 10 } }] } },
  },
  'traffic.tls': traffic({ tls: 'mutual' }),
  'circuitBreaker.connections': traffic({ circuitBreaker: { maxConnections: 100, maxPendingRequests: 50, maxRequests: 200 } }),
  'circuitBreaker.requestsPerConnection': traffic({ circuitBreaker: { maxRequestsPerConnection: 10 } }),
  'circuitBreaker.retries': traffic({ circuitBreaker: { maxRetries: 3 } }),
  'circuitBreaker.idleTimeout': traffic({ circuitBreaker: { idleTimeout: '30s' } }),
  'circuitBreaker.connectTimeout': traffic({ circuitBreaker: { connectTimeout: '1s' } }),
  'circuitBreaker.outlier': traffic({
    circuitBreaker: { outlier: { consecutiveErrors: 5, interval: '10s', ejectFor: '30s' } },
  }),
  'circuitBreaker.outlier.gatewayErrors': traffic({ circuitBreaker: { outlier: { consecutiveGatewayErrors: 3 } } }),
  'circuitBreaker.outlier.share': traffic({ circuitBreaker: { outlier: { consecutiveErrors: 5, maxEjectedPercent: 50 } } }),
  'circuitBreaker.outlier.minHealth': traffic({ circuitBreaker: { outlier: { consecutiveErrors: 5, minHealthPercent: 30 } } }),
  'loadBalancing.policy': traffic({ loadBalancing: { policy: 'least-request' } }),
  'loadBalancing.hash': traffic({ loadBalancing: { policy: 'ring-hash', hashOn: { header: 'x-user' } } }),
  'loadBalancing.failover': traffic({ loadBalancing: { failover: [{ from: 'us-east', to: 'us-west' }] } }),
  'loadBalancing.warmup': traffic({ loadBalancing: { policy: 'round-robin', warmup: '60s' } }),
  'rateLimit.local': limit({}),
  'rateLimit.global': limit({ scope: 'global', service: 'ratelimit.shop.svc.cluster.local:8081' }),
  'rateLimit.burst': limit({ burst: 20 }),
  'rateLimit.status': limit({ status: 503 }),
  'rateLimit.byHeader': limit({ by: { header: 'x-user' } }),
  'rateLimit.byClient': limit({ by: { client: true } }),
  'mtls.strict': { mesh: { mtls: 'strict' } },
  'mtls.permissive': { mesh: { mtls: 'permissive' } },
  'mtls.disable': { mesh: { mtls: 'disable' } },
  'authorization.allow': allow({ from: ['workloads.frontend'] }),
  'authorization.deny': authorization({ deny: [{ from: ['workloads.frontend'] }] }),
  'authorization.denyByDefault': authorization({ default: 'deny' }),
  'authorization.methods': allow({ from: ['workloads.frontend'], methods: ['GET', 'HEAD'] }),
  'authorization.paths': allow({ from: ['workloads.frontend'], paths: ['/reviews/*', '/health'] }),
  'authorization.hosts': allow({ from: ['workloads.frontend'], hosts: ['backend.shop'] }),
  'authorization.ports': allow({ from: ['workloads.frontend'], ports: [8080] }),
  'authorization.headers': allow({ from: ['workloads.frontend'], headers: { 'x-team': { exact: 'shop' } } }),
  'authorization.headers.regex': allow({ from: ['workloads.frontend'], headers: { 'x-team': { regex: 'shop-.*' } } }),
  'authorization.namespace': allow({ from: ['namespace/ops'] }),
  'authorization.principal': allow({ from: [{ serviceAccount: 'ops/deployer' }] }),
  'authorization.authenticated': allow({ from: ['authenticated'] }),
  'authorization.ipBlock': allow({ from: [{ ipBlock: '10.1.0.0/16' }] }),
  'authorization.wide': {
    authorization: { rules: { namespace: 'shop', mesh: 'mesh', allow: [{ from: ['workloads.frontend'] }] } },
  },
  'gateway.ingress': gateway({}),
  'gateway.egress': {
    gateways: {
      out: {
        mesh: 'mesh',
        direction: 'egress',
        namespace: 'egress',
        listeners: [{ port: 443, protocol: 'tls', hosts: ['api.example.org'] }],
      },
    },
    external: {
      api: { mesh: 'mesh', namespace: 'shop', hosts: ['api.example.org'], ports: [{ port: 443, protocol: 'tls' }], via: 'out' },
    },
  },
  'gateway.eastWest': {
    gateways: {
      between: { mesh: 'mesh', direction: 'east-west', namespace: 'ingress', listeners: [{ port: 15443, protocol: 'tls' }] },
    },
  },
  'gateway.tls': gateway({
    listeners: [{ port: 443, protocol: 'https', hosts: ['shop.example.org'], tls: { secret: 'shop-certificate' } }],
  }),
  'gateway.tls.mutual': gateway({
    listeners: [
      { port: 443, protocol: 'https', hosts: ['shop.example.org'], tls: { mode: 'mutual', secret: 'shop-certificate' } },
    ],
  }),
  'external.hosts': {
    external: { api: { mesh: 'mesh', namespace: 'shop', hosts: ['api.example.org'], ports: [{ port: 443 }] } },
  },
  'external.addresses': {
    external: {
      api: { mesh: 'mesh', namespace: 'shop', hosts: ['api.example.org'], ports: [{ port: 443 }], addresses: ['203.0.113.7'] },
    },
  },
  'filter.wasm': { filters: { auth: { workloads: ['backend'], source: WASM, config: { header: 'x-api-key' } } } },
  'filter.lua': {
    filters: { stamp: { workloads: ['backend'], kind: 'lua', code: 'function envoy_on_request(handle) end\n' } },
  },
  'filter.native': {
    filters: { compress: { workloads: ['backend'], kind: 'compression', config: { choose_first: true } } },
  },
  'filter.gateways': { ...gateway({}), filters: { auth: { mesh: 'mesh', gateways: ['web'], source: WASM } } },
  'filter.outbound': { filters: { auth: { workloads: ['backend'], source: WASM, direction: 'outbound' } } },
  'filter.tcp': module({ protocol: 'tcp' }),
  'filter.ports': module({ ports: [8080] }),
  'filter.phase': module({ phase: 'authn' }),
  'filter.reload': module({ reloadOnFailure: true }),
  'filter.pullPolicy': module({ pullPolicy: 'always' }),
  'filter.pullSecret': module({ pullSecret: 'registry' }),
  'filter.environment': module({ environment: { TIER: 'gold' } }),
  'filter.hostEnvironment': module({ hostEnvironment: ['POD_NAME'] }),
  'filter.vm': module({ vmConfig: 'quiet', vmId: 'shared' }),
  'filter.capabilities': module({ capabilities: ['proxy_log'] }),
  'telemetry.metrics': { mesh: { telemetry: { metrics: false } } },
  'telemetry.tracing': { mesh: { telemetry: { tracing: { sampling: 10, provider: 'zipkin' } } } },
  'telemetry.accessLogs': { mesh: { telemetry: { accessLogs: true } } },
  'install.charts': { mesh: { install: {} } },
}
