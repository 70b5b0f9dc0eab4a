import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { loadBalancerAddress } from './address-controller.ts'
import { type ConditionState, mergeConditions, writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import { isTerminating, nameOf } from './object-cache.ts'
import { type RouteIndex, routeKinds } from './route-index.ts'

const gatewayClasses = 'gateway.networking.k8s.io/GatewayClass'
const gateways = 'gateway.networking.k8s.io/Gateway'
/** The controller's name where no class gives one. */
export const sandboxGatewayController = 'sandbox.meshform.dev/gateway-controller'

/** Routes that a listener takes when it doesn't say, by its protocol. */
const kindsOfProtocol: { readonly [protocol: string]: readonly string[] } = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
  // Istio's ambient proxies listen for everything.
  HBONE: ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'],
}

function generationOf(object: JsonObject): number {
  return numberAt(objectAt(object, 'metadata'), 'generation') ?? 1
}

function condition(
  object: JsonObject,
  type: string,
  reason: string,
  message: string,
  status: 'True' | 'False' = 'True',
): ConditionState {
  return { type, status, reason, message, observedGeneration: generationOf(object) }
}

function reconcileClass(gatewayClass: JsonObject, world: ControllerWorld): void {
  const before = objectAt(gatewayClass, 'status')
  const states = [condition(gatewayClass, 'Accepted', 'Accepted', 'Handled by the sandbox')]
  const conditions = mergeConditions(objectsAt(before, 'conditions'), states, world.host.now())
  writeStatus(world.host, gatewayClasses, gatewayClass, { ...before, conditions })
}

function supportedKinds(listener: JsonObject): readonly JsonObject[] {
  const allowed = objectsAt(objectAt(listener, 'allowedRoutes'), 'kinds')
  const group = 'gateway.networking.k8s.io'
  if (allowed.length > 0) return allowed.map((each) => ({ group: textAt(each, 'group') || group, kind: textAt(each, 'kind') }))
  return (kindsOfProtocol[textAt(listener, 'protocol')] ?? []).map((kind) => ({ group, kind }))
}

function listenerStatus(gateway: JsonObject, listener: JsonObject, attached: number, now: Date): JsonObject {
  const name = textAt(listener, 'name')
  const before = objectsAt(objectAt(gateway, 'status'), 'listeners').find((each) => each.name === name)
  const states = [
    condition(gateway, 'Accepted', 'Accepted', 'No errors found'),
    condition(gateway, 'Conflicted', 'NoConflicts', 'No errors found', 'False'),
    condition(gateway, 'Programmed', 'Programmed', 'No errors found'),
    condition(gateway, 'ResolvedRefs', 'ResolvedRefs', 'No errors found'),
  ]
  return {
    name,
    supportedKinds: supportedKinds(listener),
    attachedRoutes: attached,
    conditions: mergeConditions(objectsAt(before, 'conditions'), states, now),
  }
}

function addressesOf(gateway: JsonObject): readonly JsonObject[] {
  const asked = objectsAt(objectAt(gateway, 'spec'), 'addresses').filter((address) => textAt(address, 'value') !== '')
  if (asked.length > 0)
    return asked.map((address) => ({ type: textAt(address, 'type') || 'IPAddress', value: textAt(address, 'value') }))
  const { namespace, name } = nameOf(gateway)
  return [{ type: 'IPAddress', value: loadBalancerAddress(namespace, name) }]
}

function reconcileGateway(gateway: JsonObject, routes: RouteIndex, world: ControllerWorld): void {
  const before = objectAt(gateway, 'status')
  const now = world.host.now()
  const name = nameOf(gateway)
  const states = [
    condition(gateway, 'Accepted', 'Accepted', 'Resource accepted'),
    condition(gateway, 'Programmed', 'Programmed', 'Resource programmed, assigned to its address'),
  ]
  const listeners: readonly JsonValue[] = objectsAt(objectAt(gateway, 'spec'), 'listeners').map((listener) =>
    listenerStatus(gateway, listener, routes.attached('Gateway', name, textAt(listener, 'name')), now),
  )
  writeStatus(world.host, gateways, gateway, {
    ...before,
    addresses: addressesOf(gateway),
    conditions: mergeConditions(objectsAt(before, 'conditions'), states, now),
    listeners,
  })
}

/** Accepts GatewayClasses and Gateways of any class, as the meshes' own controllers do. */
export function gatewayController(routes: RouteIndex): Controller {
  return {
    name: 'gateways',
    watches: [gatewayClasses, gateways, ...routeKinds],
    concerned: (kind, object) => {
      if (kind === gatewayClasses || kind === gateways) return [nameOf(object)]
      routes.put(kind, object)
      return routes.parentsOf(object).flatMap((parent) => (parent.kind === 'Gateway' ? [parent] : []))
    },
    reconcile: (name, world) => {
      const gatewayClass = name.namespace === '' ? world.cache.get(gatewayClasses, name) : undefined
      if (gatewayClass !== undefined) reconcileClass(gatewayClass, world)
      const gateway = world.cache.get(gateways, name)
      if (gateway === undefined || isTerminating(gateway)) return
      routes.pruneRoutesOf('Gateway', name, world.cache)
      reconcileGateway(gateway, routes, world)
    },
  }
}
