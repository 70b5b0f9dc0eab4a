import type { JsonValue } from '../../plan/json.ts'
import { schemaOfModel } from '../builtin/model-schema.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** What a scalar may be for server-side apply. */
export type ScalarKind = 'numeric' | 'string' | 'boolean' | 'untyped'

/** A list as server-side apply sees it: a whole, a set of values, or items known by keys. */
export interface ListType {
  readonly relationship: 'atomic' | 'associative'
  /** Key fields; none for a set of scalars. */
  readonly keys: readonly string[]
  /** Default of a key field that an item may leave out. */
  readonly keyDefault: (name: string) => JsonValue | undefined
  readonly element: () => MergeType
}

/** A map or struct as server-side apply sees it. */
export interface MapType {
  readonly relationship: 'atomic' | 'separable'
  /** The type of a declared field. */
  readonly field: (name: string) => MergeType | undefined
  /** The type of undeclared fields; undefined when there may be none. */
  readonly element: (() => MergeType) | undefined
  /** False when no field is declared. */
  readonly declares: boolean
}

/** How a value merges: derived from its schema, with more than one part where the schema leaves the shape open. */
export interface MergeType {
  readonly scalar?: ScalarKind
  readonly list?: ListType
  readonly map?: MapType
}

const noDefault = (): undefined => undefined

/** Anything, merged as one value. */
export const untypedAtomic: MergeType = {
  scalar: 'untyped',
  list: { relationship: 'atomic', keys: [], keyDefault: noDefault, element: () => untypedAtomic },
  map: { relationship: 'atomic', field: noDefault, element: () => untypedAtomic, declares: false },
}

/** Anything, its maps merged by field and its lists as one value. */
export const untypedDeduced: MergeType = {
  scalar: 'untyped',
  list: { relationship: 'atomic', keys: [], keyDefault: noDefault, element: () => untypedAtomic },
  map: { relationship: 'separable', field: noDefault, element: () => untypedDeduced, declares: false },
}

const derived = new WeakMap<StructuralSchema, MergeType>()
const derivedOpen = new WeakMap<StructuralSchema, MergeType>()

/**
 * The merge type of a schema, remembered by the schema's identity. `isOpen` says that a schema around it preserves unknown
 * fields, which everything inside inherits.
 */
export function mergeTypeOf(schema: StructuralSchema, isOpen = false): MergeType {
  const inherits = isOpen || schema['x-kubernetes-preserve-unknown-fields'] === true
  const remembered = inherits ? derivedOpen : derived
  const known = remembered.get(schema)
  if (known !== undefined) return known
  const type = derive(schema, inherits)
  remembered.set(schema, type)
  return type
}

/** Formats of texts that are held against being texts; of all others any scalar will do. */
const textFormats: ReadonlySet<string> = new Set(['', 'byte'])

/** Formats of built-in values that are written in more than one way. */
const scalarFormats: ReadonlySet<string> = new Set(['int-or-string', 'quantity'])

function derive(schema: StructuralSchema, isOpen: boolean): MergeType {
  if (schema.format !== undefined && scalarFormats.has(schema.format)) return { scalar: 'untyped' }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: textFormats.has(schema.format ?? '') ? 'string' : 'untyped' }
    case 'array':
      return { list: deriveList(schema, isOpen) }
    case 'object':
      return { map: deriveMap(schema, isOpen) }
    default:
      return { scalar: 'untyped', list: deriveList(schema, isOpen), map: deriveMap(schema, isOpen) }
  }
}

function deriveList(schema: StructuralSchema, isOpen: boolean): ListType {
  const items = schema.items
  const element = items === undefined ? () => untypedAtomic : () => mergeTypeOf(items, isOpen)
  const keyDefault = (name: string): JsonValue | undefined => items?.properties?.[name]?.default
  const base = { keyDefault, element }
  switch (schema['x-kubernetes-list-type']) {
    case 'atomic':
      return { relationship: 'atomic', keys: [], ...base }
    case 'set':
      return { relationship: 'associative', keys: [], ...base }
    case 'map':
      return { relationship: 'associative', keys: schema['x-kubernetes-list-map-keys'] ?? [], ...base }
    default: {
      const strategy = schema['x-kubernetes-patch-strategy']
      if (strategy !== 'merge' && strategy !== 'merge,retainKeys') return { relationship: 'atomic', keys: [], ...base }
      const mergeKey = schema['x-kubernetes-patch-merge-key']
      return { relationship: 'associative', keys: mergeKey === undefined ? [] : [mergeKey], ...base }
    }
  }
}

function propertiesOf(schema: StructuralSchema): ReadonlyMap<string, StructuralSchema> {
  const properties = new Map<string, StructuralSchema>(Object.entries(schema.properties ?? {}))
  if (schema['x-kubernetes-embedded-resource'] !== true) return properties
  // What an object inside an object says of these three counts for validation only.
  return properties
    .set('apiVersion', { type: 'string' })
    .set('kind', { type: 'string' })
    .set('metadata', schemaOfModel('ObjectMeta'))
}

function deriveMap(schema: StructuralSchema, isOpen: boolean): MapType {
  const relationship = schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'separable'
  const properties = propertiesOf(schema)
  const field = (name: string): MergeType | undefined => {
    const property = properties.get(name)
    return property === undefined ? undefined : mergeTypeOf(property, isOpen && property !== schemaOfModel('ObjectMeta'))
  }
  const additional = schema.additionalProperties
  const declares = properties.size > 0
  if (typeof additional === 'object') return { relationship, field, element: () => mergeTypeOf(additional, isOpen), declares }
  const isFree = additional === true || (additional === undefined && (isOpen || !declares))
  return { relationship, field, element: isFree ? () => untypedDeduced : undefined, declares }
}
