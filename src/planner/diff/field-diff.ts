import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { listKeys } from './list-keys.ts'

/**
 * One difference between two values. A step into a list whose items have names is the text of the name in square brackets, such as
 * `[name=app]`; elsewhere it is the index. `sourcePath` is the same path with indexes into the newer value, for finding its origin.
 */
export interface FieldDifference {
  readonly path: ValuePath
  readonly sourcePath: ValuePath
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

/** True when two values say the same; the order of an object's keys does not matter. */
export function sameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true
  if (left === undefined || right === undefined || left === null || right === null) return false
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => sameJson(item, right[index]))
  }
  if (isJsonObject(left)) {
    if (!isJsonObject(right)) return false
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length) return false
    return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  }
  return false
}

/** All differences between two objects, leaf by leaf, in the order of the newer one; removed fields come after. */
export function diffFields(before: JsonObject, after: JsonObject): readonly FieldDifference[] {
  const found: FieldDifference[] = []
  const root: ValuePath = []
  diffInto(before, after, root, root, found)
  return found
}

function diffInto(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: ValuePath,
  sourcePath: ValuePath,
  found: FieldDifference[],
): void {
  if (sameJson(before, after)) return
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of Object.keys(after)) {
      diffUnder(key, Object.hasOwn(before, key) ? before[key] : undefined, after[key], path, sourcePath, found)
    }
    for (const key of Object.keys(before)) {
      if (!Object.hasOwn(after, key)) diffUnder(key, before[key], undefined, path, sourcePath, found)
    }
    return
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    diffLists(before, after, path, sourcePath, found)
    return
  }
  // A whole object that comes or goes is shown leaf by leaf, so that each leaf has its own origin.
  if (before === undefined && isJsonObject(after) && Object.keys(after).length > 0) {
    for (const key of Object.keys(after)) diffUnder(key, undefined, after[key], path, sourcePath, found)
    return
  }
  if (after === undefined && isJsonObject(before) && Object.keys(before).length > 0) {
    for (const key of Object.keys(before)) diffUnder(key, before[key], undefined, path, sourcePath, found)
    return
  }
  found.push({ path, sourcePath, before, after })
}

/** Both paths are one until a keyed list parts them. */
function diffUnder(
  key: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: ValuePath,
  sourcePath: ValuePath,
  found: FieldDifference[],
): void {
  const inner = [...path, key]
  diffInto(before, after, inner, sourcePath === path ? inner : [...sourcePath, key], found)
}

function diffLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: ValuePath,
  sourcePath: ValuePath,
  found: FieldDifference[],
): void {
  const keys = listKeys(before, after)
  if (keys === undefined) {
    const scalars = [...before, ...after].every((item) => !isJsonObject(item) && !Array.isArray(item))
    if (scalars) {
      found.push({ path, sourcePath, before, after })
      return
    }
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      diffInto(before[index], after[index], [...path, index], [...sourcePath, index], found)
    }
    return
  }
  const indexBefore = new Map(keys.before.map((key, index) => [key, index]))
  keys.after.forEach((key, index) => {
    const old = indexBefore.get(key)
    diffInto(old === undefined ? undefined : before[old], after[index], [...path, `[${key}]`], [...sourcePath, index], found)
  })
  const kept = new Set(keys.after)
  keys.before.forEach((key, index) => {
    if (!kept.has(key)) diffInto(before[index], undefined, [...path, `[${key}]`], [...sourcePath, index], found)
  })
  const moved = keys.after.filter((key) => indexBefore.has(key))
  const order = moved.map((key) => indexBefore.get(key) ?? 0)
  if (order.some((position, index) => index > 0 && position < (order[index - 1] ?? 0))) {
    found.push({ path: [...path, '(order)'], sourcePath, before: [...keys.before], after: [...keys.after] })
  }
}
