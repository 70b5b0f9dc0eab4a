import { expect } from 'vitest'
import { parse } from 'yaml'
import { objectsIn, stringIn } from '../../../src/providers/json-view.ts'
import { only } from '../design-fixture.ts'
import type { Conformance, ExpectedObject, Meaning, Run } from './conform.ts'
import { versionService } from './route-meaning.ts'

const service = (name: string) => ({
  kind: 'MeshService',
  labels: { 'kuma.io/display-name': name, 'k8s.kuma.io/namespace': 'shop' },
})
const to = (name: string, weight = 100) => ({ ...service(name), port: 8080, weight })
const EVERYTHING = [{ path: { type: 'PathPrefix', value: '/' } }]

const object = (kind: string, name: string, spec: object, namespace = 'shop'): ExpectedObject => ({
  apiVersion: 'kuma.io/v1alpha1',
  kind,
  metadata: { name, namespace, labels: { 'kuma.io/mesh': 'default' } },
  spec,
})

const BACKENDS = { kind: 'Dataplane', labels: { app: 'backend' } }
const fault = (http: object) => [
  object('MeshFaultInjection', 'backend-fault', { targetRef: BACKENDS, rules: [{ default: { http: [http] } }] }),
]
const limit = (http: object) => [
  object('MeshRateLimit', 'backend-rate-limit', { targetRef: BACKENDS, rules: [{ default: { local: { http } } }] }),
]
const permission = (conf: object, targetRef: object = BACKENDS, name = 'rules') => [
  object('MeshTrafficPermission', name, { targetRef, rules: [{ default: conf }] }),
]
const spiffe = (type: string, rest: string) => ({ spiffeID: { type, value: `spiffe://default.default.mesh.local/${rest}` } })
const FRONTEND = spiffe('Exact', 'ns/shop/sa/frontend')

const pods = (labels: object): readonly ExpectedObject[] => [
  { kind: 'Deployment', metadata: { name: 'backend-v1' }, spec: { template: { metadata: { labels } } } },
]

/** The filter put before the router, as YAML in the policy. */
function expectFilter(run: Run, name: string, origin: string, value: object): void {
  const patch = only(run, 'MeshProxyPatch')
  expect(patch).toMatchObject({
    metadata: { name },
    spec: {
      targetRef: BACKENDS,
      default: {
        appendModifications: [{ httpFilter: { operation: 'AddBefore', match: { name: 'envoy.filters.http.router', origin } } }],
      },
    },
  })
  const [modification] = objectsIn(patch, 'spec', 'default', 'appendModifications')
  expect(parse(stringIn(modification, 'httpFilter', 'value') ?? '')).toMatchObject(value)
}

const wasmConfig =
  (config: object): Meaning =>
  (run) =>
    expectFilter(run, 'backend-auth', 'inbound', { typed_config: { config } })

