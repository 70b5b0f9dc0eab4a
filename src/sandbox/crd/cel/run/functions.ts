import { addressFunctions } from './address-values.ts'
import { authorizerFunctions } from './authorizer-values.ts'
import { conversions } from './conversions.ts'
import { formatFunctions } from './format-values.ts'
import { listFunctions } from './list-functions.ts'
import type { CelFunctions } from './overloads.ts'
import { quantityFunctions } from './quantity-values.ts'
import { lengthOf } from './run-cost.ts'
import { textFunctions } from './text-functions.ts'
import { clockPart, clockPartNames, millisecondsOf } from './times.ts'
import { urlFunctions } from './url-values.ts'
import {
  CelFailure,
  CelList,
  CelMap,
  type CelValue,
  Duration,
  noSuchOverload,
  OptionalValue,
  PlainList,
  PlainMap,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
} from './values.ts'
import { versionFunctions } from './version-values.ts'

function sizeOfValue(value: CelValue): CelValue | undefined {
  if (typeof value === 'string') return BigInt(lengthOf(value))
  if (value instanceof Uint8Array) return BigInt(value.length)
  return value instanceof CelList || value instanceof CelMap ? BigInt(value.size) : undefined
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === 0n || value === '') return true
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Uint8Array) return value.length === 0
  if (value instanceof OptionalValue) return value.value === undefined
  return value instanceof Duration && value.nanos === 0n
}

const durationUnits: { readonly [name: string]: bigint } = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
}

/** Parts of moments and spans. */
function clockFunction(name: string): CelFunctions[string] {
  return (value, zone = 'UTC') => {
    if (value instanceof Timestamp && typeof zone === 'string') return clockPart(name, value, zone)
    const unit = Object.hasOwn(durationUnits, name) ? durationUnits[name] : undefined
    return value instanceof Duration && unit !== undefined ? value.nanos / unit : undefined
  }
}

const standard: CelFunctions = {
  ...Object.fromEntries(
    Object.entries(conversions).map(([name, convert]) => [
      name,
      (value?: CelValue) => (value !== undefined ? convert(value) : undefined),
    ]),
  ),
  ...Object.fromEntries(clockPartNames.map((name) => [name, clockFunction(name)])),
  getMilliseconds: (value) => {
    if (value instanceof Timestamp) return millisecondsOf(value)
    return value instanceof Duration ? value.nanos / 1_000_000n : undefined
  },
  size: (value) => (value === undefined ? undefined : sizeOfValue(value)),
  type: (value) => (value === undefined ? undefined : new TypeValue(typeNameOf(value))),
  dyn: (value) => value,
  'cel.@mapInsert': (map, key, value) => {
    if (!(map instanceof PlainMap) || key === undefined) return undefined
    if (value !== undefined) return map.with(key, value)
    if (!(key instanceof CelMap)) return undefined
    return key.keys.reduce<PlainMap>((whole, each) => whole.with(each, key.find(each) ?? null), map)
  },
}

const optionals: CelFunctions = {
  'optional.of': (value) => (value === undefined ? undefined : new OptionalValue(value)),
  'optional.ofNonZeroValue': (value) => (value === undefined ? undefined : new OptionalValue(isZero(value) ? undefined : value)),
  'optional.none': () => OptionalValue.none,
  hasValue: (value) => (value instanceof OptionalValue ? value.value !== undefined : undefined),
  value: (value) => {
    if (!(value instanceof OptionalValue)) return undefined
    if (value.value === undefined) throw new CelFailure('optional.none() dereference')
    return value.value
  },
  or: (value, other) => {
    if (!(value instanceof OptionalValue)) return undefined
    return value.value === undefined ? other : value
  },
  orValue: (value, other) => (value instanceof OptionalValue ? (value.value ?? nullOr(value, other)) : undefined),
  'optional.unwrap': unwrapped,
  unwrapOpt: unwrapped,
}

/** A value that is null is there all the same. */
function nullOr(value: OptionalValue, other: CelValue | undefined): CelValue | undefined {
  return value.value === null ? null : other
}

function unwrapped(list: CelValue | undefined): CelValue | undefined {
  if (!(list instanceof CelList)) return undefined
  return new PlainList(
    list.items.flatMap((item) => (item instanceof OptionalValue && item.value !== undefined ? [item.value] : [])),
  )
}

/** Functions of one name by what they are called on, tried in turn. */
const functions = new Map<string, readonly CelFunctions[string][]>()

// Texts of addresses come before those of all else.
for (const table of [
  addressFunctions,
  standard,
  optionals,
  textFunctions,
  listFunctions,
  quantityFunctions,
  urlFunctions,
  versionFunctions,
  formatFunctions,
  authorizerFunctions,
]) {
  for (const [name, call] of Object.entries(table)) functions.set(name, [...(functions.get(name) ?? []), call])
}

/** True for a function's name, whole with what stands before its dot. */
export function isFunction(name: string): boolean {
  return functions.has(name)
}

/** Calls a function; a member's target is its first argument. */
export function callFunction(name: string, args: readonly CelValue[]): CelValue {
  for (const call of functions.get(name) ?? []) {
    const result = call(...args)
    if (result !== undefined) return result
  }
  throw noSuchOverload(`${name}(${args.map(typeNameOf).join(', ')})`)
}
