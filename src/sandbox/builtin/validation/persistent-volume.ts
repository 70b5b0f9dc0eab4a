import type { JsonObject } from '../../../plan/json.ts'
import { listAt, objectAt, textAt } from '../json-tree.ts'
import { modelNamed } from '../models.ts'
import { parseQuantity } from '../quantity.ts'
import { validateResourceName } from './container-resources.ts'
import { describeDifference } from './describe-difference.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { subdomainComplaints } from './names.ts'
import { validateNodeSelector } from './scheduling.ts'
import { accessModes, volumeModes } from './volume-claim.ts'
import { validateDriverName, validateHostPath, validateNfs } from './volumes.ts'

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
const otherFields: ReadonlySet<string> = new Set([
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
])

function sourcesOf(spec: JsonObject): readonly string[] {
  const names = modelNamed('PersistentVolumeSpec').fields.map((field) => field.name)
  return names.filter((name) => !otherFields.has(name) && spec[name] !== undefined)
}

function validateSource(errors: FieldErrors, key: string, source: JsonObject): void {
  const field = `spec.${key}`
  switch (key) {
    case 'hostPath':
      validateHostPath(errors, source, field)
      return
    case 'nfs':
      validateNfs(errors, source, field)
      return
    case 'local': {
      const path = textAt(source, 'path')
      if (path === '') errors.required(`${field}.path`)
      else if (path.split('/').includes('..')) errors.invalid(`${field}.path`, path, "must not contain '..'")
      return
    }
    case 'csi':
      validateDriverName(errors, textAt(source, 'driver'), `${field}.driver`)
      if (textAt(source, 'volumeHandle') === '') errors.required(`${field}.volumeHandle`)
      return
    default:
      return
  }
}

function validateCapacity(errors: FieldErrors, given: JsonObject | undefined): void {
  const capacity = given ?? {}
  const names = Object.keys(capacity)
  if (names.length === 0) errors.required('spec.capacity')
  if (capacity.storage === undefined || names.length > 1) {
    errors.notSupported('spec.capacity', given ?? null, ['storage'])
  }
  for (const [name, amount] of Object.entries(capacity)) {
    validateResourceName(errors, name, `spec.capacity[${name}]`)
    const digits = parseQuantity(String(amount))?.digits ?? 1n
    if (digits <= 0n) errors.invalid(`spec.capacity[${name}]`, amount, 'must be greater than zero')
  }
}

/** A volume after defaulting. */
export function validatePersistentVolume(errors: FieldErrors, volume: JsonObject): void {
  const spec = objectAt(volume, 'spec') ?? {}
  const modes = listAt(spec, 'accessModes').map(String)
  if (modes.length === 0) errors.required('spec.accessModes')
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported('spec.accessModes', mode, accessModes)
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes')
  }
  validateCapacity(errors, objectAt(spec, 'capacity'))
  const reclaim = textAt(spec, 'persistentVolumeReclaimPolicy')
  if (reclaim !== '' && !reclaimPolicies.includes(reclaim)) {
    errors.notSupported('spec.persistentVolumeReclaimPolicy', reclaim, reclaimPolicies)
  }
  const affinity = objectAt(spec, 'nodeAffinity')
  const required = objectAt(affinity, 'required')
  if (required !== undefined) validateNodeSelector(errors, required, 'spec.nodeAffinity.required')
  else if (affinity !== undefined) {
    errors.required('spec.nodeAffinity.required', 'must specify required node constraints')
  }
  const [source, ...more] = sourcesOf(spec)
  if (source === undefined) errors.required('spec', 'must specify a volume type')
  else validateSource(errors, source, objectAt(spec, source) ?? {})
  for (const extra of more) errors.forbidden(`spec.${extra}`, 'may not specify more than 1 volume type')
  if (source === 'local' && affinity === undefined) {
    errors.required('spec.nodeAffinity', 'Local volume requires node affinity')
  }
  if (textAt(objectAt(spec, 'hostPath'), 'path') === '/' && reclaim === 'Recycle') {
    errors.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  }
  const className = textAt(spec, 'storageClassName')
  if (className !== '') errors.invalidForEach('spec.storageClassName', className, subdomainComplaints(className))
  const mode = spec.volumeMode
  if (typeof mode === 'string' && !volumeModes.includes(mode)) errors.notSupported('spec.volumeMode', mode, volumeModes)
}

function sourceOf(volume: JsonObject): JsonObject {
  const spec = objectAt(volume, 'spec') ?? {}
  return Object.fromEntries(sourcesOf(spec).map((key) => [key, spec[key] ?? null]))
}

/** Where a volume's data lie never changes. */
export function validatePersistentVolumeUpdate(errors: FieldErrors, volume: JsonObject, old: JsonObject): void {
  const [before, after] = [sourceOf(old), sourceOf(volume)]
  if (!sameJson(before, after)) {
    const difference = describeDifference('PersistentVolumeSource', before, after)
    errors.forbidden('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${difference}`)
  }
  const [spec, oldSpec] = [objectAt(volume, 'spec'), objectAt(old, 'spec')]
  errors.immutable('volumeMode', spec?.volumeMode, oldSpec?.volumeMode)
  if (oldSpec?.nodeAffinity !== undefined && !sameJson(spec?.nodeAffinity, oldSpec.nodeAffinity)) {
    const detail = 'field is immutable, except for updating from beta label to GA'
    errors.invalid('nodeAffinity', spec?.nodeAffinity, detail)
  }
}
