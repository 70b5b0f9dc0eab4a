import type { JsonObject } from '../../../plan/json.ts'
import type { AllocationContext } from '../../resource-type.ts'
import { ensureTree, listAt, numberAt, objectAt, objectsAt, setDefault, type Tree, textAt } from '../json-tree.ts'
import { allocateClusterAddress, allocateNodePort } from './service-allocation.ts'

const affinitySeconds = 10_800

function isExposed(type: string): boolean {
  return type === 'NodePort' || type === 'LoadBalancer'
}

/** Defaults of a service that whoever writes it comes to own. */
export function defaultService(service: Tree): void {
  const spec = ensureTree(service, 'spec')
  setDefault(spec, 'sessionAffinity', 'None')
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  else setDefault(ensureTree(ensureTree(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', affinitySeconds)
  setDefault(spec, 'type', 'ClusterIP')
  for (const port of objectsAt(spec, 'ports')) {
    setDefault(port, 'protocol', 'TCP')
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port ?? 0
  }
  const type = textAt(spec, 'type')
  if (isExposed(type)) setDefault(spec, 'externalTrafficPolicy', 'Cluster')
  if (type !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster')
  if (type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true)
}

function setFamilies(spec: Tree): void {
  const selectorless = Object.keys(objectAt(spec, 'selector') ?? {}).length === 0
  const single = spec.ipFamilyPolicy === undefined || spec.ipFamilyPolicy === 'SingleStack'
  if (spec.clusterIP === 'None' && selectorless && spec.ipFamilyPolicy !== 'SingleStack') {
    // Without selector and address a service may have endpoints of either family.
    const families = listAt(spec, 'ipFamilies')
    const first = families[0] ?? 'IPv4'
    spec.ipFamilies = families.length > 1 ? families : [first, first === 'IPv4' ? 'IPv6' : 'IPv4']
    setDefault(spec, 'ipFamilyPolicy', 'RequireDualStack')
    return
  }
  if (listAt(spec, 'ipFamilies').length === 0) spec.ipFamilies = ['IPv4']
  if (single) setDefault(spec, 'ipFamilyPolicy', 'SingleStack')
}

function setAddress(spec: Tree, key: string, context: AllocationContext): void {
  const given = textAt(spec, 'clusterIP') || String(listAt(spec, 'clusterIPs')[0] ?? '')
  const address = given === '' ? allocateClusterAddress(key, context) : given
  spec.clusterIP = address
  if (listAt(spec, 'clusterIPs').length === 0) spec.clusterIPs = [address]
}

function setNodePorts(spec: Tree, key: string, context: AllocationContext): void {
  const type = textAt(spec, 'type')
  const wanted = type === 'NodePort' || (type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  if (!wanted) return
  const own = new Set(objectsAt(spec, 'ports').map((port) => numberAt(port, 'nodePort') ?? 0))
  const isTaken: AllocationContext['isTaken'] = (pool, value) => own.has(Number(value)) || context.isTaken(pool, value)
  for (const port of objectsAt(spec, 'ports')) {
    if ((numberAt(port, 'nodePort') ?? 0) !== 0) continue
    const allocated = allocateNodePort(`${key}/${textAt(port, 'protocol')}/${numberAt(port, 'port')}`, { isTaken })
    port.nodePort = allocated
    own.add(allocated)
  }
}

function keyOf(service: JsonObject): string {
  const metadata = objectAt(service, 'metadata')
  return `${textAt(metadata, 'namespace')}/${textAt(metadata, 'name')}`
}

function allocate(service: Tree, context: AllocationContext): void {
  const spec = ensureTree(service, 'spec')
  if (textAt(spec, 'type') === 'ExternalName') return
  const key = keyOf(service)
  setAddress(spec, key, context)
  setFamilies(spec)
  setNodePorts(spec, key, context)
}

/** Allocates addresses and ports of a new service. */
export function prepareService(service: Tree, context: AllocationContext): void {
  service.status = { loadBalancer: {} }
  allocate(service, context)
}

/** Keeps what was allocated when an update leaves it out, and gives back what the new type has no use for. */
export function prepareServiceUpdate(service: Tree, old: JsonObject, context: AllocationContext): void {
  const spec = ensureTree(service, 'spec')
  const oldSpec = objectAt(old, 'spec')
  const type = textAt(spec, 'type')
  if (type === 'ExternalName') {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy']) {
      if (oldSpec?.[key] !== undefined && textAt(oldSpec, 'type') !== 'ExternalName') delete spec[key]
    }
    return
  }
  if (textAt(spec, 'clusterIP') === '' && listAt(spec, 'clusterIPs').length === 0 && textAt(oldSpec, 'clusterIP') !== '') {
    spec.clusterIP = textAt(oldSpec, 'clusterIP')
  }
  for (const key of ['ipFamilies', 'ipFamilyPolicy']) {
    const value = oldSpec?.[key]
    if (spec[key] === undefined && typeof value === 'string') spec[key] = value
    else if (spec[key] === undefined && Array.isArray(value)) spec[key] = value.filter((each) => typeof each === 'string')
  }
  const oldPorts = objectsAt(oldSpec, 'ports')
  const wasExposed = isExposed(textAt(oldSpec, 'type'))
  for (const port of objectsAt(spec, 'ports')) {
    const before = oldPorts.find((each) => each.port === port.port && each.protocol === port.protocol)
    const nodePort = numberAt(before, 'nodePort')
    if (isExposed(type)) {
      if (port.nodePort === undefined && nodePort !== undefined) port.nodePort = nodePort
    } else if (wasExposed && port.nodePort === nodePort) {
      delete port.nodePort
    }
  }
  if (!isExposed(type) && wasExposed) {
    for (const key of ['externalTrafficPolicy', 'healthCheckNodePort', 'allocateLoadBalancerNodePorts']) delete spec[key]
  }
  allocate(service, context)
}
