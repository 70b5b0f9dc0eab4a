import { expect, test } from 'vitest'
import type { RouteSpec } from '../../src/design/schema/traffic.ts'
import { explainObject } from '../../src/providers/explain/explain-object.ts'
import type { Sections } from './design-fixture.ts'
import { canonical, translate } from './design-fixture.ts'

/** Every object of a design but the workloads' own, in words. */
function words(provider: string, route: RouteSpec, sections: Partial<Sections> = {}): string {
  const design = {
    ...canonical({ provider, ...(provider === 'app-mesh' ? { mtls: 'strict' as const } : {}) }),
    traffic: { backend: { workload: 'backend', routes: [{ to: { v1: 90, v2: 10 }, ...route }] } },
    ...sections,
  }
  const own = new Set(['Deployment', 'Service', 'ServiceAccount', 'Namespace'])
  return translate(design)
    .objects.filter(({ manifest }) => !own.has(manifest.kind))
    .flatMap(({ manifest }) => [
      `${manifest.kind} ${manifest.metadata.name}`,
      ...explainObject(manifest).map((line) => `  ${line}`),
    ])
    .join('\n')
}

test('Consul by its HTTP API', () => {
  expect(words('consul-vm', { timeout: '2s' })).toMatchInlineSnapshot(`
    "proxy-defaults global
      It says Config.protocol http.
    service-defaults frontend
      Frontend speaks http.
    service-defaults backend
      Backend speaks http.
    service-resolver backend
      Backend has the versions v1 (instances with Service.Meta.version == v1) and v2 (instances with Service.Meta.version == v2).
    service-splitter backend
      Requests to backend go 90% to v1 and 10% to v2.
    service-router backend
      Requests to backend take the first of these routes that matches:
      1. A request whose path begins with / goes to backend; it has 2s in all.
    service-intentions backend
      For calls of backend the first of these holds:
      - Frontend may call.
      - Anyone may not call."
  `)
})

test('Open Service Mesh', () => {
  expect(words('osm', { retries: { attempts: 3 } })).toMatchInlineSnapshot(`
    "MeshConfig osm-mesh-config
      It says traffic.enablePermissiveTrafficPolicyMode false, featureFlags.enableRetryPolicy true.
    TrafficSplit backend
      Requests to backend.shop go 90% to backend-v1 and 10% to backend-v2.
    Retry backend-retry
      Requests of shop/frontend to shop/backend are tried again up to 3 times on 5xx, each try within 15s.
    HTTPRouteGroup backend-all
      Backend-all describes these requests:
      - All: any method on paths that match .*.
    TrafficTarget backend-allow-frontend
      ServiceAccount shop/frontend may call ServiceAccount shop/backend for HTTPRouteGroup backend-all (all), and nobody else may unless another target says so."
  `)
})

test('AWS App Mesh', () => {
  expect(words('app-mesh', { timeout: '2s', retries: { attempts: 3 } })).toMatchInlineSnapshot(`
    "Mesh mesh
      It says namespaceSelector.matchLabels.mesh mesh, egressFilter.type DROP_ALL.
    VirtualNode frontend
      Node frontend is the pods with app=frontend; it takes mutual TLS in mode strict; it calls backend.
    VirtualService frontend
      Requests to frontend.shop.svc.cluster.local are for node frontend.
    VirtualNode backend-v1
      Node backend-v1 is the pods with app=backend, version=v1; it takes mutual TLS in mode strict; spiffe://mesh.local/frontend may call it; it calls frontend.
    VirtualNode backend-v2
      Node backend-v2 is the pods with app=backend, version=v2; it takes mutual TLS in mode strict; spiffe://mesh.local/frontend may call it; it calls frontend.
    VirtualService backend
      Requests to backend.shop.svc.cluster.local are shared out by router backend.
    VirtualRouter backend
      Requests to backend take the first of these routes that matches:
      1. A request whose path begins with / goes 90% to backend-v1 and 10% to backend-v2; it has 2s in all; it is tried again up to 3 times on server-error, each try within 500ms."
  `)
})

test('NGINX Service Mesh and Network Service Mesh', () => {
  const limited = { traffic: { backend: { workload: 'backend', rateLimit: { requests: 10 } } }, authorization: {} }
  expect(words('nginx', {}, limited)).toMatchInlineSnapshot(`
    "RateLimit backend-rate-limit
      Everyone together may send 10r/s to shop/backend."
  `)
  expect(words('nsm', { match: [{ from: ['workloads.frontend'] }] }, { authorization: {} })).toMatchInlineSnapshot(`
    "NetworkService backend
      Connections to backend from clients with app=frontend go 90% to endpoints with version=v1 and 10% to endpoints with version=v2."
  `)
})
