import { expect } from 'vitest'
import { conform, type ExpectedObject } from './conform.ts'
import { smiMeaning } from './smi-meaning.ts'

const config = (more: object): readonly ExpectedObject[] => [
  {
    kind: 'MeshConfig',
    metadata: { name: 'nginx-mesh-config', namespace: 'nginx-mesh' },
    spec: { meshConfigClassName: 'nginx-mesh-config-class', ...more },
  },
]
const limit = (more: object): readonly ExpectedObject[] => [
  {
    kind: 'RateLimit',
    spec: { destination: { kind: 'Service', name: 'backend', namespace: 'shop' }, rate: '100r/m', ...more },
  },
]
const injected = (value: string): readonly ExpectedObject[] => [
  {
    kind: 'Deployment',
    metadata: { name: 'backend-v1' },
    spec: { template: { metadata: { labels: { 'injector.nsm.nginx.com/auto-inject': value } } } },
  },
]

conform({
  provider: 'nginx',
  mesh: {},
  definitions: ['nginx-sm'],
  meaning: {
    ...smiMeaning({ rootService: 'backend', headers: 'map', pathStart: '^' }),
    'onboarding.namespace': [{ kind: 'Namespace', metadata: { labels: { 'injector.nsm.nginx.com/auto-inject': 'enabled' } } }],
    'onboarding.workload': injected('enabled'),
    'onboarding.off': injected('disabled'),
    'circuitBreaker.outlier': [
      {
        kind: 'CircuitBreaker',
        spec: { destination: { kind: 'Service', name: 'backend', namespace: 'shop' }, errors: 5, timeoutSeconds: 30 },
      },
    ],
    'rateLimit.local': limit({ name: 'backend-rate-limit' }),
    'rateLimit.burst': limit({ burst: 20, delay: 'nodelay' }),
    'rateLimit.byClient': ({ manifests }) => {
      const limits = manifests.filter(({ kind }) => kind === 'RateLimit').map(({ spec }) => spec)
      expect(limits).toEqual([
        expect.objectContaining({ sources: [{ kind: 'Deployment', name: 'frontend', namespace: 'shop' }], rate: '100r/m' }),
        // Whoever no other limit names.
        expect.not.objectContaining({ sources: expect.anything() }),
      ])
    },
    'mtls.strict': config({ mtls: { mode: 'strict' } }),
    'mtls.permissive': config({ mtls: { mode: 'permissive' } }),
    'mtls.disable': config({ mtls: { mode: 'off' } }),
    'authorization.denyByDefault': config({ accessControlMode: 'deny' }),
    'authorization.ports': [
      {
        kind: 'TrafficTarget',
        spec: { destination: { kind: 'ServiceAccount', name: 'backend', namespace: 'shop', port: 8080 } },
      },
    ],
    'telemetry.tracing': config({ telemetry: { samplerRatio: 0.1, exporters: { otlp: { host: 'zipkin', port: 4317 } } } }),
    'install.charts': ({ install }) =>
      expect(install.charts.map(({ name, namespace }) => [name, namespace])).toEqual([['nginx-service-mesh', 'nginx-mesh']]),
  },
})
