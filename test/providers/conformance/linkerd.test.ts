import { expect } from 'vitest'
import { objectIn } from '../../../src/providers/json-view.ts'
import { only } from '../design-fixture.ts'
import { conform, type ExpectedObject } from './conform.ts'
import { httpRouteOf, routeMeaning } from './route-meaning.ts'

const {
  'traffic.retries.backoff': _backoff,
  'traffic.retries.connection': _connection,
  'traffic.mirror': _mirror,
  'traffic.mirror.percent': _percent,
  'traffic.rewrite': _rewrite,
  'traffic.cors': _cors,
  ...routes
} = routeMeaning({ group: 'core' })

const annotated = (annotations: object): readonly ExpectedObject[] => [
  {
    ...httpRouteOf([{ backendRefs: [{ name: 'backend-v1', port: 8080, weight: 100 }] }], { group: 'core' })[0],
    kind: 'HTTPRoute',
    metadata: { name: 'backend', namespace: 'shop', annotations },
  },
]

const SERVER: ExpectedObject = {
  apiVersion: 'policy.linkerd.io/v1beta3',
  kind: 'Server',
  metadata: { name: 'backend-http', namespace: 'shop' },
  spec: { podSelector: { matchLabels: { app: 'backend' } }, port: 'http', proxyProtocol: 'HTTP/1', accessPolicy: 'deny' },
}
const ON_SERVER = { group: 'policy.linkerd.io', kind: 'Server', name: 'backend-http' }
const ON_ROUTE = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'backend-http-route-1' }

const allowed = (kind: string, name: string, spec: object, targetRef: object = ON_SERVER): readonly ExpectedObject[] => [
  SERVER,
  { kind, metadata: { name, namespace: 'shop' }, spec },
  {
    kind: 'AuthorizationPolicy',
    metadata: { name: 'rules', namespace: 'shop' },
    spec: { targetRef, requiredAuthenticationRefs: [{ group: 'policy.linkerd.io', kind, name }] },
  },
]
const FRONTEND = { identityRefs: [{ kind: 'ServiceAccount', name: 'frontend' }] }

/** The frontend's requests that an HTTPRoute of the Server matches. */
const requests = (rule: object, more: object = {}): readonly ExpectedObject[] => [
  ...allowed('MeshTLSAuthentication', 'frontend', FRONTEND, ON_ROUTE),
  {
    kind: 'HTTPRoute',
    metadata: { name: 'backend-http-route-1', namespace: 'shop' },
    spec: { parentRefs: [ON_SERVER], ...more, rules: [rule] },
  },
]

const limited = (spec: object): readonly ExpectedObject[] => [
  { ...SERVER, spec: { accessPolicy: 'all-unauthenticated' } },
  {
    kind: 'HTTPLocalRateLimitPolicy',
    metadata: { name: 'backend-http-rate-limit', namespace: 'shop' },
    spec: { targetRef: ON_SERVER, ...spec },
  },
]

const namespace = (annotations: object): readonly ExpectedObject[] => [
  { kind: 'Namespace', metadata: { name: 'shop', annotations } },
]

const network = (spec: object, name = 'egress'): ExpectedObject => ({
  kind: 'EgressNetwork',
  metadata: { name, namespace: 'shop' },
  spec,
})

const pods = (annotations: object): readonly ExpectedObject[] => [
  {
    kind: 'Deployment',
    metadata: { name: 'backend-v1' },
    spec: { template: { metadata: { annotations } } },
  },
]

