import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject } from '../plan/json.ts'
import { describeObject, type Manifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedObject, RecordedState } from '../plan/recorded-state.ts'
import { diffFields } from './diff/field-diff.ts'
import { holdsCoveredValue } from './mask.ts'

/** The barrier that deletes of a restore wait for: everything that is put back. */
const PUT_BACK = 'restore:put-back'

/** A plan that puts back what an apply changed, with the objects it sends. */
export interface Restore {
  readonly plan: Plan
  readonly manifests: ReadonlyMap<string, Manifest>
}

/**
 * The plan that brings back what was recorded before an apply, for the objects that the apply changed and no others: what it made is
 * deleted, what it changed is sent as it was, what it deleted is made again. Changes that did not happen are not undone. Values of
 * Secrets are not recorded, so a changed Secret is left as it is, with a warning.
 */
export function restorePlan(
  applied: Plan,
  before: RecordedState,
  after: RecordedState,
  wanted: (change: ObjectChange) => boolean = () => true,
): Restore {
  const manifests = new Map<string, Manifest>()
  const diagnostics: Diagnostic[] = []
  const changes: ObjectChange[] = []
  for (const change of applied.changes) {
    if (!wanted(change)) continue
    const old = before.objects.get(change.id)
    const now = after.objects.get(change.id)
    if (old === undefined && now !== undefined && now.created) changes.push(deletion(change, now))
    else if (old !== undefined && (now === undefined || now.desiredDigest !== old.desiredDigest)) {
      const manifest = recordedManifest(old)
      if (manifest === undefined) diagnostics.push(unrecorded(change))
      else {
        manifests.set(change.id, manifest)
        changes.push(putBack(change, old, now, manifest))
      }
    }
  }
  const { sequenced, barriers } = sequence(changes, after)
  return {
    plan: {
      ...applied,
      mode: 'apply',
      design: {
        ...applied.design,
        name: before.design.name,
        version: before.design.version,
        digest: before.design.digest,
      },
      state: { lineage: after.lineage, serial: after.serial },
      changes: sequenced,
      drift: [],
      barriers,
      outputs: [],
      checks: [],
      conditions: [],
      diagnostics,
    },
    manifests,
  }
}

function deletion(change: ObjectChange, now: RecordedObject): ObjectChange {
  return {
    ...change,
    action: 'delete',
    reason: undefined,
    before: now.desired,
    after: undefined,
    fields: [],
    desired: undefined,
    desiredDigest: undefined,
    uid: now.uid,
    protect: false,
    dependencies: now.dependencies,
  }
}

function putBack(change: ObjectChange, old: RecordedObject, now: RecordedObject | undefined, manifest: Manifest): ObjectChange {
  const from = now?.desired ?? {}
  return {
    ...change,
    action: now === undefined ? 'create' : 'update',
    reason: undefined,
    apiVersion: old.apiVersion,
    address: old.address,
    certainty: 'approximate',
    certaintyReason: 'it is put back as it was recorded',
    before: now?.desired,
    after: old.desired,
    fields: diffFields(from, old.desired).map(({ path, before, after }) => ({
      path,
      before,
      after,
      origin: undefined,
      sensitive: false,
    })),
    desired: manifest,
    desiredDigest: old.desiredDigest,
    uid: now?.uid,
    protect: old.protect,
    dependencies: old.dependencies,
  }
}

/** The object as it was sent; undefined where the record holds digests in place of secret values. */
function recordedManifest(recorded: RecordedObject): Manifest | undefined {
  const { desired } = recorded
  if (holdsCoveredValue(desired)) return undefined
  return isManifest(desired) ? desired : undefined
}

function isManifest(value: JsonObject): value is Manifest {
  const { metadata } = value
  return (
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata
  )
}

function unrecorded(change: ObjectChange): Diagnostic {
  return {
    severity: 'warning',
    code: 'MF2030',
    summary: `${describeObject(change.key)} can not be put back`,
    detail: 'The state holds no secret values, so what it was before is not known.',
    address: change.address,
    hint: 'Apply the design as it was before.',
  }
}

/** Puts back in the order of dependencies; deletes after all of that, what leans on an object before the object. */
function sequence(changes: readonly ObjectChange[], after: RecordedState) {
  const ids = new Set(changes.map((change) => change.id))
  const deleted = new Set(changes.filter((change) => change.action === 'delete').map((change) => change.id))
  const restored = changes.filter((change) => change.action !== 'delete').map((change) => change.id)
  const dependants = new Map<string, string[]>()
  for (const id of deleted) {
    for (const dependency of after.objects.get(id)?.dependencies ?? []) {
      const list = dependants.get(dependency)
      if (list === undefined) dependants.set(dependency, [id])
      else list.push(id)
    }
  }
  const barriers: Record<string, readonly string[]> = deleted.size > 0 && restored.length > 0 ? { [PUT_BACK]: restored } : {}
  const sequenced = changes.map((change) => {
    const dependencies = deleted.has(change.id)
      ? [...(dependants.get(change.id) ?? []).filter((id) => id !== change.id), ...(restored.length > 0 ? [PUT_BACK] : [])]
      : change.dependencies.filter((id) => ids.has(id) && !deleted.has(id))
    return { ...change, dependencies: dependencies.sort() }
  })
  return { sequenced, barriers }
}
