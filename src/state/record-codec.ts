import type { JsonObject, JsonValue } from '../plan/json.ts'
import { type ObjectKey, objectKeyText } from '../plan/manifest.ts'
import type { DeployRecord, PendingEffect, RecordedObject, RecordedState, UndoEntry } from '../plan/recorded-state.ts'
import type { JsonReader } from './json-reader.ts'

/** Everything a deploy can be. */
export const OPERATIONS = ['apply', 'destroy', 'rollback', 'state'] as const
/** How a deploy can end. */
export const DEPLOY_RESULTS = ['succeeded', 'failed', 'interrupted'] as const
/** Every effect that a crash can leave open. */
export const EFFECTS = ['create', 'update', 'replace', 'delete', 'import'] as const

/** A recorded object as JSON, keys in a fixed order. */
export function recordedObjectToJson(object: RecordedObject): JsonObject {
  return {
    key: keyToJson(object.key),
    apiVersion: object.apiVersion,
    address: object.address,
    desiredDigest: object.desiredDigest,
    desired: object.desired,
    ownedDigest: object.ownedDigest,
    resourceVersion: object.resourceVersion,
    uid: object.uid,
    created: object.created,
    dependencies: object.dependencies,
    protect: object.protect,
    ...(object.fieldManager === undefined ? {} : { fieldManager: object.fieldManager }),
    ...(object.deleteTimeout === undefined ? {} : { deleteTimeout: object.deleteTimeout }),
    ...(object.context === undefined ? {} : { context: object.context }),
  }
}

/** A recorded object out of JSON. */
export function readRecordedObject(reader: JsonReader, value: JsonValue | undefined, where: string): RecordedObject {
  const object = reader.object(value, where)
  return {
    key: readKey(reader, object.key, `${where}.key`),
    apiVersion: reader.text(object, 'apiVersion', where),
    address: reader.text(object, 'address', where),
    desiredDigest: reader.text(object, 'desiredDigest', where),
    desired: reader.object(reader.json(object.desired, `${where}.desired`), `${where}.desired`),
    ownedDigest: reader.text(object, 'ownedDigest', where),
    resourceVersion: reader.text(object, 'resourceVersion', where),
    uid: reader.text(object, 'uid', where),
    created: reader.flag(object, 'created', where),
    dependencies: reader.texts(object, 'dependencies', where),
    protect: object.protect === 'confirm' ? 'confirm' : reader.flag(object, 'protect', where),
    ...(object.fieldManager === undefined ? {} : { fieldManager: reader.text(object, 'fieldManager', where) }),
    ...(object.deleteTimeout === undefined ? {} : { deleteTimeout: reader.count(object, 'deleteTimeout', where) }),
    ...(object.context === undefined ? {} : { context: reader.text(object, 'context', where) }),
  }
}

/** A pending effect as JSON, keys in a fixed order. */
export function pendingEffectToJson(pending: PendingEffect): JsonObject {
  return {
    action: pending.action,
    key: keyToJson(pending.key),
    apiVersion: pending.apiVersion,
    address: pending.address,
    desiredDigest: pending.desiredDigest ?? null,
    dependencies: pending.dependencies,
    operation: pending.operation,
    since: pending.since,
  }
}

/** A pending effect out of JSON. */
export function readPendingEffect(reader: JsonReader, value: JsonValue | undefined, where: string): PendingEffect {
  const object = reader.object(value, where)
  const key = readKey(reader, object.key, `${where}.key`)
  return {
    id: objectKeyText(key),
    action: reader.word(object, 'action', where, EFFECTS),
    key,
    apiVersion: reader.text(object, 'apiVersion', where),
    address: reader.text(object, 'address', where),
    desiredDigest: reader.textOrUndefined(object, 'desiredDigest', where),
    dependencies: reader.texts(object, 'dependencies', where),
    operation: reader.word(object, 'operation', where, OPERATIONS),
    since: reader.text(object, 'since', where),
  }
}

