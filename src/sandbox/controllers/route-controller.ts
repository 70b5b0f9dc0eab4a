import type { JsonObject } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'
import { type ConditionState, mergeConditions, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import type { KindKey } from './controller-host.ts'
import { sandboxGatewayController } from './gateway-controller.ts'
import { isTerminating, nameOf, type ObjectName } from './object-cache.ts'
import { type IndexedRoute, type RouteIndex, type RouteParent, routeKinds } from './route-index.ts'

const gatewayClasses = 'gateway.networking.k8s.io/GatewayClass'
const gateways = 'gateway.networking.k8s.io/Gateway'
const services = '/Service'

/** Who answers for a parent; undefined while the parent is not there. */
function controllerNameOf(parent: RouteParent, world: ControllerWorld): string | undefined {
  switch (parent.kind) {
    case 'Gateway': {
      const gateway = world.cache.get(gateways, parent)
      if (gateway === undefined) return undefined
      const name = textAt(objectAt(gateway, 'spec'), 'gatewayClassName')
      const gatewayClass = world.cache.get(gatewayClasses, { namespace: '', name })
      return textAt(objectAt(gatewayClass, 'spec'), 'controllerName') || sandboxGatewayController
    }
    case 'Service':
      return world.cache.get(services, parent) === undefined ? undefined : sandboxGatewayController
    case 'other':
      return undefined
  }
}

/** The first Service that the route sends to and that isn't there. */
function missingBackend(route: JsonObject, world: ControllerWorld): string | undefined {
  const { namespace } = nameOf(route)
  for (const rule of objectsAt(objectAt(route, 'spec'), 'rules')) {
    for (const backend of objectsAt(rule, 'backendRefs')) {
      if ((textAt(backend, 'kind') || 'Service') !== 'Service' || textAt(backend, 'group') !== '') continue
      const name = { namespace: textAt(backend, 'namespace') || namespace, name: textAt(backend, 'name') }
      if (world.cache.get(services, name) === undefined) return `${name.name}.${name.namespace}`
    }
  }
  return undefined
}

function backendsOf(route: JsonObject): readonly ObjectName[] {
  const { namespace } = nameOf(route)
  return objectsAt(objectAt(route, 'spec'), 'rules').flatMap((rule) =>
    objectsAt(rule, 'backendRefs').map((backend) => ({
      namespace: textAt(backend, 'namespace') || namespace,
      name: textAt(backend, 'name'),
    })),
  )
}

function statesFor(route: JsonObject, world: ControllerWorld): readonly ConditionState[] {
  const observedGeneration = numberAt(objectAt(route, 'metadata'), 'generation') ?? 1
  const missing = missingBackend(route, world)
  return [
    { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'Route was valid', observedGeneration },
    missing === undefined
      ? { type: 'ResolvedRefs', status: 'True', reason: 'ResolvedRefs', message: 'All references resolved', observedGeneration }
      : {
          type: 'ResolvedRefs',
          status: 'False',
          reason: 'BackendNotFound',
          message: `backend(${missing}) not found`,
          observedGeneration,
        },
  ]
}

function reconcileRoute(kind: KindKey, route: JsonObject, routes: RouteIndex, world: ControllerWorld): void {
  const before = objectsAt(objectAt(route, 'status'), 'parents')
  const references = objectsAt(objectAt(route, 'spec'), 'parentRefs')
  const states = statesFor(route, world)
  const ours = routes.parentsOf(route).flatMap((parent, index) => {
    const controllerName = controllerNameOf(parent, world)
    const parentRef = references[index]
    if (controllerName === undefined || parentRef === undefined) return []
    const known = before.find((each) => sameJson(each.parentRef ?? null, parentRef))
    return [{ parentRef, controllerName, conditions: mergeConditions(objectsAt(known, 'conditions'), states, world.host.now()) }]
  })
  if (ours.length === 0 && before.length === 0) return
  const held = objectAt(route, 'status')
  if (sameJson(objectsAt(held, 'parents'), ours)) return
  writeStatus(world.host, kind, route, { ...held, parents: ours })
}

/** Accepts routes at the parents that are there, and says whether their backends are. */
export function routeController(routes: RouteIndex): Controller {
  // Routes by the Services they send to.
  const byBackend = new Map<string, Map<string, ObjectName>>()
  const remember = (kind: KindKey, route: JsonObject): void => {
    const name = nameOf(route)
    for (const backend of backendsOf(route)) {
      const key = `${backend.namespace}/${backend.name}`
      const known = byBackend.get(key) ?? new Map<string, ObjectName>()
      known.set(`${kind} ${name.namespace}/${name.name}`, name)
      byBackend.set(key, known)
    }
  }
  const namesOf = (indexed: readonly IndexedRoute[]): readonly ObjectName[] => indexed.map((route) => route.name)
  return {
    name: 'routes',
    watches: [gatewayClasses, gateways, services, ...routeKinds],
    concerned: (kind, object, cache) => {
      const name = nameOf(object)
      switch (kind) {
        case gatewayClasses:
          return [...cache.all(gateways)]
            .filter((gateway) => textAt(objectAt(gateway, 'spec'), 'gatewayClassName') === name.name)
            .flatMap((gateway) => namesOf(routes.routesOf('Gateway', nameOf(gateway))))
        case gateways:
          return namesOf(routes.routesOf('Gateway', name))
        case services:
          return [
            ...namesOf(routes.routesOf('Service', name)),
            ...(byBackend.get(`${name.namespace}/${name.name}`)?.values() ?? []),
          ]
        default:
          routes.put(kind, object)
          remember(kind, object)
          return [name]
      }
    },
    reconcile: (name, world) => {
      for (const kind of routeKinds) {
        const route = world.cache.get(kind, name)
        if (route !== undefined && !isTerminating(route)) reconcileRoute(kind, route, routes, world)
      }
    },
  }
}
