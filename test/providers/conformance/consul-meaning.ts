import { expect } from 'vitest'
import type { Conformance, ExpectedObject } from './conform.ts'

const entry = (kind: string, spec: object, name = 'backend'): ExpectedObject => ({ kind, metadata: { name }, spec })

const router = (...routes: readonly object[]): ExpectedObject => entry('ServiceRouter', { routes })
const TO_V1 = { service: 'backend', serviceSubset: 'v1' }
const TO_V2 = { service: 'backend', serviceSubset: 'v2' }
const EVERY = { http: { pathPrefix: '/' } }

const route = (more: object): readonly ExpectedObject[] => [router({ match: EVERY, destination: { ...TO_V1, ...more } })]
const matching = (http: object): readonly ExpectedObject[] => [
  router({ match: { http }, destination: TO_V2 }, { match: EVERY, destination: TO_V1 }),
]
const limits = (more: object): readonly ExpectedObject[] => [
  entry('ServiceDefaults', { upstreamConfig: { overrides: [{ name: 'backend', ...more }] } }, 'frontend'),
]
const intentions = (...sources: readonly object[]): readonly ExpectedObject[] => [
  entry('ServiceIntentions', { destination: { name: 'backend' }, sources }),
]
const allowed = (...permissions: readonly object[]): readonly ExpectedObject[] =>
  intentions(
    { name: 'frontend', permissions: permissions.map((http) => ({ action: 'allow', http })) },
    { name: '*', action: 'deny' },
  )
const annotated = (annotations: object): readonly ExpectedObject[] => [
  { kind: 'Deployment', metadata: { name: 'backend-v1' }, spec: { template: { metadata: { annotations } } } },
]
const module = {
  'consul.hashicorp.com/consul-sidecar-user-volume': JSON.stringify([
    { name: 'auth', image: { reference: 'registry.example.org/filters/auth:1.0.0' } },
  ]),
  'consul.hashicorp.com/consul-sidecar-user-volume-mount': JSON.stringify([
    { name: 'auth', mountPath: '/consul/extensions/auth', readOnly: true },
  ]),
}
const extension = (args: object): readonly ExpectedObject[] => [
  entry('ServiceDefaults', { envoyExtensions: [{ name: 'builtin/wasm', arguments: args }] }),
]
const plugin = (pluginConfig: object) => extension({ pluginConfig: { name: 'auth', ...pluginConfig } })
const wasm = (listenerType: string, configuration?: string): readonly ExpectedObject[] => [
  entry('ServiceDefaults', {
    envoyExtensions: [
      {
        name: 'builtin/wasm',
        required: true,
        arguments: {
          protocol: 'http',
          listenerType,
          pluginConfig: {
            name: 'auth',
            ...(configuration === undefined ? {} : { configuration }),
            vmConfig: { code: { local: { filename: '/consul/extensions/auth/plugin.wasm' } } },
          },
        },
      },
    ],
  }),
  ...annotated(module),
]
const gateway = (listener: object): readonly ExpectedObject[] => [
  {
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'ingress' },
    spec: { gatewayClassName: 'consul', listeners: [listener] },
  },
  {
    kind: 'HTTPRoute',
    spec: { parentRefs: [{ name: 'web' }], rules: [{ backendRefs: [{ name: 'frontend', namespace: 'shop', port: 8080 }] }] },
  },
]

