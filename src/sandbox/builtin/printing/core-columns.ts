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
  textColumn('Version', (node) => textAt(objectAt(objectAt(node, 'status'), 'nodeInfo'), 'kubeletVersion')),
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
  const modes = textsAt(holder, 'accessModes')
  return [...accessModeNames]
    .filter(([mode]) => modes.includes(mode))
    .map(([, name]) => name)
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

/** A field of an event, which has another name in the group of events. */
function eventText(event: JsonObject, name: string, newName: string): string {
  return textAt(event, name) || textAt(event, newName)
}

function sinceOrUnknown(time: string, now: Date): string {
  return time === '' ? '<unknown>' : ageOf(time, now)
}

function firstSeen(event: JsonObject): string {
  return eventText(event, 'firstTimestamp', 'deprecatedFirstTimestamp') || textAt(event, 'eventTime')
}

function lastSeen(event: JsonObject): string {
  const series = objectAt(event, 'series')
  if (series !== undefined) return textAt(series, 'lastObservedTime')
  return eventText(event, 'lastTimestamp', 'deprecatedLastTimestamp') || firstSeen(event)
}

function eventObject(event: JsonObject): string {
  const about = objectAt(event, 'involvedObject') ?? objectAt(event, 'regarding')
  const name = textAt(about, 'name')
  return `${textAt(about, 'kind').toLowerCase()}${name === '' ? '' : `/${name}`}`
}

function eventSource(event: JsonObject): string {
  const source = objectAt(event, 'source') ?? objectAt(event, 'deprecatedSource')
  const component = textAt(source, 'component') || eventText(event, 'reportingComponent', 'reportingController')
  const instance = textAt(source, 'host') || textAt(event, 'reportingInstance')
  return instance === '' ? component : `${component}, ${instance}`
}

function eventCount(event: JsonObject): number {
  const series = objectAt(event, 'series')
  if (series !== undefined) return numberAt(series, 'count') ?? 0
  return (numberAt(event, 'count') ?? numberAt(event, 'deprecatedCount') ?? 0) || 1
}

/** LAST SEEN, TYPE, REASON, OBJECT and MESSAGE, of events in either of their groups. */
export const eventColumns: readonly KindColumn[] = [
  textColumn('Last Seen', (event, now) => sinceOrUnknown(lastSeen(event), now)),
  textColumn('Type', (event) => textAt(event, 'type')),
  textColumn('Reason', (event) => textAt(event, 'reason')),
  textColumn('Object', eventObject),
  textColumn('Subobject', (event) => textAt(objectAt(event, 'involvedObject') ?? objectAt(event, 'regarding'), 'fieldPath'), 1),
  textColumn('Source', eventSource, 1),
  textColumn('Message', (event) => eventText(event, 'message', 'note').trim()),
  textColumn('First Seen', (event, now) => sinceOrUnknown(firstSeen(event), now), 1),
  { ...countColumn('Count', eventCount), priority: 1 },
  { ...nameColumn, priority: 1 },
]
