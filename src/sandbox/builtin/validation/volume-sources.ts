import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, textAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { labelComplaints } from './names.ts'

/** What the simple kinds of volumes can't do without, in a pod and in a volume of the cluster. */
const requiredFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['gitRepo', ['repository']],
  ['gcePersistentDisk', ['pdName']],
  ['awsElasticBlockStore', ['volumeID']],
  ['iscsi', ['targetPortal', 'iqn']],
  ['rbd', ['monitors', 'image']],
  ['cinder', ['volumeID']],
  ['cephfs', ['monitors']],
  ['flexVolume', ['driver']],
  ['azureFile', ['secretName', 'shareName']],
  ['azureDisk', ['diskName', 'diskURI']],
  ['vsphereVolume', ['volumePath']],
  ['photonPersistentDisk', ['pdID']],
  ['portworxVolume', ['volumeID']],
  ['scaleIO', ['gateway', 'system', 'volumeName']],
  ['storageos', ['volumeName']],
  ['persistentVolumeClaim', ['claimName']],
  ['glusterfs', ['endpoints', 'path']],
])

/** Fields that messages call something else. */
const shownAs: ReadonlyMap<string, string> = new Map([['gcePersistentDisk', 'persistentDisk']])

const partitioned: ReadonlySet<string> = new Set(['gcePersistentDisk', 'awsElasticBlockStore'])
const cachingModes = ['None', 'ReadOnly', 'ReadWrite']
const diskKinds = ['Dedicated', 'Managed', 'Shared']
const managedDisks = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobDisks = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'
const registryComplaint = 'must be a host:port pair or multiple pairs separated by commas'

function isMissing(value: JsonValue | undefined): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function validateSecretReference(errors: FieldErrors, source: JsonObject, field: string, isOfCluster: boolean): void {
  const secret = objectAt(source, 'secretRef')
  if (secret === undefined) return
  if (textAt(secret, 'name') === '') errors.required(`${field}.secretRef.name`)
  if (isOfCluster && textAt(secret, 'namespace') === '') errors.required(`${field}.secretRef.namespace`)
}

function validateLogicalUnit(errors: FieldErrors, unit: number | undefined, field: string): void {
  if (unit !== undefined && (unit < 0 || unit > 255)) errors.invalid(field, unit, 'must be between 0 and 255, inclusive')
}

const targetNames = [
  /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/,
  /^eui\.[A-Fa-f0-9]{16}$/,
  /^naa\.[A-Fa-f0-9]{32}$/,
] as const

function validateTargetName(errors: FieldErrors, name: string, field: string, isOfCluster: boolean): void {
  if (!/^(?:iqn|eui|naa)/.test(name)) {
    errors.invalid(field, name, isOfCluster ? 'must be valid format' : 'must be valid format starting with iqn, eui, or naa')
  } else if (!targetNames.some((pattern) => pattern.test(name))) {
    errors.invalid(field, name, 'must be valid format')
  }
}

function validateIscsi(errors: FieldErrors, source: JsonObject, field: string, isOfCluster: boolean): void {
  const name = textAt(source, 'iqn')
  if (name !== '') validateTargetName(errors, name, `${field}.iqn`, isOfCluster)
  validateLogicalUnit(errors, numberAt(source, 'lun'), `${field}.lun`)
  const authenticates = source.chapAuthDiscovery === true || source.chapAuthSession === true
  if (authenticates && source.secretRef === undefined) errors.required(`${field}.secretRef`)
  const secret = objectAt(source, 'secretRef')
  if (isOfCluster && secret !== undefined && textAt(secret, 'name') === '') errors.required(`${field}.secretRef.name`)
  const initiator = source.initiatorName
  if (typeof initiator === 'string') validateTargetName(errors, initiator, `${field}.initiatorname`, isOfCluster)
}

