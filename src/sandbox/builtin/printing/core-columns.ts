import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { ageColumn, ageOf, countColumn, type KindColumn, nameColumn, orNone, textColumn } from './common-columns.ts'

function sizeOf(object: JsonObject, ...keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + Object.keys(objectAt(object, key) ?? {}).length, 0)
}

/** STATUS. */
export const namespaceColumns: readonly KindColumn[] = [
  textColumn('Status', (namespace) => textAt(objectAt(namespace, 'status'), 'phase')),
]

/** DATA. */
export const configMapColumns: readonly KindColumn[] = [
  countColumn('Data', (configMap) => sizeOf(configMap, 'data', 'binaryData')),
]

/** TYPE and DATA. */
export const secretColumns: readonly KindColumn[] = [
  textColumn('Type', (secret) => textAt(secret, 'type')),
  countColumn('Data', (secret) => sizeOf(secret, 'data')),
]

/** SECRETS. */
export const serviceAccountColumns: readonly KindColumn[] = [
  countColumn('Secrets', (account) => listAt(account, 'secrets').length),
]

const rolePrefix = 'node-role.kubernetes.io/'

function nodeStatus(node: JsonObject): string {
  const ready = objectsAt(objectAt(node, 'status'), 'conditions').find((condition) => condition.type === 'Ready')
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return objectAt(node, 'spec')?.unschedulable === true ? `${word},SchedulingDisabled` : word
}

function nodeRoles(node: JsonObject): string {
  const labels = Object.keys(objectAt(objectAt(node, 'metadata'), 'labels') ?? {})
  return orNone(
    labels
      .filter((label) => label.startsWith(rolePrefix))
      .map((label) => label.slice(rolePrefix.length))
      .sort()
      .join(','),
  )
}

function nodeInfo(key: string): (node: JsonObject) => string {
  return (node) => textAt(objectAt(objectAt(node, 'status'), 'nodeInfo'), key) || '<unknown>'
}

function nodeAddress(type: string): (node: JsonObject) => string {
  return (node) => {
    const address = objectsAt(objectAt(node, 'status'), 'addresses').find((each) => each.type === type)
    return orNone(textAt(address, 'address'))
  }
}

/** STATUS, ROLES, AGE and VERSION. */
export const nodeColumns: readonly KindColumn[] = [
  nameColumn,
  textColumn('Status', nodeStatus),
  textColumn('Roles', nodeRoles),
  ageColumn,
  textColumn('Version', nodeInfo('kubeletVersion')),
  textColumn('Internal-IP', nodeAddress('InternalIP'), 1),
  textColumn('External-IP', nodeAddress('ExternalIP'), 1),
  textColumn('OS-Image', nodeInfo('osImage'), 1),
  textColumn('Kernel-Version', nodeInfo('kernelVersion'), 1),
  textColumn('Container-Runtime', nodeInfo('containerRuntimeVersion'), 1),
]

const accessModeNames: ReadonlyMap<string, string> = new Map([
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
])

function accessModes(holder: JsonObject | undefined): string {
  return textsAt(holder, 'accessModes')
    .map((mode) => accessModeNames.get(mode) ?? mode)
    .join(',')
}

function attributesClass(object: JsonObject): string {
  return textAt(objectAt(object, 'spec'), 'volumeAttributesClassName') || '<unset>'
}

/** CAPACITY to REASON. */
export const persistentVolumeColumns: readonly KindColumn[] = [
  textColumn('Capacity', (volume) => textAt(objectAt(objectAt(volume, 'spec'), 'capacity'), 'storage')),
  textColumn('Access Modes', (volume) => accessModes(objectAt(volume, 'spec'))),
  textColumn('Reclaim Policy', (volume) => textAt(objectAt(volume, 'spec'), 'persistentVolumeReclaimPolicy')),
  textColumn('Status', (volume) => textAt(objectAt(volume, 'status'), 'phase')),
  textColumn('Claim', (volume) => {
    const claim = objectAt(objectAt(volume, 'spec'), 'claimRef')
    return claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`
  }),
  textColumn('StorageClass', (volume) => textAt(objectAt(volume, 'spec'), 'storageClassName')),
  textColumn('VolumeAttributesClass', attributesClass),
  textColumn('Reason', (volume) => textAt(objectAt(volume, 'status'), 'reason')),
  textColumn('VolumeMode', (volume) => textAt(objectAt(volume, 'spec'), 'volumeMode'), 1),
]

/** STATUS to STORAGECLASS. */
export const persistentVolumeClaimColumns: readonly KindColumn[] = [
  textColumn('Status', (claim) => textAt(objectAt(claim, 'status'), 'phase')),
  textColumn('Volume', (claim) => textAt(objectAt(claim, 'spec'), 'volumeName')),
  textColumn('Capacity', (claim) => textAt(objectAt(objectAt(claim, 'status'), 'capacity'), 'storage')),
  textColumn('Access Modes', (claim) => accessModes(objectAt(claim, 'status'))),
  textColumn('StorageClass', (claim) => textAt(objectAt(claim, 'spec'), 'storageClassName')),
  textColumn('VolumeAttributesClass', attributesClass),
  textColumn('VolumeMode', (claim) => textAt(objectAt(claim, 'spec'), 'volumeMode'), 1),
]

function quotaPart(quota: JsonObject, prefix: string): string {
  const status = objectAt(quota, 'status')
  const used = objectAt(status, 'used')
  const hard = Object.entries(objectAt(status, 'hard') ?? {}).sort(([left], [right]) => (left < right ? -1 : 1))
  const parts = hard.filter(([name]) => name.startsWith('limits.') === (prefix === 'limits.'))
  return parts.map(([name, limit]) => `${name}: ${textAt(used, name) || '0'}/${String(limit)}`).join(', ')
}

/** REQUEST and LIMIT. */
export const resourceQuotaColumns: readonly KindColumn[] = [
  textColumn('Request', (quota) => quotaPart(quota, '')),
  textColumn('Limit', (quota) => quotaPart(quota, 'limits.')),
]

function seenAt(key: string, event: JsonObject, now: Date): string {
  const seen = textAt(event, key) || textAt(event, 'eventTime')
  return seen === '' ? '<unknown>' : ageOf(seen, now)
}

/** LAST SEEN, TYPE, REASON, OBJECT and MESSAGE. */
export const eventColumns: readonly KindColumn[] = [
  textColumn('Last Seen', (event, now) => seenAt('lastTimestamp', event, now)),
  textColumn('Type', (event) => textAt(event, 'type')),
  textColumn('Reason', (event) => textAt(event, 'reason')),
  textColumn('Object', (event) => {
    const involved = objectAt(event, 'involvedObject') ?? objectAt(event, 'regarding')
    return `${textAt(involved, 'kind').toLowerCase()}/${textAt(involved, 'name')}`
  }),
  textColumn('Subobject', (event) => textAt(objectAt(event, 'involvedObject'), 'fieldPath'), 1),
  textColumn('Source', (event) => textAt(objectAt(event, 'source'), 'component') || textAt(event, 'reportingComponent'), 1),
  textColumn('Message', (event) => (textAt(event, 'message') || textAt(event, 'note')).trim()),
  textColumn('First Seen', (event, now) => seenAt('firstTimestamp', event, now), 1),
  { ...countColumn('Count', (event) => numberAt(event, 'count') ?? 1), priority: 1 },
  { ...nameColumn, priority: 1 },
]
