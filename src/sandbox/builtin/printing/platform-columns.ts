import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import {
  ageColumn,
  ageOf,
  formatDuration,
  integerColumn,
  type KindColumn,
  nameColumn,
  orNone,
  textColumn,
} from './common-columns.ts'

function specOf(object: JsonObject): JsonObject | undefined {
  return objectAt(object, 'spec')
}

function flagColumn(name: string, cell: (object: JsonObject) => JsonValue): KindColumn {
  return { ...textColumn(name, cell), type: 'boolean' }
}

function unset(texts: readonly string[]): string {
  return texts.length === 0 ? '<unset>' : texts.join(',')
}

/** ATTACHREQUIRED to MODES. */
export const driverColumns: readonly KindColumn[] = [
  flagColumn('AttachRequired', (driver) => specOf(driver)?.attachRequired !== false),
  flagColumn('PodInfoOnMount', (driver) => specOf(driver)?.podInfoOnMount === true),
  flagColumn('StorageCapacity', (driver) => specOf(driver)?.storageCapacity === true),
  textColumn('TokenRequests', (driver) =>
    unset(objectsAt(specOf(driver), 'tokenRequests').map((each) => textAt(each, 'audience'))),
  ),
  flagColumn('RequiresRepublish', (driver) => specOf(driver)?.requiresRepublish === true),
  textColumn('Modes', (driver) => orNone(textsAt(specOf(driver), 'volumeLifecycleModes').join(','))),
]

/** DRIVERS. */
export const nodeDriverColumns: readonly KindColumn[] = [
  integerColumn('Drivers', (node) => objectsAt(specOf(node), 'drivers').length),
]

/** STORAGECLASSNAME and CAPACITY, without an age. */
export const storageCapacityColumns: readonly KindColumn[] = [
  nameColumn,
  textColumn('StorageClassName', (capacity) => textAt(capacity, 'storageClassName')),
  textColumn('Capacity', (capacity) => textAt(capacity, 'capacity') || '<unset>'),
]

/** ATTACHER, PV, NODE and ATTACHED. */
export const attachmentColumns: readonly KindColumn[] = [
  { ...textColumn('Attacher', (attachment) => textAt(specOf(attachment), 'attacher')), format: 'name' },
  textColumn('PV', (attachment) => textAt(objectAt(specOf(attachment), 'source'), 'persistentVolumeName')),
  textColumn('Node', (attachment) => textAt(specOf(attachment), 'nodeName')),
  flagColumn('Attached', (attachment) => objectAt(attachment, 'status')?.attached === true),
]

/** DRIVERNAME. */
export const attributesClassColumns: readonly KindColumn[] = [textColumn('DriverName', (each) => textAt(each, 'driverName'))]

/** HANDLER. */
export const runtimeClassColumns: readonly KindColumn[] = [textColumn('Handler', (each) => textAt(each, 'handler'))]

function requestState(request: JsonObject): string {
  const conditions = objectsAt(objectAt(request, 'status'), 'conditions')
  const has = (type: string): boolean => conditions.some((condition) => condition.type === type)
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending']
  if (has('Failed')) words.push('Failed')
  if (textAt(objectAt(request, 'status'), 'certificate') !== '') words.push('Issued')
  return words.join(',')
}

/** AGE, SIGNERNAME, REQUESTOR, REQUESTEDDURATION and CONDITION. */
export const signingRequestColumns: readonly KindColumn[] = [
  nameColumn,
  ageColumn,
  textColumn('SignerName', (request) => textAt(specOf(request), 'signerName')),
  textColumn('Requestor', (request) => textAt(specOf(request), 'username')),
  textColumn('RequestedDuration', (request) => {
    const seconds = numberAt(specOf(request), 'expirationSeconds')
    return seconds === undefined ? '<none>' : formatDuration(seconds)
  }),
  textColumn('Condition', requestState),
]

/** PRIORITYLEVEL to MISSINGPL. */
export const flowSchemaColumns: readonly KindColumn[] = [
  nameColumn,
  textColumn('PriorityLevel', (schema) => textAt(objectAt(specOf(schema), 'priorityLevelConfiguration'), 'name')),
  textColumn('MatchingPrecedence', (schema) => numberAt(specOf(schema), 'matchingPrecedence') ?? 0),
  textColumn('DistinguisherMethod', (schema) => orNone(textAt(objectAt(specOf(schema), 'distinguisherMethod'), 'type'))),
  textColumn('Age', (schema, now) => ageOf(textAt(objectAt(schema, 'metadata'), 'creationTimestamp'), now)),
  textColumn('MissingPL', (schema) => {
    const dangling = objectsAt(objectAt(schema, 'status'), 'conditions').find((condition) => condition.type === 'Dangling')
    return textAt(dangling, 'status') || '?'
  }),
]

function limitedNumber(...path: readonly string[]): (level: JsonObject) => JsonValue {
  return (level) => {
    let holder = objectAt(specOf(level), 'limited') ?? objectAt(specOf(level), 'exempt')
    for (const step of path.slice(0, -1)) holder = objectAt(holder, step)
    return numberAt(holder, path.at(-1) ?? '') ?? '<none>'
  }
}

/** TYPE to QUEUELENGTHLIMIT. */
export const priorityLevelColumns: readonly KindColumn[] = [
  textColumn('Type', (level) => textAt(specOf(level), 'type')),
  textColumn('NominalConcurrencyShares', limitedNumber('nominalConcurrencyShares')),
  textColumn('Queues', limitedNumber('limitResponse', 'queuing', 'queues')),
  textColumn('HandSize', limitedNumber('limitResponse', 'queuing', 'handSize')),
  textColumn('QueueLengthLimit', limitedNumber('limitResponse', 'queuing', 'queueLengthLimit')),
]

/** PARENTREF. */
export const addressColumns: readonly KindColumn[] = [
  textColumn('ParentRef', (address) => {
    const parent = objectAt(specOf(address), 'parentRef')
    const group = textAt(parent, 'group')
    const resource = group === '' ? textAt(parent, 'resource') : `${textAt(parent, 'resource')}.${group}`
    const namespace = textAt(parent, 'namespace')
    return [resource, ...(namespace === '' ? [] : [namespace]), textAt(parent, 'name')].join('/')
  }),
]

/** CIDRS. */
export const rangeColumns: readonly KindColumn[] = [textColumn('CIDRs', (range) => textsAt(specOf(range), 'cidrs').join(','))]
