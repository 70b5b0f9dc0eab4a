import type { JsonObject } from '../../../plan/json.ts'
import { listAt, objectAt, textAt } from '../json-tree.ts'
import { parseQuantity } from '../quantity.ts'
import { validateResourceName } from './container-resources.ts'
import { describeDifference } from './describe-difference.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { labelComplaints, subdomainComplaints } from './names.ts'
import { validateNodeSelector } from './scheduling.ts'
import { accessModes, volumeModes } from './volume-claim.ts'
import { validateStorageSource } from './volume-sources.ts'
import { validateDriverName, validateHostPath, validateNfs } from './volumes.ts'

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
/** Kinds of volumes in the order in which the server looks for them: of several, the first counts and the others are refused. */
const sourceOrder = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
]

function sourcesOf(spec: JsonObject): readonly string[] {
  return sourceOrder.filter((name) => spec[name] !== undefined)
}

function validateSources(errors: FieldErrors, spec: JsonObject, field: string): void {
  const sources = sourcesOf(spec)
  const [first] = sources
  if (first === undefined) errors.required(field, 'must specify a volume type')
  for (const source of sources) {
    // A flex volume is looked at even when it is one too many.
    if (source === first || source === 'flexVolume') validateSource(errors, source, objectAt(spec, source) ?? {}, field)
    else errors.forbidden(`${field}.${source === 'cephfs' ? 'cephFS' : source}`, 'may not specify more than 1 volume type')
  }
}

function validateAccessModes(errors: FieldErrors, spec: JsonObject, field: string): void {
  const modes = listAt(spec, 'accessModes').map(String)
  if (modes.length === 0) errors.required(`${field}.accessModes`)
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported(`${field}.accessModes`, mode, accessModes)
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.forbidden(`${field}.accessModes`, 'may not use ReadWriteOncePod with other access modes')
  }
}

function validateClassAndMode(errors: FieldErrors, spec: JsonObject, field: string): void {
  const className = textAt(spec, 'storageClassName')
  if (className !== '') errors.invalidForEach(`${field}.storageClassName`, className, subdomainComplaints(className))
  const mode = spec.volumeMode
  if (typeof mode === 'string' && !volumeModes.includes(mode)) errors.notSupported(`${field}.volumeMode`, mode, volumeModes)
}

const ofInline = 'in the context of inline volumes'

/** A volume written where it is attached, which only a driver can bring. */
export function validateInlineVolume(errors: FieldErrors, spec: JsonObject, field: string): void {
  if (spec.claimRef !== undefined) errors.forbidden(`${field}.claimRef`, `may not be specified ${ofInline}`)
  if (Object.keys(objectAt(spec, 'capacity') ?? {}).length > 0) {
    errors.forbidden(`${field}.capacity`, `may not be specified ${ofInline}`)
  }
  if (spec.csi === undefined) errors.required(`${field}.csi`, `has to be specified ${ofInline}`)
  validateAccessModes(errors, spec, field)
  const reclaim = textAt(spec, 'persistentVolumeReclaimPolicy')
  if (reclaim !== '' && reclaim !== 'Retain') {
    errors.forbidden(`${field}.persistentVolumeReclaimPolicy`, `may only be Retain ${ofInline}`)
  }
  if (spec.nodeAffinity !== undefined) errors.forbidden(`${field}.nodeAffinity`, `may not be specified ${ofInline}`)
  validateSources(errors, spec, field)
  if (textAt(spec, 'storageClassName') !== '') {
    errors.forbidden(`${field}.storageClassName`, `may not be specified ${ofInline}`)
  }
  const mode = spec.volumeMode
  if (typeof mode === 'string' && mode !== 'Filesystem') {
    errors.forbidden(`${field}.volumeMode`, `may not specify volumeMode other than Filesystem ${ofInline}`)
  }
}

const driverSecrets = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef']

function validateDriverVolume(errors: FieldErrors, source: JsonObject, field: string): void {
  validateDriverName(errors, textAt(source, 'driver'), `${field}.driver`)
  if (textAt(source, 'volumeHandle') === '') errors.required(`${field}.volumeHandle`)
  for (const key of driverSecrets) {
    const secret = objectAt(source, key)
    if (secret === undefined) continue
    for (const part of ['name', 'namespace']) {
      const text = textAt(secret, part)
      if (text === '') errors.required(`${field}.${key}.${part}`)
      else errors.invalidForEach(`${field}.${part}`, text, part === 'name' ? subdomainComplaints(text) : labelComplaints(text))
    }
  }
}

function validateSource(errors: FieldErrors, key: string, source: JsonObject, parent: string): void {
  const field = `${parent}.${key}`
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
      validateDriverVolume(errors, source, field)
      return
    default:
      validateStorageSource(errors, key, source, field, true)
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
  validateAccessModes(errors, spec, 'spec')
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
  validateSources(errors, spec, 'spec')
  if (sourcesOf(spec)[0] === 'local' && affinity === undefined) {
    errors.required('spec.nodeAffinity', 'Local volume requires node affinity')
  }
  if (textAt(objectAt(spec, 'hostPath'), 'path') === '/' && reclaim === 'Recycle') {
    errors.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  }
  validateClassAndMode(errors, spec, 'spec')
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
