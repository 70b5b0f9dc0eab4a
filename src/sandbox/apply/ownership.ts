import type { JsonValue } from '../../plan/json.ts'
import { type Comparison, compareValues, withoutFields } from './compare-values.ts'
import {
  differenceOf,
  emptyFieldSet,
  type FieldPath,
  type FieldSet,
  fieldPathsOf,
  intersectionOf,
  recursiveDifferenceOf,
  unionOf,
} from './field-set.ts'
import { fieldSetOfValue } from './field-set-of-value.ts'
import type { ManagerEntry, Managers } from './managed-fields.ts'
import type { MergeType } from './merge-type.ts'
import { mergeValues } from './merge-values.ts'
import { reconcileFieldSet } from './reconcile-field-set.ts'
import { removeItems, withNamedFields } from './remove-items.ts'
import { typedErrorsOf } from './typed-errors.ts'
import { jsonEqual } from './value-shape.ts'

/** What ownership needs to know of a resource. */
export interface OwnershipSchema {
  readonly apiVersion: string
  readonly type: MergeType
  /** The type at another version of the same resource; undefined when that version is no longer served. */
  readonly typeAt: (apiVersion: string) => MergeType | undefined
  /** A value of this version as another version has it. */
  readonly convert: (value: JsonValue, apiVersion: string) => JsonValue
  /** Fields that this endpoint resets and therefore nobody comes to own through it. */
  readonly ignored: FieldSet
  /** They are reset at every version; a custom kind resets its status at the one that is written to alone. */
  readonly ignoredAlways: boolean
  /** Stored objects may not have their type: the schema of a custom kind may have changed since. */
  readonly mayMisfit: boolean
}

/** An object doesn't have its type at another version at which somebody owns some of it. The message is the API server's. */
export class ConversionMisfit extends Error {}

/** A value as another version has it; `head` says what it is converted for. */
function convert(value: JsonValue, apiVersion: string, schema: OwnershipSchema, head: string): JsonValue {
  const converted = schema.convert(value, apiVersion)
  const type = schema.mayMisfit && apiVersion !== schema.apiVersion ? schema.typeAt(apiVersion) : undefined
  const misfit = type === undefined ? undefined : typedErrorsOf(converted, type)
  if (misfit !== undefined) throw new ConversionMisfit(`${head}${misfit}`)
  return converted
}

/** A field that somebody else owns with another value. */
export interface Conflict {
  readonly owner: ManagerEntry
  readonly path: FieldPath
}

/** What came of an apply. */
export type ApplyOutcome =
  | { readonly kind: 'merged'; readonly value: JsonValue; readonly managers: Managers }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] }

interface Taken {
  readonly managers: Map<string, ManagerEntry>
  readonly comparison: Comparison
}

/**
 * Takes from everyone but `own` what changed between two objects. Without `force`, fields that others own and that were
 * added or modified are conflicts instead.
 */
function takeChanges(
  before: JsonValue,
  after: JsonValue,
  managers: Managers,
  own: string,
  force: boolean,
  schema: OwnershipSchema,
): Taken | readonly Conflict[] {
  const whole = compareValues(before, after, schema.type)
  const comparisons = new Map<string, Comparison>([[schema.apiVersion, withoutFields(whole, schema.ignored)]])
  const out = new Map(managers)
  const conflicts: Conflict[] = []
  for (const [identifier, entry] of managers) {
    if (identifier === own) continue
    let comparison = comparisons.get(entry.apiVersion)
    if (comparison === undefined) {
      const type = schema.typeAt(entry.apiVersion)
      if (type === undefined) {
        out.delete(identifier)
        continue
      }
      const left = convert(before, entry.apiVersion, schema, 'failed to convert old object: ')
      const right = convert(after, entry.apiVersion, schema, 'failed to convert new object: ')
      comparison = compareValues(left, right, type)
      comparisons.set(entry.apiVersion, schema.ignoredAlways ? withoutFields(comparison, schema.ignored) : comparison)
    }
    const lost = intersectionOf(entry.fields, unionOf(comparison.modified, comparison.added))
    if (lost.size > 0 && !force) {
      for (const path of fieldPathsOf(lost)) conflicts.push({ owner: entry, path })
    }
    const kept = differenceOf(differenceOf(entry.fields, lost), comparison.removed)
    if (kept.size === 0) out.delete(identifier)
    else if (kept !== entry.fields) out.set(identifier, { ...entry, fields: kept })
  }
  return conflicts.length > 0 ? conflicts : { managers: out, comparison: whole }
}

function isTaken(outcome: Taken | readonly Conflict[]): outcome is Taken {
  return !Array.isArray(outcome)
}

function reconcileManagers(live: JsonValue, managers: Managers, schema: OwnershipSchema): Managers {
  let out: Map<string, ManagerEntry> | undefined
  for (const [identifier, entry] of managers) {
    const type = entry.apiVersion === schema.apiVersion ? schema.type : schema.typeAt(entry.apiVersion)
    if (type !== undefined) convert(live, entry.apiVersion, schema, '')
    const fields = type === undefined ? undefined : reconcileFieldSet(entry.fields, type)
    if (fields === entry.fields) continue
    out ??= new Map(managers)
    if (fields === undefined) out.delete(identifier)
    else out.set(identifier, { ...entry, fields })
  }
  return out ?? managers
}

