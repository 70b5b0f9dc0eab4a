import type { ObjectChange } from '../plan/change.ts'
import { type Manifest, objectKeyText } from '../plan/manifest.ts'
import type { RecordedObject } from '../plan/recorded-state.ts'
import { isSecretDigest } from '../plan/secret-digest.ts'
import { uidOf, versionOf } from '../planner/assess.ts'
import { DEFAULT_TIMEOUT } from '../planner/expand.ts'
import type { FieldManagers } from '../planner/field-managers.ts'
import { recordedSecrets } from '../planner/mask.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import type { LiveObject } from '../targets/contract.ts'
import { type Connection, ownedDigest } from './refresh.ts'

/** What records are made with: an apply has it all. */
export interface RecordContext {
  readonly managers: FieldManagers
  /** Values that the state must not hold. */
  readonly sensitiveValues: readonly string[]
  /** Rules of each object, by id. */
  readonly rules: ReadonlyMap<string, { readonly ignore: readonly IgnoreRule[] }>
  /** What was recorded before, by id. */
  readonly recorded: ReadonlyMap<string, RecordedObject>
  /** By cluster. */
  readonly connections: ReadonlyMap<string, Connection>
}

/** What the state knows of an object from now on: what was sent, and what came of it. */
export function recordOf(change: ObjectChange, manifest: Manifest, live: LiveObject, context: RecordContext): RecordedObject {
  const old = context.recorded.get(change.id)
  return {
    key: change.key,
    apiVersion: change.apiVersion,
    address: change.address,
    desiredDigest: change.desiredDigest ?? '',
    desired: recordedSecrets(manifest, context.sensitiveValues),
    ownedDigest: digestOfOwn(live, change, context),
    resourceVersion: versionOf(live),
    uid: uidOf(live),
    created: change.action === 'create' || change.action === 'replace' || (old?.created ?? false),
    dependencies: change.dependencies,
    protect: change.protect,
    fieldManager: context.managers.of(change.key.cluster),
    ...deleteTimeoutOf(change),
    ...contextOf(change, context),
  }
}

/** How long a delete of the object may take, as it is recorded. */
export function deleteTimeoutOf({ deleteTimeout }: ObjectChange): Pick<RecordedObject, 'deleteTimeout'> {
  return deleteTimeout === DEFAULT_TIMEOUT ? {} : { deleteTimeout }
}

/** What stands in for the cluster of the object, as it is recorded. */
export function contextOf(
  { key }: ObjectChange,
  { connections }: Pick<RecordContext, 'connections'>,
): Pick<RecordedObject, 'context'> {
  const connection = connections.get(key.cluster)
  return connection === undefined || connection.title === key.cluster ? {} : { context: connection.title }
}

/**
 * The same once its controllers were done with it, so that what they wrote does not look like a change to the next plan. Unless
 * somebody changed our fields meanwhile: that must show there.
 */
export function recordAsSeen(record: RecordedObject, seen: LiveObject | undefined, context: RecordContext): RecordedObject {
  if (seen === undefined || versionOf(seen) === record.resourceVersion || uidOf(seen) !== record.uid) return record
  const digest = ownedDigest(
    seen,
    context.managers.of(record.key.cluster),
    context.rules.get(objectKeyText(record.key))?.ignore ?? [],
  )
  return digest === record.ownedDigest ? { ...record, resourceVersion: versionOf(seen) } : record
}

function digestOfOwn(
  live: LiveObject,
  { key, desiredDigest }: Pick<ObjectChange, 'key' | 'desiredDigest'>,
  { managers, rules }: RecordContext,
): string {
  const id = objectKeyText(key)
  const salt = isSecretDigest(desiredDigest) ? id : undefined
  return ownedDigest(live, managers.of(key.cluster), rules.get(id)?.ignore ?? [], [], salt)
}
