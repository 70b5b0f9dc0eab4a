import { expect } from 'vitest'
import { objectIn, objectsIn } from '../../../src/providers/json-view.ts'
import { conform, type ExpectedObject } from './conform.ts'

const target = (name: string, weight = 100) => ({ virtualNodeRef: { name }, weight })
const action = (...weightedTargets: readonly object[]) => ({ action: { weightedTargets } })
const router = (...routes: readonly object[]): readonly ExpectedObject[] => [
  { kind: 'VirtualRouter', metadata: { name: 'backend', namespace: 'shop' }, spec: { routes } },
]
const route = (more: object) => router({ httpRoute: { match: { prefix: '/' }, ...action(target('backend-v1')), ...more } })
const matching = (match: object) =>
  router(
    { priority: 10, httpRoute: { match, ...action(target('backend-v2')) } },
    { priority: 20, httpRoute: { match: { prefix: '/' }, ...action(target('backend-v1')) } },
  )
const listener = (more: object): readonly ExpectedObject[] => [
  {
    kind: 'VirtualNode',
    metadata: { name: 'backend-v1', namespace: 'shop' },
    spec: { podSelector: { matchLabels: { app: 'backend', version: 'v1' } }, listeners: [more] },
  },
]
const accepts = (...names: readonly string[]) =>
  listener({
    tls: {
      mode: 'STRICT',
      validation: { subjectAlternativeNames: { match: { exact: names.map((name) => `spiffe://mesh.local/${name}`) } } },
    },
  })
const retry = (more: object) => route({ retryPolicy: { maxRetries: 3, ...more } })
const injected = (value: string): readonly ExpectedObject[] => [
  {
    kind: 'Deployment',
    metadata: { name: 'backend-v1' },
    spec: { template: { metadata: { annotations: { 'appmesh.k8s.aws/sidecarInjectorWebhook': value } } } },
  },
]

