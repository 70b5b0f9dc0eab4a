import { expect } from 'vitest'
import { only } from '../design-fixture.ts'
import { conform, type ExpectedObject } from './conform.ts'
import { smiMeaning } from './smi-meaning.ts'

const annotated = (annotations: object): readonly ExpectedObject[] => [
  {
    kind: 'Service',
    metadata: { name: 'backend', namespace: 'shop', annotations: { 'mesh.traefik.io/traffic-type': 'http', ...annotations } },
  },
]
const limit = (average: string, burst: string) =>
  annotated({ 'mesh.traefik.io/ratelimit-average': average, 'mesh.traefik.io/ratelimit-burst': burst })

conform({
  provider: 'traefik',
  mesh: {},
  definitions: ['traefik-mesh'],
  meaning: {
    ...smiMeaning({ rootService: 'backend', headers: 'list', pathStart: '' }),
    'onboarding.namespace': (run) => {
      expect(run.manifests.find(({ kind }) => kind === 'Namespace')?.metadata).toEqual({ name: 'shop' })
      expect(only(run, 'Service', 'backend').metadata.annotations).toEqual({ 'mesh.traefik.io/traffic-type': 'http' })
    },
    'traffic.retries': annotated({ 'mesh.traefik.io/retry-attempts': '3' }),
    'traffic.retries.connection': annotated({ 'mesh.traefik.io/retry-attempts': '3' }),
    'traffic.tcp': [
      {
        kind: 'Service',
        metadata: { name: 'database', annotations: { 'mesh.traefik.io/traffic-type': 'tcp' } },
      },
      {
        apiVersion: 'split.smi-spec.io/v1alpha3',
        kind: 'TrafficSplit',
        spec: {
          service: 'database',
          backends: [
            { service: 'database-v1', weight: 90 },
            { service: 'database-v2', weight: 10 },
          ],
        },
      },
    ],
    'circuitBreaker.outlier': annotated({
      'mesh.traefik.io/circuit-breaker-expression': 'ResponseCodeRatio(500, 600, 0, 600) > 0.5 || NetworkErrorRatio() > 0.5',
    }),
    'rateLimit.local': limit('2', '2'),
    'rateLimit.burst': limit('2', '22'),
    'rateLimit.byClient': limit('2', '2'),
    'authorization.denyByDefault': ({ manifests, install }) => {
      // With acl whoever no TrafficTarget names is refused.
      expect(manifests.some(({ kind }) => kind === 'TrafficTarget')).toBe(false)
      expect(install.charts[0]?.values).toEqual({ acl: true })
    },
    'authorization.ports': [
      {
        apiVersion: 'access.smi-spec.io/v1alpha2',
        kind: 'TrafficTarget',
        spec: { destination: { kind: 'ServiceAccount', name: 'backend', namespace: 'shop', port: 8080 } },
      },
    ],
    'install.charts': ({ install }) => {
      expect(install.charts.map(({ name, repository }) => ({ name, repository }))).toEqual([
        { name: 'traefik-mesh', repository: 'https://traefik.github.io/charts' },
      ])
      expect(install.requires?.map(({ crd }) => crd)).toEqual([
        'trafficsplits.split.smi-spec.io',
        'httproutegroups.specs.smi-spec.io',
        'traffictargets.access.smi-spec.io',
      ])
    },
  },
})
