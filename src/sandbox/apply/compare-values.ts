import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldSet, FieldSetBuilder, fieldElement, recursiveDifferenceOf } from './field-set.ts'
import { listElementOf } from './list-element.ts'
import type { ListType, MapType, MergeType } from './merge-type.ts'
import { jsonEqual, partOf, samePart } from './value-shape.ts'

/** How one object became another, field by field. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

interface Sets {
  readonly added: FieldSetBuilder
  readonly modified: FieldSetBuilder
  readonly removed: FieldSetBuilder
}

type Side = JsonValue | undefined

/** Compares two objects of one type. */
export function compareValues(before: JsonValue, after: JsonValue, type: MergeType): Comparison {
  const sets: Sets = { added: new FieldSetBuilder(), modified: new FieldSetBuilder(), removed: new FieldSetBuilder() }
  compare(before, after, type, [], sets)
  return { added: sets.added.build(), modified: sets.modified.build(), removed: sets.removed.build() }
}

/** The comparison without the given fields and everything below them. */
export function withoutFields(comparison: Comparison, ignored: FieldSet): Comparison {
  return {
    added: recursiveDifferenceOf(comparison.added, ignored),
    modified: recursiveDifferenceOf(comparison.modified, ignored),
    removed: recursiveDifferenceOf(comparison.removed, ignored),
  }
}

function compare(left: Side, right: Side, type: MergeType, path: readonly string[], sets: Sets): void {
  if (left === undefined && right === undefined) return
  // Shared structure is the common case: a patch leaves most of an object as the very same values.
  if (left === right) return
  const leftPart = partOf(type, left)
  const rightPart = partOf(type, right)
  let leaf: boolean
  if (right === undefined) leaf = visit(left, right, leftPart, path, sets)
  else if (left === undefined || samePart(leftPart, rightPart)) leaf = visit(left, right, rightPart, path, sets)
  else {
    visit(left, right, leftPart, path, sets)
    leaf = visit(left, right, rightPart, path, sets)
  }
  if (leaf) return
  if (left === undefined) sets.added.insert(path)
  else if (right === undefined) sets.removed.insert(path)
}

/** True when the value was compared as a whole. */
function visit(left: Side, right: Side, part: MergeType, path: readonly string[], sets: Sets): boolean {
  if (part.map !== undefined) return visitMap(left, right, part.map, path, sets)
  if (part.scalar !== undefined) return compareLeaf(left, right, path, sets)
  if (part.list !== undefined) return visitList(left, right, part.list, path, sets)
  return false
}

function compareLeaf(left: Side, right: Side, path: readonly string[], sets: Sets): true {
  if (left === undefined) sets.added.insert(path)
  else if (right === undefined) sets.removed.insert(path)
  else if (!jsonEqual(left, right)) sets.modified.insert(path)
  return true
}

const noFields: JsonObject = {}

function visitMap(left: Side, right: Side, type: MapType, path: readonly string[], sets: Sets): boolean {
  const before = isJsonObject(left) ? left : noFields
  const after = isJsonObject(right) ? right : noFields
  const beforeNames = Object.keys(before)
  const afterNames = Object.keys(after)
  if (type.relationship === 'atomic' || (beforeNames.length === 0 && afterNames.length === 0)) {
    return compareLeaf(left, right, path, sets)
  }
  for (const name of afterNames) {
    const now = after[name]
    const then = Object.hasOwn(before, name) ? before[name] : undefined
    if (now === then) continue
    const inner = type.field(name) ?? type.element?.()
    if (inner !== undefined) compare(then, now, inner, [...path, fieldElement(name)], sets)
  }
  for (const name of beforeNames) {
    if (Object.hasOwn(after, name)) continue
    const inner = type.field(name) ?? type.element?.()
    if (inner !== undefined) compare(before[name], undefined, inner, [...path, fieldElement(name)], sets)
  }
  return false
}

function visitList(left: Side, right: Side, type: ListType, path: readonly string[], sets: Sets): boolean {
  const before: readonly JsonValue[] = Array.isArray(left) ? left : []
  const after: readonly JsonValue[] = Array.isArray(right) ? right : []
  if (type.relationship === 'atomic' || (before.length === 0 && after.length === 0)) {
    return compareLeaf(left, right, path, sets)
  }
  const beforeItems = itemsByElement(before, type)
  const afterItems = itemsByElement(after, type)
  for (const element of new Set([...beforeItems.keys(), ...afterItems.keys()])) {
    compareItems(beforeItems.get(element) ?? [], afterItems.get(element) ?? [], type, [...path, element], sets)
  }
  return false
}

/** Items that share one element are compared as one value: duplicates have no finer owner. */
function compareItems(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  type: ListType,
  path: readonly string[],
  sets: Sets,
): void {
  if (before.length <= 1 && after.length <= 1) compare(before[0], after[0], type.element(), path, sets)
  else if (before.length > 1 && after.length > 1) {
    if (!jsonEqual(before, after)) sets.modified.insert(path)
  } else if (before.length > 1) {
    if (after.length === 0) sets.removed.insert(path)
    else {
      sets.modified.insert(path)
      compare(undefined, after[0], type.element(), path, sets)
    }
  } else {
    if (before.length === 1) compare(before[0], undefined, type.element(), path, sets)
    sets.added.insert(path)
  }
}

function itemsByElement(items: readonly JsonValue[], type: ListType): Map<string, JsonValue[]> {
  const out = new Map<string, JsonValue[]>()
  for (const item of items) {
    const known = listElementOf(type, item)
    if (!known.ok) continue
    const there = out.get(known.element)
    if (there === undefined) out.set(known.element, [item])
    else there.push(item)
  }
  return out
}
