import type { JsonObject } from '../../../plan/json.ts'
import type { AllocationContext } from '../../resource-type.ts'
import {
  copyTree,
  ensureTree,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  setDefault,
  type Tree,
  textAt,
  textsAt,
} from '../json-tree.ts'
import { sameJson } from '../validation/field-errors.ts'
import { allocateClusterAddress, allocateNodePort } from './service-allocation.ts'

const affinitySeconds = 10_800

function isExposed(type: string): boolean {
  return type === 'NodePort' || type === 'LoadBalancer'
}

/** True for services that have an address in the cluster, if none that answers. */
export function needsClusterAddress(spec: JsonObject | undefined): boolean {
  return textAt(spec, 'type') !== 'ExternalName'
}

/** True for services that are reached from outside the cluster. */
export function isExternallyAccessible(spec: JsonObject | undefined): boolean {
  const type = textAt(spec, 'type')
  return isExposed(type) || (type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)
}

/** True for services whose nodes are asked one by one whether they serve it. */
export function needsHealthCheck(spec: JsonObject | undefined): boolean {
  return textAt(spec, 'type') === 'LoadBalancer' && textAt(spec, 'externalTrafficPolicy') === 'Local'
}

function needsNodePorts(spec: JsonObject | undefined): boolean {
  const type = textAt(spec, 'type')
  return type === 'NodePort' || (type === 'LoadBalancer' && spec?.allocateLoadBalancerNodePorts !== false)
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
  if (isExternallyAccessible(spec)) setDefault(spec, 'externalTrafficPolicy', 'Cluster')
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
  const given = textAt(spec, 'clusterIP')
  // The list alone is a mistake that validation tells of.
  if (given === '' && listAt(spec, 'clusterIPs').length > 0) return
  const address = given === '' ? allocateClusterAddress(key, context) : given
  spec.clusterIP = address
  if (listAt(spec, 'clusterIPs').length === 0) spec.clusterIPs = [address]
}

function setNodePorts(spec: Tree, key: string, context: AllocationContext): void {
  if (!needsNodePorts(spec)) return
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
  if (needsHealthCheck(spec) && (numberAt(spec, 'healthCheckNodePort') ?? 0) === 0) {
    const own = new Set(objectsAt(spec, 'ports').map((port) => String(numberAt(port, 'nodePort') ?? 0)))
    const isTaken: AllocationContext['isTaken'] = (pool, value) => own.has(value) || context.isTaken(pool, value)
    spec.healthCheckNodePort = allocateNodePort(`${key}/health`, { isTaken })
  }
}

/** Allocates addresses and ports of a new service. */
export function prepareService(service: Tree, context: AllocationContext): void {
  service.status = { loadBalancer: {} }
  const spec = ensureTree(service, 'spec')
  const address = textAt(spec, 'clusterIP')
  if (address !== '' && spec.clusterIPs === undefined) spec.clusterIPs = [address]
  allocate(service, context)
}

/** Addresses follow each other: whoever changes one of the two fields means both. */
function alignAddresses(spec: Tree, oldSpec: JsonObject | undefined): void {
  const address = textAt(spec, 'clusterIP')
  const before = textAt(oldSpec, 'clusterIP')
  const unchanged = sameJson(spec.clusterIPs ?? null, oldSpec?.clusterIPs ?? null)
  if (address === '' && before !== '' && unchanged) delete spec.clusterIPs
  else if (address !== '' && address !== before && unchanged) spec.clusterIPs = [address]
}

/** Puts back what was allocated and is only left out. */
function keepAllocated(spec: Tree, oldSpec: JsonObject | undefined): void {
  if (needsClusterAddress(oldSpec) && needsClusterAddress(spec)) {
    const before = textAt(oldSpec, 'clusterIP')
    if (textAt(spec, 'clusterIP') === '' && before !== '') spec.clusterIP = before
    if (listAt(spec, 'clusterIPs').length === 0 && textAt(spec, 'clusterIP') === before) {
      spec.clusterIPs = [...textsAt(oldSpec, 'clusterIPs')]
    }
  }
  if (needsNodePorts(oldSpec) && needsNodePorts(spec)) keepNodePorts(spec, oldSpec)
  const check = numberAt(oldSpec, 'healthCheckNodePort')
  if (needsHealthCheck(oldSpec) && needsHealthCheck(spec) && check !== undefined) spec.healthCheckNodePort ??= check
}

/** Ports keep their node's port by name, unless another port of the service took it. */
function keepNodePorts(spec: Tree, oldSpec: JsonObject | undefined): void {
  const before = new Map(objectsAt(oldSpec, 'ports').map((port) => [textAt(port, 'name'), numberAt(port, 'nodePort')]))
  const ports = objectsAt(spec, 'ports')
  const used = new Set(ports.map((port) => numberAt(port, 'nodePort')))
  for (const port of ports) {
    const nodePort = before.get(textAt(port, 'name'))
    if (port.nodePort !== undefined || nodePort === undefined || used.has(nodePort)) continue
    port.nodePort = nodePort
    used.add(nodePort)
  }
}

/** Takes away what the new type has no use for and nobody asked for. */
function dropUnused(spec: Tree, oldSpec: JsonObject | undefined): void {
  const drop = (keys: readonly string[], had: boolean, has: boolean): void => {
    if (!had || has) return
    for (const key of keys) if (sameJson(spec[key] ?? null, oldSpec?.[key] ?? null)) delete spec[key]
  }
  const isBalancer = (given: JsonObject | undefined): boolean => textAt(given, 'type') === 'LoadBalancer'
  drop(['clusterIP', 'clusterIPs'], needsClusterAddress(oldSpec), needsClusterAddress(spec))
  drop(['ipFamilies', 'ipFamilyPolicy'], needsClusterAddress(oldSpec), needsClusterAddress(spec))
  drop(['healthCheckNodePort'], needsHealthCheck(oldSpec), needsHealthCheck(spec))
  drop(['allocateLoadBalancerNodePorts', 'loadBalancerClass'], isBalancer(oldSpec), isBalancer(spec))
  drop(['externalTrafficPolicy'], isExternallyAccessible(oldSpec), isExternallyAccessible(spec))
  if (!needsNodePorts(oldSpec) || needsNodePorts(spec)) return
  const portsOf = (given: JsonObject | undefined): (number | null)[] =>
    objectsAt(given, 'ports').map((port) => numberAt(port, 'nodePort') ?? null)
  const same = sameJson(portsOf(spec).sort(), portsOf(oldSpec).sort())
  if (same) for (const port of objectsAt(spec, 'ports')) delete port.nodePort
}

/** Keeps what was allocated when an update leaves it out, and gives back what the new type has no use for. */
export function prepareServiceUpdate(service: Tree, old: JsonObject, context: AllocationContext): void {
  const spec = ensureTree(service, 'spec')
  const oldSpec = objectAt(old, 'spec')
  alignAddresses(spec, oldSpec)
  keepAllocated(spec, oldSpec)
  for (const key of ['ipFamilies', 'ipFamilyPolicy']) {
    const value = oldSpec?.[key]
    if (spec[key] !== undefined || value === undefined || !needsClusterAddress(spec)) continue
    spec[key] = copyTree(value)
  }
  dropUnused(spec, oldSpec)
  allocate(service, context)
}
