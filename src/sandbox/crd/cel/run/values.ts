/** What keeps an expression from having a value, in the words of the server. */
export class CelFailure extends Error {}

/** An unsigned number; plain bigints are signed ones. */
export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

/** A span of time in nanoseconds. */
export class Duration {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** A moment in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** A type as a value. */
export class TypeValue {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A value that may be missing. */
export class OptionalValue {
  static readonly none = new OptionalValue(undefined)
  readonly value: CelValue | undefined

  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

/** A value of one of the types that Kubernetes adds. */
export abstract class LibraryValue {
  abstract readonly typeName: string
  /** Equality with a value of the same type. */
  abstract equals(other: LibraryValue): boolean
}

/** A list, whatever its items are kept in. */
export abstract class CelList {
  abstract readonly items: readonly CelValue[]

  get size(): number {
    return this.items.length
  }

  /** Equality as the list that stands on the left has it; undefined where that is no question for lists. */
  abstract equals(other: CelValue, same: Equality): boolean
  /** The list with the items of another behind its own. */
  abstract plus(other: CelList): CelList
}

/** How items are compared. */
export type Equality = (left: CelValue, right: CelValue) => boolean

/** A map, whatever its entries are kept in. */
export abstract class CelMap {
  abstract readonly size: number
  abstract readonly keys: readonly CelValue[]
  abstract find(key: CelValue): CelValue | undefined
  abstract equals(other: CelValue, same: Equality): boolean
}

/** A value of CEL. Reals are plain numbers. */
export type CelValue =
  | boolean
  | bigint
  | number
  | string
  | null
  | Uint8Array
  | Uint
  | Duration
  | Timestamp
  | TypeValue
  | OptionalValue
  | LibraryValue
  | CelList
  | CelMap

/** The name of a value's type, as messages have it. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
    default:
      return objectTypeName(value)
  }
}

function objectTypeName(value: Exclude<CelValue, boolean | bigint | number | string>): string {
  if (value === null) return 'null_type'
  if (value instanceof CelList) return 'list'
  if (value instanceof CelMap) return 'map'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof TypeValue) return 'type'
  return value instanceof OptionalValue ? 'optional_type' : value.typeName
}

/** The failure of an operation that its values don't have. */
export function noSuchOverload(signature = ''): CelFailure {
  return new CelFailure(signature === '' ? 'no such overload' : `no such overload: ${signature}`)
}

/** A list made by an expression. */
export class PlainList extends CelList {
  readonly items: CelValue[]
  /** True while a loop gathers its result in it, which nobody else holds yet. */
  isGathering = false

  constructor(items: CelValue[]) {
    super()
    this.items = items
  }

  equals(other: CelValue, same: Equality): boolean {
    return other instanceof CelList && sameItems(this.items, other.items, same)
  }

  plus(other: CelList): CelList {
    if (!this.isGathering) return new PlainList([...this.items, ...other.items])
    this.items.push(...other.items)
    return this
  }
}

/** Whether lists have equal items in the same order. */
export function sameItems(left: readonly CelValue[], right: readonly CelValue[], same: Equality): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => {
      const other = right[index]
      return other !== undefined && same(item, other)
    })
  )
}

/** What tells keys of maps apart: numbers are the same whatever type they have. */
export function keyOf(value: CelValue): string {
  if (value instanceof Uint) return `number:${value.value}`
  return typeof value === 'number' || typeof value === 'bigint' ? `number:${value}` : `${typeof value}:${String(value)}`
}

/** A map made by an expression. */
export class PlainMap extends CelMap {
  readonly #entries = new Map<string, readonly [CelValue, CelValue]>()
  isGathering = false

  constructor(entries: Iterable<readonly [CelValue, CelValue]> = []) {
    super()
    for (const [key, value] of entries) this.#entries.set(keyOf(key), [key, value])
  }

  get size(): number {
    return this.#entries.size
  }

  get keys(): readonly CelValue[] {
    return [...this.#entries.values()].map(([key]) => key)
  }

  find(key: CelValue): CelValue | undefined {
    return this.#entries.get(keyOf(key))?.[1]
  }

  /** The map with another entry, whose key must be new. */
  with(key: CelValue, value: CelValue): PlainMap {
    if (this.#entries.has(keyOf(key))) throw new CelFailure(`insert failed: key ${String(key)} already exists`)
    const target = this.isGathering ? this : new PlainMap(this.#entries.values())
    target.#entries.set(keyOf(key), [key, value])
    return target
  }

  equals(other: CelValue, same: Equality): boolean {
    if (!(other instanceof CelMap) || other.size !== this.size) return false
    return [...this.#entries.values()].every(([key, value]) => {
      const against = other.find(key)
      return against !== undefined && same(value, against)
    })
  }
}
