import type { JsonObject } from '../../../plan/json.ts'
import { listAt, objectAt, textAt } from '../json-tree.ts'
import { compareQuantities, parseQuantity } from '../quantity.ts'
import { describeDifference } from './describe-difference.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { subdomainComplaints } from './names.ts'

/** How volumes may be mounted. */
export const accessModes: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
/** What a volume is to its pod. */
export const volumeModes: readonly string[] = ['Block', 'Filesystem']

function validateDataSource(errors: FieldErrors, source: JsonObject | undefined, field: string): void {
  if (source === undefined) return
  for (const key of ['name', 'kind']) if (textAt(source, key) === '') errors.required(`${field}.${key}`)
  const group = textAt(source, 'apiGroup')
  const kind = textAt(source, 'kind')
  if (group === '' && kind !== 'PersistentVolumeClaim') {
    errors.invalid(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  }
  if (group !== '') errors.invalidForEach(`${field}.apiGroup`, group, subdomainComplaints(group))
}

/** What a claim asks for, in a claim or in the template of one. */
export function validateClaimSpec(errors: FieldErrors, spec: JsonObject, field: string): void {
  const modes = listAt(spec, 'accessModes').map(String)
  if (modes.length === 0) errors.required(`${field}.accessModes`, 'at least 1 access mode is required')
  validateLabelSelector(errors, spec.selector, `${field}.selector`)
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported(`${field}.accessModes`, mode, accessModes)
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))) {
    errors.forbidden(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes')
  }
  const storage = objectAt(objectAt(spec, 'resources'), 'requests')?.storage
  if (storage === undefined) errors.required(`${field}.resources[storage]`)
  else if ((parseQuantity(String(storage))?.digits ?? 1n) <= 0n) {
    errors.invalid(`${field}.resources[storage]`, storage, 'must be greater than zero')
  }
  const className = textAt(spec, 'storageClassName')
  if (className !== '') errors.invalidForEach(`${field}.storageClassName`, className, subdomainComplaints(className))
  const mode = spec.volumeMode
  if (typeof mode === 'string' && !volumeModes.includes(mode)) errors.notSupported(`${field}.volumeMode`, mode, volumeModes)
  validateDataSource(errors, objectAt(spec, 'dataSource'), `${field}.dataSource`)
  validateDataSource(errors, objectAt(spec, 'dataSourceRef'), `${field}.dataSourceRef`)
}

/** A claim after defaulting. */
export function validatePersistentVolumeClaim(errors: FieldErrors, claim: JsonObject): void {
  validateClaimSpec(errors, objectAt(claim, 'spec') ?? {}, 'spec')
}

function requestOf(claim: JsonObject): string {
  return textAt(objectAt(objectAt(objectAt(claim, 'spec'), 'resources'), 'requests'), 'storage')
}

/** A claim's specification as the server compares it: what may change is made the same as before. */
function comparableSpec(claim: JsonObject, old: JsonObject): JsonObject {
  const spec = objectAt(claim, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec') ?? {}
  const next: { [key: string]: JsonObject[string] } = { ...spec }
  if (oldSpec.storageClassName === undefined) delete next.storageClassName
  if (textAt(objectAt(claim, 'status'), 'phase') !== 'Bound') return next
  const resources = objectAt(spec, 'resources')
  const requests = objectAt(resources, 'requests')
  if (requests !== undefined) next.resources = { ...resources, requests: { ...requests, storage: requestOf(old) } }
  if (spec.volumeAttributesClassName !== undefined && oldSpec.volumeAttributesClassName !== undefined) {
    next.volumeAttributesClassName = oldSpec.volumeAttributesClassName
  } else delete next.volumeAttributesClassName
  return next
}

/** Of a bound claim only the request may change, and only grow. */
export function validatePersistentVolumeClaimUpdate(errors: FieldErrors, claim: JsonObject, old: JsonObject): void {
  const oldSpec = objectAt(old, 'spec') ?? {}
  const after = comparableSpec(claim, old)
  const name = textAt(objectAt(claim, 'spec'), 'volumeName')
  const before = textAt(oldSpec, 'volumeName') === '' && name !== '' ? { ...oldSpec, volumeName: name } : oldSpec
  if (!sameJson(after, before)) {
    const detail = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    errors.forbidden('spec', `${detail}\n${describeDifference('PersistentVolumeClaimSpec', before, after)}`)
  }
  const [size, oldSize] = [parseQuantity(requestOf(claim)), parseQuantity(requestOf(old))]
  if (size !== undefined && oldSize !== undefined && compareQuantities(size, oldSize) < 0) {
    const capacity = parseQuantity(textAt(objectAt(objectAt(old, 'status'), 'capacity'), 'storage') || '0')
    if (capacity !== undefined && compareQuantities(size, capacity) <= 0) {
      errors.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
    }
  }
  errors.immutable('volumeMode', objectAt(claim, 'spec')?.volumeMode, oldSpec.volumeMode)
}

/** Amounts in a claim's status. */
export function validateClaimStatus(errors: FieldErrors, claim: JsonObject): void {
  for (const [name, amount] of Object.entries(objectAt(objectAt(claim, 'status'), 'capacity') ?? {})) {
    const quantity = parseQuantity(String(amount))
    if (quantity === undefined || quantity.digits >= 0n) continue
    errors.invalid(
      `status.capacity[${name}]`,
      Math.ceil(Number(quantity.digits) * 10 ** quantity.exponent),
      'must be a valid resource quantity',
    )
  }
}
