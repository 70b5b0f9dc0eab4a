import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../src/plan/manifest.ts'
import { lintIstio } from '../../src/providers/istio/lint.ts'

const object = (kind: string, name: string, spec: object, apiVersion = 'networking.istio.io/v1'): Manifest =>
  ({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec }) as Manifest

const to = (subset?: string) => ({ destination: { host: 'backend', ...(subset === undefined ? {} : { subset }) } })
const service = (name: string, spec: object) => object('VirtualService', name, { hosts: ['backend'], ...spec })
const rule = (subsets: readonly object[], more: object = {}) =>
  object('DestinationRule', 'backend', { host: 'backend.shop.svc.cluster.local', subsets, ...more })
const EVERYWHERE = { egress: [{ hosts: ['*/*'] }] }
const deployment = (labels: object) => object('Deployment', 'backend', { template: { metadata: { labels } } }, 'apps/v1')
const gateway = (name: string, hosts: readonly string[]) =>
  object('Gateway', name, {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }],
  })

const codes = (...manifests: readonly Manifest[]) => lintIstio(manifests).map(({ code, path }) => `${code} ${path.join('.')}`)

describe('what Istio takes without doing what it seems to say', () => {
  test('a revision of pods in a namespace of another revision', () => {
    const namespace = (labels: { readonly [name: string]: string }): Manifest => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels },
    })
    const canary = deployment({ 'istio.io/rev': 'canary' })
    const told = ['MF3035 spec.template.metadata.labels.istio.io/rev']
    expect(codes(namespace({ 'istio.io/rev': 'stable' }), canary)).toEqual(told)
    expect(codes(namespace({ 'istio-injection': 'enabled' }), canary)).toEqual(told)
    expect(codes(namespace({ 'istio.io/rev': 'canary' }), canary)).toEqual([])
    expect(codes(namespace({}), canary)).toEqual([])
  })

  test('a route to a subset that is not defined', () => {
    const known = rule([{ name: 'v1', labels: { version: 'v1' } }])
    expect(codes(known, service('backend', { http: [{ route: [to('v1')] }] }))).toEqual([])
    expect(codes(known, service('backend', { http: [{ route: [to('v2')] }] }))).toEqual([
      'MF3031 spec.http.0.route.0.destination.subset',
    ])
    expect(codes(known, service('backend', { http: [{ route: [to('v1')], mirror: to('v3').destination }] }))).toEqual([
      'MF3031 spec.http.0.mirror.subset',
    ])
    // A DestinationRule that is not among them may be in the cluster.
    expect(codes(service('backend', { http: [{ route: [to('v2')] }] }))).toEqual([])
  })

  test('a subset that selects no pods', () => {
    const subset = rule([{ name: 'v2', labels: { version: 'v2' } }])
    expect(codes(subset, deployment({ app: 'backend', version: 'v1' }))).toEqual(['MF3034 spec.subsets.0.labels'])
    expect(codes(subset, deployment({ app: 'backend', version: 'v2' }))).toEqual([])
  })

  test('two VirtualServices for a host of the mesh', () => {
    const route = { http: [{ route: [to()] }] }
    expect(codes(service('one', route), service('two', { ...route, hosts: ['backend.shop.svc.cluster.local'] }))).toEqual([
      'MF3032 spec.hosts.0',
    ])
    expect(codes(service('one', route), service('two', { ...route, gateways: ['elsewhere/web'] }))).toEqual([])
  })

  test('a route behind one that takes everything, or the same', () => {
    const match = [{ uri: { prefix: '/a' } }]
    expect(codes(service('backend', { http: [{ route: [to()] }, { match, route: [to()] }] }))).toEqual(['MF3033 spec.http.1'])
    expect(
      codes(
        service('backend', {
          http: [
            { match, route: [to()] },
            { match, route: [to()] },
          ],
        }),
      ),
    ).toEqual(['MF3033 spec.http.1'])
    expect(codes(service('backend', { http: [{ match, route: [to()] }, { route: [to()] }] }))).toEqual([])
  })

  test('a host that its gateway does not serve, and two gateways that serve one', () => {
    const bound = service('backend', { hosts: ['shop.example.org'], gateways: ['web'], http: [{ route: [to()] }] })
    expect(codes(gateway('web', ['shop.example.org']), bound)).toEqual([])
    expect(codes(gateway('web', ['*.example.org']), bound)).toEqual([])
    expect(codes(gateway('web', ['other.example.org']), bound)).toEqual(['MF3031 spec.hosts'])
    expect(codes(gateway('web', ['shop.example.org']), gateway('also', ['shop.example.org']))).toEqual(['MF3032 spec.servers.0'])
  })

  test('labels that contradict each other, TLS that checks nothing, selectors that overlap', () => {
    const labels = { 'istio-injection': 'enabled', 'istio.io/rev': 'canary' }
    const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } }
    expect(codes(namespace)).toEqual(['MF3035 metadata.labels.istio.io/rev'])
    expect(codes(rule([], { trafficPolicy: { tls: { mode: 'SIMPLE' } } }))).toEqual(['MF3036 spec.trafficPolicy.tls'])
    expect(codes(rule([], { trafficPolicy: { tls: { mode: 'SIMPLE', caCertificates: '/etc/ca.pem' } } }))).toEqual([])
    expect(codes(object('Sidecar', 'one', EVERYWHERE), object('Sidecar', 'two', EVERYWHERE))).toEqual(['MF3032 spec'])
  })
})
