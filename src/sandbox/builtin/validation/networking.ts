import { isIP } from 'node:net'
import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import {
  label1035Complaints,
  portNameComplaints,
  portNumberComplaints,
  subdomainComplaints,
  wildcardSubdomainComplaints,
} from './names.ts'

function validateBackend(errors: FieldErrors, backend: JsonObject, field: string): void {
  const service = objectAt(backend, 'service')
  const resource = objectAt(backend, 'resource')
  if (service !== undefined && resource !== undefined) {
    errors.invalid(field, '', 'cannot set both resource and service backends')
  } else if (resource !== undefined) {
    if (textAt(resource, 'kind') === '') errors.required(`${field}.resource.kind`)
    if (textAt(resource, 'name') === '') errors.required(`${field}.resource.name`)
  } else if (service === undefined) {
    errors.required(field, 'resource or service backend is required')
  } else {
    const name = textAt(service, 'name')
    if (name === '') errors.required(`${field}.service.name`)
    else errors.invalidForEach(`${field}.service.name`, name, label1035Complaints(name))
    const port = objectAt(service, 'port') ?? {}
    const portName = textAt(port, 'name')
    const number = numberAt(port, 'number') ?? 0
    if (portName !== '' && number !== 0) errors.invalid(field, '', 'cannot set both port name & port number')
    else if (portName !== '') errors.invalidForEach(`${field}.service.port.name`, portName, portNameComplaints(portName))
    else if (number !== 0) errors.invalidForEach(`${field}.service.port.number`, number, portNumberComplaints(number))
    else errors.required(field, 'port name or number is required')
  }
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const forbiddenInPaths = ['//', '/./', '/../', '%2f', '%2F']
const forbiddenPathEnds = ['/..', '/.']

function validatePath(errors: FieldErrors, path: JsonObject, field: string): void {
  const type = path.pathType
  const text = textAt(path, 'path')
  if (typeof type !== 'string') {
    errors.required(`${field}.pathType`, 'pathType must be specified')
    return
  }
  if (type === 'Exact' || type === 'Prefix') {
    if (!text.startsWith('/')) errors.invalid(`${field}.path`, text, 'must be an absolute path')
    if (text !== '') {
      for (const part of forbiddenInPaths) {
        if (text.includes(part)) errors.invalid(`${field}.path`, text, `must not contain '${part}'`)
      }
      for (const end of forbiddenPathEnds)
        if (text.endsWith(end)) errors.invalid(`${field}.path`, text, `cannot end with '${end}'`)
    }
  } else if (type === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) errors.invalid(`${field}.path`, text, 'must be an absolute path')
  } else {
    errors.notSupported(`${field}.pathType`, type, pathTypes)
  }
  validateBackend(errors, objectAt(path, 'backend') ?? {}, `${field}.backend`)
}

function validateRule(errors: FieldErrors, rule: JsonObject, field: string): void {
  const host = textAt(rule, 'host')
  if (host !== '') {
    if (isIP(host) !== 0) errors.invalid(`${field}.host`, host, 'must be a DNS name, not an IP address')
    else errors.invalidForEach(`${field}.host`, host, hostComplaints(host))
  }
  const http = objectAt(rule, 'http')
  if (http === undefined) return
  const paths = objectsAt(http, 'paths')
  if (paths.length === 0) errors.required(`${field}.http.paths`)
  paths.forEach((path, index) => {
    validatePath(errors, path, `${field}.http.paths[${index}]`)
  })
}

function hostComplaints(host: string): readonly string[] {
  return host.includes('*') ? wildcardSubdomainComplaints(host) : subdomainComplaints(host)
}

/** An ingress after defaulting. */
export function validateIngress(errors: FieldErrors, ingress: JsonObject): void {
  const spec = objectAt(ingress, 'spec') ?? {}
  const rules = objectsAt(spec, 'rules')
  const backend = objectAt(spec, 'defaultBackend')
  if (rules.length === 0 && backend === undefined) {
    errors.invalid('spec', null, 'either `defaultBackend` or `rules` must be specified')
  }
  if (backend !== undefined) validateBackend(errors, backend, 'spec.defaultBackend')
  rules.forEach((rule, index) => {
    validateRule(errors, rule, `spec.rules[${index}]`)
  })
  objectsAt(spec, 'tls').forEach((tls, index) => {
    textsAt(tls, 'hosts').forEach((host, each) => {
      errors.invalidForEach(`spec.tls[${index}].hosts[${each}]`, host, hostComplaints(host))
    })
  })
  const className = spec.ingressClassName
  if (typeof className === 'string') errors.invalidForEach('spec.ingressClassName', className, subdomainComplaints(className))
}

