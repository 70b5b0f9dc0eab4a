import { expect } from 'vitest'
import { only } from '../design-fixture.ts'
import { conform, type ExpectedObject, expectObject, type Run } from './conform.ts'

const backend = (version: string, weight = 100) => ({ name: `backend-${version}`, port: 8080, weight })

/** Rules of the route that is attached to the Service and carried out by its waypoint. */
const rules = (...list: readonly object[]): readonly ExpectedObject[] => [
  {
    kind: 'HTTPRoute',
    metadata: { name: 'backend', namespace: 'shop' },
    spec: { parentRefs: [{ group: '', kind: 'Service', name: 'backend', port: 8080 }], rules: list },
  },
]

const rule = (spec: object) => rules({ backendRefs: [backend('v1')], ...spec })
const match = (request: object) => rules({ matches: [request], backendRefs: [backend('v2')] }, { backendRefs: [backend('v1')] })
const RETRY = { attempts: 3, codes: [500, 502, 503, 504] }

/** The same policy for the Service and for the Service of each version, where requests end up. */
const policy = (trafficPolicy: object): readonly ExpectedObject[] =>
  ['backend', 'backend-v1', 'backend-v2'].map((name) => ({
    kind: 'DestinationRule',
    metadata: { name, namespace: 'shop' },
    spec: { host: `${name}.shop.svc.cluster.local`, trafficPolicy },
  }))

const SERVICE = [{ group: '', kind: 'Service', name: 'backend' }]

/** A policy of the waypoint, beside one that keeps callers from going past it. */
const authorization = (name: string, action: string, spec: object): readonly ExpectedObject[] => [
  {
    kind: 'AuthorizationPolicy',
    metadata: { name: `backend-rules-${name}` },
    spec: { targetRefs: SERVICE, action, rules: [spec] },
  },
  {
    kind: 'AuthorizationPolicy',
    metadata: { name: 'backend-only-via-waypoint' },
    spec: {
      selector: { matchLabels: { app: 'backend' } },
      action: 'ALLOW',
      rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/waypoint'] } }] }],
    },
  },
]

const FRONTEND = [{ source: { principals: ['cluster.local/ns/shop/sa/frontend'] } }]
const allow = (spec: object) => authorization('allow', 'ALLOW', spec)
const allowOperation = (operation: object) => allow({ from: FRONTEND, to: [{ operation }] })

const httpFilter = (name: string, value: object): readonly ExpectedObject[] => [
  {
    kind: 'EnvoyFilter',
    metadata: { name },
    spec: {
      targetRefs: SERVICE,
      configPatches: [{ applyTo: 'HTTP_FILTER', match: { context: 'WAYPOINT' }, patch: { operation: 'INSERT_BEFORE', value } }],
    },
  },
]

const localLimit = (config: object) =>
  httpFilter('backend-rate-limit', { name: 'envoy.filters.http.local_ratelimit', typed_config: config })

const BUCKET = { max_tokens: 100, tokens_per_fill: 100, fill_interval: '60s' }

const ingress = (listener: object): readonly ExpectedObject[] => [
  {
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'ingress' },
    spec: { gatewayClassName: 'istio', listeners: [{ hostname: 'shop.example.org', ...listener }] },
  },
  {
    kind: 'HTTPRoute',
    metadata: { name: 'web-routes', namespace: 'ingress' },
    spec: { parentRefs: [{ name: 'web' }], rules: [{ backendRefs: [{ name: 'frontend', namespace: 'shop', port: 8080 }] }] },
  },
  {
    kind: 'ReferenceGrant',
    metadata: { namespace: 'shop' },
    spec: { from: [{ kind: 'HTTPRoute', namespace: 'ingress' }], to: [{ group: '', kind: 'Service' }] },
  },
]

const CERTIFICATE = { mode: 'Terminate', certificateRefs: [{ name: 'shop-certificate' }] }

const telemetry = (spec: object): readonly ExpectedObject[] => [
  { kind: 'Telemetry', metadata: { name: 'mesh-default', namespace: 'shop' }, spec },
]

const podLabels = (run: Run, deployment: string) =>
  (only(run, 'Deployment', deployment).spec as { template: { metadata: { labels: object } } }).template.metadata.labels

const plugin = (spec: object): readonly ExpectedObject[] => [{ kind: 'WasmPlugin', spec: { targetRefs: SERVICE, ...spec } }]

const WASM = 'oci://registry.example.org/filters/auth:1.0.0'