/** What Kuma must say, and the product built on it in its own namespace. */
export function kumaMeaning(namespace: string, chart: string): Conformance['meaning'] {
  // What holds for callers everywhere stands in the namespace of the control plane.
  const system = (kind: string, name: string, spec: object) => object(kind, name, spec, namespace)
  const routes = (rules: readonly object[]): readonly ExpectedObject[] => [
    system('MeshHTTPRoute', 'shop-backend', {
      targetRef: { kind: 'Mesh' },
      to: [{ targetRef: { ...service('backend'), sectionName: 'http' }, rules }],
    }),
  ]
  const one = (conf: object, matches: readonly object[] = EVERYTHING) =>
    routes([{ matches, default: { backendRefs: [to('backend-v1')], ...conf } }])
  const match = (condition: object) =>
    routes([
      { matches: [condition], default: { backendRefs: [to('backend-v2')] } },
      { matches: EVERYTHING, default: { backendRefs: [to('backend-v1')] } },
    ])

  /** A policy about requests to the backend. */
  const outbound = (kind: string, name: string, conf: object, services = ['backend']): readonly ExpectedObject[] => [
    system(kind, name, {
      targetRef: { kind: 'Mesh' },
      to: services.map((target) => ({ targetRef: service(target), default: conf })),
    }),
  ]
  /** A policy about connections, which is looked up by where they end. */
  const connections = (kind: string, name: string, conf: object) =>
    outbound(kind, name, conf, ['backend', 'backend-v1', 'backend-v2'])
  const timeout = (conf: object) => outbound('MeshTimeout', 'shop-backend-timeout', conf)
  const retry = (http: object) => outbound('MeshRetry', 'shop-backend-retry', { http: { numRetries: 3, ...http } })
  const breaker = (conf: object) => connections('MeshCircuitBreaker', 'shop-backend-circuit-breaker', conf)
  const outlier = (outlierDetection: object) => breaker({ outlierDetection })
  const balancing = (conf: object) => connections('MeshLoadBalancingStrategy', 'shop-backend-load-balancing', conf)

  const identity = system('MeshIdentity', 'identity', { provider: { type: 'Bundled' } })
  const telemetry = (kind: string, spec: object) => [system(kind, 'meshform', { targetRef: { kind: 'Mesh' }, ...spec })]
  return {
    'onboarding.namespace': [
      {
        kind: 'Namespace',
        metadata: { name: 'shop', labels: { 'kuma.io/sidecar-injection': 'enabled', 'kuma.io/mesh': 'default' } },
      },
      { kind: 'Mesh', metadata: { name: 'default' }, spec: { meshServices: { mode: 'Exclusive' } } },
    ],
    'onboarding.workload': pods({ 'kuma.io/sidecar-injection': 'enabled', 'kuma.io/mesh': 'default' }),
    'onboarding.off': pods({ 'kuma.io/sidecar-injection': 'disabled' }),
    'traffic.split': [
      ...routes([{ matches: EVERYTHING, default: { backendRefs: [to('backend-v1', 90), to('backend-v2', 10)] } }]),
      versionService('v1'),
      versionService('v2'),
    ],
    'traffic.otherWorkloads': one({ backendRefs: [to('frontend')] }),
    'traffic.match.path': match({ path: { type: 'Exact', value: '/reviews' } }),
    'traffic.match.pathPrefix': match({ path: { type: 'PathPrefix', value: '/re' } }),
    'traffic.match.headers': match({ headers: [{ name: 'end-user', type: 'Exact', value: 'jason' }] }),
    'traffic.match.query': match({ queryParams: [{ name: 'preview', type: 'Exact', value: 'on' }] }),
    'traffic.match.method': match({ method: 'GET' }),
    'traffic.match.port': match({}),
    'traffic.match.from': [
      system('MeshHTTPRoute', 'shop-backend-2-from-frontend', {
        targetRef: { kind: 'Dataplane', labels: { app: 'frontend', 'k8s.kuma.io/namespace': 'shop' } },
        to: [{ rules: [{ matches: EVERYTHING, default: { backendRefs: [to('backend-v2')] } }] }],
      }),
      ...routes([{ matches: EVERYTHING, default: { backendRefs: [to('backend-v1')] } }]),
    ],
    'traffic.match.regex': match({ path: { type: 'RegularExpression', value: '/reviews/[0-9]+' } }),
    'traffic.match.prefix': match({ headers: [{ name: 'end-user', type: 'Prefix', value: 'test-' }] }),
    'traffic.match.absent': match({ headers: [{ name: 'end-user', type: 'Absent' }] }),
    'traffic.timeout': timeout({ http: { requestTimeout: '2s' } }),
    'traffic.retries': retry({ retryOn: ['5xx'] }),
    'traffic.retries.perTry': retry({ perTryTimeout: '500ms' }),
    'traffic.retries.backoff': retry({ backOff: { baseInterval: '100ms' } }),
    'traffic.retries.backoff.maximum': retry({ backOff: { baseInterval: '100ms', maxInterval: '1s' } }),
    'traffic.retries.connection': retry({ retryOn: ['ConnectFailure', 'Reset', 'RefusedStream'] }),
    'traffic.retries.status': retry({ retryOn: ['503', '429'] }),
    'traffic.fault.delay': fault({ delay: { value: '5s', percentage: 10 } }),
    'traffic.fault.abort': fault({ abort: { httpStatus: 503, percentage: 10 } }),
    'traffic.mirror': one({
      filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { ...service('backend-v2'), port: 8080 } } }],
    }),
    'traffic.mirror.percent': one({ filters: [{ type: 'RequestMirror', requestMirror: { percentage: 25 } }] }),
    'traffic.rewrite': one(
      {
        filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1' } } }],
      },
      [{ path: { type: 'PathPrefix', value: '/api' } }],
    ),
    'traffic.redirect': routes([
      {
        matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
        default: {
          filters: [
            {
              type: 'RequestRedirect',
              requestRedirect: { path: { type: 'ReplaceFullPath', replaceFullPath: '/new' }, statusCode: 301 },
            },
          ],
        },
      },
      { matches: EVERYTHING, default: { backendRefs: [to('backend-v1')] } },
    ]),
    'traffic.headers': one({
      filters: [
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { set: [{ name: 'x-env', value: 'test' }], remove: ['x-debug'] },
        },
        { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'x-served-by', value: 'mesh' }] } },
      ],
    }),
    'traffic.tcp': [
      system('MeshTCPRoute', 'shop-database', {
        to: [
          {
            targetRef: { ...service('database'), sectionName: 'tcp-database' },
            rules: [
              {
                default: {
                  backendRefs: [
                    { ...service('database-v1'), port: 5432, weight: 90 },
                    { ...service('database-v2'), port: 5432, weight: 10 },
                  ],
                },
              },
            ],
          },
        ],
      }),
    ],
    'circuitBreaker.connections': breaker({
      connectionLimits: { maxConnections: 100, maxPendingRequests: 50, maxRequests: 200 },
    }),
    'circuitBreaker.retries': breaker({ connectionLimits: { maxRetries: 3 } }),
    'circuitBreaker.idleTimeout': connections('MeshTimeout', 'shop-backend-timeout', { idleTimeout: '30s' }),
    'circuitBreaker.connectTimeout': connections('MeshTimeout', 'shop-backend-timeout', { connectionTimeout: '1s' }),
    'circuitBreaker.outlier': outlier({
      interval: '10s',
      baseEjectionTime: '30s',
      detectors: { totalFailures: { consecutive: 5 } },
    }),
    'circuitBreaker.outlier.gatewayErrors': outlier({ detectors: { gatewayFailures: { consecutive: 3 } } }),
    'circuitBreaker.outlier.share': outlier({ maxEjectionPercent: 50 }),
    'circuitBreaker.outlier.minHealth': outlier({ healthyPanicThreshold: 30 }),
    'loadBalancing.policy': balancing({ loadBalancer: { type: 'LeastRequest' } }),
    'loadBalancing.hash': balancing({
      loadBalancer: { type: 'RingHash' },
      hashPolicies: [{ type: 'Header', header: { name: 'x-user' } }],
    }),
    'loadBalancing.failover': [
      {
        kind: 'MeshMultiZoneService',
        metadata: { name: 'backend-shop', namespace },
        spec: {
          selector: {
            meshService: { matchLabels: { 'kuma.io/display-name': 'backend', 'k8s.kuma.io/namespace': 'shop' } },
          },
        },
      },
      {
        kind: 'MeshLoadBalancingStrategy',
        metadata: { name: 'shop-backend-load-balancing', namespace },
        spec: {
          to: [
            {
              targetRef: {
                kind: 'MeshMultiZoneService',
                labels: { 'kuma.io/display-name': 'backend-shop', 'k8s.kuma.io/namespace': namespace },
              },
              default: {
                localityAwareness: {
                  crossZone: { failover: [{ from: { zones: ['us-east'] }, to: { type: 'Only', zones: ['us-west'] } }] },
                },
              },
            },
          ],
        },
      },
    ],
    'rateLimit.local': limit({ requestRate: { num: 100, interval: '1m' } }),
    'rateLimit.status': limit({ onRateLimit: { status: 503 } }),
    'mtls.strict': [identity, system('MeshTLS', 'strict', { rules: [{ default: { mode: 'Strict' } }] })],
    'mtls.permissive': [identity, system('MeshTLS', 'permissive', { rules: [{ default: { mode: 'Permissive' } }] })],
    'mtls.disable': ({ manifests }) => {
      expect(manifests.filter(({ kind }) => ['MeshIdentity', 'MeshTLS', 'MeshTrafficPermission'].includes(kind))).toEqual([])
    },
    'authorization.allow': [identity, ...permission({ allow: [FRONTEND] })],
    'authorization.deny': permission({ allow: [spiffe('Prefix', '')], deny: [FRONTEND] }),
    'authorization.denyByDefault': ({ manifests }) => {
      // Once there are identities, whoever no permission names is denied: the frontend alone stays open.
      const permissions = manifests.filter(({ kind }) => kind === 'MeshTrafficPermission')
      expect(permissions.map(({ metadata }) => metadata.name)).toEqual(['frontend-allow-mesh'])
      expect(manifests.some(({ kind }) => kind === 'MeshIdentity')).toBe(true)
    },
    'authorization.ports': permission({ allow: [FRONTEND] }, BACKENDS, 'rules-8080'),
    'authorization.namespace': permission({ allow: [spiffe('Prefix', 'ns/ops/')] }),
    'authorization.principal': permission({ allow: [spiffe('Exact', 'ns/ops/sa/deployer')] }),
    'authorization.authenticated': permission({ allow: [spiffe('Prefix', '')] }),
    'authorization.wide': permission({ allow: [FRONTEND] }, { kind: 'Mesh' }),
    'external.hosts': [
      object('MeshPassthrough', 'api', {
        targetRef: { kind: 'Mesh' },
        default: {
          passthroughMode: 'Matched',
          appendMatch: [{ type: 'Domain', value: 'api.example.org', port: 443, protocol: 'tls' }],
        },
      }),
    ],
    'external.addresses': [
      object('MeshPassthrough', 'api', {
        default: {
          appendMatch: [
            { type: 'Domain', value: 'api.example.org', port: 443, protocol: 'tls' },
            { type: 'IP', value: '203.0.113.7', port: 443, protocol: 'tls' },
          ],
        },
      }),
    ],
    'filter.wasm': (run) =>
      expectFilter(run, 'backend-auth', 'inbound', {
        name: 'envoy.filters.http.wasm.auth',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm',
          config: { vm_config: { code: { local: { filename: '/etc/meshform/filters/auth.wasm' } } } },
        },
      }),
    'filter.lua': (run) =>
      expectFilter(run, 'backend-stamp', 'inbound', {
        name: 'envoy.filters.http.lua',
        typed_config: { default_source_code: { inline_string: 'function envoy_on_request(handle) end\n' } },
      }),
    'filter.native': (run) =>
      expectFilter(run, 'backend-compress', 'inbound', {
        name: 'envoy.filters.http.compressor',
        typed_config: { choose_first: true },
      }),
    'filter.tcp': (run) => {
      const [modification] = objectsIn(only(run, 'MeshProxyPatch'), 'spec', 'default', 'appendModifications')
      expect(modification).toMatchObject({
        networkFilter: { operation: 'AddBefore', match: { name: 'envoy.filters.network.tcp_proxy', origin: 'inbound' } },
      })
      expect(parse(stringIn(modification, 'networkFilter', 'value') ?? '')).toMatchObject({
        name: 'envoy.filters.network.wasm.auth',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm' },
      })
    },
    'filter.phase': (run) => {
      const [modification] = objectsIn(only(run, 'MeshProxyPatch'), 'spec', 'default', 'appendModifications')
      expect(modification).toMatchObject({ httpFilter: { operation: 'AddFirst', match: { origin: 'inbound' } } })
    },
    'filter.reload': wasmConfig({ failure_policy: 'FAIL_RELOAD' }),
    'filter.environment': wasmConfig({ vm_config: { environment_variables: { key_values: { TIER: 'gold' } } } }),
    'filter.hostEnvironment': wasmConfig({ vm_config: { environment_variables: { host_env_keys: ['POD_NAME'] } } }),
    'filter.vm': wasmConfig({ vm_config: { vm_id: 'shared', configuration: { value: 'quiet' } } }),
    'filter.capabilities': wasmConfig({ capability_restriction_config: { allowed_capabilities: { proxy_log: {} } } }),
    'filter.outbound': (run) => expectFilter(run, 'backend-auth', 'outbound', { name: 'envoy.filters.http.wasm.auth' }),
    'telemetry.metrics': ({ manifests }) => expect(manifests.some(({ kind }) => kind === 'MeshMetric')).toBe(false),
    'telemetry.tracing': telemetry('MeshTrace', {
      default: {
        backends: [{ type: 'Zipkin', zipkin: { url: 'http://zipkin.observability:9411/api/v2/spans' } }],
        sampling: { overall: 10 },
      },
    }),
    'telemetry.accessLogs': telemetry('MeshAccessLog', {
      rules: [{ default: { backends: [{ type: 'File', file: { path: '/dev/stdout' } }] } }],
    }),
    'install.charts': ({ install }) => {
      expect(install.charts.map(({ name, namespace: place }) => ({ name, place }))).toEqual([{ name: chart, place: namespace }])
      expect(install.controlPlane).toEqual([{ kind: 'Deployment', name: `${chart}-control-plane`, container: 'control-plane' }])
    },
  }
}