/** A class of ingresses: who answers for them. */
export function validateIngressClass(errors: FieldErrors, ingressClass: JsonObject): void {
  const spec = objectAt(ingressClass, 'spec') ?? {}
  const controller = textAt(spec, 'controller')
  if (controller.length > 250) errors.tooLong('spec.controller', 250)
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/_.~%-]+$/.test(controller)) {
    errors.invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")')
  }
}

/** The controller of a class never changes. */
export function validateIngressClassUpdate(errors: FieldErrors, ingressClass: JsonObject, old: JsonObject): void {
  errors.immutable('spec.controller', objectAt(ingressClass, 'spec')?.controller, objectAt(old, 'spec')?.controller)
}

const protocols = ['SCTP', 'TCP', 'UDP']

function validatePolicyPort(errors: FieldErrors, port: JsonObject, field: string): void {
  const protocol = textAt(port, 'protocol')
  if (protocol !== '' && !protocols.includes(protocol)) errors.notSupported(`${field}.protocol`, protocol, protocols)
  const number = port.port
  if (typeof number === 'number') errors.invalidForEach(`${field}.port`, number, portNumberComplaints(number))
  else if (typeof number === 'string') errors.invalidForEach(`${field}.port`, number, portNameComplaints(number))
  const end = numberAt(port, 'endPort')
  if (end === undefined) return
  if (typeof number === 'string') errors.invalid(`${field}.endPort`, end, 'may not be specified when `port` is non-numeric')
  else if (number === undefined) errors.invalid(`${field}.endPort`, end, 'may not be specified when `port` is not specified')
  else if (typeof number === 'number' && end < number) {
    errors.invalid(`${field}.endPort`, end, 'must be greater than or equal to `port`')
  }
}

