import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { parseQuantity } from '../quantity.ts'
import { validateAmountReference, validateFieldReference, volumeFields } from './environment.ts'
import type { FieldErrors } from './field-errors.ts'
import { labelComplaints, subdomainComplaints } from './names.ts'
import { validateClaimSpec } from './volume-claim.ts'
import { validateStorageSource } from './volume-sources.ts'

/** Kinds of volumes in the order in which the server looks for them: of several, the first counts and the others are refused. */
const sourceOrder: readonly (readonly [key: string, shownAs?: string])[] = [
  ['emptyDir'],
  ['hostPath'],
  ['gitRepo'],
  ['gcePersistentDisk'],
  ['awsElasticBlockStore'],
  ['secret'],
  ['nfs'],
  ['iscsi'],
  ['glusterfs'],
  ['flocker'],
  ['persistentVolumeClaim'],
  ['rbd'],
  ['cinder'],
  ['cephfs', 'cephFS'],
  ['quobyte'],
  ['downwardAPI', 'downwarAPI'],
  ['fc'],
  ['flexVolume'],
  ['configMap'],
  ['azureFile'],
  ['vsphereVolume'],
  ['photonPersistentDisk'],
  ['portworxVolume'],
  ['azureDisk'],
  ['storageos'],
  ['projected'],
  ['scaleIO'],
  ['csi'],
  ['ephemeral'],
  ['image'],
]

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']
const modeComplaint = 'must be a number between 0 and 0777 (octal), both inclusive'

function validateMode(errors: FieldErrors, mode: number | undefined, field: string): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.invalid(field, mode, modeComplaint)
}

function validateBacksteps(errors: FieldErrors, path: string, field: string): void {
  if (path.split('/').includes('..')) errors.invalid(field, path, "must not contain '..'")
}

/** A path below a folder that is not the client's to leave. */
export function validateDescendingPath(errors: FieldErrors, path: string, field: string): void {
  if (path.startsWith('/')) errors.invalid(field, path, 'must be a relative path')
  validateBacksteps(errors, path, field)
}

function validateFilePath(errors: FieldErrors, path: string, field: string): void {
  validateDescendingPath(errors, path, field)
  if (path.startsWith('..') && !path.startsWith('../') && path !== '..') {
    errors.invalid(field, path, "must not start with '..'")
  }
}

function validateItems(errors: FieldErrors, source: JsonObject, field: string): void {
  objectsAt(source, 'items').forEach((item, index) => {
    const place = `${field}.items[${index}]`
    if (textAt(item, 'key') === '') errors.required(`${place}.key`)
    const path = textAt(item, 'path')
    if (path === '') errors.required(`${place}.path`)
    validateFilePath(errors, path, `${place}.path`)
    validateMode(errors, numberAt(item, 'mode'), `${place}.mode`)
  })
}

function validateDownwardFiles(errors: FieldErrors, source: JsonObject, field: string): void {
  for (const file of objectsAt(source, 'items')) {
    const path = textAt(file, 'path')
    if (path === '') errors.required(`${field}.path`)
    validateFilePath(errors, path, `${field}.path`)
    const fieldRef = objectAt(file, 'fieldRef')
    const amountRef = objectAt(file, 'resourceFieldRef')
    if (fieldRef !== undefined) {
      validateFieldReference(errors, fieldRef, volumeFields, `${field}.fieldRef`)
      if (amountRef !== undefined) {
        errors.invalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
      }
    } else if (amountRef !== undefined) {
      validateAmountReference(errors, amountRef, `${field}.resourceFieldRef`, true)
    } else {
      errors.required(field, 'one of fieldRef and resourceFieldRef is required')
    }
    validateMode(errors, numberAt(file, 'mode'), `${field}.mode`)
  }
}

const shortestToken = 600

function validateProjected(errors: FieldErrors, source: JsonObject, field: string): void {
  validateMode(errors, numberAt(source, 'defaultMode'), `${field}.defaultMode`)
  const paths = new Set<string>()
  const claimPath = (path: string, shown: string): void => {
    if (path === '') return
    if (paths.has(path)) errors.invalid(field, shown, 'conflicting duplicate paths')
    paths.add(path)
  }
  objectsAt(source, 'sources').forEach((part, index) => {
    const place = `${field}.sources[${index}]`
    for (const key of ['secret', 'configMap']) {
      const projection = objectAt(part, key)
      if (projection === undefined) continue
      const name = textAt(projection, 'name')
      if (name === '') errors.required(`${place}.${key}.name`)
      validateItems(errors, projection, `${place}.${key}`)
      for (const item of objectsAt(projection, 'items')) claimPath(textAt(item, 'path'), name)
    }
    const downward = objectAt(part, 'downwardAPI')
    if (downward !== undefined) {
      validateDownwardFiles(errors, downward, `${place}.downwardAPI`)
      for (const item of objectsAt(downward, 'items')) claimPath(textAt(item, 'path'), textAt(item, 'path'))
    }
    const token = objectAt(part, 'serviceAccountToken')
    if (token !== undefined) {
      const seconds = numberAt(token, 'expirationSeconds') ?? shortestToken
      const place2 = `${place}.serviceAccountToken.expirationSeconds`
      if (seconds < shortestToken) errors.invalid(place2, seconds, 'may not specify a duration less than 10 minutes')
      if (seconds > 2 ** 32) errors.invalid(place2, seconds, 'may not specify a duration larger than 2^32 seconds')
      const path = textAt(token, 'path')
      if (path === '') errors.required(`${field}.path`)
      else validateFilePath(errors, path, `${field}.path`)
    }
    if (Object.keys(part).length > 1) errors.forbidden(place, 'may not specify more than 1 volume type per source')
  })
}

