import { isJsonObject, type JsonObject, type JsonValue } from '../../../../plan/json.ts'
import { jsonEqual } from '../../../apply/value-shape.ts'
import { exactDigits } from '../../../exact-json.ts'
import type { StructuralSchema } from '../../../structural-schema.ts'
import { escapedFieldName, unescapedName } from '../field-names.ts'
import { parsedDuration, parsedTimestamp } from './times.ts'
import {
  CelFailure,
  CelList,
  CelMap,
  type CelValue,
  type Equality,
  keyOf,
  noSuchOverload,
  sameItems,
  typeNameOf,
} from './values.ts'

/** A JSON value as rules see it through its schema. */
export function schemaValue(value: JsonValue, schema: StructuralSchema): CelValue {
  if (value === null) {
    if (schema.nullable === true) return null
    throw new CelFailure('invalid data, got null for schema with nullable=false')
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    const whole = wholeValue(value)
    if (whole !== undefined) return whole
    if (typeof value === 'string') return value
    throw new CelFailure('invalid data, expected XIntOrString value to be either a string or integer')
  }
  switch (schema.type) {
    case 'object':
      if (isJsonObject(value)) return new SchemaMap(value, schema)
      throw new CelFailure('invalid data, expected a map for the provided schema with type=object')
    case 'array':
      if (Array.isArray(value)) return listOf(value as readonly JsonValue[], schema)
      throw new CelFailure('invalid data, expected an array for the provided schema with type=array')
    case 'string':
      if (typeof value === 'string' && exactDigits(value) === undefined) return textOf(value, schema.format)
      throw new CelFailure(`invalid data, expected string, got ${goTypeOf(value)}`)
    case 'number':
      if (typeof value === 'number') return value
      if (exactDigits(value) !== undefined) return Number(exactDigits(value))
      throw new CelFailure(`invalid data, expected float, got ${goTypeOf(value)}`)
    case 'integer': {
      const whole = wholeValue(value)
      if (whole !== undefined) return whole
      throw new CelFailure(`invalid data, expected int, got ${goTypeOf(value)}`)
    }
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw new CelFailure(`invalid data, expected bool, got ${goTypeOf(value)}`)
    default:
      return looseValue(value)
  }
}

function goTypeOf(value: JsonValue): string {
  if (exactDigits(value) !== undefined) return 'int64'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'map[string]interface {}'
}

/** A value of which no schema says more. */
export function looseValue(value: JsonValue): CelValue {
  if (Array.isArray(value)) return new SchemaList(value as readonly JsonValue[], undefined)
  if (isJsonObject(value)) return new SchemaMap(value, undefined)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  return wholeValue(value) ?? (value as string | boolean | null)
}

function wholeValue(value: JsonValue): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  const digits = exactDigits(value)
  return digits === undefined ? undefined : BigInt(digits)
}

function textOf(text: string, format: string | undefined): CelValue {
  switch (format) {
    case 'duration':
      return parsedDuration(text) ?? text
    case 'date':
      return parsedTimestamp(`${text}T00:00:00Z`) ?? text
    case 'date-time':
      return parsedTimestamp(text) ?? text
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return text
  }
}

function listOf(value: readonly JsonValue[], schema: StructuralSchema): CelList {
  if (schema.items === undefined) throw new CelFailure('invalid array type, expected Items with a non-empty Schema')
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return new SetList(value, schema.items)
    case 'map':
      return new MapList(value, schema.items, schema['x-kubernetes-list-map-keys'] ?? [])
    default:
      return new SchemaList(value, schema.items)
  }
}

/** A list of an object, whose items are looked at when they are asked for. */
class SchemaList extends CelList {
  readonly given: readonly JsonValue[]
  readonly schema: StructuralSchema | undefined
  readonly more: readonly CelValue[]
  #items: readonly CelValue[] | undefined

  constructor(given: readonly JsonValue[], schema: StructuralSchema | undefined, more: readonly CelValue[] = []) {
    super()
    this.given = given
    this.schema = schema
    this.more = more
  }

  get items(): readonly CelValue[] {
    const { schema } = this
    const made = (item: JsonValue): CelValue => (schema === undefined ? looseValue(item) : schemaValue(item, schema))
    this.#items ??= [...this.given.map(made), ...this.more]
    return this.#items
  }

  override get size(): number {
    return this.given.length + this.more.length
  }

  equals(other: CelValue, same: Equality): boolean {
    if (!(other instanceof CelList)) throw noSuchOverload()
    return sameItems(this.items, other.items, same)
  }

  plus(other: CelList): CelList {
    return new SchemaList(this.given, this.schema, [...this.more, ...other.items])
  }
}

/** A list whose items have no order. */
class SetList extends SchemaList {
  override equals(other: CelValue): boolean {
    if (!(other instanceof CelList)) throw noSuchOverload()
    if (other.size !== this.size) return false
    const own = new Set(this.items.map(memberOf))
    return other.items.every((item) => own.has(memberOf(item)))
  }

