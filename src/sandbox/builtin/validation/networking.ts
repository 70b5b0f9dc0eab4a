import { isIP } from 'node:net'
import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { blockComplaints, isAddress } from './addresses.ts'
import { validateDomainPrefixedPath } from './domain-path.ts'
import type { FieldErrors } from './field-errors.ts'
import { validatePortReference } from './handlers.ts'
import { validateLabelSelector } from './label-selector.ts'
import {
  label1035Complaints,
  labelComplaints,
  pathSegmentComplaints,
  percentComplaints,
  portNameComplaints,
  portNumberComplaints,
  subdomainComplaints,
  wildcardSubdomainComplaints,
} from './names.ts'
import { validateBalancerAddresses } from './service.ts'

/** A reference to an object of any kind, by group, kind and name. */
function validateObjectReference(errors: FieldErrors, reference: JsonObject, field: string): void {
  const group = reference.apiGroup
  if (typeof group === 'string') errors.invalidForEach(`${field}.apiGroup`, group, subdomainComplaints(group))
  for (const key of ['kind', 'name']) {
    const text = textAt(reference, key)
    if (text === '') errors.required(`${field}.${key}`)
    else errors.invalidForEach(`${field}.${key}`, text, pathSegmentComplaints(text))
  }
}

function validateBackend(errors: FieldErrors, backend: JsonObject, field: string): void {
  const service = objectAt(backend, 'service')
  const resource = objectAt(backend, 'resource')
  if (service !== undefined && resource !== undefined) {
    errors.invalid(field, '', 'cannot set both resource and service backends')
  } else if (resource !== undefined) {
    validateObjectReference(errors, resource, `${field}.resource`)
  } else if (service === undefined) {
    errors.invalid(field, '', 'resource or service backend is required')
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
    if (isAddress(host)) errors.invalid(`${field}.host`, host, 'must be a DNS name, not an IP address')
    errors.invalidForEach(`${field}.host`, host, hostComplaints(host))
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
    const secret = textAt(tls, 'secretName')
    if (secret !== '') errors.invalidForEach(`spec.tls[${index}].secretName`, secret, subdomainComplaints(secret))
  })
  const className = spec.ingressClassName
  if (typeof className === 'string') errors.invalidForEach('spec.ingressClassName', className, subdomainComplaints(className))
}

const classAnnotation = 'kubernetes.io/ingress.class'

function annotatedClass(ingress: JsonObject): string | undefined {
  const value = objectAt(objectAt(ingress, 'metadata'), 'annotations')?.[classAnnotation]
  return typeof value === 'string' ? value : undefined
}

/** A new ingress names its class once. */
export function validateIngressCreate(errors: FieldErrors, ingress: JsonObject): void {
  const annotated = annotatedClass(ingress)
  const className = objectAt(ingress, 'spec')?.ingressClassName
  if (annotated === undefined || className === undefined || className === annotated) return
  errors.invalid(`annotations.${classAnnotation}`, annotated, 'must match `ingressClassName` when both are specified')
}