function isBlock(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/')
  const family = isIP(address)
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

const blockComplaint = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

function validatePeer(errors: FieldErrors, peer: JsonObject, field: string): void {
  const pods = objectAt(peer, 'podSelector')
  const namespaces = objectAt(peer, 'namespaceSelector')
  const block = objectAt(peer, 'ipBlock')
  validateLabelSelector(errors, pods, `${field}.podSelector`)
  validateLabelSelector(errors, namespaces, `${field}.namespaceSelector`)
  if (pods === undefined && namespaces === undefined && block === undefined) errors.required(field, 'must specify a peer')
  else if (block !== undefined && (pods !== undefined || namespaces !== undefined)) {
    errors.forbidden(field, 'may not specify both ipBlock and another peer')
  }
  if (block === undefined) return
  const cidr = textAt(block, 'cidr')
  if (cidr === '') errors.required(`${field}.ipBlock.cidr`)
  else if (!isBlock(cidr)) errors.invalid(`${field}.ipBlock.cidr`, cidr, blockComplaint)
  textsAt(block, 'except').forEach((except, index) => {
    if (!isBlock(except)) errors.invalid(`${field}.ipBlock.except[${index}]`, except, blockComplaint)
  })
}

const policyTypes = ['Egress', 'Ingress']

/** A network policy after defaulting. */
export function validateNetworkPolicy(errors: FieldErrors, policy: JsonObject): void {
  const spec = objectAt(policy, 'spec') ?? {}
  validateLabelSelector(errors, spec.podSelector, 'spec.podSelector')
  for (const [rules, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    objectsAt(spec, rules).forEach((rule, index) => {
      objectsAt(rule, 'ports').forEach((port, each) => {
        validatePolicyPort(errors, port, `spec.${rules}[${index}].ports[${each}]`)
      })
      objectsAt(rule, peers).forEach((peer, each) => {
        validatePeer(errors, peer, `spec.${rules}[${index}].${peers}[${each}]`)
      })
    })
  }
  const types = textsAt(spec, 'policyTypes')
  if (types.length > 2) errors.invalid('spec.policyTypes', [...types], 'may not specify more than two policyTypes')
  types.forEach((type, index) => {
    if (!policyTypes.includes(type)) errors.notSupported(`spec.policyTypes[${index}]`, type, policyTypes)
  })
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6']

/** A slice of endpoints. */
export function validateEndpointSlice(errors: FieldErrors, slice: JsonObject): void {
  const type = textAt(slice, 'addressType')
  if (type === '') errors.required('addressType')
  else if (!addressTypes.includes(type)) errors.notSupported('addressType', type, addressTypes)
  objectsAt(slice, 'endpoints').forEach((endpoint, index) => {
    const addresses = textsAt(endpoint, 'addresses')
    if (addresses.length === 0) errors.required(`endpoints[${index}].addresses`, 'must contain at least 1 address')
    if (addresses.length > 100) errors.tooMany(`endpoints[${index}].addresses`, addresses.length, 100)
    addresses.forEach((address, each) => {
      const field = `endpoints[${index}].addresses[${each}]`
      if (type === 'IPv4' && isIP(address) !== 4) errors.invalid(field, address, 'must be an IPv4 address')
      if (type === 'IPv6' && isIP(address) !== 6) errors.invalid(field, address, 'must be an IPv6 address')
      if (type === 'FQDN') errors.invalidForEach(field, address, subdomainComplaints(address))
    })
  })
  const names = new Set<string>()
  objectsAt(slice, 'ports').forEach((port, index) => {
    const name = textAt(port, 'name')
    if (names.has(name)) errors.duplicate(`ports[${index}].name`, name)
    names.add(name)
  })
}

/** The family of a slice's addresses never changes. */
export function validateEndpointSliceUpdate(errors: FieldErrors, slice: JsonObject, old: JsonObject): void {
  errors.immutable('addressType', slice.addressType, old.addressType)
}

function intOrPercent(errors: FieldErrors, value: JsonValue | undefined, field: string): void {
  if (typeof value === 'number') errors.nonNegative(field, value)
  else if (typeof value === 'string' && !/^[0-9]+%$/.test(value)) {
    const message = "a valid percent string must be a numeric string followed by an ending '%'"
    errors.invalid(field, value, `${message} (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`)
  }
}

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

/** How many pods may be missing. */
export function validateDisruptionBudget(errors: FieldErrors, budget: JsonObject): void {
  const spec = objectAt(budget, 'spec') ?? {}
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')
  }
  intOrPercent(errors, spec.minAvailable, 'spec.minAvailable')
  intOrPercent(errors, spec.maxUnavailable, 'spec.maxUnavailable')
  validateLabelSelector(errors, spec.selector, 'spec.selector')
  const policy = textAt(spec, 'unhealthyPodEvictionPolicy')
  if (policy !== '' && !evictionPolicies.includes(policy)) {
    errors.notSupported('spec.unhealthyPodEvictionPolicy', policy, evictionPolicies)
  }
}

/** A horizontal autoscaler after defaulting. */
export function validateAutoscaler(errors: FieldErrors, autoscaler: JsonObject): void {
  const spec = objectAt(autoscaler, 'spec') ?? {}
  const minimum = numberAt(spec, 'minReplicas') ?? 1
  const maximum = numberAt(spec, 'maxReplicas') ?? 0
  if (minimum < 1) errors.invalid('spec.minReplicas', minimum, 'must be greater than or equal to 1')
  if (maximum < 1) errors.invalid('spec.maxReplicas', maximum, 'must be greater than 0')
  if (maximum < minimum) errors.invalid('spec.maxReplicas', maximum, 'must be greater than or equal to `minReplicas`')
  const target = objectAt(spec, 'scaleTargetRef') ?? {}
  for (const key of ['kind', 'name']) if (textAt(target, key) === '') errors.required(`spec.scaleTargetRef.${key}`)
  objectsAt(spec, 'metrics').forEach((metric, index) => {
    const type = textAt(metric, 'type')
    const key = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`
    const field = `spec.metrics[${index}]`
    if (type === '') errors.required(`${field}.type`, 'must specify a metric source type')
    else if (objectAt(metric, key) === undefined) {
      errors.required(`${field}.${key}`, `must populate information for the given metric source`)
    }
  })
}
