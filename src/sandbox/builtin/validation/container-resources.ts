import { isJsonObject, type JsonValue } from '../../../plan/json.ts'
import { textAt } from '../json-tree.ts'
import { compareQuantities, isMultipleQuantity, isWholeQuantity, parseQuantity } from '../quantity.ts'
import type { FieldErrors } from './field-errors.ts'
import { qualifiedNameComplaints } from './names.ts'

const containerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])
const countedObjects = ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps']
const countedParts = ['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers']
const wholeResources: ReadonlySet<string> = new Set([...countedObjects, ...countedParts])
const standardResources: ReadonlySet<string> = new Set([
  ...containerResources,
  ...wholeResources,
  ...['requests', 'limits'].flatMap((list) => [...containerResources].map((name) => `${list}.${name}`)),
  'requests.storage',
  'storage',
])

/** Resources of Kubernetes itself; others are counted by whoever brings them. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

function isHugePage(name: string): boolean {
  return name.startsWith('hugepages-')
}

/** Resources that a node may promise more of than it has. */
function isOvercommitted(name: string): boolean {
  return isNative(name) && !isHugePage(name)
}

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedNameComplaints(`requests.${name}`).length === 0
}

/** A resource's name anywhere. True when nothing is wrong with it. */
export function validateResourceName(errors: FieldErrors, name: string, field: string): boolean {
  const complaints = qualifiedNameComplaints(name)
  errors.invalidForEach(field, name, complaints)
  if (complaints.length > 0) return false
  const isKnown = standardResources.has(name) || isHugePage(name) || name.startsWith('requests.hugepages-')
  if (name.includes('/') || isKnown) return true
  errors.invalid(field, name, 'must be a standard resource type or fully qualified')
  return false
}

/** A resource's name in the list of a quota. */
export function validateQuotaResourceName(errors: FieldErrors, name: string, field: string): void {
  const isOfQuota =
    (standardResources.has(name) && name !== 'storage') || name.startsWith('requests.hugepages-') || isHugePage(name)
  validateResourceName(errors, name, field)
  if (!name.includes('/') && !isOfQuota) errors.invalid(field, name, 'must be a standard resource for quota')
}

/** A resource's name in a container. */
export function validateContainerResourceName(errors: FieldErrors, name: string, field: string): void {
  validateResourceName(errors, name, field)
  if (!name.includes('/')) {
    if (!containerResources.has(name) && !isHugePage(name)) {
      errors.invalid(field, name, 'must be a standard resource for containers')
    }
  } else if (!isNative(name) && !isExtended(name)) {
    errors.invalid(field, name, "doesn't follow extended resource name standard")
  }
}

/** An amount of a resource: not negative, and whole where only whole ones make sense. */
export function validateAmount(errors: FieldErrors, name: string, amount: JsonValue, field: string): void {
  const quantity = parseQuantity(String(amount))
  if (quantity === undefined) return
  if (quantity.digits < 0n) errors.invalid(field, amount, 'must be greater than or equal to 0')
  if ((wholeResources.has(name) || isExtended(name)) && !isWholeQuantity(quantity)) {
    errors.invalid(field, amount, 'must be an integer')
  }
}

/** Huge pages come whole. */
function validatePages(errors: FieldErrors, name: string, amount: JsonValue, field: string): void {
  const [pages, size] = [parseQuantity(String(amount)), parseQuantity(name.slice('hugepages-'.length))]
  if (pages === undefined || size === undefined || isMultipleQuantity(pages, size)) return
  errors.invalid(field, amount, `${String(amount)} is not positive integer multiple of ${name}`)
}

/** What a container asks for and what it may not exceed. */
export function validateContainerResources(errors: FieldErrors, resources: JsonValue | undefined, field: string): void {
  if (!isJsonObject(resources)) return
  const limits = isJsonObject(resources.limits) ? resources.limits : {}
  const requests = isJsonObject(resources.requests) ? resources.requests : {}
  for (const [list, amounts] of [['limits', limits] as const, ['requests', requests] as const]) {
    for (const [name, amount] of Object.entries(amounts)) {
      const place = `${field}.${list}[${name}]`
      validateContainerResourceName(errors, name, place)
      validateAmount(errors, name, amount, place)
      if (isHugePage(name)) validatePages(errors, name, amount, place)
    }
  }
  for (const [name, amount] of Object.entries(requests)) {
    const limit = parseQuantity(textAt(limits, name))
    const request = parseQuantity(String(amount))
    if (request === undefined) continue
    if (limit === undefined) {
      if (!isOvercommitted(name)) errors.required(`${field}.limits`, 'Limit must be set for non overcommitable resources')
    } else if (!isOvercommitted(name) && compareQuantities(request, limit) !== 0) {
      errors.invalid(`${field}.requests`, amount, `must be equal to ${name} limit of ${textAt(limits, name)}`)
    } else if (compareQuantities(request, limit) > 0) {
      errors.invalid(`${field}.requests`, amount, `must be less than or equal to ${name} limit of ${textAt(limits, name)}`)
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePage) && !names.includes('cpu') && !names.includes('memory')) {
    errors.forbidden(field, 'HugePages require cpu or memory')
  }
}
