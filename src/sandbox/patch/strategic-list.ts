import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goPlain } from '../apply/go-text.ts'
import { StrategicPatchError } from './strategic-patch-error.ts'

/** The field of a map that says what is to become of the map as a whole. */
export const directive = '$patch'

/** How a list takes a patch. */
export interface ListMerge {
  /** False for lists that a patch replaces whole. */
  readonly isMerged: boolean
  /** The field that tells maps apart; undefined for lists of plain values. */
  readonly key: string | undefined
  readonly mergeItem: (there: JsonObject, item: JsonObject) => JsonValue
}

type Kind = 'map' | 'list' | 'text' | 'number' | 'boolean' | 'nothing'

const goTypes: { readonly [kind in Kind]: string } = {
  map: 'map[string]interface {}',
  list: '[]interface {}',
  text: 'string',
  number: 'int64',
  boolean: 'bool',
  nothing: '%!s(<nil>)',
}

function kindOf(value: JsonValue): Kind {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'boolean':
      return 'boolean'
    case 'number':
      return 'number'
    default:
      return 'map'
  }
}

function goType(value: JsonValue): string {
  return typeof value === 'number' && !Number.isInteger(value) ? 'float64' : goTypes[kindOf(value)]
}

/** The list that a value has to be. */
export function expectedList(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw new StrategicPatchError(`expected a []interface {}, but received a ${goType(value)}`)
}

function expectedMap(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value
  throw new StrategicPatchError(`expected a map[string]interface {}, but received a ${goType(value)}`)
}

/** The one type of all the items. */
export function elementTypeOf(...lists: readonly (readonly JsonValue[])[]): string {
  let type: string | undefined
  for (const item of lists.flat()) {
    const next = goType(item)
    if (type === undefined && next === goTypes.list) {
      throw new StrategicPatchError('lists of lists are not supported', 'unprocessable')
    }
    if (type !== undefined && type !== next) {
      throw new StrategicPatchError(`list element types are not identical: ${goPlain(lists)}`)
    }
    type = next
  }
  if (type === undefined) throw new StrategicPatchError('no elements in any of the given slices')
  return type
}

function keyOf(item: JsonObject, key: string): JsonValue {
  const value = item[key]
  if (value !== undefined) return value
  throw new StrategicPatchError(`map: ${goPlain(item)} does not contain declared merge key: ${key}`)
}

/** Refuses a patch whose items the order doesn't name, or names in another order. */
export function checkOrder(changes: readonly JsonValue[], order: readonly JsonValue[], key: string | undefined): void {
  if (order.length === 0 || changes.length === 0) return
  const staying = key === undefined ? changes : changes.filter((item) => expectedMap(item)[directive] !== 'delete')
  let next = 0
  let place = 0
  while (next < staying.length && place < order.length) {
    const item = staying[next] as JsonValue
    if (isJsonObject(item) && Object.hasOwn(item, directive)) {
      next += 1
      continue
    }
    const named = order[place] as JsonValue
    const isSame = key === undefined ? item === named : keyOf(expectedMap(item), key) === keyOf(expectedMap(named), key)
    if (isSame) next += 1
    place += 1
  }
  if (next < staying.length && place >= order.length) {
    const lists = `The order in patch list:\n${goPlain(changes)}\n doesn't match $setElementOrder list:\n${goPlain(order)}\n`
    throw new StrategicPatchError(lists)
  }
}

/** Takes plain values out of a list. */
export function deleteFromList(there: readonly JsonValue[], gone: readonly JsonValue[]): readonly JsonValue[] {
  if (there.length === 0 && gone.length === 0) return there
  const type = elementTypeOf(there, gone)
  if (type === goTypes.map) throw new StrategicPatchError('cannot merge lists without merge key for struct')
  const without = new Set(gone)
  return there.filter((item) => !without.has(item))
}

