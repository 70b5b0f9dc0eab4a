import { expect } from 'vitest'
import { conform, type ExpectedObject } from './conform.ts'
import { smiMeaning } from './smi-meaning.ts'

const {
  'traffic.match.path': _path,
  'traffic.match.pathPrefix': _pathPrefix,
  'traffic.match.headers': _headers,
  'traffic.match.method': _method,
  'traffic.match.regex': _regex,
  'traffic.match.prefix': _prefix,
  ...smi
} = smiMeaning({ rootService: 'backend.shop', headers: 'list', pathStart: '' })

const setting = (more: object): readonly ExpectedObject[] => [
  { kind: 'UpstreamTrafficSetting', metadata: { name: 'backend' }, spec: { host: 'backend.shop.svc.cluster.local', ...more } },
]
const limited = (more: object) => setting({ connectionSettings: more })
const retry = (more: object): readonly ExpectedObject[] => [
  {
    kind: 'Retry',
    metadata: { name: 'backend-retry', namespace: 'shop' },
    spec: {
      source: { kind: 'ServiceAccount', name: 'frontend', namespace: 'shop' },
      destinations: [{ kind: 'Service', name: 'backend', namespace: 'shop' }],
      retryPolicy: { numRetries: 3, ...more },
    },
  },
  {
    kind: 'MeshConfig',
    metadata: { name: 'osm-mesh-config', namespace: 'osm-system' },
    spec: { featureFlags: { enableRetryPolicy: true } },
  },
]
const injected = (value: string): readonly ExpectedObject[] => [
  {
    kind: 'Deployment',
    metadata: { name: 'backend-v1' },
    spec: { template: { metadata: { annotations: { 'openservicemesh.io/sidecar-injection': value } } } },
  },
]
const egress = (more: object): readonly ExpectedObject[] => [
  {
    kind: 'Egress',
    spec: {
      sources: [
        { kind: 'ServiceAccount', name: 'frontend', namespace: 'shop' },
        { kind: 'ServiceAccount', name: 'backend', namespace: 'shop' },
      ],
      hosts: ['api.example.org'],
      ports: [{ number: 443, protocol: 'https' }],
      ...more,
    },
  },
]
const closed: ExpectedObject = { kind: 'MeshConfig', spec: { traffic: { enablePermissiveTrafficPolicyMode: false } } }

conform({
  provider: 'osm',
  mesh: {},
  definitions: ['osm'],
  meaning: {
    ...smi,
    'onboarding.namespace': [
      {
        kind: 'Namespace',
        metadata: {
          labels: { 'openservicemesh.io/monitored-by': 'osm' },
          annotations: { 'openservicemesh.io/sidecar-injection': 'enabled', 'openservicemesh.io/metrics': 'enabled' },
        },
      },
    ],
    'onboarding.workload': injected('enabled'),
    'onboarding.off': injected('disabled'),
    'traffic.retries': retry({ retryOn: '5xx', perTryTimeout: '15s', retryBackoffBaseInterval: '25ms' }),
    'traffic.retries.perTry': retry({ perTryTimeout: '500ms' }),
    'traffic.retries.backoff': retry({ retryBackoffBaseInterval: '100ms' }),
    'traffic.retries.connection': retry({ retryOn: 'connect-failure,reset,refused-stream' }),
    'circuitBreaker.connections': limited({ tcp: { maxConnections: 100 }, http: { maxPendingRequests: 50, maxRequests: 200 } }),
    'circuitBreaker.requestsPerConnection': limited({ http: { maxRequestsPerConnection: 10 } }),
    'circuitBreaker.retries': limited({ http: { maxRetries: 3 } }),
    'circuitBreaker.connectTimeout': limited({ tcp: { connectTimeout: '1s' } }),
    'rateLimit.local': setting({ rateLimit: { local: { http: { requests: 100, unit: 'minute' } } } }),
    'rateLimit.burst': setting({ rateLimit: { local: { http: { requests: 100, unit: 'minute', burst: 20 } } } }),
    'rateLimit.status': setting({ rateLimit: { local: { http: { requests: 100, unit: 'minute', responseStatusCode: 503 } } } }),
    'mtls.strict': ({ manifests }) => expect(manifests.map(({ kind }) => kind)).not.toContain('MeshConfig'),
    'authorization.denyByDefault': [closed],
    'gateway.ingress': [
      {
        kind: 'IngressBackend',
        metadata: { name: 'web-frontend', namespace: 'shop' },
        spec: {
          backends: [{ name: 'frontend', port: { number: 8080, protocol: 'http' } }],
          sources: [{ kind: 'Service', name: 'web', namespace: 'ingress' }],
        },
      },
    ],
    'external.hosts': egress({}),
    'external.addresses': egress({ ipAddresses: ['203.0.113.7/32'] }),
    'telemetry.metrics': ({ manifests }) =>
      expect(manifests.find(({ kind }) => kind === 'Namespace')?.metadata.annotations).toEqual({
        'openservicemesh.io/sidecar-injection': 'enabled',
      }),
    'telemetry.tracing': [
      {
        kind: 'MeshConfig',
        spec: { observability: { tracing: { enable: true, address: 'zipkin', port: 9411, endpoint: '/api/v2/spans' } } },
      },
    ],
    'install.charts': ({ install }) =>
      expect(install.charts.map(({ name, namespace }) => [name, namespace])).toEqual([['osm', 'osm-system']]),
  },
})
