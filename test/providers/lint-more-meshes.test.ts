import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { findProvider } from '../../src/providers/registry.ts'

function object(apiVersion: string, kind: string, name: string, spec: JsonObject): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec }
}

function findings(provider: string, ...manifests: readonly Manifest[]): readonly string[] {
  const found = findProvider(provider).provider?.lint(manifests) ?? []
  return found.map(({ code, object: about, path, summary }) => `${code} ${about.kind} ${path.join('.')}: ${summary}`)
}

const consul = (kind: string, name: string, spec: JsonObject) => object('consul.hashicorp.com/v1alpha1', kind, name, spec)
const entry = (kind: string, name: string, spec: JsonObject) => object('consul/v1', kind, name, spec)

test('Consul: what servers refuse or nobody reaches', () => {
  expect(
    findings(
      'consul',
      consul('ProxyDefaults', 'default', {}),
      consul('ServiceDefaults', 'db', { protocol: 'tcp' }),
      consul('ServiceSplitter', 'db', { splits: [{ weight: 90 }, { weight: 5 }] }),
      consul('ServiceResolver', 'web', { subsets: { v1: { filter: 'x' } } }),
      consul('ServiceRouter', 'web', {
        routes: [
          { match: { http: { pathPrefix: '/' } }, destination: { serviceSubset: 'v1' } },
          { match: { http: { pathExact: '/new' } }, destination: { serviceSubset: 'v2' } },
        ],
      }),
      consul('ServiceIntentions', 'one', { destination: { name: 'web' } }),
      consul('ServiceIntentions', 'two', { destination: { name: 'web' } }),
    ),
  ).toEqual([
    'MF3042 ServiceSplitter spec.splits.1: ServiceSplitter db leads to the same place twice',
    'MF3042 ServiceIntentions spec.sources: ServiceIntentions one names no source',
    'MF3042 ServiceIntentions spec.sources: ServiceIntentions two names no source',
    'MF3020 ProxyDefaults metadata.name: ProxyDefaults must be called "global"',
    'MF3015 ServiceSplitter spec.splits: The weights add up to 95, not 100',
    'MF3020 ServiceSplitter : db speaks tcp, and Consul routes and splits HTTP only',
    'MF3031 ServiceRouter spec.routes.1.destination: web has no subset "v2"',
    'MF3033 ServiceRouter spec.routes.1: The route is never reached: the one before it takes every request',
    'MF3032 ServiceIntentions spec.destination: two and one are both about calls of web',
  ])
})

test('Consul on machines: the same, at the names of the HTTP API', () => {
  expect(
    findings(
      'consul-vm',
      entry('mesh', 'other', {}),
      entry('service-resolver', 'web', { Subsets: { V1: {} } }),
      entry('service-splitter', 'web', { Splits: [{ Weight: 100, ServiceSubset: 'v1' }] }),
    ),
  ).toEqual([
    'MF3042 service-resolver spec.Subsets.V1: service-resolver web has a subset "V1", which is no label',
    'MF3020 mesh metadata.name: mesh must be called "mesh"',
    'MF3031 service-splitter spec.Splits.0: web has no subset "v1"',
  ])
})

test('SMI: rivals, splits that lead nowhere, targets that stand elsewhere', () => {
  const split = (name: string, weight: number) =>
    object('split.smi-spec.io/v1alpha4', 'TrafficSplit', name, { service: 'web', backends: [{ service: 'web-v1', weight }] })
  expect(
    findings(
      'smi',
      split('one', 100),
      split('two', 0),
      object('specs.smi-spec.io/v1alpha4', 'HTTPRouteGroup', 'web-all', { matches: [{ name: 'all' }] }),
      object('access.smi-spec.io/v1alpha3', 'TrafficTarget', 'web', {
        destination: { kind: 'ServiceAccount', name: 'web', namespace: 'other' },
        rules: [{ kind: 'HTTPRouteGroup', name: 'web-all', matches: ['some'] }],
        sources: [],
      }),
    ),
  ).toEqual([
    'MF3020 TrafficSplit spec.backends: Every backend has weight 0, so requests go nowhere',
    'MF3032 TrafficSplit spec.service: two and one both split all requests to web',
    'MF3020 TrafficTarget spec.destination.namespace: A TrafficTarget protects its own namespace, and this one stands in shop',
    'MF3031 TrafficTarget spec.rules.0.matches: HTTPRouteGroup web-all has no match "some"',
  ])
})