/** Lays the items of a patch over a list. Without an order of its own a patch gives that of its items. */
export function mergeListItems(
  there: readonly JsonValue[],
  changes: readonly JsonValue[],
  merge: ListMerge,
): readonly JsonValue[] {
  if (there.length === 0 && changes.length === 0) return there
  if (elementTypeOf(there, changes) !== goTypes.map) {
    return inOrder([...new Set([...there, ...changes])], changes, undefined, there)
  }
  const { key } = merge
  if (key === undefined) throw new StrategicPatchError('cannot merge lists without merge key for struct')
  const { kept, items } = carryOutDirectives(there, changes, key)
  const out: JsonValue[] = [...kept]
  for (const item of items) {
    const at = placeOf(out, keyOf(item, key), key)
    const old = out[at]
    if (isJsonObject(old)) out[at] = merge.mergeItem(old, item)
    else out.push(item)
  }
  return inOrder(out, items, key, kept)
}

/** What stays of a list once items of the patch have deleted from it or replaced it, and the items to merge into that. */
function carryOutDirectives(
  there: readonly JsonValue[],
  changes: readonly JsonValue[],
  key: string,
): { readonly kept: readonly JsonValue[]; readonly items: readonly JsonObject[] } {
  let kept = there
  let isReplaced = false
  const items: JsonObject[] = []
  for (const change of changes) {
    const item = expectedMap(change)
    if (!Object.hasOwn(item, directive)) {
      items.push(item)
      continue
    }
    switch (item[directive]) {
      case 'delete': {
        const gone = keyOf(item, key)
        kept = kept.filter((old) => !isJsonObject(old) || old[key] !== gone)
        break
      }
      case 'replace':
        isReplaced = true
        break
      case 'merge':
        throw new StrategicPatchError('merging lists cannot yet be specified in the patch')
      default:
        throw new StrategicPatchError(`unknown patch type: ${goPlain(item[directive] ?? null)} in map: ${goPlain(item)}`)
    }
  }
  return isReplaced ? { kept: items, items: [] } : { kept, items }
}

function placeOf(items: readonly JsonValue[], value: JsonValue, key: string): number {
  return items.findIndex((item) => isJsonObject(item) && item[key] === value)
}

/**
 * Items in the given order. Those that the order doesn't name are the server's own: each goes in front of the first named one
 * that it stood before in the list as it was.
 */
export function inOrder(
  items: readonly JsonValue[],
  order: readonly JsonValue[],
  key: string | undefined,
  before: readonly JsonValue[],
): readonly JsonValue[] {
  const identity = (item: JsonValue): JsonValue => (key === undefined ? item : keyOf(expectedMap(item), key))
  if (key !== undefined && items.length > 0) expectMaps(order)
  const rank = ranks(order.map(identity))
  const place = ranks(before.map(identity))
  const byRank = (of: ReadonlyMap<JsonValue, number>) => (left: JsonValue, right: JsonValue) =>
    (of.get(identity(left)) ?? 0) - (of.get(identity(right)) ?? 0)
  const named = items.filter((item) => rank.has(identity(item))).sort(byRank(rank))
  const own = items.filter((item) => !rank.has(identity(item))).sort(byRank(place))
  const out: JsonValue[] = []
  let next = 0
  for (const item of named) {
    const at = place.get(identity(item))
    for (let candidate = own[next]; candidate !== undefined && at !== undefined; candidate = own[next]) {
      const candidateAt = place.get(identity(candidate))
      if (candidateAt === undefined || candidateAt >= at) break
      out.push(candidate)
      next += 1
    }
    out.push(item)
  }
  return [...out, ...own.slice(next)]
}

function expectMaps(order: readonly JsonValue[]): void {
  const stray = order.findIndex((item) => !isJsonObject(item))
  if (stray >= 0) throw new StrategicPatchError(`value for key ${stray} is not a map`)
}

/** Where each value stands first. */
function ranks(values: readonly JsonValue[]): ReadonlyMap<JsonValue, number> {
  const out = new Map<JsonValue, number>()
  for (const [index, value] of values.entries()) if (!out.has(value)) out.set(value, index)
  return out
}