// Callers are known by their certificates, so strict mutual TLS goes with every design.
conform({
  provider: 'app-mesh',
  mesh: { mtls: 'strict' },
  definitions: ['app-mesh'],
  meaning: {
    'onboarding.namespace': [
      { kind: 'Namespace', metadata: { labels: { mesh: 'mesh', 'appmesh.k8s.aws/sidecarInjectorWebhook': 'enabled' } } },
      { kind: 'Mesh', metadata: { name: 'mesh' }, spec: { namespaceSelector: { matchLabels: { mesh: 'mesh' } } } },
      { kind: 'VirtualService', metadata: { name: 'backend' }, spec: { awsName: 'backend.shop.svc.cluster.local' } },
    ],
    'onboarding.workload': injected('enabled'),
    'onboarding.off': injected('disabled'),
    'traffic.split': router({
      httpRoute: { match: { prefix: '/' }, ...action(target('backend-v1', 90), target('backend-v2', 10)) },
    }),
    'traffic.otherWorkloads': router({ httpRoute: action(target('frontend')) }),
    'traffic.match.path': matching({ path: { exact: '/reviews' } }),
    'traffic.match.pathPrefix': matching({ prefix: '/re' }),
    'traffic.match.headers': matching({ prefix: '/', headers: [{ name: 'end-user', match: { exact: 'jason' } }] }),
    'traffic.match.query': matching({ prefix: '/', queryParameters: [{ name: 'preview', match: { exact: 'on' } }] }),
    'traffic.match.method': matching({ prefix: '/', method: 'GET' }),
    'traffic.match.regex': matching({ path: { regex: '/reviews/[0-9]+' } }),
    'traffic.match.prefix': matching({ prefix: '/', headers: [{ name: 'end-user', match: { prefix: 'test-' } }] }),
    'traffic.match.absent': matching({ prefix: '/', headers: [{ name: 'end-user', invert: true }] }),
    'traffic.timeout': route({ timeout: { perRequest: { unit: 's', value: 2 } } }),
    'traffic.retries': retry({ httpRetryEvents: ['server-error'], perRetryTimeout: { unit: 's', value: 15 } }),
    'traffic.retries.perTry': retry({ perRetryTimeout: { unit: 'ms', value: 500 } }),
    'traffic.retries.connection': retry({ httpRetryEvents: ['stream-error'], tcpRetryEvents: ['connection-error'] }),
    'traffic.tcp': [
      {
        kind: 'VirtualRouter',
        metadata: { name: 'database' },
        spec: { routes: [{ tcpRoute: action(target('database-v1', 90), target('database-v2', 10)) }] },
      },
    ],
    'circuitBreaker.connections': listener({ connectionPool: { http: { maxConnections: 100, maxPendingRequests: 50 } } }),
    'circuitBreaker.idleTimeout': listener({ timeout: { http: { idle: { unit: 's', value: 30 } } } }),
    'circuitBreaker.outlier': listener({
      outlierDetection: {
        maxServerErrors: 5,
        interval: { unit: 's', value: 10 },
        baseEjectionDuration: { unit: 's', value: 30 },
        maxEjectionPercent: 50,
      },
    }),
    'circuitBreaker.outlier.share': listener({ outlierDetection: { maxServerErrors: 5, maxEjectionPercent: 50 } }),
    'mtls.strict': listener({ tls: { mode: 'STRICT', certificate: { sds: { secretName: 'spiffe://mesh.local/backend' } } } }),
    'mtls.permissive': listener({ tls: { mode: 'PERMISSIVE' } }),
    'mtls.disable': ({ manifests }) =>
      expect(manifests.filter(({ kind }) => kind === 'VirtualNode').map(({ spec }) => JSON.stringify(spec))).not.toContain('tls'),
    'authorization.allow': [
      ...accepts('frontend'),
      { kind: 'Mesh', spec: { egressFilter: { type: 'DROP_ALL' } } },
      {
        kind: 'VirtualNode',
        metadata: { name: 'frontend' },
        spec: { backends: [{ virtualService: { virtualServiceRef: { name: 'backend' } } }] },
      },
    ],
    'authorization.denyByDefault': accepts('nobody'),
    'authorization.wide': accepts('frontend'),
    'authorization.principal': accepts('deployer'),
    'authorization.authenticated': ({ manifests }) => {
      const node = manifests.find(({ kind, metadata }) => kind === 'VirtualNode' && metadata.name === 'backend-v1')
      const own = node === undefined ? [] : objectsIn(node, 'spec', 'listeners')
      expect(own.map((part) => objectIn(part, 'tls', 'validation'))).toEqual([
        { trust: { sds: { secretName: 'spiffe://mesh.local' } } },
      ])
    },
    'gateway.ingress': [
      {
        kind: 'VirtualGateway',
        metadata: { name: 'web', namespace: 'ingress' },
        spec: {
          listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
          gatewayRouteSelector: { matchLabels: { gateway: 'web' } },
        },
      },
      {
        kind: 'GatewayRoute',
        metadata: { name: 'web-route-1', namespace: 'shop', labels: { gateway: 'web' } },
        spec: {
          httpRoute: {
            match: { prefix: '/', hostname: { exact: 'shop.example.org' } },
            action: { target: { virtualService: { virtualServiceRef: { name: 'frontend' } } } },
          },
        },
      },
    ],
    'external.hosts': [
      {
        kind: 'VirtualNode',
        metadata: { name: 'api', namespace: 'shop' },
        spec: {
          listeners: [{ portMapping: { port: 443, protocol: 'tcp' } }],
          serviceDiscovery: { dns: { hostname: 'api.example.org' } },
        },
      },
      { kind: 'VirtualService', metadata: { name: 'api' }, spec: { awsName: 'api.example.org' } },
    ],
    'telemetry.accessLogs': [
      {
        kind: 'VirtualNode',
        metadata: { name: 'backend-v1' },
        spec: { logging: { accessLog: { file: { path: '/dev/stdout' } } } },
      },
    ],
    'install.charts': ({ install }) =>
      expect(install.charts.map(({ name, namespace, values }) => [name, namespace, values])).toEqual([
        ['appmesh-controller', 'appmesh-system', { sds: { enabled: true } }],
      ]),
  },
})