/** The name of a storage driver, in a volume of a pod or of the cluster. */
export function validateDriverName(errors: FieldErrors, driver: string, field: string): void {
  if (driver === '') errors.required(field)
  if (driver.length > 63) errors.tooLong(field, 63)
  errors.invalidForEach(field, driver, subdomainComplaints(driver.toLowerCase()))
}

/** A file server and the folder on it. */
export function validateNfs(errors: FieldErrors, source: JsonObject, field: string): void {
  if (textAt(source, 'server') === '') errors.required(`${field}.server`)
  const path = textAt(source, 'path')
  if (path === '') errors.required(`${field}.path`)
  else if (!path.startsWith('/')) errors.invalid(`${field}.path`, path, 'must be an absolute path')
}

/** A path of the node. */
export function validateHostPath(errors: FieldErrors, source: JsonObject, field: string): void {
  const path = textAt(source, 'path')
  if (path === '') {
    errors.required(`${field}.path`)
    return
  }
  validateBacksteps(errors, path, `${field}.path`)
  const type = source.type
  if (typeof type === 'string' && !hostPathTypes.includes(type)) errors.notSupported(`${field}.type`, type, hostPathTypes)
}

function validateSource(errors: FieldErrors, key: string, source: JsonObject, field: string): void {
  validateStorageSource(errors, key, source, field, false)
  switch (key) {
    case 'emptyDir': {
      const limit = parseQuantity(textAt(source, 'sizeLimit'))
      if (limit !== undefined && limit.digits < 0n) {
        errors.forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
      }
      return
    }
    case 'hostPath':
      validateHostPath(errors, source, field)
      return
    case 'secret':
    case 'configMap': {
      const name = key === 'secret' ? 'secretName' : 'name'
      if (textAt(source, name) === '') errors.required(`${field}.${name}`)
      validateMode(errors, numberAt(source, 'defaultMode'), `${field}.defaultMode`)
      validateItems(errors, source, field)
      return
    }
    case 'nfs':
      validateNfs(errors, source, field)
      return
    case 'downwardAPI':
      validateMode(errors, numberAt(source, 'defaultMode'), `${field}.defaultMode`)
      validateDownwardFiles(errors, source, field)
      return
    case 'projected':
      validateProjected(errors, source, field)
      return
    case 'csi': {
      validateDriverName(errors, textAt(source, 'driver'), `${field}.driver`)
      const secret = objectAt(source, 'nodePublishSecretRef')
      if (secret !== undefined && textAt(secret, 'name') === '') errors.required(`${field}.nodePublishSecretRef.name`)
      return
    }
    case 'ephemeral': {
      const template = objectAt(source, 'volumeClaimTemplate')
      if (template === undefined) errors.required(`${field}.volumeClaimTemplate`)
      else validateClaimSpec(errors, objectAt(template, 'spec') ?? {}, `${field}.volumeClaimTemplate.spec`)
      return
    }
    default:
      return
  }
}

function validateVolume(errors: FieldErrors, volume: JsonObject, field: string): void {
  const sources = sourceOrder.filter(([key]) => isJsonObject(volume[key]))
  sources.forEach(([key, shownAs = key], index) => {
    const source = objectAt(volume, key) ?? {}
    if (index === 0) validateSource(errors, key, source, `${field}.${key}`)
    else errors.forbidden(`${field}.${shownAs}`, 'may not specify more than 1 volume type')
  })
  if (sources.length === 0) errors.required(field, 'must specify a volume type')
}

/** A pod's volumes by name. Those with a mistake are left out, so that mounting them is a mistake as well. */
export function validateVolumes(
  errors: FieldErrors,
  volumes: readonly JsonObject[],
  field: string,
): ReadonlyMap<string, JsonObject> {
  const sound = new Map<string, JsonObject>()
  volumes.forEach((volume, index) => {
    const place = `${field}[${index}]`
    const name = textAt(volume, 'name')
    const before = errors.all.length
    validateVolume(errors, volume, place)
    if (name === '') errors.required(`${place}.name`)
    else errors.invalidForEach(`${place}.name`, name, labelComplaints(name))
    if (sound.has(name)) errors.duplicate(`${place}.name`, name)
    if (errors.all.length === before) sound.set(name, volume)
  })
  return sound
}