/** The annotation is the old way to name a class. */
export function ingressWarnings(ingress: JsonObject): readonly string[] {
  if (annotatedClass(ingress) === undefined || objectAt(ingress, 'spec')?.ingressClassName !== undefined) return []
  return [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`]
}

/** Addresses at which an ingress is reached. */
export function validateIngressStatus(errors: FieldErrors, ingress: JsonObject): void {
  const entries = objectsAt(objectAt(objectAt(ingress, 'status'), 'loadBalancer'), 'ingress')
  validateBalancerAddresses(errors, entries, 'status.loadBalancer.ingress')
}

function validateParameters(errors: FieldErrors, parameters: JsonObject, field: string): void {
  validateObjectReference(errors, parameters, field)
  const scope = textAt(parameters, 'scope')
  const namespace = parameters.namespace
  if (scope !== 'Cluster' && scope !== 'Namespace') {
    errors.notSupported(`${field}.scope`, scope, ['Cluster', 'Namespace'])
  } else if (scope === 'Namespace' && namespace === undefined) {
    errors.required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'")
  } else if (scope === 'Cluster' && namespace !== undefined) {
    errors.forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'")
  } else if (typeof namespace === 'string') {
    errors.invalidForEach(`${field}.namespace`, namespace, labelComplaints(namespace))
  }
}

/** A class of ingresses: who answers for them. */
export function validateIngressClass(errors: FieldErrors, ingressClass: JsonObject): void {
  const spec = objectAt(ingressClass, 'spec') ?? {}
  const controller = textAt(spec, 'controller')
  const parameters = objectAt(spec, 'parameters')
  if (parameters !== undefined) validateParameters(errors, parameters, 'spec.parameters')
  if (controller.length > 250) errors.tooLong('spec.controller', 250)
  validateDomainPrefixedPath(errors, controller, 'spec.controller')
}

/** The controller of a class never changes. */
export function validateIngressClassUpdate(errors: FieldErrors, ingressClass: JsonObject, old: JsonObject): void {
  errors.immutable('spec.controller', objectAt(ingressClass, 'spec')?.controller, objectAt(old, 'spec')?.controller)
}

const protocols = ['TCP', 'UDP', 'SCTP']

function validatePolicyPort(errors: FieldErrors, port: JsonObject, field: string): void {
  const protocol = textAt(port, 'protocol')
  if (protocol !== '' && !protocols.includes(protocol)) errors.notSupported(`${field}.protocol`, protocol, protocols)
  validatePortReference(errors, port.port, `${field}.port`)
  const number = port.port
  const end = numberAt(port, 'endPort')
  if (end === undefined) return
  if (typeof number === 'string') errors.invalid(`${field}.endPort`, end, 'may not be specified when `port` is non-numeric')
  else if (number === undefined) errors.invalid(`${field}.endPort`, end, 'may not be specified when `port` is not specified')
  else if (typeof number === 'number') {
    if (end < number) errors.invalid(`${field}.endPort`, end, 'must be greater than or equal to `port`')
    errors.invalidForEach(`${field}.endPort`, end, portNumberComplaints(end))
  }
}

/** The bits of an address, as a number that keeps them all. */
function bitsOf(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((bits, part) => bits * 256n + BigInt(part), 0n)
  const [head = '', tail] = address.split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...middle, ...after].reduce((bits, part) => bits * 65_536n + BigInt(Number.parseInt(part, 16) || 0), 0n)
}

/** True for a block within another that is smaller than it. */
function isStrictlyWithin(inner: string, outer: string): boolean {
  const [innerAddress = '', innerPrefix] = inner.split('/')
  const [outerAddress = '', outerPrefix] = outer.split('/')
  const family = isIP(outerAddress)
  if (isIP(innerAddress) !== family || Number(outerPrefix) >= Number(innerPrefix)) return false
  const shift = BigInt((family === 4 ? 32 : 128) - Number(outerPrefix))
  return bitsOf(innerAddress) >> shift === bitsOf(outerAddress) >> shift
}

function validateIpBlock(errors: FieldErrors, block: JsonObject, field: string): void {
  const cidr = textAt(block, 'cidr')
  if (cidr === '') {
    errors.required(`${field}.cidr`)
    return
  }
  const complaints = blockComplaints(cidr)
  errors.invalidForEach(`${field}.cidr`, cidr, complaints)
  if (complaints.length > 0) return
  textsAt(block, 'except').forEach((except, index) => {
    const place = `${field}.except[${index}]`
    const wrong = blockComplaints(except)
    errors.invalidForEach(place, except, wrong)
    if (wrong.length === 0 && !isStrictlyWithin(except, cidr)) {
      errors.invalid(place, except, 'must be a strict subset of `cidr`')
    }
  })
}

function validatePeer(errors: FieldErrors, peer: JsonObject, field: string): void {
  const pods = objectAt(peer, 'podSelector')
  const namespaces = objectAt(peer, 'namespaceSelector')
  const block = objectAt(peer, 'ipBlock')
  validateLabelSelector(errors, pods, `${field}.podSelector`)
  validateLabelSelector(errors, namespaces, `${field}.namespaceSelector`)
  if (block !== undefined) validateIpBlock(errors, block, `${field}.ipBlock`)
  if (pods === undefined && namespaces === undefined && block === undefined) errors.required(field, 'must specify a peer')
  else if (block !== undefined && (pods !== undefined || namespaces !== undefined)) {
    errors.forbidden(field, 'may not specify both ipBlock and another peer')
  }
}

const policyTypes = ['Ingress', 'Egress']

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
  if (types.length > 2) {
    errors.invalid('spec.policyTypes', [...types], 'may not specify more than two policyTypes')
    return
  }
  types.forEach((type, index) => {
    if (!policyTypes.includes(type)) errors.notSupported(`spec.policyTypes[${index}]`, type, policyTypes)
  })
}

function validateShare(errors: FieldErrors, value: JsonValue | undefined, field: string): void {
  if (typeof value === 'number') errors.nonNegative(field, value)
  else if (typeof value === 'string') {
    const complaints = percentComplaints(value)
    errors.invalidForEach(field, value, complaints)
    if (complaints.length === 0 && Number.parseInt(value, 10) > 100) {
      errors.invalid(field, value, 'must not be greater than 100%')
    }
  }
}

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

/** How many pods may be missing. */
export function validateDisruptionBudget(errors: FieldErrors, budget: JsonObject): void {
  const spec = objectAt(budget, 'spec') ?? {}
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: spec.minAvailable,
      Selector: spec.selector ?? null,
      MaxUnavailable: spec.maxUnavailable,
      UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
    }
    errors.invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set')
  }
  validateShare(errors, spec.minAvailable, 'spec.minAvailable')
  validateShare(errors, spec.maxUnavailable, 'spec.maxUnavailable')
  validateLabelSelector(errors, spec.selector, 'spec.selector')
  const policy = textAt(spec, 'unhealthyPodEvictionPolicy')
  if (policy !== '' && !evictionPolicies.includes(policy)) {
    errors.notSupported('spec.unhealthyPodEvictionPolicy', policy, evictionPolicies)
  }
}
