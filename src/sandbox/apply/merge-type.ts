import type { JsonValue } from '../../plan/json.ts'
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
  map: { relationship: 'atomic', field: noDefault, element: () => untypedAtomic },
}

/** Anything, its maps merged by field and its lists as one value. */
export const untypedDeduced: MergeType = {
  scalar: 'untyped',
  list: { relationship: 'atomic', keys: [], keyDefault: noDefault, element: () => untypedAtomic },
  map: { relationship: 'separable', field: noDefault, element: () => untypedDeduced },
}

const derived = new WeakMap<StructuralSchema, MergeType>()

/** The merge type of a schema, remembered by the schema's identity. */
export function mergeTypeOf(schema: StructuralSchema): MergeType {
  const known = derived.get(schema)
  if (known !== undefined) return known
  const type = derive(schema)
  derived.set(schema, type)
  return type
}

function derive(schema: StructuralSchema): MergeType {
  if (schema['x-kubernetes-int-or-string'] === true) return { scalar: 'untyped' }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: schema.format === 'int-or-string' ? 'untyped' : 'string' }
    case 'array':
      return { list: deriveList(schema) }
    case 'object':
      return { map: deriveMap(schema) }
    default:
      if (schema.properties !== undefined || schema['x-kubernetes-embedded-resource'] === true) return { map: deriveMap(schema) }
      return schema['x-kubernetes-preserve-unknown-fields'] === true ? untypedDeduced : untypedAtomic
  }
}

function deriveList(schema: StructuralSchema): ListType {
  const items = schema.items
  const element = items === undefined ? () => untypedAtomic : () => mergeTypeOf(items)
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

function deriveMap(schema: StructuralSchema): MapType {
  const relationship = schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'separable'
  const properties = new Map<string, StructuralSchema>(Object.entries(schema.properties ?? {}))
  if (schema['x-kubernetes-embedded-resource'] === true) {
    if (!properties.has('apiVersion')) properties.set('apiVersion', { type: 'string' })
    if (!properties.has('kind')) properties.set('kind', { type: 'string' })
  }
  const field = (name: string): MergeType | undefined => {
    const property = properties.get(name)
    return property === undefined ? undefined : mergeTypeOf(property)
  }
  return { relationship, field, element: elementOf(schema, relationship) }
}

function elementOf(schema: StructuralSchema, relationship: 'atomic' | 'separable'): (() => MergeType) | undefined {
  const additional = schema.additionalProperties
  if (typeof additional === 'object') return () => mergeTypeOf(additional)
  if (additional === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
    return relationship === 'atomic' ? () => untypedAtomic : () => untypedDeduced
  }
  return undefined
}