conform({
  provider: 'linkerd',
  mesh: {},
  definitions: ['linkerd', 'gateway-api-experimental'],
  meaning: {
    'onboarding.namespace': namespace({ 'linkerd.io/inject': 'enabled' }),
    'onboarding.workload': pods({ 'linkerd.io/inject': 'enabled' }),
    'onboarding.off': pods({ 'linkerd.io/inject': 'disabled' }),
    ...routes,
    'traffic.timeout': annotated({ 'timeout.linkerd.io/request': '2s' }),
    'traffic.retries': annotated({ 'retry.linkerd.io/http': '5xx', 'retry.linkerd.io/limit': '3' }),
    'traffic.retries.perTry': annotated({ 'retry.linkerd.io/timeout': '500ms' }),
    'traffic.retries.status': annotated({ 'retry.linkerd.io/http': '503,429' }),
    'circuitBreaker.outlier': [
      {
        kind: 'Service',
        metadata: {
          name: 'backend',
          annotations: {
            'balancer.linkerd.io/failure-accrual': 'consecutive',
            'balancer.linkerd.io/failure-accrual-consecutive-max-failures': '5',
            'balancer.linkerd.io/failure-accrual-consecutive-min-penalty': '30s',
          },
        },
      },
    ],
    'rateLimit.local': limited({ total: { requestsPerSecond: 2 } }),
    'rateLimit.byClient': limited({ identity: { requestsPerSecond: 2 } }),
    'mtls.strict': namespace({ 'config.linkerd.io/default-inbound-policy': 'all-authenticated' }),
    'mtls.permissive': namespace({ 'config.linkerd.io/default-inbound-policy': 'all-unauthenticated' }),
    'authorization.allow': allowed('MeshTLSAuthentication', 'frontend', FRONTEND),
    'authorization.denyByDefault': (run) => {
      expect(only(run, 'Server')).toMatchObject(SERVER)
      expect(run.manifests.some(({ kind }) => kind === 'AuthorizationPolicy')).toBe(false)
    },
    'authorization.methods': requests({ matches: [{ method: 'GET' }, { method: 'HEAD' }] }),
    'authorization.paths': requests({
      matches: [{ path: { type: 'RegularExpression', value: '/reviews/.*' } }, { path: { type: 'Exact', value: '/health' } }],
    }),
    'authorization.hosts': requests({ matches: [{}] }, { hostnames: ['backend.shop'] }),
    'authorization.headers': requests({ matches: [{ headers: [{ name: 'x-team', type: 'Exact', value: 'shop' }] }] }),
    'authorization.headers.regex': requests({
      matches: [{ headers: [{ name: 'x-team', type: 'RegularExpression', value: 'shop-.*' }] }],
    }),
    'authorization.ports': allowed('MeshTLSAuthentication', 'frontend', FRONTEND),
    'authorization.namespace': allowed('MeshTLSAuthentication', 'namespace-ops', {
      identityRefs: [{ kind: 'Namespace', name: 'ops' }],
    }),
    'authorization.principal': allowed('MeshTLSAuthentication', 'deployer-of-ops', {
      identityRefs: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'ops' }],
    }),
    'authorization.authenticated': allowed('MeshTLSAuthentication', 'authenticated', { identities: ['*'] }),
    'authorization.ipBlock': allowed('NetworkAuthentication', 'network-10-1-0-0-16', { networks: [{ cidr: '10.1.0.0/16' }] }),
    'authorization.wide': (run) => {
      const { spec } = only(run, 'AuthorizationPolicy')
      expect(objectIn(spec, 'targetRef')).toEqual({ kind: 'Namespace', name: 'shop' })
      const servers = run.manifests.filter(({ kind }) => kind === 'Server')
      expect(servers.map(({ metadata, spec: server }) => [metadata.name, objectIn(server).accessPolicy])).toEqual([
        ['frontend-http', 'deny'],
        ['backend-http', 'deny'],
      ])
    },
    'external.hosts': [
      network({ trafficPolicy: 'Allow' }),
      {
        kind: 'TLSRoute',
        metadata: { name: 'api', namespace: 'shop' },
        spec: {
          parentRefs: [{ group: 'policy.linkerd.io', kind: 'EgressNetwork', name: 'egress', port: 443 }],
          hostnames: ['api.example.org'],
          rules: [{ backendRefs: [{ group: 'policy.linkerd.io', kind: 'EgressNetwork', name: 'egress' }] }],
        },
      },
    ],
    'external.addresses': [network({ trafficPolicy: 'Allow', networks: [{ cidr: '203.0.113.7/32' }] }, 'api')],
    'telemetry.metrics': ({ diagnostics }) => expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['MF3002']),
    'telemetry.accessLogs': namespace({ 'config.linkerd.io/access-log': 'json' }),
    'install.charts': ({ install }) => {
      expect(install.charts.map(({ name, namespace: place, crdsOnly }) => ({ name, place, crdsOnly }))).toEqual([
        { name: 'linkerd-crds', place: 'linkerd', crdsOnly: true },
        { name: 'linkerd-control-plane', place: 'linkerd', crdsOnly: false },
      ])
      expect(install.controlPlane.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
        'Deployment/linkerd-destination',
        'Deployment/linkerd-identity',
        'Deployment/linkerd-proxy-injector',
      ])
    },
  },
})
