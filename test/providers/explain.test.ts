import { describe, expect, test } from 'vitest'
import { explainObject } from '../../src/providers/explain/explain-object.ts'
import { canonical, meshObjects, translate } from './design-fixture.ts'
import { meshExample } from './mesh-example.ts'

const told = (name: string) =>
  meshExample(name)
    .map((manifest) =>
      [`${manifest.kind} ${manifest.metadata.name}`, ...explainObject(manifest).map((line) => `  ${line}`)].join('\n'),
    )
    .join('\n')

describe('objects in words', () => {
  test('Istio', () => {
    expect(told('istio')).toMatchInlineSnapshot(`
      "Namespace shop
        Pods in shop are in the mesh by istio-injection: enabled.
      PeerAuthentication default
        Workloads in shop take mutual TLS only: plain text is refused.
      DestinationRule backend
        backend.shop.svc.cluster.local has the versions v1 (pods with version=v1) and v2 (pods with version=v2).
      VirtualService backend
        Requests to backend.shop.svc.cluster.local from workloads of the mesh take the first of these routes that matches:
        1. Every request goes 90% to v1 of backend.shop:8080 and 10% to v2 of backend.shop:8080; it has 2s in all; it is tried again up to 3 times on 5xx.
      AuthorizationPolicy backend-allow-frontend
        Only these may call pods with app=backend in shop, beside those that other policies let in:
        - cluster.local/ns/shop/sa/frontend."
    `)
  })

  test('Istio ambient', () => {
    expect(told('istio-ambient')).toMatchInlineSnapshot(`
      "Namespace shop
        Pods in shop are in the mesh by istio.io/dataplane-mode: ambient and istio.io/use-waypoint: waypoint.
      Gateway waypoint
        A gateway of class istio-waypoint listens on port 15008 for any host (HBONE).
      HTTPRoute backend
        Requests to Service backend:8080 take the most specific of these rules:
        1. All requests go 90% to backend-v1:8080 and 10% to backend-v2:8080; each has 2s in all; tried again up to 3 times on 500, 502, 503 or 504.
      PeerAuthentication default
        Workloads in shop take mutual TLS only: plain text is refused.
      AuthorizationPolicy backend-allow-frontend
        Only these may call Service backend, beside those that other policies let in:
        - cluster.local/ns/shop/sa/frontend.
      AuthorizationPolicy backend-only-via-waypoint
        Only these may call pods with app=backend in shop, beside those that other policies let in:
        - cluster.local/ns/shop/sa/waypoint."
    `)
  })

  test('Linkerd', () => {
    expect(told('linkerd')).toMatchInlineSnapshot(`
      "Namespace shop
        Pods in shop are in the mesh by linkerd.io/inject: enabled and config.linkerd.io/default-inbound-policy: all-authenticated.
      HTTPRoute backend
        Requests to Service backend:8080 take the most specific of these rules:
        1. All requests go 90% to backend-v1:8080 and 10% to backend-v2:8080.
        - A request is given up after 2s, retries included.
        - Requests that fail with 5xx are tried again up to 3 times.
      Server backend-http
        Port http of pods with app=backend is server backend-http; whoever no policy names is met with deny.
      MeshTLSAuthentication frontend
        MeshTLSAuthentication frontend stands for ServiceAccount frontend.
      AuthorizationPolicy backend-allow-frontend
        Server backend-http lets in who satisfies MeshTLSAuthentication frontend."
    `)
  })

  test('Consul', () => {
    expect(told('consul')).toMatchInlineSnapshot(`
      "Namespace shop
      ProxyDefaults global
        Services speak http unless they say otherwise.
      ServiceDefaults backend
        Backend speaks http; it takes mutual TLS in mode strict.
      ServiceResolver backend
        Backend has the versions v1 (instances with Service.Meta.version == v1) and v2 (instances with Service.Meta.version == v2).
      ServiceSplitter backend
        Requests to backend go 90% to v1 and 10% to v2.
      ServiceRouter backend
        Requests to backend take the first of these routes that matches:
        1. A request whose path begins with / goes to backend; it has 2s in all; it is tried again up to 3 times on 5xx.
      ServiceIntentions backend
        For calls of backend the first of these holds:
        - Frontend may call.
        - Anyone may not call."
    `)
  })

  test('Kuma', () => {
    expect(told('kuma')).toMatchInlineSnapshot(`
      "Namespace shop
        Pods in shop are in the mesh by kuma.io/sidecar-injection: enabled and kuma.io/mesh: default.
      Mesh default
        Mesh default knows Services as MeshServices alone.
      MeshIdentity identity
        Identity gives each pod the identity spiffe://{{ .Mesh }}.{{ .Zone }}.mesh.local/ns/{{ .Namespace }}/sa/{{ .ServiceAccount }}, certified by an authority of kind bundled.
      MeshTLS strict
        MeshTLS holds for the whole mesh:
        - Mode Strict.
      MeshHTTPRoute backend-canary
        MeshHTTPRoute holds for Dataplane with app=frontend:
        - Towards port http of MeshService backend: where path.type PathPrefix, path.value /, requests go 90% to MeshService backend-v1:8080 and 10% to MeshService backend-v2:8080.
      MeshTimeout backend-2s
        MeshTimeout holds for Dataplane with app=frontend:
        - Towards MeshService backend: http.requestTimeout 2s.
      MeshRetry backend-retry
        MeshRetry holds for Dataplane with app=frontend:
        - Towards MeshService backend: http.numRetries 3, http.retryOn 5xx.
      MeshTrafficPermission backend-allow-frontend
        MeshTrafficPermission holds for Dataplane with app=backend:
        - Lets in spiffe://default.default.mesh.local/ns/shop/sa/frontend."
    `)
  })

  test('Cilium', () => {
    expect(told('cilium')).toMatchInlineSnapshot(`
      "Namespace shop
        Pods in shop are in the mesh by io.cilium/mtls-enabled: true.
      HTTPRoute backend
        Requests to Service backend:8080 take the most specific of these rules:
        1. All requests go 90% to backend-v1:8080 and 10% to backend-v2:8080; each has 2s in all; tried again up to 3 times on 500, 502, 503 or 504.
      CiliumNetworkPolicy backend-allow-frontend
        These connections concern pods with app=backend, and what no rule names is refused:
        - Pods with app=frontend may call port 8080."
    `)
  })

  test('SMI', () => {
    expect(told('smi')).toMatchInlineSnapshot(`
      "TrafficSplit backend-canary
        Requests to backend go 90% to backend-v1 and 10% to backend-v2.
      HTTPRouteGroup backend-all
        Backend-all describes these requests:
        - All: any method on paths that match .*.
      TrafficTarget backend-allow-frontend
        ServiceAccount shop/frontend may call ServiceAccount shop/backend for HTTPRouteGroup backend-all (all), and nobody else may unless another target says so."
    `)
  })

  test('round trip: what a design asks is what its objects are told to do', () => {
    const design = canonical({ provider: 'istio', mtls: 'strict' })
    const words = meshObjects(translate(design)).flatMap(explainObject).join('\n')
    for (const part of [
      '90% to v1',
      '10% to v2',
      'it has 2s in all',
      'up to 3 times on 5xx',
      'plain text is refused',
      'ns/shop/sa/frontend',
    ]) {
      expect(words).toContain(part)
    }
  })

  test('a kind without words of its own is told by its settings', () => {
    expect(
      explainObject({
        apiVersion: 'example.org/v1',
        kind: 'Thing',
        metadata: { name: 'thing' },
        spec: { size: 3, parts: [{ name: 'a' }, { name: 'b' }] },
      }),
    ).toEqual(['It says size 3, parts[0].name a, parts[1].name b.'])
  })
})