  override plus(other: CelList): CelList {
    const known = new Set(this.items.map(memberOf))
    const fresh = other.items.filter((item) => {
      const member = memberOf(item)
      const isNew = !known.has(member)
      known.add(member)
      return isNew
    })
    return new SetList(this.given, this.schema, [...this.more, ...fresh])
  }
}

/** What tells members of a set apart: numbers of different types are different ones. */
function memberOf(item: CelValue): string {
  return typeof item === 'object' ? `${typeNameOf(item)}:${keyOf(item)}` : `${typeof item}:${String(item)}`
}

/** A list whose items are known by their keys. */
class MapList extends SchemaList {
  readonly keys: readonly string[]
  readonly changed: ReadonlyMap<number, CelValue>

  constructor(
    given: readonly JsonValue[],
    schema: StructuralSchema | undefined,
    keys: readonly string[],
    more: readonly CelValue[] = [],
    changed: ReadonlyMap<number, CelValue> = new Map(),
  ) {
    super(given, schema, more)
    this.keys = keys
    this.changed = changed
  }

  override get items(): readonly CelValue[] {
    const { changed } = this
    return changed.size === 0 ? super.items : super.items.map((item, index) => changed.get(index) ?? item)
  }

  #keyOf(item: CelValue): string {
    if (!(item instanceof CelMap))
      throw new CelFailure('unexpected data format for element of array with x-kubernetes-list-type=map')
    return JSON.stringify(this.keys.map((key) => memberOf(item.find(key) ?? '')))
  }

  override equals(other: CelValue, same: Equality): boolean {
    if (!(other instanceof CelList)) throw noSuchOverload()
    if (other.size !== this.size) return false
    const own = new Map(this.items.map((item) => [this.#keyOf(item), item]))
    return other.items.every((item) => {
      const mine = own.get(this.#keyOf(item))
      return mine !== undefined && same(mine, item)
    })
  }

  override plus(other: CelList): CelList {
    const places = new Map(this.items.map((item, index) => [this.#keyOf(item), index]))
    const changed = new Map(this.changed)
    const more = [...this.more]
    for (const item of other.items) {
      const place = places.get(this.#keyOf(item))
      if (place === undefined) more.push(item)
      else changed.set(place, item)
    }
    return new MapList(this.given, this.schema, this.keys, more, changed)
  }
}

/** What schemas of whole objects say of their type and metadata. */
const objectFields: { readonly [name: string]: StructuralSchema } = {
  kind: { type: 'string' },
  apiVersion: { type: 'string' },
  metadata: {
    type: 'object',
    properties: { name: { type: 'string' }, generateName: { type: 'string' } },
  },
}

/** The schema of a whole object, in which rules see its type and its name. */
export function wholeObjectSchema(schema: StructuralSchema): StructuralSchema {
  const { metadata: _given, ...properties } = schema.properties ?? {}
  return { ...schema, type: 'object', properties: { ...properties, ...objectFields } }
}

/** An object or map of an object. Fields are found by the names that rules write. */
class SchemaMap extends CelMap {
  readonly given: JsonObject
  readonly #schema: StructuralSchema | undefined
  readonly #isStruct: boolean

  constructor(given: JsonObject, schema: StructuralSchema | undefined) {
    super()
    this.given = given
    const isEmbedded = schema?.['x-kubernetes-embedded-resource'] === true
    this.#schema = schema !== undefined && isEmbedded ? wholeObjectSchema(schema) : schema
    this.#isStruct = this.#schema?.properties !== undefined
  }

  #schemaOf(name: string): StructuralSchema | undefined {
    const { properties, additionalProperties } = this.#schema ?? {}
    if (properties !== undefined) return Object.hasOwn(properties, name) ? properties[name] : undefined
    return typeof additionalProperties === 'object' ? additionalProperties : undefined
  }

  get size(): number {
    return Object.keys(this.given).length
  }

  get keys(): readonly CelValue[] {
    const names = Object.keys(this.given)
    if (this.#schema === undefined) return names
    const known = names.filter((name) => this.#schemaOf(name) !== undefined)
    return this.#isStruct ? known.map((name) => escapedFieldName(name) ?? name) : known
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') throw noSuchOverload()
    const name = this.#isStruct ? unescapedName(key) : key
    const value = Object.hasOwn(this.given, name) ? this.given[name] : undefined
    if (value === undefined || (this.#isStruct && value === null)) return undefined
    if (this.#schema === undefined) return looseValue(value)
    const schema = this.#schemaOf(name)
    return schema === undefined ? undefined : schemaValue(value, schema)
  }

  equals(other: CelValue, same: Equality): boolean {
    if (!(other instanceof CelMap)) throw noSuchOverload()
    if (other.size !== this.size) return false
    return Object.entries(this.given).every(([name, value]) => {
      if (this.#schema === undefined || this.#schemaOf(name) !== undefined) {
        const key = this.#isStruct ? (escapedFieldName(name) ?? name) : name
        const [own, against] = [this.find(key), other.find(key)]
        if (own === undefined || against === undefined) return own === against
        return same(own, against)
      }
      if (!(other instanceof SchemaMap)) throw noSuchOverload()
      const against = other.given[name]
      return against === undefined || jsonEqual(value, against)
    })
  }
}
