import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { compareQuantities, parseQuantity, quantityNumber } from '../quantity.ts'
import { addressComplaints, blockComplaints, specialAddressComplaint } from './addresses.ts'
import { protocols } from './container.ts'
import {
  validateAmount,
  validateContainerResourceName,
  validateQuotaResourceName,
  validateResourceName,
} from './container-resources.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { labelComplaints, portNumberComplaints, qualifiedNameComplaints, subdomainComplaints } from './names.ts'
import { validateTaints } from './scheduling.ts'

function validateEndpointAddress(errors: FieldErrors, address: JsonObject, field: string): void {
  const ip = textAt(address, 'ip')
  const complaints = addressComplaints(ip)
  errors.invalidForEach(`${field}.ip`, ip, complaints)
  const hostname = textAt(address, 'hostname')
  if (hostname !== '') errors.invalidForEach(`${field}.hostname`, hostname, labelComplaints(hostname))
  const node = address.nodeName
  if (typeof node === 'string') errors.invalidForEach(`${field}.nodeName`, node, subdomainComplaints(node))
  const special = complaints.length === 0 ? specialAddressComplaint(ip) : undefined
  if (special !== undefined) errors.invalid(`${field}.ip`, ip, special)
}

/** Addresses and ports of endpoints. */
export function validateEndpoints(errors: FieldErrors, endpoints: JsonObject): void {
  objectsAt(endpoints, 'subsets').forEach((subset, index) => {
    const field = `subsets[${index}]`
    const lists = ['addresses', 'notReadyAddresses'].map((key) => [key, objectsAt(subset, key)] as const)
    if (lists.every(([, addresses]) => addresses.length === 0)) {
      errors.required(field, 'must specify `addresses` or `notReadyAddresses`')
    }
    for (const [key, addresses] of lists) {
      addresses.forEach((address, place) => {
        validateEndpointAddress(errors, address, `${field}.${key}[${place}]`)
      })
    }
    const ports = objectsAt(subset, 'ports')
    ports.forEach((port, place) => {
      const each = `${field}.ports[${place}]`
      const name = textAt(port, 'name')
      if (name !== '') errors.invalidForEach(`${each}.name`, name, labelComplaints(name))
      else if (ports.length > 1) errors.required(`${each}.name`)
      const number = numberAt(port, 'port') ?? 0
      errors.invalidForEach(`${each}.port`, number, portNumberComplaints(number))
      errors.oneOf(`${each}.protocol`, textAt(port, 'protocol'), protocols)
      const appProtocol = port.appProtocol
      if (typeof appProtocol === 'string') {
        errors.invalidForEach(`${each}.appProtocol`, appProtocol, qualifiedNameComplaints(appProtocol))
      }
    })
  })
}

const quotaScopes: ReadonlyMap<string, 'pods' | 'compute'> = new Map([
  ['Terminating', 'compute'],
  ['NotTerminating', 'compute'],
  ['NotBestEffort', 'compute'],
  ['PriorityClass', 'compute'],
  ['CrossNamespacePodAffinity', 'compute'],
  ['BestEffort', 'pods'],
  ['VolumeAttributesClass', 'pods'],
])
const computeResources: ReadonlySet<string> = new Set([
  'pods',
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
])
const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

function suits(scope: string, resource: string): boolean {
  const kind = quotaScopes.get(scope)
  if (kind === undefined || resource.includes('/')) return true
  return kind === 'compute' ? computeResources.has(resource) : resource === 'pods'
}

function validateScopes(errors: FieldErrors, spec: JsonObject): void {
  const scopes = textsAt(spec, 'scopes')
  const resources = Object.keys(objectAt(spec, 'hard') ?? {}).sort()
  for (const scope of scopes) {
    if (!quotaScopes.has(scope)) errors.invalid('spec.scopes', [...scopes], 'unsupported scope')
    for (const resource of resources) {
      if (!suits(scope, resource)) errors.invalid('spec.scopes', [...scopes], 'unsupported scope applied to resource')
    }
  }
  for (const [one, other] of opposites) {
    if (scopes.includes(one) && scopes.includes(other)) errors.invalid('spec.scopes', [...scopes], 'conflicting scopes')
  }
}

const selectorScopes: ReadonlySet<string> = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
])

