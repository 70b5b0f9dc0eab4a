import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/json.ts'
import { objectAt, objectsAt, textAt } from '../../src/sandbox/builtin/json-tree.ts'
import { startControllers } from '../../src/sandbox/controllers/start-controllers.ts'
import { healthOf } from '../../src/targets/health/health.ts'
import { FakeHost } from './controllers-host.ts'

const gatewayApi = 'gateway.networking.k8s.io'

function started(): FakeHost {
  const host = new FakeHost()
  startControllers(host, { namespaceConfigMaps: new Map() })
  return host
}

function service(name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { ports: [{ port: 80 }], ...spec } }
}

function gateway(name: string): JsonObject {
  return {
    apiVersion: `${gatewayApi}/v1`,
    kind: 'Gateway',
    metadata: { name, namespace: 'shop' },
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  }
}

function route(name: string, parentRefs: readonly JsonObject[], backend: string): JsonObject {
  return {
    apiVersion: `${gatewayApi}/v1`,
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'shop' },
    spec: { parentRefs, rules: [{ backendRefs: [{ name: backend, port: 80 }] }] },
  }
}

function parents(object: JsonObject | undefined): readonly (readonly string[])[] {
  return objectsAt(objectAt(object, 'status'), 'parents').map((parent) => [
    textAt(objectAt(parent, 'parentRef'), 'name'),
    textAt(parent, 'controllerName'),
    ...objectsAt(parent, 'conditions').map(
      (each) => `${textAt(each, 'type')}=${textAt(each, 'status')} ${textAt(each, 'reason')}`,
    ),
  ])
}

describe('addresses', () => {
  test('come to load balancers and go with their type', () => {
    const host = started()
    host.create('/Service', service('front', { type: 'LoadBalancer' }))
    host.create('/Service', service('back', { type: 'ClusterIP' }))
    host.run()
    const front = host.get('/Service', 'shop', 'front') ?? {}
    const [ingress] = objectsAt(objectAt(objectAt(front, 'status'), 'loadBalancer'), 'ingress')
    expect(textAt(ingress, 'ip')).toMatch(/^172\.18\.255\.\d+$/)
    expect(objectAt(host.get('/Service', 'shop', 'back'), 'status')).toEqual({ loadBalancer: {} })
    host.update('/Service', { ...front, spec: { ...objectAt(front, 'spec'), type: 'ClusterIP' } })
    host.run()
    expect(objectAt(host.get('/Service', 'shop', 'front'), 'status')).toEqual({ loadBalancer: {} })
  })
})

describe('Gateway API', () => {
  test('Gateways are programmed with an address and count their routes', () => {
    const host = started()
    host.create(`${gatewayApi}/GatewayClass`, {
      apiVersion: `${gatewayApi}/v1`,
      kind: 'GatewayClass',
      metadata: { name: 'istio' },
      spec: { controllerName: 'istio.io/gateway-controller' },
    })
    host.create(`${gatewayApi}/Gateway`, gateway('edge'))
    host.create('/Service', service('reviews', {}))
    host.create(`${gatewayApi}/HTTPRoute`, route('reviews', [{ name: 'edge' }], 'reviews'))
    host.run()
    const edge = host.get(`${gatewayApi}/Gateway`, 'shop', 'edge')
    expect(healthOf(edge ?? {}, [])).toEqual({ status: 'current', reason: '' })
    expect(objectsAt(objectAt(edge, 'status'), 'listeners').map((each) => [each.name, each.attachedRoutes])).toEqual([
      ['http', 1],
    ])
    const reviews = host.get(`${gatewayApi}/HTTPRoute`, 'shop', 'reviews')
    expect(parents(reviews)).toEqual([
      ['edge', 'istio.io/gateway-controller', 'Accepted=True Accepted', 'ResolvedRefs=True ResolvedRefs'],
    ])
    expect(healthOf(reviews ?? {}, [])).toEqual({ status: 'current', reason: '' })
    host.delete(`${gatewayApi}/HTTPRoute`, 'shop', 'reviews')
    host.run()
    const after = host.get(`${gatewayApi}/Gateway`, 'shop', 'edge')
    expect(objectsAt(objectAt(after, 'status'), 'listeners').map((each) => each.attachedRoutes)).toEqual([0])
  })

  test('a route waits for its parent, and says when a backend is missing', () => {
    const host = started()
    host.create(
      `${gatewayApi}/HTTPRoute`,
      route('reviews', [{ name: 'edge' }, { kind: 'Service', group: '', name: 'reviews' }], 'v2'),
    )
    host.run()
    expect(parents(host.get(`${gatewayApi}/HTTPRoute`, 'shop', 'reviews'))).toEqual([])
    host.create(`${gatewayApi}/Gateway`, gateway('edge'))
    host.create('/Service', service('reviews', {}))
    host.run()
    expect(parents(host.get(`${gatewayApi}/HTTPRoute`, 'shop', 'reviews'))).toEqual([
      ['edge', 'sandbox.meshform.dev/gateway-controller', 'Accepted=True Accepted', 'ResolvedRefs=False BackendNotFound'],
      ['reviews', 'sandbox.meshform.dev/gateway-controller', 'Accepted=True Accepted', 'ResolvedRefs=False BackendNotFound'],
    ])
    host.create('/Service', service('v2', {}))
    host.run()
    expect(healthOf(host.get(`${gatewayApi}/HTTPRoute`, 'shop', 'reviews') ?? {}, [])).toEqual({ status: 'current', reason: '' })
    const { writes } = host
    host.run(60_000)
    expect(host.writes).toBe(writes)
  })
})