/** Ownership after somebody replaced `live` with `next`: `own` gains what changed, everyone else loses it. */
export function ownAfterUpdate(
  live: JsonValue,
  next: JsonValue,
  managers: Managers,
  own: { readonly identifier: string; readonly entry: Omit<ManagerEntry, 'fields'> },
  schema: OwnershipSchema,
): Managers {
  const taken = takeChanges(live, next, reconcileManagers(live, managers, schema), own.identifier, true, schema)
  if (!isTaken(taken)) throw new Error('a forced take has no conflicts')
  const { comparison } = taken
  const before = taken.managers.get(own.identifier)?.fields ?? emptyFieldSet
  const gained = unionOf(unionOf(differenceOf(before, comparison.removed), comparison.modified), comparison.added)
  const fields = recursiveDifferenceOf(gained, schema.ignored)
  if (fields.size === 0) taken.managers.delete(own.identifier)
  else taken.managers.set(own.identifier, { ...own.entry, fields })
  return taken.managers
}

/** Lays a configuration over the live object, prunes what its manager no longer sets, and settles ownership. */
export function applyConfiguration(
  live: JsonValue,
  configuration: JsonValue,
  managers: Managers,
  own: { readonly identifier: string; readonly entry: Omit<ManagerEntry, 'fields'> },
  force: boolean,
  schema: OwnershipSchema,
): ApplyOutcome {
  const reconciled = reconcileManagers(live, managers, schema)
  const last = reconciled.get(own.identifier)
  const set = recursiveDifferenceOf(fieldSetOfValue(configuration, schema.type), schema.ignored)
  const claimed = new Map(reconciled)
  claimed.set(own.identifier, { ...own.entry, fields: set })
  const merged = mergeValues(live, configuration, schema.type)
  const next = prune(merged, claimed, last, set, schema)
  const taken = takeChanges(live, next, claimed, own.identifier, force, schema)
  if (!isTaken(taken)) return { kind: 'conflicts', conflicts: taken }
  if (set.size === 0) taken.managers.delete(own.identifier)
  const { added, modified, removed } = taken.comparison
  const isNoop = added.size === 0 && modified.size === 0 && removed.size === 0 && jsonEqual(live, next)
  const before = last?.time
  const mine = taken.managers.get(own.identifier)
  // Whoever changes nothing is noted with the time of the last change, or none.
  if (isNoop && mine !== undefined) taken.managers.set(own.identifier, { ...mine, time: before })
  return { kind: 'merged', value: next, managers: taken.managers }
}

/**
 * Removes what this manager set last time and does not set now, unless somebody else owns it. Fields that nobody owns, such
 * as defaults inside a struct, stay.
 */
function prune(
  merged: JsonValue,
  managers: Managers,
  last: ManagerEntry | undefined,
  set: FieldSet,
  schema: OwnershipSchema,
): JsonValue {
  if (last === undefined || last.fields.size === 0) return merged
  const lastType = last.apiVersion === schema.apiVersion ? schema.type : schema.typeAt(last.apiVersion)
  if (lastType === undefined) return merged
  const lastFields = withNamedFields(last.fields, lastType)
  if (differenceOf(lastFields, withNamedFields(set, lastType)).size === 0) return merged

  const head = 'failed to prune fields: failed'
  const whole = convert(merged, last.apiVersion, schema, `${head} to convert merged object to last applied version: `)
  let pruned = removeItems(whole, lastFields, lastType)
  const owned = new Map<string, FieldSet>([[last.apiVersion, emptyFieldSet]])
  for (const entry of managers.values()) {
    owned.set(entry.apiVersion, unionOf(owned.get(entry.apiVersion) ?? emptyFieldSet, entry.fields))
  }
  for (const [apiVersion, fields] of owned) {
    const type = apiVersion === schema.apiVersion ? schema.type : schema.typeAt(apiVersion)
    if (type === undefined) continue
    const added = `${head} add back owned items: failed to convert`
    const whole = convert(merged, apiVersion, schema, `${added} merged object at version ${apiVersion}: `)
    const there = convert(pruned, apiVersion, schema, `${added} pruned object at version ${apiVersion}: `)
    const everything = withNamedFields(fieldSetOfValue(whole, type), type)
    const left = withNamedFields(fieldSetOfValue(there, type), type)
    pruned = removeItems(whole, differenceOf(everything, unionOf(left, withNamedFields(fields, type))), type)
  }
  const left = withNamedFields(fieldSetOfValue(schema.convert(pruned, last.apiVersion), lastType), lastType)
  const everything = withNamedFields(fieldSetOfValue(whole, lastType), lastType)
  const rest = removeItems(whole, intersectionOf(differenceOf(everything, left), lastFields), lastType)
  return schema.convert(rest, schema.apiVersion)
}
