import { isIPv6 } from 'node:net'
import type { JsonObject } from '../../../plan/json.ts'
import type { AllocationContext } from '../../resource-type.ts'
import { isInServiceNetwork, isNodePort } from '../defaults/service-allocation.ts'
import { isExternallyAccessible, needsClusterAddress, needsHealthCheck } from '../defaults/service-defaults.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { addressComplaints, blockComplaints, isAddress, specialAddressComplaint } from './addresses.ts'
import { protocols } from './container.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { validatePortReference } from './handlers.ts'
import { labelComplaints, portNumberComplaints, qualifiedNameComplaints, subdomainComplaints } from './names.ts'
import { validateLabels } from './object-meta.ts'

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const affinities = ['ClientIP', 'None']
const trafficPolicies = ['Cluster', 'Local']
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const families = ['IPv4', 'IPv6']
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const longestAffinity = 86_400

function specOf(service: JsonObject): JsonObject {
  return objectAt(service, 'spec') ?? {}
}

function isHeadless(spec: JsonObject): boolean {
  return textAt(spec, 'clusterIP') === 'None'
}

function validatePort(errors: FieldErrors, port: JsonObject, field: string, named: boolean, names: Set<string>): void {
  const name = textAt(port, 'name')
  if (name === '') {
    if (named) errors.required(`${field}.name`)
  } else {
    errors.invalidForEach(`${field}.name`, name, labelComplaints(name))
    if (names.has(name)) errors.duplicate(`${field}.name`, name)
    names.add(name)
  }
  const number = numberAt(port, 'port') ?? 0
  errors.invalidForEach(`${field}.port`, number, portNumberComplaints(number))
  errors.oneOf(`${field}.protocol`, textAt(port, 'protocol'), protocols)
  validatePortReference(errors, port.targetPort, `${field}.targetPort`)
  const appProtocol = port.appProtocol
  if (typeof appProtocol === 'string') {
    errors.invalidForEach(`${field}.appProtocol`, appProtocol, qualifiedNameComplaints(appProtocol))
  }
}

function validatePorts(errors: FieldErrors, spec: JsonObject): void {
  const ports = objectsAt(spec, 'ports')
  const names = new Set<string>()
  const pairs = new Set<string>()
  const nodePairs = new Set<string>()
  ports.forEach((port, index) => {
    const field = `spec.ports[${index}]`
    validatePort(errors, port, field, ports.length > 1, names)
    const protocol = textAt(port, 'protocol')
    const number = numberAt(port, 'port') ?? 0
    const pair = `${protocol}/${number}`
    if (pairs.has(pair)) {
      const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 }
      errors.duplicate(field, shown)
    }
    pairs.add(pair)
    const nodePort = numberAt(port, 'nodePort') ?? 0
    if (nodePort === 0) return
    if (textAt(spec, 'type') === 'ClusterIP') {
      errors.forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'")
    }
    const nodePair = `${protocol}/${nodePort}`
    if (nodePairs.has(nodePair)) errors.duplicate(`${field}.nodePort`, nodePort)
    nodePairs.add(nodePair)
  })
}

function validateExternalName(errors: FieldErrors, spec: JsonObject): void {
  const detail = 'may not be set for ExternalName services'
  if (listAt(spec, 'clusterIPs').length > 0) errors.forbidden('spec.clusterIPs', detail)
  if (listAt(spec, 'ipFamilies').length > 0) errors.forbidden('spec.ipFamilies', detail)
  if (spec.ipFamilyPolicy !== undefined) errors.forbidden('spec.ipFamilyPolicy', detail)
  const name = textAt(spec, 'externalName').replace(/\.$/, '')
  if (name === '') errors.required('spec.externalName')
  else errors.invalidForEach('spec.externalName', name, subdomainComplaints(name))
}

