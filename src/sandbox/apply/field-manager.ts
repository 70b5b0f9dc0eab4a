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
import { applyConfiguration, type Conflict, ConversionMisfit, type OwnershipSchema, ownAfterUpdate } from './ownership.ts'
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
  | { readonly kind: 'untyped'; readonly which: 'patch' | 'live' | 'existing' | 'converted'; readonly message: string }

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

/** The object with what its managers own written into it. */
export function withManagedFields(object: JsonObject, managers: Managers): JsonObject {
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

function isUntyped(object: JsonObject, context: ManagerContext): boolean {
  return context.mayMisfit && typedErrorsOf(object, context.type, true) !== undefined
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
  // Of what doesn't have its type nothing is known, so nobody owns anything.
  if (isUntyped(bareNext, context) || isUntyped(bareLive, context)) return bareNext
  try {
    return withManagedFields(bareNext, trackUpdate(bareLive, bareNext, managers, context, context.manager))
  } catch (error) {
    if (error instanceof ConversionMisfit) return bareNext
    throw error
  }
}

/**
 * Server-side apply: lays `applied` over `live` (the kind's empty object on create). The merged object is not defaulted yet.
 */
export function manageApply(live: JsonObject, applied: JsonObject, context: ManagerContext, force: boolean): FieldManagerOutcome {
  try {
    return layOver(live, applied, context, force)
  } catch (error) {
    if (error instanceof ConversionMisfit) return { kind: 'untyped', which: 'converted', message: error.message }
    throw error
  }
}

function layOver(live: JsonObject, applied: JsonObject, context: ManagerContext, force: boolean): FieldManagerOutcome {
  const bareLive = withoutManagedFields(live)
  const misfit = context.mayMisfit ? typedErrorsOf(bareLive, context.type, true) : undefined
  let managers = decodeManagedFields(managedFieldsOf(live)) ?? noManagers
  if (managers.size === 0 && isPersisted(live)) {
    if (misfit !== undefined) return { kind: 'untyped', which: 'existing', message: misfit }
    managers = trackUpdate(
      { apiVersion: live.apiVersion ?? '', kind: live.kind ?? '' },
      bareLive,
      managers,
      context,
      beforeFirstApply,
    )
  }
  const message = typedErrorsOf(applied, context.type)
  if (message !== undefined) return { kind: 'untyped', which: 'patch', message }
  if (misfit !== undefined) return { kind: 'untyped', which: 'live', message: misfit }
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
