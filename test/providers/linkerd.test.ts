import { describe, expect, test } from 'vitest'
import type { ComponentSpecs } from '../../src/design/component.ts'
import type { Manifest } from '../../src/plan/manifest.ts'
import { objectsIn, stringIn } from '../../src/providers/json-view.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { canonical, meshObjects, only, type Sections, SHOP, translate } from './design-fixture.ts'
import { meshExample, sorted } from './mesh-example.ts'

const MESH = { provider: 'linkerd' }

function shop(sections: Sections): ReturnType<typeof translate> {
  return translate({ meshes: { mesh: MESH }, workloads: SHOP, ...sections })
}

function named(manifests: readonly Manifest[], kind: string): readonly string[] {
  return manifests.filter((manifest) => manifest.kind === kind).map((manifest) => manifest.metadata.name)
}

describe('Linkerd', () => {
  test('the canonical pattern, as the example says it', () => {
    const translated = translate(canonical({ ...MESH, mtls: 'strict' }))
    expect(translated.diagnostics).toEqual([])
    const objects = meshObjects(translated).filter((manifest) => manifest.kind !== 'Service')
    expect(sorted(objects)).toEqual(sorted(meshExample('linkerd')))
  })

  test('a value leads back to the line that says it', () => {
    const translated = translate(canonical({ ...MESH, mtls: 'strict' }))
    const route = translated.objects.find((object) => object.manifest.kind === 'HTTPRoute')
    expect(route?.origins['/metadata/annotations/retry.linkerd.io~1limit']).toEqual(['routes', 0, 'retries', 'attempts'])
    expect(route?.origins['/spec/rules/0/backendRefs/1/weight']).toEqual(['routes', 0, 'to', 'v2'])
  })

  test('routes that differ in retries or timeouts are objects of their own, since annotations hold for a whole one', () => {
    const translated = shop({
      traffic: {
        backend: {
          workload: 'backend',
          routes: [
            { match: [{ methods: ['GET'] }], to: { v1: 100 }, retries: { attempts: 2, on: ['gateway-error', '429'] } },
            { match: [{ methods: ['POST'] }], to: { v1: 100 }, timeout: '1m30s' },
            { to: { v1: 100 } },
          ],
        },
      },
    })
    const routes = meshObjects(translated).filter((manifest) => manifest.kind === 'HTTPRoute')
    expect(routes.map(({ metadata }) => [metadata.name, metadata.annotations])).toEqual([
      ['backend', { 'retry.linkerd.io/http': 'gateway-error,429', 'retry.linkerd.io/limit': '2' }],
      ['backend-2', { 'timeout.linkerd.io/request': '90000ms' }],
      ['backend-3', undefined],
    ])
  })

  test('deny by default with three allows: the most specific route carries every rule that covers it', () => {
    const workloads: NonNullable<Sections['workloads']> = {
      ...SHOP,
      admin: { mesh: 'mesh', namespace: 'ops', image: 'example.invalid/admin:1' },
    }
    const translated = shop({
      workloads,
      authorization: {
        backend: {
          workload: 'backend',
          default: 'deny',
          allow: [
            { from: ['workloads.frontend'], paths: ['/api/*'] },
            { from: ['workloads.admin'], paths: ['/api/admin/*'], methods: ['GET'] },
            { from: ['namespace/monitoring'] },
          ],
        },
      },
    })
    expect(translated.diagnostics).toEqual([])
    const policies = meshObjects(translated).filter((manifest) => manifest.kind === 'AuthorizationPolicy')
    expect(
      policies.map(({ spec }) => [
        stringIn(spec, 'targetRef', 'name'),
        objectsIn(spec, 'requiredAuthenticationRefs').map((reference) => reference.name),
      ]),
    ).toEqual([
      ['backend-http-route-1', ['frontend']],
      ['backend-http-route-2', ['frontend']],
      ['backend-http-route-2', ['admin-of-ops']],
      ['backend-http', ['namespace-monitoring']],
    ])
    // Requests that no rule names are answered by a route too, or Linkerd would say 404 to those whom the Server lets in.
    expect(named(meshObjects(translated), 'HTTPRoute')).toEqual([
      'backend-http-route-1',
      'backend-http-route-2',
      'backend-http-rest',
    ])
  })

  test('two policies share the Server and the authentications of the first', () => {
    const authorization: { readonly [name: string]: ComponentSpecs['authorization'] } = {
      read: { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['GET'] }] },
      write: { workload: 'backend', allow: [{ from: ['workloads.frontend'], methods: ['POST'] }] },
    }
    const traffic = { backend: { workload: 'backend', rateLimit: { requests: 10 } } }
    const objects = meshObjects(shop({ authorization, traffic }))
    expect(named(objects, 'Server')).toEqual(['backend-http'])
    expect(named(objects, 'MeshTLSAuthentication')).toEqual(['frontend'])
    expect(named(objects, 'AuthorizationPolicy')).toEqual(['read', 'write'])
    expect(named(objects, 'HTTPLocalRateLimitPolicy')).toEqual(['backend-http-rate-limit'])
  })

  test('rules that meet without one covering the other are told', () => {
    const { diagnostics } = shop({
      authorization: {
        backend: {
          workload: 'backend',
          allow: [
            { from: ['workloads.frontend'], methods: ['GET'] },
            { from: ['namespace/ops'], paths: ['/jobs'] },
          ],
        },
      },
    })
    expect(diagnostics.map(({ severity, code, location }) => [severity, code, location?.file])).toEqual([
      ['warning', 'MF3022', 'allow.1'],
    ])
  })

  test('identities of other trust domains are written as certificates hold them', () => {
    const translated = shop({
      authorization: {
        backend: {
          workload: 'backend',
          allow: [{ from: [{ principal: 'east.example/ns/shop/sa/web' }, 'workloads.frontend', 'namespace/ops'] }],
        },
      },
    })
    expect(only(translated, 'MeshTLSAuthentication').spec).toEqual({
      identities: [
        'web.shop.serviceaccount.identity.linkerd.east.example',
        'frontend.shop.serviceaccount.identity.linkerd.cluster.local',
        '*.ops.serviceaccount.identity.linkerd.cluster.local',
      ],
    })
  })

  test('external hosts of a namespace share an EgressNetwork, which can deny all others', () => {
    const translated = translate({
      meshes: { mesh: { ...MESH, settings: { egress: 'deny' } } },
      workloads: SHOP,
      external: {
        api: {
          mesh: 'mesh',
          namespace: 'shop',
          hosts: ['api.example.org'],
          ports: [{ port: 443 }, { port: 80, protocol: 'http' }],
        },
        status: { mesh: 'mesh', namespace: 'shop', hosts: ['*.status.example.org'], ports: [{ port: 443 }] },
        queue: { mesh: 'mesh', namespace: 'shop', hosts: ['queue.example.org'], ports: [{ port: 5672, protocol: 'tcp' }] },
      },
    })
    expect(only(translated, 'EgressNetwork').spec).toEqual({ trafficPolicy: 'Deny' })
    expect(named(meshObjects(translated), 'TLSRoute')).toEqual(['api-443', 'status'])
    expect(named(meshObjects(translated), 'HTTPRoute')).toEqual(['api-80'])
    expect(translated.diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([['MF3020', 'ports.0.protocol']])
  })

  test('what its own documentation warns of is found in raw objects', () => {
    const route: Manifest = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'backend', namespace: 'shop', annotations: { 'retry.linkerd.io/http': '5xx' } },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'backend', port: 8080 }],
        rules: [{ retry: { attempts: 2 }, filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'a' } }] }],
      },
    }
    const profile: Manifest = {
      apiVersion: 'linkerd.io/v1alpha2',
      kind: 'ServiceProfile',
      metadata: { name: 'backend.shop.svc.cluster.local', namespace: 'shop' },
    }
    const findings = findProvider('linkerd').provider?.lint([route, profile]) ?? []
    expect(findings.map(({ code, object, path }) => [code, object.kind, path.join('.')])).toEqual([
      ['MF3031', 'HTTPRoute', 'spec.rules.0.retry'],
      ['MF3031', 'HTTPRoute', 'spec.rules.0.filters.0'],
      ['MF3032', 'ServiceProfile', 'metadata.name'],
    ])
  })

  test('charts of edge releases bear the whole year', () => {
    const { provider, scope } = translate(canonical({ ...MESH, version: 'edge-26.9.1', trustDomain: 'mesh.example' }))
    const [crds, control] = provider.install(scope.mesh).charts
    expect([crds?.version, control?.values]).toEqual(['2026.9.1', { identityTrustDomain: 'mesh.example' }])
  })
})