function validateAffinity(errors: FieldErrors, spec: JsonObject): void {
  const affinity = textAt(spec, 'sessionAffinity')
  errors.oneOf('spec.sessionAffinity', affinity, affinities)
  const config = objectAt(spec, 'sessionAffinityConfig')
  const field = 'spec.sessionAffinityConfig'
  if (affinity === 'None' && config !== undefined) {
    errors.forbidden(field, 'must not be set when session affinity is None')
  }
  if (affinity !== 'ClientIP') return
  const seconds = numberAt(objectAt(config, 'clientIP'), 'timeoutSeconds')
  if (seconds === undefined) errors.required(field, 'when session affinity type is ClientIP')
  else if (seconds <= 0 || seconds > longestAffinity) {
    const detail = `must be greater than 0 and less than ${longestAffinity}`
    errors.invalid(`${field}.clientIP.timeoutSeconds`, seconds, detail)
  }
}

function validateFamilies(errors: FieldErrors, spec: JsonObject): void {
  const seen = new Set<string>()
  textsAt(spec, 'ipFamilies').forEach((family, index) => {
    const field = `spec.ipFamilies[${index}]`
    if (!families.includes(family)) errors.notSupported(field, family, families)
    if (seen.has(family)) errors.duplicate(field, family)
    seen.add(family)
  })
  const policy = spec.ipFamilyPolicy
  if (typeof policy === 'string' && !familyPolicies.includes(policy)) {
    errors.notSupported('spec.ipFamilyPolicy', policy, familyPolicies)
  }
}