function validateFibre(errors: FieldErrors, source: JsonObject, field: string): void {
  const [targets, ids] = [listAt(source, 'targetWWNs'), listAt(source, 'wwids')]
  if (targets.length + ids.length === 0) {
    errors.required(`${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both')
  }
  if (targets.length > 0 && ids.length > 0) {
    errors.invalid(`${field}.targetWWNs`, targets, 'targetWWNs and wwids can not be specified simultaneously')
  }
  if (targets.length === 0) return
  if (source.lun === undefined) errors.required(`${field}.lun`, 'lun is required if targetWWNs is specified')
  else validateLogicalUnit(errors, numberAt(source, 'lun'), `${field}.lun`)
}

function validateFlocker(errors: FieldErrors, source: JsonObject, field: string): void {
  const [name, id] = [textAt(source, 'datasetName'), textAt(source, 'datasetUUID')]
  if (name === '' && id === '') errors.required(field, 'one of datasetName and datasetUUID is required')
  if (name !== '' && id !== '') {
    errors.invalid(field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')
  }
  if (name.includes('/')) errors.invalid(`${field}.datasetName`, name, "must not contain '/'")
}

function validateAzureDisk(errors: FieldErrors, source: JsonObject, field: string): void {
  const { cachingMode, kind } = source
  const place = textAt(source, 'diskURI')
  if (typeof cachingMode === 'string' && !cachingModes.includes(cachingMode)) {
    errors.notSupported(`${field}.cachingMode`, cachingMode, cachingModes)
  }
  if (typeof kind !== 'string') return
  if (!diskKinds.includes(kind)) errors.notSupported(`${field}.kind`, kind, diskKinds)
  const [start, supported] = kind === 'Managed' ? ['/subscriptions/', managedDisks] : ['https://', blobDisks]
  if (!place.startsWith(start)) errors.notSupported(`${field}.diskURI`, place, [supported])
}

function validateFlexVolume(errors: FieldErrors, source: JsonObject, field: string): void {
  for (const key of Object.keys(objectAt(source, 'options') ?? {})) {
    const owner = `.${(key.split('/', 2)[0] ?? '').toLowerCase()}`
    if (owner.endsWith('.kubernetes.io') || owner.endsWith('.k8s.io')) {
      errors.invalid(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')
    }
  }
}

function validateQuobyte(errors: FieldErrors, source: JsonObject, field: string): void {
  const registry = textAt(source, 'registry')
  if (registry === '') errors.required(`${field}.registry`, registryComplaint)
  else if (textAt(source, 'tenant').length > 64) {
    errors.required(`${field}.tenant`, 'must be a UUID and may not exceed a length of 64 characters')
  } else {
    for (const pair of registry.split(',')) {
      if (!/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair)) errors.invalid(`${field}.registry`, registry, registryComplaint)
    }
  }
  if (textAt(source, 'volume') === '') errors.required(`${field}.volume`)
}

function validateAzureFile(errors: FieldErrors, source: JsonObject, field: string, isOfCluster: boolean): void {
  if (isOfCluster && source.secretNamespace === '') errors.required(`${field}.secretNamespace`)
}

function validateStorageOs(errors: FieldErrors, source: JsonObject, field: string, isOfCluster: boolean): void {
  for (const key of ['volumeName', 'volumeNamespace']) {
    const name = textAt(source, key)
    if (name !== '') errors.invalidForEach(`${field}.${key}`, name, labelComplaints(name))
  }
  validateSecretReference(errors, source, field, isOfCluster)
}

/** What is checked of a kind beyond the fields that it needs. */
const furtherChecks: ReadonlyMap<string, (errors: FieldErrors, source: JsonObject, field: string, isOfCluster: boolean) => void> =
  new Map([
    ['iscsi', validateIscsi],
    ['fc', validateFibre],
    ['flocker', validateFlocker],
    ['azureDisk', validateAzureDisk],
    ['azureFile', validateAzureFile],
    ['flexVolume', validateFlexVolume],
    ['quobyte', validateQuobyte],
    ['storageos', validateStorageOs],
    ['cinder', validateSecretReference],
  ])

/**
 * A volume that lies on some storage outside the cluster, whose kind is `key`. Volumes of the cluster name the namespace of
 * a secret, those of a pod have it beside them.
 */
export function validateStorageSource(
  errors: FieldErrors,
  key: string,
  source: JsonObject,
  field: string,
  isOfCluster: boolean,
): void {
  const place = shownAs.has(key) ? field.replace(/[^.]+$/, shownAs.get(key) ?? '') : field
  for (const name of requiredFields.get(key) ?? []) if (isMissing(source[name])) errors.required(`${place}.${name}`)
  const partition = numberAt(source, 'partition') ?? 0
  if (partitioned.has(key) && (partition < 0 || partition > 255)) {
    errors.invalid(`${place}.partition`, partition, 'must be between 1 and 255, inclusive')
  }
  furtherChecks.get(key)?.(errors, source, place, isOfCluster)
}
