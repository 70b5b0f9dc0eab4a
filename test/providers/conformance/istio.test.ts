import { expect } from 'vitest'
import { only } from '../design-fixture.ts'
import { conform, type ExpectedObject, type Run } from './conform.ts'

const HOST = 'backend.shop.svc.cluster.local'

const to = (subset: string, weight = 100) => ({ destination: { host: HOST, subset, port: { number: 8080 } }, weight })

/** The only route, beside the destination that every case has. */
const route = (http: object): readonly ExpectedObject[] => [
  {
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: 'shop' },
    spec: { hosts: [HOST], http: [{ route: [to('v1')], ...http }] },
  },
]

/** A narrow route to v2 before the wide one to v1. */
const match = (request: object): readonly ExpectedObject[] => [
  { kind: 'VirtualService', spec: { http: [{ match: [request], route: [to('v2')] }, { route: [to('v1')] }] } },
]

const policy = (trafficPolicy: object): readonly ExpectedObject[] => [
  { kind: 'DestinationRule', metadata: { name: 'backend', namespace: 'shop' }, spec: { host: HOST, trafficPolicy } },
]

const authorization = (name: string, action: string, rule: object): readonly ExpectedObject[] => [
  {
    kind: 'AuthorizationPolicy',
    metadata: { name: `backend-rules-${name}`, namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'backend' } }, action, rules: [rule] },
  },
]

const FRONTEND = [{ source: { principals: ['cluster.local/ns/shop/sa/frontend'] } }]
const allow = (rule: object) => authorization('allow', 'ALLOW', rule)
const allowOperation = (operation: object) => allow({ from: FRONTEND, to: [{ operation }] })

const mtls = (mode: string): readonly ExpectedObject[] => [
  { kind: 'PeerAuthentication', metadata: { name: 'default', namespace: 'shop' }, spec: { mtls: { mode } } },
]

/** The EnvoyFilter on the pods of the backend; `value` is the HTTP filter put before the router. */
const httpFilter = (name: string, value: object): readonly ExpectedObject[] => [
  {
    kind: 'EnvoyFilter',
    metadata: { name, namespace: 'shop' },
    spec: {
      workloadSelector: { labels: { app: 'backend' } },
      configPatches: [
        { applyTo: 'HTTP_FILTER', match: { context: 'SIDECAR_INBOUND' }, patch: { operation: 'INSERT_BEFORE', value } },
      ],
    },
  },
]

const localLimit = (config: object) =>
  httpFilter('backend-rate-limit', { name: 'envoy.filters.http.local_ratelimit', typed_config: config })

const BUCKET = { max_tokens: 100, tokens_per_fill: 100, fill_interval: '60s' }

const gatewayServer = (server: object): readonly ExpectedObject[] => [
  {
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'ingress' },
    spec: { selector: { istio: 'ingressgateway' }, servers: [server] },
  },
  {
    kind: 'VirtualService',
    metadata: { name: 'web-routes', namespace: 'ingress' },
    spec: {
      hosts: ['shop.example.org'],
      gateways: ['web'],
      http: [{ route: [{ destination: { host: 'frontend.shop.svc.cluster.local' } }] }],
    },
  },
]

const wasm = (spec: object, name = 'backend-auth'): ExpectedObject => ({
  kind: 'WasmPlugin',
  metadata: { name },
  spec: { url: 'oci://registry.example.org/filters/auth:1.0.0', ...spec },
})

/** A module that proxies fetch by an EnvoyFilter: its configuration by name, and the name in the chain. */
const envoyModule = (config: object): readonly ExpectedObject[] => [
  {
    kind: 'EnvoyFilter',
    metadata: { name: 'backend-auth', namespace: 'shop' },
    spec: {
      workloadSelector: { labels: { app: 'backend' } },
      configPatches: [
        {
          applyTo: 'EXTENSION_CONFIG',
          patch: {
            operation: 'ADD',
            value: {
              name: 'meshform.shop.backend.auth',
              typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm', config },
            },
          },
        },
        {
          applyTo: 'HTTP_FILTER',
          match: { context: 'SIDECAR_INBOUND' },
          patch: {
            operation: 'INSERT_BEFORE',
            value: {
              name: 'meshform.shop.backend.auth',
              config_discovery: { type_urls: ['type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm'] },
            },
          },
        },
      ],
    },
  },
]

const telemetry = (spec: object): readonly ExpectedObject[] => [
  { kind: 'Telemetry', metadata: { name: 'mesh-default', namespace: 'shop' }, spec },
]

const podLabels = (run: Run, deployment: string) =>
  (only(run, 'Deployment', deployment).spec as { template: { metadata: { labels: object } } }).template.metadata.labels