function validateAddresses(errors: FieldErrors, spec: JsonObject): void {
  const field = 'spec.clusterIPs'
  const addresses = textsAt(spec, 'clusterIPs')
  const first = textAt(spec, 'clusterIP')
  if (first === '') {
    if (addresses.length > 0) errors.invalid(field, [...addresses], 'must be empty when `clusterIP` is not specified')
  } else if (addresses.length === 0) errors.required(field)
  else if (addresses[0] !== first) errors.invalid(field, [...addresses], 'first value must match `clusterIP`')
  validateFamilies(errors, spec)
  const before = errors.all.length
  addresses.forEach((address, index) => {
    if (index > 0 || address !== 'None') {
      errors.invalidForEach(`${field}[${index}]`, address, addressComplaints(address))
    } else if (addresses.length > 1) {
      errors.invalid(field, [...addresses], "'None' must be the first and only value")
    }
  })
  if (addresses.length > 2) errors.invalid(field, [...addresses], 'may only hold up to 2 values')
  if (errors.all.length > before) return
  const [one, other] = addresses
  if (one !== undefined && other !== undefined && isIPv6(one) === isIPv6(other)) {
    errors.invalid(field, [...addresses], 'may specify no more than one IP for each IP family')
  }
  if (isHeadless(spec)) return
  textsAt(spec, 'ipFamilies').forEach((family, index) => {
    const address = addresses[index]
    if (address === undefined || !families.includes(family) || isIPv6(address) === (family === 'IPv6')) return
    errors.invalid(`${field}[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``)
  })
}

function validateSourceRanges(errors: FieldErrors, service: JsonObject, isLoadBalancer: boolean): void {
  const detail = "may only be used when `type` is 'LoadBalancer'"
  const ranges = textsAt(specOf(service), 'loadBalancerSourceRanges')
  const key = 'service.beta.kubernetes.io/load-balancer-source-ranges'
  const annotation = objectAt(objectAt(service, 'metadata'), 'annotations')?.[key]
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges'
    if (!isLoadBalancer) errors.forbidden(field, detail)
    ranges.forEach((range, index) => {
      errors.invalidForEach(`${field}[${index}]`, range.trim(), blockComplaints(range.trim()))
    })
  } else if (typeof annotation === 'string') {
    const field = `metadata.annotations[${key}]`
    if (!isLoadBalancer) errors.forbidden(field, detail)
    for (const range of annotation.trim() === '' ? [] : annotation.split(',')) {
      errors.invalidForEach(field, range.trim(), blockComplaints(range.trim()))
    }
  }
}

function validateTraffic(errors: FieldErrors, spec: JsonObject): void {
  const external = textAt(spec, 'externalTrafficPolicy')
  if (!isExternallyAccessible(spec)) {
    if (external !== '') {
      errors.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services')
    }
  } else errors.oneOf('spec.externalTrafficPolicy', external, trafficPolicies)
  const check = numberAt(spec, 'healthCheckNodePort') ?? 0
  if (!needsHealthCheck(spec)) {
    if (check !== 0) {
      const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
      errors.invalid('spec.healthCheckNodePort', check, detail)
    }
  } else errors.invalidForEach('spec.healthCheckNodePort', check, portNumberComplaints(check))
  const internal = spec.internalTrafficPolicy
  if (typeof internal === 'string' && !trafficPolicies.includes(internal)) {
    errors.notSupported('spec.internalTrafficPolicy', internal, trafficPolicies)
  }
  const distribution = spec.trafficDistribution
  if (typeof distribution === 'string' && !distributions.includes(distribution)) {
    errors.notSupported('spec.trafficDistribution', distribution, distributions)
  }
}

function validateBalancer(errors: FieldErrors, spec: JsonObject, isLoadBalancer: boolean): void {
  const detail = "may only be used when `type` is 'LoadBalancer'"
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer) {
    errors.forbidden('spec.allocateLoadBalancerNodePorts', detail)
  }
  const className = spec.loadBalancerClass
  if (typeof className !== 'string') return
  if (!isLoadBalancer) errors.forbidden('spec.loadBalancerClass', detail)
  else errors.invalidForEach('spec.loadBalancerClass', className, qualifiedNameComplaints(className))
}

/** A service as it is after defaulting and allocation. */
export function validateService(errors: FieldErrors, service: JsonObject): void {
  const spec = specOf(service)
  const type = textAt(spec, 'type')
  const headless = isHeadless(spec)
  if (objectsAt(spec, 'ports').length === 0 && !headless && type !== 'ExternalName') errors.required('spec.ports')
  if (headless && (type === 'LoadBalancer' || type === 'NodePort')) {
    errors.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  }
  if (type === 'ExternalName') validateExternalName(errors, spec)
  else validateAddresses(errors, spec)
  validatePorts(errors, spec)
  validateLabels(errors, objectAt(spec, 'selector'), 'spec.selector')
  validateAffinity(errors, spec)
  errors.oneOf('spec.type', type, serviceTypes)
  textsAt(spec, 'externalIPs').forEach((address, index) => {
    const field = `spec.externalIPs[${index}]`
    const complaints = addressComplaints(address)
    errors.invalidForEach(field, address, complaints)
    const special = complaints.length === 0 ? specialAddressComplaint(address) : undefined
    if (special !== undefined) errors.invalid(field, address, special)
  })
  const isLoadBalancer = type === 'LoadBalancer'
  validateSourceRanges(errors, service, isLoadBalancer)
  validateBalancer(errors, spec, isLoadBalancer)
  validateTraffic(errors, spec)
}

function validateSameList(errors: FieldErrors, spec: JsonObject, oldSpec: JsonObject, key: string): void {
  const before = textsAt(oldSpec, key)
  const after = textsAt(spec, key)
  const first = `spec.${key}[0]`
  if (before.length === after.length) {
    before.forEach((value, index) => {
      const field = key === 'clusterIPs' ? `spec.${key}[${index}]` : first
      if (value !== after[index]) errors.invalid(field, [...after], 'may not change once set')
    })
    return
  }
  const what = key === 'clusterIPs' ? 'clusterIP' : 'ipFamily'
  if (before.length > 0 && after.length > 0 && before[0] !== after[0]) {
    errors.invalid(first, [...textsAt(spec, 'clusterIPs')], 'may not change once set')
  }
  if (before.length < after.length) return
  if (after.length === 0) errors.invalid(first, null, `primary ${what} can not be unset`)
  if (after.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`
    errors.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail)
  }
}

/** What an update of a service may not change: the addresses that it was given. */
export function validateServiceUpdate(errors: FieldErrors, service: JsonObject, old: JsonObject): void {
  const spec = specOf(service)
  const oldSpec = specOf(old)
  const stays = (value: string): boolean => textAt(spec, 'type') === value && textAt(oldSpec, 'type') === value
  if (textAt(spec, 'type') !== 'ExternalName' && textAt(oldSpec, 'type') !== 'ExternalName') {
    if (!isHeadless(spec) || !isHeadless(oldSpec)) validateSameList(errors, spec, oldSpec, 'clusterIPs')
    if (!isHeadless(spec) && !isHeadless(oldSpec)) validateSameList(errors, spec, oldSpec, 'ipFamilies')
  }
  if (stays('LoadBalancer') && !sameJson(spec.loadBalancerClass, oldSpec.loadBalancerClass)) {
    errors.invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set')
  }
  const checked = needsHealthCheck(spec) && needsHealthCheck(oldSpec)
  if (checked && spec.healthCheckNodePort !== oldSpec.healthCheckNodePort) {
    errors.forbidden('spec.healthCheckNodePort', 'field is immutable')
  }
}

/** Addresses at which a load balancer is reached. */
export function validateServiceStatus(errors: FieldErrors, service: JsonObject): void {
  const entries = objectsAt(objectAt(objectAt(service, 'status'), 'loadBalancer'), 'ingress')
  const field = 'status.loadBalancer.ingress'
  if (entries.length > 0 && textAt(specOf(service), 'type') !== 'LoadBalancer') {
    errors.forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")
    return
  }
  validateBalancerAddresses(errors, entries, field)
  entries.forEach((entry, index) => {
    const mode = textAt(entry, 'ipMode')
    const place = `${field}[${index}].ipMode`
    if (textAt(entry, 'ip') === '') {
      if (mode !== '') errors.forbidden(place, 'may not be specified when `ip` is not set')
    } else if (mode === '') errors.required(place, 'must be specified when `ip` is set')
    else if (mode !== 'VIP' && mode !== 'Proxy') errors.notSupported(place, mode, ['Proxy', 'VIP'])
  })
}

/** Addresses and names in the status of services and ingresses. */
export function validateBalancerAddresses(errors: FieldErrors, entries: readonly JsonObject[], field: string): void {
  entries.forEach((entry, index) => {
    const ip = textAt(entry, 'ip')
    if (ip !== '') errors.invalidForEach(`${field}[${index}].ip`, ip, addressComplaints(ip))
    const host = textAt(entry, 'hostname')
    if (host === '') return
    errors.invalidForEach(`${field}[${index}].hostname`, host, subdomainComplaints(host))
    if (isAddress(host)) {
      errors.invalid(`${field}[${index}].hostname`, host, 'must be a DNS name, not an IP address')
    }
  })
}

/** Addresses and ports that were asked for but are another's, or none that this cluster has. */
export function validateServiceAllocation(errors: FieldErrors, service: JsonObject, context: AllocationContext): void {
  const spec = specOf(service)
  const [address] = textsAt(spec, 'clusterIPs')
  if (needsClusterAddress(spec)) {
    textsAt(spec, 'ipFamilies').forEach((family, index) => {
      if (family === 'IPv6' && !isHeadless(spec)) {
        errors.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')
      }
    })
    if (spec.ipFamilyPolicy === 'RequireDualStack' && !isHeadless(spec)) {
      const detail = 'this cluster is not configured for dual-stack services'
      errors.invalid('spec.ipFamilyPolicy', 'RequireDualStack', detail)
    }
    if (address !== undefined && address !== 'None' && errors.all.length === 0) {
      const refuse = (why: string): void =>
        errors.invalid('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`)
      if (!isInServiceNetwork(address)) refuse('the provided network does not match the current range')
      else if (context.isTaken('clusterIP', address)) refuse('provided IP is already allocated')
    }
  }
  objectsAt(spec, 'ports').forEach((port, index) => {
    const nodePort = numberAt(port, 'nodePort') ?? 0
    if (nodePort !== 0) refuseNodePort(errors, nodePort, `spec.ports[${index}].nodePort`, context)
  })
  const check = numberAt(spec, 'healthCheckNodePort') ?? 0
  if (check !== 0) refuseNodePort(errors, check, 'spec.healthCheckNodePort', context)
}

function refuseNodePort(errors: FieldErrors, port: number, field: string, context: AllocationContext): void {
  if (!isNodePort(port)) {
    errors.invalid(field, port, 'provided port is not in the valid range. The range of valid ports is 30000-32767')
  } else if (context.isTaken('nodePort', String(port))) {
    errors.invalid(field, port, 'provided port is already allocated')
  }
}
