import type { JsonObject } from '../../../plan/json.ts'
import type { PrinterColumn } from '../../resource-type.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { ageColumn, ageOf, countColumn, nameColumn, orNone, textColumn } from './common-columns.ts'

function sizeOf(object: JsonObject, ...keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + Object.keys(objectAt(object, key) ?? {}).length, 0)
}

/** STATUS. */
export const namespaceColumns: readonly PrinterColumn[] = [
  textColumn('Status', 'Active, or Terminating while its objects go.', (namespace) =>
    textAt(objectAt(namespace, 'status'), 'phase'),
  ),
]

/** DATA. */
export const configMapColumns: readonly PrinterColumn[] = [
  countColumn('Data', 'Number of keys.', (configMap) => sizeOf(configMap, 'data', 'binaryData')),
]

/** TYPE and DATA. */
export const secretColumns: readonly PrinterColumn[] = [
  textColumn('Type', 'What the secret is for.', (secret) => textAt(secret, 'type')),
  countColumn('Data', 'Number of keys.', (secret) => sizeOf(secret, 'data')),
]

/** SECRETS. */
export const serviceAccountColumns: readonly PrinterColumn[] = [
  countColumn('Secrets', 'Number of secrets that pods may mount.', (account) => listAt(account, 'secrets').length),
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
export const nodeColumns: readonly PrinterColumn[] = [
  nameColumn,
  textColumn('Status', 'Whether the node takes pods.', nodeStatus),
  textColumn('Roles', 'What the node is for.', nodeRoles),
  ageColumn,
  textColumn('Version', 'Version of the kubelet.', nodeInfo('kubeletVersion')),
  textColumn('Internal-IP', 'Address inside the cluster.', nodeAddress('InternalIP'), 1),
  textColumn('External-IP', 'Address outside the cluster.', nodeAddress('ExternalIP'), 1),
  textColumn('OS-Image', 'Operating system.', nodeInfo('osImage'), 1),
  textColumn('Kernel-Version', 'Version of the kernel.', nodeInfo('kernelVersion'), 1),
  textColumn('Container-Runtime', 'What runs the containers.', nodeInfo('containerRuntimeVersion'), 1),
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
export const persistentVolumeColumns: readonly PrinterColumn[] = [
  textColumn('Capacity', 'Size of the volume.', (volume) => textAt(objectAt(objectAt(volume, 'spec'), 'capacity'), 'storage')),
  textColumn('Access Modes', 'How the volume may be mounted.', (volume) => accessModes(objectAt(volume, 'spec'))),
  textColumn('Reclaim Policy', 'What becomes of the volume when it is released.', (volume) =>
    textAt(objectAt(volume, 'spec'), 'persistentVolumeReclaimPolicy'),
  ),
  textColumn('Status', 'Whether the volume is bound.', (volume) => textAt(objectAt(volume, 'status'), 'phase')),
  textColumn('Claim', 'The claim that holds the volume.', (volume) => {
    const claim = objectAt(objectAt(volume, 'spec'), 'claimRef')
    return claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`
  }),
  textColumn('StorageClass', 'Class of the volume.', (volume) => textAt(objectAt(volume, 'spec'), 'storageClassName')),
  textColumn('VolumeAttributesClass', 'Class of the volume’s attributes.', attributesClass),
  textColumn('Reason', 'Why the volume is in its state.', (volume) => textAt(objectAt(volume, 'status'), 'reason')),
  textColumn('VolumeMode', 'File system or block device.', (volume) => textAt(objectAt(volume, 'spec'), 'volumeMode'), 1),
]

/** STATUS to STORAGECLASS. */
export const persistentVolumeClaimColumns: readonly PrinterColumn[] = [
  textColumn('Status', 'Whether the claim has its volume.', (claim) => textAt(objectAt(claim, 'status'), 'phase')),
  textColumn('Volume', 'The volume that was bound.', (claim) => textAt(objectAt(claim, 'spec'), 'volumeName')),
  textColumn('Capacity', 'Size of the volume.', (claim) => textAt(objectAt(objectAt(claim, 'status'), 'capacity'), 'storage')),
  textColumn('Access Modes', 'How the volume may be mounted.', (claim) => accessModes(objectAt(claim, 'status'))),
  textColumn('StorageClass', 'Class of the volume.', (claim) => textAt(objectAt(claim, 'spec'), 'storageClassName')),
  textColumn('VolumeAttributesClass', 'Class of the volume’s attributes.', attributesClass),
  textColumn('VolumeMode', 'File system or block device.', (claim) => textAt(objectAt(claim, 'spec'), 'volumeMode'), 1),
]

function quotaPart(quota: JsonObject, prefix: string): string {
  const status = objectAt(quota, 'status')
  const used = objectAt(status, 'used')
  const hard = Object.entries(objectAt(status, 'hard') ?? {}).sort(([left], [right]) => (left < right ? -1 : 1))
  const parts = hard.filter(([name]) => name.startsWith('limits.') === (prefix === 'limits.'))
  return parts.map(([name, limit]) => `${name}: ${textAt(used, name) || '0'}/${String(limit)}`).join(', ')
}

/** REQUEST and LIMIT. */
export const resourceQuotaColumns: readonly PrinterColumn[] = [
  textColumn('Request', 'What is requested, of what may be.', (quota) => quotaPart(quota, '')),
  textColumn('Limit', 'The sum of limits, of what it may be.', (quota) => quotaPart(quota, 'limits.')),
]

function seenAt(key: string, event: JsonObject, now: Date): string {
  const seen = textAt(event, key) || textAt(event, 'eventTime')
  return seen === '' ? '<unknown>' : ageOf(seen, now)
}

/** LAST SEEN, TYPE, REASON, OBJECT and MESSAGE. */
export const eventColumns: readonly PrinterColumn[] = [
  textColumn('Last Seen', 'When it last happened.', (event, now) => seenAt('lastTimestamp', event, now)),
  textColumn('Type', 'Normal or Warning.', (event) => textAt(event, 'type')),
  textColumn('Reason', 'What happened, in one word.', (event) => textAt(event, 'reason')),
  textColumn('Object', 'What it happened to.', (event) => {
    const involved = objectAt(event, 'involvedObject') ?? objectAt(event, 'regarding')
    return `${textAt(involved, 'kind').toLowerCase()}/${textAt(involved, 'name')}`
  }),
  textColumn('Subobject', 'The part it happened to.', (event) => textAt(objectAt(event, 'involvedObject'), 'fieldPath'), 1),
  textColumn(
    'Source',
    'Who reported it.',
    (event) => textAt(objectAt(event, 'source'), 'component') || textAt(event, 'reportingComponent'),
    1,
  ),
  textColumn('Message', 'What happened, in a sentence.', (event) => (textAt(event, 'message') || textAt(event, 'note')).trim()),
  textColumn('First Seen', 'When it first happened.', (event, now) => seenAt('firstTimestamp', event, now), 1),
  { ...countColumn('Count', 'How often it happened.', (event) => numberAt(event, 'count') ?? 1), priority: 1 },
  { ...nameColumn, priority: 1 },
]