conform({
  provider: 'istio',
  mesh: {},
  definitions: ['istio'],
  meaning: {
    'onboarding.namespace': [{ kind: 'Namespace', metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } } }],
    'onboarding.workload': (run) => {
      for (const name of ['backend-v1', 'backend-v2']) {
        expect(podLabels(run, name)).toMatchObject({ 'sidecar.istio.io/inject': 'true' })
      }
      expect(podLabels(run, 'frontend')).not.toHaveProperty(['sidecar.istio.io/inject'])
    },
    'onboarding.off': (run) => {
      expect(podLabels(run, 'backend-v1')).toMatchObject({ 'sidecar.istio.io/inject': 'false' })
    },
    'onboarding.revision': (run) => {
      const { manifests, install } = run
      // Pods bear the revision too, so that another one rolls them over.
      expect(podLabels(run, 'frontend')).toMatchObject({ 'istio.io/rev': 'canary' })
      const namespace = manifests.find((manifest) => manifest.kind === 'Namespace')
      expect(namespace?.metadata.labels).toEqual({ 'istio.io/rev': 'canary' })
      expect(install.controlPlane[0]).toMatchObject({ kind: 'Deployment', name: 'istiod-canary' })
    },
    'traffic.split': [
      { kind: 'VirtualService', spec: { http: [{ route: [to('v1', 90), to('v2', 10)] }] } },
      {
        kind: 'DestinationRule',
        spec: {
          host: HOST,
          subsets: [
            { name: 'v1', labels: { version: 'v1' } },
            { name: 'v2', labels: { version: 'v2' } },
          ],
        },
      },
    ],
    'traffic.otherWorkloads': [
      {
        kind: 'VirtualService',
        spec: { http: [{ route: [{ destination: { host: 'frontend.shop.svc.cluster.local' }, weight: 100 }] }] },
      },
    ],
    'traffic.hosts': [{ kind: 'VirtualService', spec: { hosts: ['shop.example.org'] } }],
    'traffic.gateways': [
      { kind: 'VirtualService', spec: { hosts: [HOST, 'shop.example.org'], gateways: ['mesh', 'ingress/web'] } },
    ],
    'traffic.match.path': match({ uri: { exact: '/reviews' } }),
    'traffic.match.pathPrefix': match({ uri: { prefix: '/re' } }),
    'traffic.match.headers': match({ headers: { 'end-user': { exact: 'jason' } } }),
    'traffic.match.query': match({ queryParams: { preview: { exact: 'on' } } }),
    'traffic.match.method': match({ method: { exact: 'GET' } }),
    'traffic.match.port': match({ port: 8080 }),
    'traffic.match.from': match({ sourceLabels: { app: 'frontend' }, sourceNamespace: 'shop' }),
    'traffic.match.regex': match({ uri: { regex: '/reviews/[0-9]+' } }),
    'traffic.match.prefix': match({ headers: { 'end-user': { prefix: 'test-' } } }),
    'traffic.match.absent': match({ withoutHeaders: { 'end-user': {} } }),
    'traffic.timeout': route({ timeout: '2s' }),
    'traffic.retries': route({ retries: { attempts: 3, retryOn: '5xx' } }),
    'traffic.retries.perTry': route({ retries: { attempts: 3, perTryTimeout: '500ms', retryOn: '5xx' } }),
    'traffic.retries.backoff': route({ retries: { attempts: 3, retryOn: '5xx', backoff: '100ms' } }),
    'traffic.retries.connection': route({ retries: { attempts: 3, retryOn: 'connect-failure,reset,refused-stream' } }),
    'traffic.retries.status': route({ retries: { attempts: 3, retryOn: '503,429' } }),
    'traffic.fault.delay': route({ fault: { delay: { fixedDelay: '5s', percentage: { value: 10 } } } }),
    'traffic.fault.abort': route({ fault: { abort: { httpStatus: 503, percentage: { value: 10 } } } }),
    'traffic.mirror': route({ mirror: { host: HOST, subset: 'v2', port: { number: 8080 } } }),
    'traffic.mirror.percent': route({ mirror: { host: HOST, subset: 'v2' }, mirrorPercentage: { value: 25 } }),
    'traffic.rewrite': route({ match: [{ uri: { prefix: '/api' } }], rewrite: { uri: '/v1' } }),
    'traffic.redirect': [
      {
        kind: 'VirtualService',
        spec: {
          http: [{ match: [{ uri: { prefix: '/old' } }], redirect: { uri: '/new', redirectCode: 301 } }, { route: [to('v1')] }],
        },
      },
    ],
    'traffic.headers': route({
      headers: { request: { set: { 'x-env': 'test' }, remove: ['x-debug'] }, response: { add: { 'x-served-by': 'mesh' } } },
    }),
    'traffic.cors': route({
      corsPolicy: {
        allowOrigins: [{ exact: 'https://shop.example.org' }],
        allowMethods: ['GET', 'POST'],
        allowHeaders: ['x-token'],
        maxAge: '24h',
      },
    }),
    'traffic.tcp': [
      {
        kind: 'VirtualService',
        metadata: { name: 'database' },
        spec: {
          tcp: [
            {
              route: [
                { destination: { host: 'database.shop.svc.cluster.local', subset: 'v1', port: { number: 5432 } }, weight: 90 },
                { destination: { host: 'database.shop.svc.cluster.local', subset: 'v2', port: { number: 5432 } }, weight: 10 },
              ],
            },
          ],
        },
      },
    ],
    'traffic.tls': policy({ tls: { mode: 'ISTIO_MUTUAL' } }),
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
    'circuitBreaker.outlier.share': policy({ outlierDetection: { consecutive5xxErrors: 5, maxEjectionPercent: 50 } }),
    'circuitBreaker.outlier.minHealth': policy({ outlierDetection: { consecutive5xxErrors: 5, minHealthPercent: 30 } }),
    'loadBalancing.policy': policy({ loadBalancer: { simple: 'LEAST_REQUEST' } }),
    'loadBalancing.hash': policy({ loadBalancer: { consistentHash: { httpHeaderName: 'x-user', ringHash: {} } } }),
    'loadBalancing.failover': policy({
      loadBalancer: { localityLbSetting: { enabled: true, failover: [{ from: 'us-east', to: 'us-west' }] } },
    }),
    'loadBalancing.warmup': policy({ loadBalancer: { simple: 'ROUND_ROBIN', warmup: { duration: '60s' } } }),
    'rateLimit.local': localLimit({ token_bucket: BUCKET }),
    'rateLimit.global': [
      {
        kind: 'EnvoyFilter',
        spec: {
          configPatches: [
            {
              applyTo: 'HTTP_FILTER',
              patch: {
                value: {
                  name: 'envoy.filters.http.ratelimit',
                  typed_config: {
                    domain: 'meshform-backend',
                    rate_limit_service: {
                      grpc_service: { envoy_grpc: { cluster_name: 'outbound|8081||ratelimit.shop.svc.cluster.local' } },
                    },
                  },
                },
              },
            },
            {
              applyTo: 'VIRTUAL_HOST',
              patch: {
                operation: 'MERGE',
                value: {
                  rate_limits: [{ actions: [{ generic_key: { descriptor_key: 'policy', descriptor_value: 'backend' } }] }],
                },
              },
            },
          ],
        },
      },
    ],
    'rateLimit.burst': localLimit({ token_bucket: { ...BUCKET, max_tokens: 120 } }),
    'rateLimit.status': localLimit({ status: { code: 503 }, token_bucket: BUCKET }),
    'rateLimit.byHeader': localLimit({
      rate_limits: [{ actions: [{ request_headers: { header_name: 'x-user', descriptor_key: 'x-user' } }] }],
      descriptors: [{ entries: [{ key: 'x-user' }], token_bucket: BUCKET }],
    }),
    'rateLimit.byClient': localLimit({
      rate_limits: [
        { actions: [{ extension: { typed_config: { descriptor_key: 'client', text: 'connection.uri_san_peer_certificate' } } }] },
      ],
      descriptors: [{ entries: [{ key: 'client' }], token_bucket: BUCKET }],
    }),
    'mtls.strict': mtls('STRICT'),
    'mtls.permissive': mtls('PERMISSIVE'),
    'mtls.disable': mtls('DISABLE'),
    'authorization.allow': allow({ from: FRONTEND }),
    'authorization.deny': authorization('deny', 'DENY', { from: FRONTEND }),
    'authorization.denyByDefault': (run) => {
      // An ALLOW policy without rules matches nothing, so nobody may call.
      expect(only(run, 'AuthorizationPolicy').spec).toEqual({ selector: { matchLabels: { app: 'backend' } } })
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
      const made = only(run, 'AuthorizationPolicy')
      expect(made.metadata).toMatchObject({ name: 'rules-allow', namespace: 'shop' })
      expect(made.spec).toEqual({ action: 'ALLOW', rules: [{ from: FRONTEND }] })
    },
    'gateway.ingress': gatewayServer({ port: { number: 80, name: 'http-80', protocol: 'HTTP' }, hosts: ['shop.example.org'] }),
    'gateway.egress': [
      {
        kind: 'Gateway',
        spec: {
          selector: { istio: 'egressgateway' },
          servers: [{ port: { number: 443, protocol: 'TLS' }, hosts: ['api.example.org'], tls: { mode: 'PASSTHROUGH' } }],
        },
      },
      { kind: 'ServiceEntry', spec: { hosts: ['api.example.org'], location: 'MESH_EXTERNAL', resolution: 'DNS' } },
      {
        kind: 'VirtualService',
        spec: {
          gateways: ['mesh', 'egress/out'],
          tls: [
            {
              match: [{ gateways: ['mesh'], port: 443, sniHosts: ['api.example.org'] }],
              route: [{ destination: { host: 'istio-egressgateway.egress.svc.cluster.local', port: { number: 443 } } }],
            },
            {
              match: [{ gateways: ['egress/out'], port: 443, sniHosts: ['api.example.org'] }],
              route: [{ destination: { host: 'api.example.org', port: { number: 443 } } }],
            },
          ],
        },
      },
    ],
    'gateway.eastWest': [
      {
        kind: 'Gateway',
        spec: {
          selector: { istio: 'eastwestgateway' },
          servers: [{ port: { number: 15443, protocol: 'TLS' }, hosts: ['*.local'], tls: { mode: 'AUTO_PASSTHROUGH' } }],
        },
      },
    ],
    'gateway.tls': gatewayServer({
      port: { number: 443, protocol: 'HTTPS' },
      tls: { mode: 'SIMPLE', credentialName: 'shop-certificate' },
    }),
    'gateway.tls.mutual': gatewayServer({ tls: { mode: 'MUTUAL', credentialName: 'shop-certificate' } }),
    'external.hosts': [
      {
        kind: 'ServiceEntry',
        metadata: { name: 'api', namespace: 'shop' },
        spec: {
          hosts: ['api.example.org'],
          location: 'MESH_EXTERNAL',
          ports: [{ number: 443, name: 'https-443', protocol: 'HTTPS' }],
          resolution: 'DNS',
        },
      },
    ],
    'external.addresses': [{ kind: 'ServiceEntry', spec: { resolution: 'STATIC', endpoints: [{ address: '203.0.113.7' }] } }],
    'filter.wasm': [
      wasm({
        selector: { matchLabels: { app: 'backend' } },
        pluginConfig: { header: 'x-api-key' },
        // Without it, a sidecar runs the plugin for what the workload sends too.
        match: [{ mode: 'SERVER' }],
      }),
    ],
    'filter.lua': httpFilter('backend-stamp', {
      name: 'envoy.filters.http.lua',
      typed_config: { default_source_code: { inline_string: 'function envoy_on_request(handle) end\n' } },
    }),
    'filter.native': httpFilter('backend-compress', {
      name: 'envoy.filters.http.compressor',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor',
        choose_first: true,
      },
    }),
    'filter.gateways': [wasm({ selector: { matchLabels: { istio: 'ingressgateway' } } }, 'web-auth')],
    'filter.outbound': [wasm({ match: [{ mode: 'CLIENT' }] })],
    'filter.tcp': [wasm({ type: 'NETWORK', match: [{ mode: 'SERVER' }] })],
    'filter.ports': [wasm({ match: [{ mode: 'SERVER', ports: [{ number: 8080 }] }] })],
    'filter.phase': [wasm({ phase: 'AUTHN' })],
    'filter.reload': [wasm({ failStrategy: 'FAIL_RELOAD' })],
    'filter.pullPolicy': [wasm({ imagePullPolicy: 'Always' })],
    'filter.pullSecret': [wasm({ imagePullSecret: 'registry' })],
    'filter.environment': [wasm({ vmConfig: { env: [{ name: 'TIER', value: 'gold', valueFrom: 'INLINE' }] } })],
    'filter.hostEnvironment': [wasm({ vmConfig: { env: [{ name: 'POD_NAME', valueFrom: 'HOST' }] } })],
    'filter.vm': envoyModule({
      vm_config: {
        vm_id: 'shared',
        configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'quiet' },
        code: { remote: { http_uri: { uri: 'oci://registry.example.org/filters/auth:1.0.0', timeout: '30s', cluster: '_' } } },
      },
    }),
    'filter.capabilities': envoyModule({ capability_restriction_config: { allowed_capabilities: { proxy_log: {} } } }),
    'telemetry.metrics': telemetry({
      metrics: [{ providers: [{ name: 'prometheus' }], overrides: [{ match: { metric: 'ALL_METRICS' }, disabled: true }] }],
    }),
    'telemetry.tracing': telemetry({ tracing: [{ providers: [{ name: 'zipkin' }], randomSamplingPercentage: 10 }] }),
    'telemetry.accessLogs': telemetry({ accessLogging: [{ providers: [{ name: 'envoy' }] }] }),
    'install.charts': ({ install }) => {
      expect(install.charts.map(({ name, release, namespace }) => ({ name, release, namespace }))).toEqual([
        { name: 'base', release: 'istio-base', namespace: 'istio-system' },
        { name: 'istiod', release: 'istiod', namespace: 'istio-system' },
      ])
      expect(install.controlPlane).toEqual([{ kind: 'Deployment', name: 'istiod', container: 'discovery' }])
    },
  },
})