conform({
  provider: 'istio',
  mesh: { mode: 'ambient' },
  definitions: ['istio', 'gateway-api-experimental'],
  meaning: {
    'onboarding.namespace': [
      {
        kind: 'Namespace',
        metadata: { labels: { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'waypoint' } },
      },
      {
        kind: 'Gateway',
        metadata: { name: 'waypoint', namespace: 'shop', labels: { 'istio.io/waypoint-for': 'service' } },
        spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
      },
    ],
    'onboarding.workload': (run) => {
      expect(podLabels(run, 'backend-v1')).toMatchObject({ 'istio.io/dataplane-mode': 'ambient' })
      expectObject(run.manifests, {
        kind: 'Service',
        metadata: { name: 'backend', labels: { 'istio.io/use-waypoint': 'waypoint' } },
      })
      expect(podLabels(run, 'frontend')).not.toHaveProperty(['istio.io/dataplane-mode'])
    },
    'onboarding.off': (run) => expect(podLabels(run, 'backend-v1')).toMatchObject({ 'istio.io/dataplane-mode': 'none' }),
    'onboarding.revision': [{ kind: 'Namespace', metadata: { labels: { 'istio.io/rev': 'canary' } } }],
    'traffic.split': [
      ...rules({ backendRefs: [backend('v1', 90), backend('v2', 10)] }),
      { kind: 'Service', metadata: { name: 'backend-v2' }, spec: { selector: { app: 'backend', version: 'v2' } } },
    ],
    'traffic.otherWorkloads': rules({ backendRefs: [{ name: 'frontend', port: 8080, weight: 100 }] }),
    'traffic.gateways': [
      {
        kind: 'HTTPRoute',
        spec: {
          parentRefs: [
            { kind: 'Service', name: 'backend' },
            { kind: 'Gateway', name: 'web', namespace: 'ingress' },
          ],
        },
      },
    ],
    'traffic.match.path': match({ path: { type: 'Exact', value: '/reviews' } }),
    'traffic.match.pathPrefix': match({ path: { type: 'PathPrefix', value: '/re' } }),
    'traffic.match.headers': match({ headers: [{ name: 'end-user', type: 'Exact', value: 'jason' }] }),
    'traffic.match.query': match({ queryParams: [{ name: 'preview', type: 'Exact', value: 'on' }] }),
    'traffic.match.method': match({ method: 'GET' }),
    // The route is attached to that port, so every request of it matches.
    'traffic.match.port': match({}),
    'traffic.match.prefix': match({ headers: [{ name: 'end-user', type: 'RegularExpression', value: 'test-.*' }] }),
    'traffic.match.regex': match({ path: { type: 'RegularExpression', value: '/reviews/[0-9]+' } }),
    'traffic.timeout': rule({ timeouts: { request: '2s' } }),
    'traffic.retries': rule({ retry: RETRY }),
    'traffic.retries.perTry': rule({ timeouts: { backendRequest: '500ms' }, retry: RETRY }),
    'traffic.retries.backoff': rule({ retry: { ...RETRY, backoff: '100ms' } }),
    'traffic.retries.status': rule({ retry: { attempts: 3, codes: [429, 503] } }),
    'traffic.mirror': rule({
      filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'backend-v2', port: 8080 } } }],
    }),
    'traffic.mirror.percent': rule({
      filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'backend-v2', port: 8080 }, percent: 25 } }],
    }),
    'traffic.rewrite': rule({
      matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
      filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1' } } }],
    }),
    'traffic.redirect': rules(
      {
        matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
        filters: [
          {
            type: 'RequestRedirect',
            requestRedirect: { path: { type: 'ReplaceFullPath', replaceFullPath: '/new' }, statusCode: 301 },
          },
        ],
      },
      { backendRefs: [backend('v1')] },
    ),
    'traffic.headers': rule({
      filters: [
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { set: [{ name: 'x-env', value: 'test' }], remove: ['x-debug'] },
        },
        { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'x-served-by', value: 'mesh' }] } },
      ],
    }),
    'traffic.cors': rule({
      filters: [
        {
          type: 'CORS',
          cors: {
            allowOrigins: ['https://shop.example.org'],
            allowMethods: ['GET', 'POST'],
            allowHeaders: ['x-token'],
            maxAge: 86400,
          },
        },
      ],
    }),
    'traffic.tcp': [
      {
        kind: 'TCPRoute',
        metadata: { name: 'database', namespace: 'shop' },
        spec: {
          parentRefs: [{ group: '', kind: 'Service', name: 'database', port: 5432 }],
          rules: [
            {
              backendRefs: [
                { name: 'database-v1', port: 5432, weight: 90 },
                { name: 'database-v2', port: 5432, weight: 10 },
              ],
            },
          ],
        },
      },
    ],
    'circuitBreaker.connections': policy({
      connectionPool: { tcp: { maxConnections: 100 }, http: { http1MaxPendingRequests: 50, http2MaxRequests: 200 } },
    }),
    'circuitBreaker.requestsPerConnection': policy({ connectionPool: { http: { maxRequestsPerConnection: 10 } } }),
    'circuitBreaker.retries': policy({ connectionPool: { http: { maxRetries: 3 } } }),
    'circuitBreaker.idleTimeout': policy({ connectionPool: { http: { idleTimeout: '30s' } } }),
    'circuitBreaker.connectTimeout': policy({ connectionPool: { tcp: { connectTimeout: '1s' } } }),
    'circuitBreaker.outlier': policy({
      outlierDetection: { consecutive5xxErrors: 5, interval: '10s', baseEjectionTime: '30s' },
    }),
    'circuitBreaker.outlier.gatewayErrors': policy({ outlierDetection: { consecutiveGatewayErrors: 3 } }),
    'circuitBreaker.outlier.share': policy({ outlierDetection: { maxEjectionPercent: 50 } }),
    'circuitBreaker.outlier.minHealth': policy({ outlierDetection: { minHealthPercent: 30 } }),
    'loadBalancing.policy': policy({ loadBalancer: { simple: 'LEAST_REQUEST' } }),
    'loadBalancing.hash': policy({ loadBalancer: { consistentHash: { httpHeaderName: 'x-user', ringHash: {} } } }),
    'loadBalancing.failover': policy({
      loadBalancer: { localityLbSetting: { enabled: true, failover: [{ from: 'us-east', to: 'us-west' }] } },
    }),
    'loadBalancing.warmup': policy({ loadBalancer: { simple: 'ROUND_ROBIN', warmup: { duration: '60s' } } }),
    'rateLimit.local': localLimit({ token_bucket: BUCKET }),
    'rateLimit.global': httpFilter('backend-rate-limit', {
      name: 'envoy.filters.http.ratelimit',
      typed_config: {
        domain: 'meshform-backend',
        rate_limits: [{ actions: [{ generic_key: { descriptor_key: 'policy', descriptor_value: 'backend' } }] }],
      },
    }),
    'rateLimit.burst': localLimit({ token_bucket: { ...BUCKET, max_tokens: 120 } }),
    'rateLimit.status': localLimit({ status: { code: 503 } }),
    'rateLimit.byHeader': localLimit({ descriptors: [{ entries: [{ key: 'x-user' }], token_bucket: BUCKET }] }),
    'rateLimit.byClient': localLimit({ descriptors: [{ entries: [{ key: 'client' }], token_bucket: BUCKET }] }),
    'mtls.strict': [{ kind: 'PeerAuthentication', metadata: { name: 'default' }, spec: { mtls: { mode: 'STRICT' } } }],
    'mtls.permissive': [{ kind: 'PeerAuthentication', metadata: { name: 'default' }, spec: { mtls: { mode: 'PERMISSIVE' } } }],
    'authorization.allow': allow({ from: FRONTEND }),
    'authorization.deny': authorization('deny', 'DENY', { from: FRONTEND }),
    'authorization.denyByDefault': (run) => {
      expect(only(run, 'AuthorizationPolicy', 'backend-rules-deny-all').spec).toEqual({ targetRefs: SERVICE })
    },
    'authorization.methods': allowOperation({ methods: ['GET', 'HEAD'] }),
    'authorization.paths': allowOperation({ paths: ['/reviews/*', '/health'] }),
    'authorization.hosts': allowOperation({ hosts: ['backend.shop'] }),
    'authorization.ports': allowOperation({ ports: ['8080'] }),
    'authorization.headers': allow({ from: FRONTEND, when: [{ key: 'request.headers[x-team]', values: ['shop'] }] }),
    'authorization.namespace': allow({ from: [{ source: { namespaces: ['ops'] } }] }),
    'authorization.principal': allow({ from: [{ source: { principals: ['cluster.local/ns/ops/sa/deployer'] } }] }),
    'authorization.authenticated': allow({ from: [{ source: { principals: ['*'] } }] }),
    'authorization.ipBlock': allow({ from: [{ source: { ipBlocks: ['10.1.0.0/16'] } }] }),
    'authorization.wide': (run) => {
      expect(only(run, 'AuthorizationPolicy', 'rules-allow').spec).toEqual({
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
        action: 'ALLOW',
        rules: [{ from: FRONTEND }],
      })
      // Without a target it holds for the pods of the namespace, which see the waypoint as the caller.
      expect(only(run, 'AuthorizationPolicy', 'rules-allow-pods').spec).toEqual({
        action: 'ALLOW',
        rules: [{ from: FRONTEND }, { from: [{ source: { principals: ['cluster.local/ns/shop/sa/waypoint'] } }] }],
      })
    },
    'gateway.ingress': ingress({ name: 'http-80', port: 80, protocol: 'HTTP' }),
    'gateway.egress': [
      { kind: 'Gateway', metadata: { name: 'out', namespace: 'egress' }, spec: { gatewayClassName: 'istio-waypoint' } },
      {
        kind: 'ServiceEntry',
        metadata: { labels: { 'istio.io/use-waypoint': 'out', 'istio.io/use-waypoint-namespace': 'egress' } },
        spec: { hosts: ['api.example.org'] },
      },
    ],
    'gateway.eastWest': [
      {
        kind: 'Gateway',
        metadata: { name: 'between' },
        spec: {
          gatewayClassName: 'istio-east-west',
          listeners: [
            { port: 15008, protocol: 'HBONE', tls: { options: { 'gateway.istio.io/tls-terminate-mode': 'ISTIO_MUTUAL' } } },
          ],
        },
      },
    ],
    'gateway.tls': ingress({ port: 443, protocol: 'HTTPS', tls: CERTIFICATE }),
    'gateway.tls.mutual': ingress({ tls: { ...CERTIFICATE, options: { 'gateway.istio.io/tls-terminate-mode': 'MUTUAL' } } }),
    'external.hosts': [{ kind: 'ServiceEntry', spec: { hosts: ['api.example.org'], resolution: 'DNS' } }],
    'external.addresses': [{ kind: 'ServiceEntry', spec: { resolution: 'STATIC', endpoints: [{ address: '203.0.113.7' }] } }],
    'filter.wasm': [{ kind: 'WasmPlugin', spec: { targetRefs: SERVICE, url: WASM } }],
    'filter.lua': httpFilter('backend-stamp', {
      name: 'envoy.filters.http.lua',
      typed_config: { default_source_code: { inline_string: 'function envoy_on_request(handle) end\n' } },
    }),
    'filter.native': httpFilter('backend-compress', {
      name: 'envoy.filters.http.compressor',
      typed_config: { choose_first: true },
    }),
    'filter.gateways': [
      {
        kind: 'WasmPlugin',
        spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }], url: WASM },
      },
    ],
    'filter.tcp': plugin({ type: 'NETWORK' }),
    'filter.ports': plugin({ match: [{ ports: [{ number: 8080 }] }] }),
    'filter.phase': plugin({ phase: 'AUTHN' }),
    'filter.reload': plugin({ failStrategy: 'FAIL_RELOAD' }),
    'filter.pullPolicy': plugin({ imagePullPolicy: 'Always' }),
    'filter.pullSecret': plugin({ imagePullSecret: 'registry' }),
    'filter.environment': plugin({ vmConfig: { env: [{ name: 'TIER', value: 'gold', valueFrom: 'INLINE' }] } }),
    'filter.hostEnvironment': plugin({ vmConfig: { env: [{ name: 'POD_NAME', valueFrom: 'HOST' }] } }),
    'telemetry.metrics': telemetry({
      metrics: [{ providers: [{ name: 'prometheus' }], overrides: [{ match: { metric: 'ALL_METRICS' }, disabled: true }] }],
    }),
    'telemetry.tracing': telemetry({ tracing: [{ providers: [{ name: 'zipkin' }], randomSamplingPercentage: 10 }] }),
    'telemetry.accessLogs': telemetry({ accessLogging: [{ providers: [{ name: 'envoy' }] }] }),
    'install.charts': ({ install }) => {
      expect(install.charts.map(({ name, values }) => [name, values.profile])).toEqual([
        ['base', undefined],
        ['istiod', 'ambient'],
        ['cni', 'ambient'],
        ['ztunnel', undefined],
      ])
      expect(install.controlPlane.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
        'Deployment/istiod',
        'DaemonSet/istio-cni-node',
        'DaemonSet/ztunnel',
      ])
      expect(install.requires?.map(({ crd }) => crd)).toEqual(['httproutes.gateway.networking.k8s.io'])
    },
  },
})