/** What Consul's custom resources must say, in both editions. */
export const CONSUL_MEANING: Conformance['meaning'] = {
  'onboarding.namespace': [
    ...annotated({ 'consul.hashicorp.com/connect-inject': 'true', 'consul.hashicorp.com/service-meta-version': 'v1' }),
    entry('ServiceDefaults', { protocol: 'http' }),
    entry('ProxyDefaults', { config: { protocol: 'http' } }, 'global'),
  ],
  'onboarding.workload': annotated({ 'consul.hashicorp.com/connect-inject': 'true' }),
  'onboarding.off': annotated({ 'consul.hashicorp.com/connect-inject': 'false' }),
  'traffic.split': [
    entry('ServiceSplitter', {
      splits: [
        { weight: 90, serviceSubset: 'v1' },
        { weight: 10, serviceSubset: 'v2' },
      ],
    }),
    entry('ServiceResolver', {
      defaultSubset: 'v1',
      subsets: {
        v1: { filter: 'Service.Meta.version == v1', onlyPassing: true },
        v2: { filter: 'Service.Meta.version == v2', onlyPassing: true },
      },
    }),
  ],
  'traffic.otherWorkloads': [router({ match: EVERY, destination: { service: 'frontend' } })],
  'traffic.gateways': [
    {
      kind: 'HTTPRoute',
      metadata: { name: 'backend-on-web', namespace: 'shop' },
      spec: {
        parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web', namespace: 'ingress' }],
        rules: [{ backendRefs: [{ name: 'backend', port: 8080 }] }],
      },
    },
    router({ match: EVERY, destination: TO_V1 }),
  ],
  'traffic.match.path': matching({ pathExact: '/reviews' }),
  'traffic.match.pathPrefix': matching({ pathPrefix: '/re' }),
  'traffic.match.headers': matching({ header: [{ name: 'end-user', exact: 'jason' }] }),
  'traffic.match.query': matching({ queryParam: [{ name: 'preview', exact: 'on' }] }),
  'traffic.match.method': matching({ methods: ['GET'] }),
  'traffic.match.regex': matching({ pathRegex: '/reviews/[0-9]+' }),
  'traffic.match.prefix': matching({ header: [{ name: 'end-user', prefix: 'test-' }] }),
  'traffic.match.absent': matching({ header: [{ name: 'end-user', present: true, invert: true }] }),
  'traffic.timeout': route({ requestTimeout: '2s' }),
  'traffic.retries': route({ numRetries: 3, retryOn: ['5xx'] }),
  'traffic.retries.connection': route({ numRetries: 3, retryOn: ['reset', 'refused-stream'], retryOnConnectFailure: true }),
  'traffic.retries.status': route({ numRetries: 3, retryOnStatusCodes: [503, 429] }),
  'traffic.rewrite': [router({ match: { http: { pathPrefix: '/api' } }, destination: { ...TO_V1, prefixRewrite: '/v1' } })],
  'traffic.headers': route({
    requestHeaders: { set: { 'x-env': 'test' }, remove: ['x-debug'] },
    responseHeaders: { add: { 'x-served-by': 'mesh' } },
  }),
  'circuitBreaker.connections': limits({ limits: { maxConnections: 100, maxPendingRequests: 50, maxConcurrentRequests: 200 } }),
  'circuitBreaker.connectTimeout': [entry('ServiceResolver', { connectTimeout: '1s' })],
  'circuitBreaker.outlier': limits({ passiveHealthCheck: { maxFailures: 5, interval: '10s', baseEjectionTime: '30s' } }),
  'circuitBreaker.outlier.share': limits({ passiveHealthCheck: { maxFailures: 5, maxEjectionPercent: 50 } }),
  'loadBalancing.policy': [entry('ServiceResolver', { loadBalancer: { policy: 'least_request' } })],
  'loadBalancing.hash': [
    entry('ServiceResolver', {
      loadBalancer: { policy: 'ring_hash', hashPolicies: [{ field: 'header', fieldValue: 'x-user' }] },
    }),
  ],
  'loadBalancing.failover': [entry('ServiceResolver', { failover: { '*': { datacenters: ['us-west'] } } })],
  'mtls.strict': [entry('ServiceDefaults', { mutualTLSMode: 'strict' })],
  'mtls.permissive': [
    entry('ServiceDefaults', { mutualTLSMode: 'permissive' }),
    entry('Mesh', { allowEnablingPermissiveMutualTLS: true }, 'mesh'),
  ],
  'authorization.allow': intentions({ name: 'frontend', action: 'allow' }, { name: '*', action: 'deny' }),
  'authorization.deny': intentions({ name: 'frontend', action: 'deny' }, { name: '*', action: 'allow' }),
  'authorization.denyByDefault': intentions({ name: '*', action: 'deny' }),
  'authorization.methods': allowed({ pathPrefix: '/', methods: ['GET', 'HEAD'] }),
  'authorization.paths': allowed({ pathPrefix: '/reviews/' }, { pathExact: '/health' }),
  'authorization.headers': allowed({ pathPrefix: '/', header: [{ name: 'x-team', exact: 'shop' }] }),
  'authorization.headers.regex': allowed({ pathPrefix: '/', header: [{ name: 'x-team', regex: 'shop-.*' }] }),
  'authorization.principal': intentions({ name: 'deployer', action: 'allow' }, { name: '*', action: 'deny' }),
  'authorization.authenticated': intentions({ name: '*', action: 'allow' }),
  'gateway.ingress': gateway({ port: 80, protocol: 'HTTP', hostname: 'shop.example.org' }),
  'gateway.egress': [
    { kind: 'TerminatingGateway', metadata: { name: 'out', namespace: 'egress' }, spec: { services: [{ name: 'api' }] } },
    entry('ServiceDefaults', { protocol: 'tcp', destination: { addresses: ['api.example.org'], port: 443 } }, 'api'),
  ],
  'gateway.eastWest': [entry('Mesh', { peering: { peerThroughMeshGateways: true } }, 'mesh')],
  'gateway.tls': gateway({
    port: 443,
    protocol: 'HTTPS',
    tls: { mode: 'Terminate', certificateRefs: [{ name: 'shop-certificate' }] },
  }),
  'external.hosts': [
    entry('ServiceDefaults', { protocol: 'tcp', destination: { addresses: ['api.example.org'], port: 443 } }, 'api'),
    entry('TerminatingGateway', { services: [{ name: 'api' }] }, 'terminating-gateway'),
  ],
  'external.addresses': [entry('ServiceDefaults', { destination: { addresses: ['203.0.113.7'], port: 443 } }, 'api')],
  'filter.wasm': wasm('inbound', '{"header":"x-api-key"}'),
  'filter.lua': [
    entry('ServiceDefaults', {
      envoyExtensions: [
        {
          name: 'builtin/lua',
          arguments: { proxyType: 'connect-proxy', listener: 'inbound', script: 'function envoy_on_request(handle) end\n' },
        },
      ],
    }),
  ],
  'filter.outbound': wasm('outbound'),
  'filter.tcp': extension({ protocol: 'tcp' }),
  'filter.phase': wasm('inbound'),
  'filter.pullPolicy': annotated({
    'consul.hashicorp.com/consul-sidecar-user-volume': JSON.stringify([
      { name: 'auth', image: { reference: 'registry.example.org/filters/auth:1.0.0', pullPolicy: 'Always' } },
    ]),
  }),
  'filter.environment': plugin({ vmConfig: { environmentVariables: { keyValues: { TIER: 'gold' } } } }),
  'filter.hostEnvironment': plugin({ vmConfig: { environmentVariables: { hostEnvKeys: ['POD_NAME'] } } }),
  'filter.vm': plugin({ vmConfig: { vmID: 'shared', configuration: 'quiet' } }),
  'filter.capabilities': plugin({ capabilityRestrictionConfiguration: { allowedCapabilities: { proxy_log: {} } } }),
  'telemetry.metrics': annotated({ 'consul.hashicorp.com/enable-metrics': 'false' }),
  'telemetry.accessLogs': [entry('ProxyDefaults', { accessLogs: { enabled: true } }, 'global')],
  'install.charts': ({ install }) => {
    expect(install.charts.map(({ repository, name, namespace }) => [repository, name, namespace])).toEqual([
      ['https://helm.releases.hashicorp.com', 'consul', 'consul'],
    ])
  },
}

