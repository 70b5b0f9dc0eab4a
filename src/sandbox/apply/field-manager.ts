import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldSet, fieldSetHas, fieldSetOf, recursiveDifferenceOf, unionOf } from './field-set.ts'
import { allowedByLastApplied, kubectlManager, withLastApplied } from './last-applied.ts'
import {
  asksForReset,
  capUpdaters,
  decodeManagedFields,
  encodeManagedFields,
  type ManagerEntry,
  type Managers,
  managerIdentifier,
  noManagers,
} from './managed-fields.ts'
import { applyConfiguration, type Conflict, type OwnershipSchema, ownAfterUpdate } from './ownership.ts'
import { typedErrorsOf } from './typed-errors.ts'

/** Where and as whom a change comes in. */
export interface ManagerContext extends OwnershipSchema {
  readonly manager: string
  /** '' for the main resource. */
  readonly subresource: string
  /** RFC 3339, whole seconds. */
  readonly now: string
}

/** What came of a server-side apply: the merged object with its managedFields, or why not. */
export type FieldManagerOutcome =
  | { readonly kind: 'merged'; readonly object: JsonObject }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | { readonly kind: 'untyped'; readonly message: string }

const beforeFirstApply = 'before-first-apply'

/** Fields of metadata that nobody owns; nor does anybody own `apiVersion`, `kind` and `metadata` as a whole. */
const neverOwnedMetadata = fieldSetOf(
  [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [`f:${name}`]),
)

function strip(fields: FieldSet): FieldSet {
  const stripped = new Map(fields)
  stripped.delete('f:apiVersion')
  stripped.delete('f:kind')
  const metadata = stripped.get('f:metadata')
  if (metadata === undefined) return stripped
  const children = metadata.children === undefined ? undefined : recursiveDifferenceOf(metadata.children, neverOwnedMetadata)
  if (children === undefined || children.size === 0) stripped.delete('f:metadata')
  else stripped.set('f:metadata', { member: false, children })
  return stripped
}

function withStripped(managers: Managers, identifier: string): Map<string, ManagerEntry> {
  const out = new Map(managers)
  const entry = out.get(identifier)
  if (entry === undefined) return out
  const fields = strip(entry.fields)
  if (fields.size === 0) out.delete(identifier)
  else out.set(identifier, { ...entry, fields })
  return out
}

/** The object without `metadata.managedFields`. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = object.metadata
  if (!isJsonObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object
  const { managedFields: _dropped, ...rest } = metadata
  return { ...object, metadata: rest }
}

function withManagedFields(object: JsonObject, managers: Managers): JsonObject {
  const bare = withoutManagedFields(object)
  const encoded = encodeManagedFields(managers)
  if (encoded === undefined) return bare
  const metadata = isJsonObject(bare.metadata) ? bare.metadata : {}
  return { ...bare, metadata: { ...metadata, managedFields: encoded } }
}

function managedFieldsOf(object: JsonObject): JsonValue | undefined {
  return isJsonObject(object.metadata) ? object.metadata.managedFields : undefined
}

function managersFor(live: JsonObject, next: JsonObject, subresource: string): Managers {
  const ofLive = (): Managers => decodeManagedFields(managedFieldsOf(live)) ?? noManagers
  if (subresource !== '') return ofLive()
  if (asksForReset(managedFieldsOf(next))) return noManagers
  const given = decodeManagedFields(managedFieldsOf(next))
  return given === undefined || given.size === 0 ? ofLive() : given
}

function isPersisted(object: JsonObject): boolean {
  return isJsonObject(object.metadata) && typeof object.metadata.uid === 'string'
}

function updaterEntry(context: ManagerContext, manager: string): Omit<ManagerEntry, 'fields'> {
  return {
    manager: manager === '' ? 'unknown' : manager,
    operation: 'Update',
    apiVersion: context.apiVersion,
    subresource: context.subresource,
    time: context.now,
  }
}

function trackUpdate(live: JsonObject, next: JsonObject, managers: Managers, context: ManagerContext, manager: string): Managers {
  const entry = updaterEntry(context, manager)
  const identifier = managerIdentifier(entry)
  const current = 'current-operation'
  const after = withStripped(ownAfterUpdate(live, next, managers, { identifier: current, entry }, context), current)
  const taken = after.get(current)
  if (taken === undefined) return after
  after.delete(current)
  const previous = after.get(identifier)
  after.set(identifier, previous === undefined ? taken : { ...taken, fields: unionOf(taken.fields, previous.fields) })
  return capUpdaters(after)
}

/**
 * Records who owns what after a create, replace or patch. `live` is the object before (the kind's empty object on create),
 * `next` the object to be stored; the answer is `next` with its managedFields.
 */
export function manageUpdate(live: JsonObject, next: JsonObject, context: ManagerContext): JsonObject {
  const managers = managersFor(live, next, context.subresource)
  const bareLive = withoutManagedFields(live)
  const bareNext = withoutManagedFields(next)
  if (managers.size === 0 && isPersisted(live)) return bareNext
  return withManagedFields(bareNext, trackUpdate(bareLive, bareNext, managers, context, context.manager))
}

/**
 * Server-side apply: lays `applied` over `live` (the kind's empty object on create). The merged object is not defaulted yet.
 */
export function manageApply(live: JsonObject, applied: JsonObject, context: ManagerContext, force: boolean): FieldManagerOutcome {
  const message = typedErrorsOf(applied, context.type)
  if (message !== undefined) return { kind: 'untyped', message }
  const bareLive = withoutManagedFields(live)
  let managers = decodeManagedFields(managedFieldsOf(live)) ?? noManagers
  if (managers.size === 0 && isPersisted(live)) {
    managers = trackUpdate(
      { apiVersion: live.apiVersion ?? '', kind: live.kind ?? '' },
      bareLive,
      managers,
      context,
      beforeFirstApply,
    )
  }
  const entry: Omit<ManagerEntry, 'fields'> = {
    manager: context.manager,
    operation: 'Apply',
    apiVersion: context.apiVersion,
    subresource: context.subresource,
    time: context.now,
  }
  const own = { identifier: managerIdentifier(entry), entry }
  let outcome = applyConfiguration(bareLive, applied, managers, own, force, context)
  if (outcome.kind === 'conflicts' && context.manager === kubectlManager) {
    const allowed = allowedByLastApplied(bareLive, context)
    const left = allowed === undefined ? outcome.conflicts : outcome.conflicts.filter(({ path }) => !fieldSetHas(allowed, path))
    if (left.length > 0) return { kind: 'conflicts', conflicts: left }
    outcome = applyConfiguration(bareLive, applied, managers, own, true, context)
  }
  if (outcome.kind === 'conflicts') return outcome
  const merged = isJsonObject(outcome.value) ? outcome.value : {}
  const object = withManagedFields(merged, withStripped(outcome.managers, own.identifier))
  return { kind: 'merged', object: context.manager === kubectlManager ? withLastApplied(object, applied) : object }
}