/** A deploy record as JSON, keys in a fixed order. */
export function deployRecordToJson(record: DeployRecord): JsonObject {
  return {
    serial: record.serial,
    operation: record.operation,
    author: record.author,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    planDigest: record.planDigest,
    designDigest: record.designDigest,
    result: record.result,
    summary: { ...record.summary },
    ...(record.undo === undefined ? {} : { undo: record.undo.map(undoEntryToJson) }),
  }
}

/** A deploy record out of JSON. */
export function readDeployRecord(reader: JsonReader, value: JsonValue | undefined, where: string): DeployRecord {
  const object = reader.object(value, where)
  return {
    serial: reader.count(object, 'serial', where),
    operation: reader.word(object, 'operation', where, OPERATIONS),
    author: reader.text(object, 'author', where),
    startedAt: reader.text(object, 'startedAt', where),
    durationMs: reader.count(object, 'durationMs', where),
    planDigest: reader.text(object, 'planDigest', where),
    designDigest: reader.text(object, 'designDigest', where),
    result: reader.word(object, 'result', where, DEPLOY_RESULTS),
    summary: reader.map(object.summary, `${where}.summary`, (item, place) => readNumber(reader, item, place)),
    ...(object.undo === undefined
      ? {}
      : {
          undo: reader
            .array(object.undo, `${where}.undo`)
            .map((item, index) => readUndoEntry(reader, item, `${where}.undo[${index}]`)),
        }),
  }
}

function undoEntryToJson({ id, before }: UndoEntry): JsonObject {
  return { id, before: before === null ? null : recordedObjectToJson(before) }
}

function readUndoEntry(reader: JsonReader, value: JsonValue, where: string): UndoEntry {
  const entry = reader.object(value, where)
  return {
    id: reader.text(entry, 'id', where),
    before: entry.before === null ? null : readRecordedObject(reader, entry.before, `${where}.before`),
  }
}

/** The outputs of a state. */
export type Outputs = RecordedState['outputs']

/** Outputs out of JSON. */
export function readOutputs(reader: JsonReader, value: JsonValue | undefined, where: string): Outputs {
  return reader.map(value, where, (item, place) => {
    const output = reader.object(item, place)
    const read = { value: reader.json(output.value, `${place}.value`), sensitive: reader.flag(output, 'sensitive', place) }
    return output.secret === undefined ? read : { ...read, secret: reader.json(output.secret, `${place}.secret`) }
  })
}

/** Outputs as JSON, whatever is secret among them. */
export function outputsToJson(outputs: Outputs): JsonObject {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive, secret }]) => [
      name,
      { value, sensitive, ...(secret === undefined ? {} : { secret }) },
    ]),
  )
}

/** Outputs as they may be written where nothing is encrypted. */
export function withoutSecrets(outputs: Outputs): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, { value, sensitive }]) => [name, { value, sensitive }]))
}

/** The design a state was made from. */
export type DesignMark = { readonly name: string; readonly version: string | undefined; readonly digest: string }

/** The design's mark as JSON. */
export function designMarkToJson(design: DesignMark): JsonObject {
  return { name: design.name, version: design.version ?? null, digest: design.digest }
}

/** The design's mark out of JSON. */
export function readDesignMark(reader: JsonReader, value: JsonValue | undefined, where: string): DesignMark {
  const design = reader.object(value, where)
  return {
    name: reader.text(design, 'name', where),
    version: reader.textOrUndefined(design, 'version', where),
    digest: reader.text(design, 'digest', where),
  }
}

function keyToJson(key: ObjectKey): JsonObject {
  return { cluster: key.cluster, group: key.group, kind: key.kind, namespace: key.namespace, name: key.name }
}

function readKey(reader: JsonReader, value: JsonValue | undefined, where: string): ObjectKey {
  const key = reader.object(value, where)
  return {
    cluster: reader.text(key, 'cluster', where),
    group: reader.text(key, 'group', where),
    kind: reader.text(key, 'kind', where),
    namespace: reader.text(key, 'namespace', where),
    name: reader.text(key, 'name', where),
  }
}

function readNumber(reader: JsonReader, value: JsonValue, where: string): number {
  if (typeof value === 'number') return value
  reader.fail(where, 'should be a number.')
  return 0
}
