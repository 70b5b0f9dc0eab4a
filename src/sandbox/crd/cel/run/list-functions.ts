import { celEqual, checkedInt, checkedUint, compareValues } from './operators.ts'
import type { CelFunctions } from './overloads.ts'
import { checkedDuration } from './times.ts'
import {
  CelFailure,
  CelList,
  type CelValue,
  Duration,
  noSuchOverload,
  OptionalValue,
  PlainList,
  typeNameOf,
  Uint,
} from './values.ts'

type Items = readonly CelValue[]

function summed(items: Items): CelValue {
  const [first] = items
  if (first === undefined) return 0n
  return items.slice(1).reduce((sum, item) => {
    if (typeof sum === 'bigint' && typeof item === 'bigint') return checkedInt(sum + item)
    if (typeof sum === 'number' && typeof item === 'number') return sum + item
    if (sum instanceof Uint && item instanceof Uint) return checkedUint(sum.value + item.value)
    if (sum instanceof Duration && item instanceof Duration) return checkedDuration(sum.nanos + item.nanos)
    throw noSuchOverload()
  }, first)
}

function extreme(items: Items, name: 'min' | 'max'): CelValue {
  const [first] = items
  if (first === undefined) throw new CelFailure(`${name} called on empty list`)
  const sign = name === 'min' ? 1 : -1
  return items.reduce((best, item) => (sign * compareValues(item, best) < 0 ? item : best), first)
}

function slice(items: Items, from: bigint, to: bigint): Items {
  if (from < 0n || to < 0n) throw new CelFailure(`cannot slice(${from}, ${to}), negative indexes not supported`)
  if (from > to) throw new CelFailure(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`)
  if (to > BigInt(items.length)) throw new CelFailure(`cannot slice(${from}, ${to}), list is length ${items.length}`)
  return items.slice(Number(from), Number(to))
}

function flattened(items: Items, depth: bigint): Items {
  if (depth < 0n) throw new CelFailure('level must be non-negative')
  if (depth === 0n) return items
  return items.flatMap((item) => (item instanceof CelList ? flattened(item.items, depth - 1n) : [item]))
}

function distinct(items: Items): Items {
  const out: CelValue[] = []
  for (const item of items) if (!out.some((each) => celEqual(each, item))) out.push(item)
  return out
}

/** The items in the order of their keys. */
function sortedBy(items: Items, keys: Items): Items {
  if (items.length !== keys.length)
    throw new CelFailure(
      `list.@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${items.length} and ${keys.length} elements respectively`,
    )
  const [first] = keys
  if (first !== undefined && keys.some((key) => typeNameOf(key) !== typeNameOf(first))) {
    throw new CelFailure('list elements must have the same type')
  }
  return items
    .map((item, index) => ({ item, key: keys[index] ?? item }))
    .sort((left, right) => compareValues(left.key, right.key))
    .map(({ item }) => item)
}

function range(count: bigint): Items {
  if (count < 0n) throw new CelFailure(`lists.range: size must be non-negative, got ${count}`)
  return Array.from({ length: Number(count) }, (_item, index) => BigInt(index))
}

const holds = (items: Items, item: CelValue): boolean => items.some((each) => celEqual(each, item))
const holdsAll = (items: Items, others: Items): boolean => others.every((item) => holds(items, item))

function ofList(call: (items: Items) => CelValue): CelFunctions[string] {
  return (list) => (list instanceof CelList ? call(list.items) : undefined)
}

function ofLists(call: (items: Items, others: Items) => CelValue): CelFunctions[string] {
  return (list, other) => (list instanceof CelList && other instanceof CelList ? call(list.items, other.items) : undefined)
}

const made = (items: Items): CelValue => new PlainList([...items])
const end = (item: CelValue | undefined): CelValue => (item === undefined ? OptionalValue.none : new OptionalValue(item))

function place(find: (items: Items, item: CelValue) => number): CelFunctions[string] {
  return (list, item) => (list instanceof CelList && item !== undefined ? BigInt(find(list.items, item)) : undefined)
}

/** Functions of lists. */
export const listFunctions: CelFunctions = {
  isSorted: ofList((items) => items.every((item, index) => index === 0 || compareValues(items[index - 1] ?? item, item) <= 0)),
  sum: ofList(summed),
  min: ofList((items) => extreme(items, 'min')),
  max: ofList((items) => extreme(items, 'max')),
  indexOf: place((items, item) => items.findIndex((each) => celEqual(each, item))),
  lastIndexOf: place((items, item) => items.findLastIndex((each) => celEqual(each, item))),
  slice: (list, from, to) =>
    list instanceof CelList && typeof from === 'bigint' && typeof to === 'bigint' ? made(slice(list.items, from, to)) : undefined,
  flatten: (list, depth = 1n) =>
    list instanceof CelList && typeof depth === 'bigint' ? made(flattened(list.items, depth)) : undefined,
  sort: ofList((items) => made(sortedBy(items, items))),
  '@sortByAssociatedKeys': ofLists((items, keys) => made(sortedBy(items, keys))),
  reverse: ofList((items) => made([...items].reverse())),
  distinct: ofList((items) => made(distinct(items))),
  first: ofList(([first]) => end(first)),
  last: ofList((items) => end(items.at(-1))),
  'lists.range': (count) => (typeof count === 'bigint' ? made(range(count)) : undefined),
  'sets.contains': ofLists(holdsAll),
  'sets.equivalent': ofLists((items, others) => holdsAll(items, others) && holdsAll(others, items)),
  'sets.intersects': ofLists((items, others) => others.some((item) => holds(items, item))),
}
