import type { JsonObject } from '../../plan/json.ts'
import { listAt, objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { writeStatus } from './conditions.ts'
import type { Controller, ControllerWorld } from './controller.ts'
import type { KindKey } from './controller-host.ts'
import { isTerminating, nameOf } from './object-cache.ts'
import { hashText } from './pod-template.ts'

const services = '/Service'
const ingresses = 'networking.k8s.io/Ingress'

/** First three numbers of the addresses that load balancers hand out. */
const network = '172.18.255'
const networkSize = 250

/** The address of a load balancer by the name of what it serves: the same in every run. */
export function loadBalancerAddress(namespace: string, name: string): string {
  return `${network}.${1 + (hashText(`${namespace}/${name}`) % networkSize)}`
}

function addressesOf(object: JsonObject): readonly JsonObject[] {
  return objectsAt(objectAt(objectAt(object, 'status'), 'loadBalancer'), 'ingress')
}

function giveAddress(kind: KindKey, object: JsonObject, ingress: readonly JsonObject[], world: ControllerWorld): void {
  const before = objectAt(object, 'status') ?? {}
  writeStatus(world.host, kind, object, { ...before, loadBalancer: ingress.length === 0 ? {} : { ingress } })
}

function reconcileService(service: JsonObject, world: ControllerWorld): void {
  const spec = objectAt(service, 'spec')
  const known = addressesOf(service)
  if (textAt(spec, 'type') !== 'LoadBalancer') {
    if (known.length > 0) giveAddress(services, service, [], world)
    return
  }
  if (known.length > 0 || textAt(spec, 'loadBalancerClass').startsWith('none/')) return
  const { namespace, name } = nameOf(service)
  const ip = textAt(spec, 'loadBalancerIP') || loadBalancerAddress(namespace, name)
  giveAddress(services, service, [{ ip, ipMode: 'VIP' }], world)
}

function reconcileIngress(ingress: JsonObject, world: ControllerWorld): void {
  if (addressesOf(ingress).length > 0 || listAt(objectAt(ingress, 'spec'), 'rules').length === 0) return
  const { namespace, name } = nameOf(ingress)
  giveAddress(ingresses, ingress, [{ ip: loadBalancerAddress(namespace, name) }], world)
}

/** The part of a cloud: Services of type LoadBalancer and Ingresses get addresses. */
export function addressController(): Controller {
  return {
    name: 'addresses',
    watches: [services, ingresses],
    concerned: (_kind, object) => [nameOf(object)],
    reconcile: (name, world) => {
      const service = world.cache.get(services, name)
      if (service !== undefined && !isTerminating(service)) reconcileService(service, world)
      const ingress = world.cache.get(ingresses, name)
      if (ingress !== undefined && !isTerminating(ingress)) reconcileIngress(ingress, world)
    },
  }
}