/** What Consul Enterprise does beyond that. */
export const ENTERPRISE_MEANING: Conformance['meaning'] = {
  ...CONSUL_MEANING,
  'traffic.fault.delay': [
    entry('ServiceDefaults', {
      envoyExtensions: [
        { name: 'builtin/fault-injection', arguments: { config: { delay: { duration: 5000, percentage: 10 } } } },
      ],
    }),
  ],
  'traffic.fault.abort': [
    entry('ServiceDefaults', {
      envoyExtensions: [
        { name: 'builtin/fault-injection', arguments: { config: { abort: { httpStatus: 503, percentage: 10 } } } },
      ],
    }),
  ],
  'rateLimit.local': [
    entry('ServiceDefaults', { rateLimits: { instanceLevel: { requestsPerSecond: 2, requestsMaxBurst: 100 } } }),
  ],
  'rateLimit.burst': [
    entry('ServiceDefaults', { rateLimits: { instanceLevel: { requestsPerSecond: 2, requestsMaxBurst: 120 } } }),
  ],
  'authorization.namespace': intentions({ name: '*', namespace: 'ops', action: 'allow' }, { name: '*', action: 'deny' }),
  'authorization.wide': [
    entry(
      'ServiceIntentions',
      {
        destination: { name: '*', namespace: 'shop' },
        sources: [
          { name: 'frontend', action: 'allow' },
          { name: '*', action: 'deny' },
        ],
      },
      'shop',
    ),
  ],
}
