import type { JsonValue } from '../../plan/json.ts'
import { goPlain } from '../apply/go-text.ts'
import { isTree, type Tree, type TreeValue } from '../builtin/json-tree.ts'
import { StrategicPatchError } from './strategic-patch-error.ts'

/** The field of a map that says what is to become of the map as a whole. */
export const directive = '$patch'

/** How a list takes a patch. */
export interface ListMerge {
  /** False for lists that a patch replaces whole. */
  readonly isMerged: boolean
  /** The field that tells maps apart; undefined for lists of plain values. */
  readonly key: string | undefined
  readonly mergeItem: (there: Tree, item: Tree) => TreeValue
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

function kindOf(value: TreeValue): Kind {
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

function goType(value: TreeValue): string {
  return typeof value === 'number' && !Number.isInteger(value) ? 'float64' : goTypes[kindOf(value)]
}

/** Some patches make a server stumble; this is what it says then. */
function stumble(): Error {
  return new StrategicPatchError('This request caused apiserver to panic. Look in the logs for details.')
}

/** The list that a value has to be. */
export function expectedList(value: TreeValue): TreeValue[] {
  if (Array.isArray(value)) return value
  throw new StrategicPatchError(`expected a []interface {}, but received a ${goType(value)}`)
}

function expectedMap(value: TreeValue): Tree {
  if (isTree(value)) return value
  throw new StrategicPatchError(`expected a map[string]interface {}, but received a ${goType(value)}`)
}

/** The refusal of what stands under `$patch` and is no directive there. */
export function unknownDirective(asked: TreeValue, map: Tree): Error {
  const isWord = typeof asked === 'string' || isTree(asked) || Array.isArray(asked)
  const bare = asked === null ? '%!s(<nil>)' : `%!s(${goType(asked)}=${String(asked)})`
  return new StrategicPatchError(`unknown patch type: ${isWord ? goPlain(asked) : bare} in map: ${goPlain(map)}`)
}

/** The one type of all the items. */
export function elementTypeOf(...lists: readonly (readonly TreeValue[])[]): string {
  let type: string | undefined
  for (const item of lists.flat()) {
    if (type === undefined && item === null) throw stumble()
    const next = goType(item)
    if (type === undefined && next === goTypes.list) {
      throw new StrategicPatchError('lists of lists are not supported', 'unprocessable')
    }
    if (type !== undefined && type !== next) {
      throw new StrategicPatchError(`list element types are not identical: ${goPlain(lists as readonly JsonValue[])}`)
    }
    type = next
  }
  if (type === undefined) throw new StrategicPatchError('no elements in any of the given slices')
  return type
}

function keyOf(item: Tree, key: string): TreeValue {
  const value = item[key]
  if (value !== undefined) return value
  throw new StrategicPatchError(`map: ${goPlain(item)} does not contain declared merge key: ${key}`)
}

/** Refuses a patch whose items the order doesn't name, or names in another order. */
export function checkOrder(changes: readonly TreeValue[], order: readonly TreeValue[], key: string | undefined): void {
  if (order.length === 0 || changes.length === 0) return
  const staying = key === undefined ? changes : changes.filter((item) => expectedMap(item)[directive] !== 'delete')
  let next = 0
  let place = 0
  while (next < staying.length && place < order.length) {
    const item = staying[next] as TreeValue
    if (isTree(item) && Object.hasOwn(item, directive)) {
      next += 1
      continue
    }
    const named = order[place] as TreeValue
    if (key === undefined && isTree(item) && isTree(named)) throw stumble()
    if (key === undefined ? item === named : isSameKey(expectedMap(item), expectedMap(named), key)) next += 1
    place += 1
  }
  if (next < staying.length && place >= order.length) {
    const lists = `The order in patch list:\n${goPlain([...changes])}\n doesn't match $setElementOrder list:\n${goPlain([...order])}\n`
    throw new StrategicPatchError(lists)
  }
}

function isSameKey(left: Tree, right: Tree, key: string): boolean {
  const value = keyOf(left, key)
  return value === keyOf(right, key)
}

/** Takes plain values out of a list. One of maps merges instead, as its field would. */
export function deleteFromList(there: TreeValue[], gone: TreeValue[], merge: ListMerge): TreeValue[] {
  if (there.length === 0 && gone.length === 0) return there
  if (elementTypeOf(there, gone) === goTypes.map) return mergeListItems(there, gone, merge)
  const without = new Set(gone)
  return there.filter((item) => !without.has(item))
}

/** Lays the items of a patch over a list. Without an order of its own a patch gives that of its items. */
export function mergeListItems(there: TreeValue[], changes: TreeValue[], merge: ListMerge): TreeValue[] {
  if (there.length === 0 && changes.length === 0) return there
  const { key } = merge
  if (elementTypeOf(there, changes) !== goTypes.map) {
    return inOrder([...new Set([...there, ...changes])], changes, key, there)
  }
  if (key === undefined) throw new StrategicPatchError('cannot merge lists without merge key for struct')
  const { kept, items, isReplaced } = carryOutDirectives(there, changes, key)
  if (isReplaced) return inOrder(items, [], key, items)
  const before = there.slice(0, kept)
  const out = [...before]
  for (const item of items) {
    const at = placeOf(out, keyOf(item, key), key)
    const old = out[at]
    if (isTree(old)) out[at] = merge.mergeItem(old, item)
    else {
      // Where items went the server has room, and puts the new ones there: an order over the whole list then finds them in it.
      if (out.length < there.length) there[out.length] = item
      out.push(item)
    }
  }
  return inOrder(out, items, key, before)
}

interface DirectedList {
  /** How many of the list's first items stay. */
  readonly kept: number
  /** Items to merge into those, or to put in the place of all. */
  readonly items: readonly Tree[]
  readonly isReplaced: boolean
}

/** Deletes from a list, closing up the gaps within it as the server does, or replaces it, as items of the patch ask. */
function carryOutDirectives(there: TreeValue[], changes: readonly TreeValue[], key: string): DirectedList {
  let kept = there.length
  let isReplaced = false
  const items: Tree[] = []
  for (const change of changes) {
    const item = expectedMap(change)
    if (!Object.hasOwn(item, directive)) {
      items.push(item)
      continue
    }
    const asked = item[directive] ?? null
    switch (asked) {
      case 'delete': {
        const gone = keyOf(item, key)
        for (let at = placeOf(there.slice(0, kept), gone, key); at >= 0; at = placeOf(there.slice(0, kept), gone, key)) {
          there.copyWithin(at, at + 1, kept)
          kept -= 1
        }
        break
      }
      case 'replace':
        isReplaced = true
        break
      case 'merge':
        throw new StrategicPatchError('merging lists cannot yet be specified in the patch')
      default:
        throw unknownDirective(asked, item)
    }
  }
  return { kept, items, isReplaced }
}

function placeOf(items: readonly TreeValue[], value: TreeValue, key: string): number {
  return items.findIndex((item) => isTree(item) && item[key] === value)
}

type Identity = (item: TreeValue) => TreeValue | undefined

/** The first place of what an item is known by; -1 where it is not. */
function places(values: readonly TreeValue[], identity: Identity): (item: TreeValue) => number {
  const first = new Map<TreeValue | undefined, number>()
  for (const [index, value] of values.entries()) {
    if (!first.has(identity(value))) first.set(identity(value), index)
  }
  return (item) => first.get(identity(item)) ?? -1
}

/**
 * Items sorted by their places, as the server's stable sort leaves them. Of two items one of which has no place each counts as
 * the lesser, so that one without place goes to the front.
 */
function sortedByPlace(items: readonly TreeValue[], place: (item: TreeValue) => number): readonly TreeValue[] {
  const out: TreeValue[] = []
  for (const item of items) {
    const own = place(item)
    let at = out.length
    while (at > 0) {
      const other = place(out[at - 1] as TreeValue)
      if (own >= 0 && other >= 0 && own >= other) break
      at -= 1
    }
    out.splice(at, 0, item)
  }
  return out
}

/**
 * Items in the given order. Those that the order doesn't name are the server's own: each goes in front of the first named one
 * that it stood before in the list as it was.
 */
export function inOrder(
  items: readonly TreeValue[],
  order: readonly TreeValue[],
  key: string | undefined,
  before: readonly TreeValue[],
): TreeValue[] {
  const identity: Identity = key === undefined ? (item) => item : (item) => (isTree(item) ? item[key] : undefined)
  if (key === undefined && [...items, ...order].some(isCollection)) throw stumble()
  const unnamed = key === undefined ? before.find(isTree) : undefined
  if (unnamed !== undefined) keyOf(unnamed, '')
  if (key !== undefined) for (const item of items) checkNamed(item, key, order)
  const named = places(order, identity)
  const place = places(before, identity)
  const isNamed = (item: TreeValue): boolean => named(item) >= 0
  const [wanted, own] = [items.filter(isNamed), items.filter((item) => !isNamed(item))]
  if (key !== undefined) for (const item of [...wanted, ...order, ...own, ...before]) keyOf(expectedMap(item), key)
  const left = deletedLast(sortedByPlace(own, place))
  const out: TreeValue[] = []
  let next = 0
  for (const item of deletedLast(sortedByPlace(wanted, named))) {
    const at = place(item)
    for (let candidate = left[next]; candidate !== undefined; candidate = left[next]) {
      const candidateAt = place(candidate)
      if (candidateAt < 0 || at < 0 || candidateAt >= at) break
      out.push(candidate)
      next += 1
    }
    out.push(item)
  }
  return [...out, ...left.slice(next)]
}

function isCollection(item: TreeValue): boolean {
  return typeof item === 'object' && item !== null
}

/** Refuses what can't be looked for among the maps of an order. */
function checkNamed(item: TreeValue, key: string, order: readonly TreeValue[]): void {
  const value = keyOf(expectedMap(item), key)
  for (const [index, named] of order.entries()) {
    if (!isTree(named)) throw new StrategicPatchError(`value for key ${index} is not a map`)
    if (named[key] === value) return
  }
}

/** Maps that still ask to be deleted, as they may in lists that are replaced whole, come last. */
function deletedLast(items: readonly TreeValue[]): readonly TreeValue[] {
  const isDeleted = (item: TreeValue): boolean => isTree(item) && item[directive] === 'delete'
  return [...items.filter((item) => !isDeleted(item)), ...items.filter(isDeleted)]
}
