import { expect, test } from 'vitest'
import type { RouteSpec } from '../../src/design/schema/traffic.ts'
import { explainObject } from '../../src/providers/explain/explain-object.ts'
import { meshProviders } from '../../src/providers/registry.ts'
import { FEATURE_CASES, type FeatureCase } from './conformance/feature-cases.ts'
import type { Sections } from './design-fixture.ts'
import { canonical, SHOP, translate } from './design-fixture.ts'

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
      Services speak http unless they say otherwise.
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
      Whoever no TrafficTarget names is refused; objects of kind Retry are heeded.
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
      Mesh mesh takes in namespaces with mesh=mesh; its pods may call their backends alone.
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

test('every kind that a provider makes has words of its own', () => {
  const told = new Set<string>()
  for (const provider of meshProviders.values()) {
    for (const mode of [undefined, ...Object.keys(provider.modes ?? {})]) {
      for (const { mesh, ...sections } of Object.values<FeatureCase>(FEATURE_CASES)) {
        const spec = { provider: provider.name, ...(mode === undefined ? {} : { mode }), ...mesh }
        for (const { manifest } of translate({ workloads: SHOP, ...sections, meshes: { mesh: spec } }).objects) {
          const lines = explainObject(manifest)
          if (lines.some((line) => /^It says |undefined|\[object/.test(line))) told.add(`${manifest.kind}: ${lines.join(' ')}`)
        }
      }
    }
  }
  expect([...told]).toEqual([])
})

test('what leads out of a mesh', () => {
  const leads = (provider: string, mode?: string) => {
    const { objects } = translate({
      meshes: { mesh: { provider, ...(mode === undefined ? {} : { mode }) } },
      workloads: SHOP,
      external: { api: { mesh: 'mesh', namespace: 'shop', hosts: ['api.example.org'], ports: [{ port: 443 }] } },
    })
    const about = objects.filter(({ manifest }) => JSON.stringify(manifest.spec ?? {}).includes('api.example.org'))
    return about.flatMap(({ manifest }) => explainObject(manifest))
  }
  expect(leads('kuma')).toEqual(['Outside the mesh these may be called, and nothing else: api.example.org at port 443 (tls).'])
  expect(leads('consul')).toEqual(['Api speaks tcp; it is api.example.org outside the mesh, at port 443.'])
  expect(leads('consul-vm')).toEqual(leads('consul'))
  expect(leads('cilium')).toEqual([
    'These connections concern pods with any label, beside whatever else is allowed:',
    '- Pods with k8s:io.kubernetes.pod.namespace=kube-system, k8s:k8s-app=kube-dns may be called at port 53.',
    '- api.example.org may be called at port 443.',
  ])
})

test('Cilium by CiliumEnvoyConfig', () => {
  const { objects } = translate({
    meshes: { mesh: { provider: 'cilium', mode: 'envoy-config' } },
    workloads: SHOP,
    traffic: {
      backend: {
        workload: 'backend',
        routes: [
          { match: [{ path: { prefix: '/api' }, headers: { 'x-user': { exact: 'jason' } } }], to: { v2: 100 }, timeout: '2s' },
          { to: { v1: 90, v2: 10 }, retries: { attempts: 3 }, mirror: { to: 'v2' } },
        ],
        rateLimit: { requests: 10 },
        circuitBreaker: { maxConnections: 7, outlier: { consecutiveErrors: 5 } },
      },
    },
  })
  const config = objects.find(({ manifest }) => manifest.kind === 'CiliumEnvoyConfig')
  expect(config === undefined ? [] : explainObject(config.manifest)).toMatchInlineSnapshot(`
    [
      "Requests to shop/backend pass the proxy of the caller’s node:",
      "- Each passes local_ratelimit (10 in 1s, 10 at most at once) first.",
      "1. A request whose path begins with /api and header x-user is jason goes to shop/backend-v2; it has 2s in all.",
      "2. Every request goes 90% to shop/backend-v1 and 10% to shop/backend-v2; it is tried again up to 3 times on 5xx; copies go to shop/backend-v2.",
      "- shop/backend-v2: at most max_connections 7; endpoints that fail are left out (consecutive_5xx 5).",
      "- shop/backend-v1: at most max_connections 7; endpoints that fail are left out (consecutive_5xx 5).",
    ]
  `)
})

test('Cilium: refusals alone leave the rest open, and its own gateways are named in words', () => {
  const policies = (rules: object): readonly string[] =>
    translate({
      meshes: { mesh: { provider: 'cilium' } },
      workloads: SHOP,
      gateways: { web: { mesh: 'mesh', namespace: 'shop', listeners: [{ port: 80 }] } },
      authorization: { rules: { workload: 'frontend', ...rules } },
    })
      .objects.filter(({ manifest }) => manifest.kind === 'CiliumNetworkPolicy')
      .flatMap(({ manifest }) => explainObject(manifest))
  expect(policies({ deny: [{ from: [{ namespace: 'ops' }] }] })).toEqual([
    'These connections concern pods with app=frontend, beside whatever else is allowed:',
    '- Pods with k8s:io.kubernetes.pod.namespace=ops may not call port 8080.',
  ])
  expect(policies({ allow: [{ from: ['gateways.web'] }] })).toEqual([
    'These connections concern pods with app=frontend, and what no rule names is refused:',
    '- Whatever comes in at gateways and ingresses of Cilium may call port 8080.',
  ])
})

test('ports, listeners and layers of policies are named, and routes that only tell requests apart lead nowhere in no words', () => {
  const said = (provider: string, sections: Partial<Sections>, kind: string) =>
    translate({ meshes: { mesh: { provider } }, workloads: SHOP, ...sections })
      .objects.filter(({ manifest }) => manifest.kind === kind)
      .map(({ manifest }) => explainObject(manifest))
  const everything: Partial<Sections> = { authorization: { all: { mesh: 'mesh', default: 'deny' } } }
  expect(said('istio', everything, 'AuthorizationPolicy')).toEqual([
    ['Nobody may call any workload of the mesh, unless another policy lets them.'],
  ])
  const reading: Partial<Sections> = {
    authorization: { reading: { workload: 'frontend', allow: [{ from: ['workloads.backend'], methods: ['GET'] }] } },
  }
  expect(said('linkerd', reading, 'HTTPRoute')).toEqual([
    [
      'Requests whose method is GET to Server frontend-http are told apart as frontend-http-route-1.',
      'AuthorizationPolicies for frontend-http-route-1, its server or its namespace say who may make them.',
    ],
  ])
  const refusing: Partial<Sections> = {
    authorization: {
      calls: { workload: 'frontend', allow: [{ from: ['workloads.backend'] }], deny: [{ from: ['namespace/ops'] }] },
    },
  }
  expect(said('kuma', refusing, 'MeshTrafficPermission').flat()).toContain(
    '- Refuses identities that begin with spiffe://default.default.mesh.local/ns/ops/, whatever else lets them in; lets in spiffe://default.default.mesh.local/ns/shop/sa/backend.',
  )
})