function validateScopeSelector(errors: FieldErrors, selector: JsonObject | undefined): void {
  const field = 'spec.scopeSelector.matchExpressions'
  for (const expression of objectsAt(selector, 'matchExpressions')) {
    const scope = textAt(expression, 'scopeName')
    const operator = textAt(expression, 'operator')
    const values = textsAt(expression, 'values')
    if (!quotaScopes.has(scope)) errors.invalid(`${field}.scopeName`, scope, 'unsupported scope')
    if (selectorScopes.has(scope) && operator !== 'Exists') {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
      errors.invalid(`${field}.operator`, operator, detail)
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length > 0) continue
      errors.required(`${field}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length === 0) continue
      const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      errors.invalid(`${field}.values`, [...values], detail)
    } else errors.invalid(`${field}.operator`, operator, 'not a valid selector operator')
  }
}

/** Amounts of a quota, and which objects they are counted over. */
export function validateResourceQuota(errors: FieldErrors, quota: JsonObject): void {
  const spec = objectAt(quota, 'spec') ?? {}
  for (const [name, amount] of Object.entries(objectAt(spec, 'hard') ?? {})) {
    validateQuotaResourceName(errors, name, `spec.hard[${name}]`)
    validateAmount(errors, name, amount, `spec.hard[${name}]`)
  }
  validateScopes(errors, spec)
  validateScopeSelector(errors, objectAt(spec, 'scopeSelector'))
}

/** A quota's scopes never change. */
export function validateResourceQuotaUpdate(errors: FieldErrors, quota: JsonObject, old: JsonObject): void {
  const scopesOf = (each: JsonObject): string => [...new Set(textsAt(objectAt(each, 'spec'), 'scopes'))].sort().join()
  if (scopesOf(quota) === scopesOf(old)) return
  errors.invalid('spec.scopes', [...textsAt(objectAt(quota, 'spec'), 'scopes')], 'field is immutable')
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim']
const limitLists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

/** As Go prints a float with six decimals. */
function showFloat(value: number): string {
  if (Number.isFinite(value)) return value.toFixed(6)
  return value > 0 ? '+Inf' : '-Inf'
}

function validateLimitOrder(errors: FieldErrors, limit: JsonObject, name: string, field: string): void {
  const amount = (list: string): string | undefined => {
    const value = objectAt(limit, list)?.[name]
    return value === undefined ? undefined : String(value)
  }
  const exceeds = (left: string | undefined, right: string | undefined): boolean => {
    const [one, other] = [parseQuantity(left ?? ''), parseQuantity(right ?? '')]
    return one !== undefined && other !== undefined && compareQuantities(one, other) > 0
  }
  const [min, max, limitAmount, request] = ['min', 'max', 'default', 'defaultRequest'].map(amount)
  const refuse = (list: string, shown: string | undefined, detail: string): void =>
    errors.invalid(`${field}.${list}[${name}]`, shown ?? '', detail)
  if (exceeds(min, max)) refuse('min', min, `min value ${min} is greater than max value ${max}`)
  if (exceeds(min, request)) {
    refuse('defaultRequest', request, `min value ${min} is greater than default request value ${request}`)
  }
  if (exceeds(request, max)) {
    refuse('defaultRequest', request, `default request value ${request} is greater than max value ${max}`)
  }
  if (exceeds(request, limitAmount)) {
    const detail = `default request value ${request} is greater than default limit value ${limitAmount}`
    refuse('defaultRequest', request, detail)
  }
  if (exceeds(min, limitAmount)) {
    refuse('default', min, `min value ${min} is greater than default value ${limitAmount}`)
  }
  if (exceeds(limitAmount, max)) {
    refuse('default', max, `default value ${limitAmount} is greater than max value ${max}`)
  }
  const ratio = amount('maxLimitRequestRatio')
  if (ratio !== undefined && exceeds('1', ratio)) refuse('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`)
  const parsed = [ratio, min, max].map((each) => parseQuantity(each ?? ''))
  const [most, least, greatest] = parsed.map((each) => (each === undefined ? Number.NaN : quantityNumber(each)))
  if (most === undefined || least === undefined || greatest === undefined) return
  const limited = greatest / least
  if (most > limited) {
    refuse('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${showFloat(limited)}`)
  }
}

/** What containers, pods and claims may ask for. */
export function validateLimitRange(errors: FieldErrors, range: JsonObject): void {
  const seen = new Set<string>()
  objectsAt(objectAt(range, 'spec'), 'limits').forEach((limit, index) => {
    const field = `spec.limits[${index}]`
    const type = textAt(limit, 'type')
    const complaints = qualifiedNameComplaints(type)
    errors.invalidForEach(`${field}.type`, type, complaints)
    if (complaints.length === 0 && !type.includes('/') && !limitTypes.includes(type)) {
      errors.invalid(`${field}.type`, type, 'must be a standard limit type or fully qualified')
    }
    if (seen.has(type)) errors.duplicate(`${field}.type`, type)
    seen.add(type)
    const names = new Set<string>()
    for (const list of limitLists) {
      const amounts = objectAt(limit, list)
      if (amounts === undefined || Object.keys(amounts).length === 0) continue
      if (type === 'Pod' && list.startsWith('default')) {
        errors.forbidden(`${field}.${list}`, "may not be specified when `type` is 'Pod'")
        continue
      }
      for (const name of Object.keys(amounts)) {
        const place = `${field}.${list}[${name}]`
        if (type === 'Pod' || type === 'Container') validateContainerResourceName(errors, name, place)
        else validateResourceName(errors, name, place)
        names.add(name)
      }
    }
    const hasStorage = (list: string): boolean => objectAt(limit, list)?.storage !== undefined
    if (type === 'PersistentVolumeClaim' && !hasStorage('min') && !hasStorage('max')) {
      const detail = 'either minimum or maximum storage value is required, but neither was provided'
      errors.required(`${field}.limits`, detail)
    }
    for (const name of names) validateLimitOrder(errors, limit, name, field)
  })
}

/** A node's taints and networks. */
export function validateNode(errors: FieldErrors, node: JsonObject): void {
  const spec = objectAt(node, 'spec') ?? {}
  validateTaints(errors, objectsAt(spec, 'taints'), 'metadata.taints')
  textsAt(spec, 'podCIDRs').forEach((block, index) => {
    errors.invalidForEach(`spec.podCIDRs[${index}]`, block, blockComplaints(block))
  })
  for (const list of ['capacity', 'allocatable']) {
    for (const [name, amount] of Object.entries(objectAt(objectAt(node, 'status'), list) ?? {})) {
      validateAmount(errors, name, amount, `status.${list}.${name}`)
    }
  }
}

/** A node keeps its networks and its name at the provider. */
export function validateNodeUpdate(errors: FieldErrors, node: JsonObject, old: JsonObject): void {
  const [spec, oldSpec] = [objectAt(node, 'spec'), objectAt(old, 'spec')]
  const before = listAt(oldSpec, 'podCIDRs')
  if (before.length > 0 && JSON.stringify(before) !== JSON.stringify(listAt(spec, 'podCIDRs'))) {
    errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  }
  const provider = textAt(oldSpec, 'providerID')
  if (provider !== '' && provider !== textAt(spec, 'providerID')) {
    errors.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')
  }
  const isKept =
    textAt(spec, 'externalID') === textAt(oldSpec, 'externalID') &&
    (before.length === 0 || sameJson(before, listAt(spec, 'podCIDRs'))) &&
    (provider === '' || provider === textAt(spec, 'providerID'))
  if (isKept) return
  const detail =
    'node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)'
  errors.forbidden('[]', detail)
}

/** An event is in the namespace of what it is about, or in `default` where that has none. */
export function validateEvent(errors: FieldErrors, event: JsonObject): void {
  const about = textAt(objectAt(event, 'involvedObject'), 'namespace')
  const namespace = textAt(objectAt(event, 'metadata'), 'namespace')
  if (about === namespace || (about === '' && namespace === 'default')) return
  errors.invalid('involvedObject.namespace', about, 'does not match event.namespace')
}

/** The phase of a namespace tells whether it is being deleted, and nothing else. */
export function validateNamespaceStatus(errors: FieldErrors, namespace: JsonObject): void {
  const phase = textAt(objectAt(namespace, 'status'), 'phase')
  const isEnding = objectAt(namespace, 'metadata')?.deletionTimestamp !== undefined
  const wanted = isEnding ? 'Terminating' : 'Active'
  if (phase === wanted) return
  const when = isEnding ? 'not empty' : 'empty'
  errors.invalid('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${when}`)
}
