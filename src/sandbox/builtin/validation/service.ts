import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { validatePortReference } from './container.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { addressComplaints, labelComplaints, portNumberComplaints, subdomainComplaints } from './names.ts'
import { validateLabels } from './object-meta.ts'

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols = ['SCTP', 'TCP', 'UDP']
const affinities = ['ClientIP', 'None']
const trafficPolicies = ['Cluster', 'Local']
const families = ['IPv4', 'IPv6']
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

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
}

function validatePorts(errors: FieldErrors, spec: JsonObject): void {
  const ports = objectsAt(spec, 'ports')
  const type = textAt(spec, 'type')
  const names = new Set<string>()
  const pairs = new Set<string>()
  ports.forEach((port, index) => {
    const field = `spec.ports[${index}]`
    validatePort(errors, port, field, ports.length > 1, names)
    const protocol = textAt(port, 'protocol')
    const pair = `${protocol}/${numberAt(port, 'port')}`
    if (pairs.has(pair)) {
      const shown = {
        Name: '',
        Protocol: protocol,
        AppProtocol: null,
        Port: numberAt(port, 'port') ?? 0,
        TargetPort: 0,
        NodePort: 0,
      }
      errors.duplicate(field, shown)
    }
    pairs.add(pair)
    const nodePort = numberAt(port, 'nodePort') ?? 0
    if (nodePort === 0) return
    if (type === 'ClusterIP' || type === 'ExternalName') {
      errors.forbidden(`${field}.nodePort`, `may not be used when \`type\` is '${type}'`)
    } else if (nodePort < 30_000 || nodePort > 32_767) {
      const detail = 'provided port is not in the valid range. The range of valid ports is 30000-32767'
      errors.invalid(`${field}.nodePort`, nodePort, detail)
    }
  })
}

function validateExternalName(errors: FieldErrors, spec: JsonObject): void {
  if (listAt(spec, 'clusterIPs').length > 0) errors.forbidden('spec.clusterIPs', 'may not be set for ExternalName services')
  const name = textAt(spec, 'externalName').replace(/\.$/, '')
  if (name === '') errors.required('spec.externalName')
  else errors.invalidForEach('spec.externalName', name, subdomainComplaints(name))
}

/** A service as it is after defaulting and allocation. */
export function validateService(errors: FieldErrors, service: JsonObject): void {
  const spec = objectAt(service, 'spec') ?? {}
  const type = textAt(spec, 'type')
  const headless = textAt(spec, 'clusterIP') === 'None'
  if (objectsAt(spec, 'ports').length === 0 && !headless && type !== 'ExternalName') errors.required('spec.ports')
  if (headless && (type === 'LoadBalancer' || type === 'NodePort')) {
    errors.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  }
  if (type === 'ExternalName') validateExternalName(errors, spec)
  validatePorts(errors, spec)
  validateLabels(errors, objectAt(spec, 'selector'), 'spec.selector')
  errors.oneOf('spec.sessionAffinity', textAt(spec, 'sessionAffinity'), affinities)
  errors.oneOf('spec.type', type, serviceTypes)
  for (const key of ['internalTrafficPolicy', 'externalTrafficPolicy']) {
    const policy = textAt(spec, key)
    if (policy !== '' && !trafficPolicies.includes(policy)) errors.notSupported(`spec.${key}`, policy, trafficPolicies)
  }
  textsAt(spec, 'ipFamilies').forEach((family, index) => {
    if (!families.includes(family)) errors.notSupported(`spec.ipFamilies[${index}]`, family, families)
  })
  const policy = textAt(spec, 'ipFamilyPolicy')
  if (policy !== '' && !familyPolicies.includes(policy)) errors.notSupported('spec.ipFamilyPolicy', policy, familyPolicies)
  textsAt(spec, 'externalIPs').forEach((address, index) => {
    errors.invalidForEach(`spec.externalIPs[${index}]`, address, addressComplaints(address))
  })
  textsAt(spec, 'clusterIPs').forEach((address, index) => {
    if (address !== 'None') errors.invalidForEach(`spec.clusterIPs[${index}]`, address, addressComplaints(address))
  })
}

/** What an update of a service may not change: the address that it was given. */
export function validateServiceUpdate(errors: FieldErrors, service: JsonObject, old: JsonObject): void {
  const spec = objectAt(service, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec')
  if (textAt(spec, 'type') === 'ExternalName' || textAt(oldSpec, 'type') === 'ExternalName') return
  const before = listAt(oldSpec, 'clusterIPs')
  if (before[0] !== undefined && !sameJson(before[0], listAt(spec, 'clusterIPs')[0])) {
    errors.invalid('spec.clusterIPs[0]', listAt(spec, 'clusterIPs'), 'may not change once set')
  }
}
