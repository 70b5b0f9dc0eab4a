import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** An object cut down to its schema, and the paths of what was cut, in their order. */
export interface PrunedObject {
  readonly object: JsonObject
  readonly unknown: readonly string[]
}

/** Cuts fields that the schema doesn't know. The same object when there is nothing to cut. */
export function pruneObject(object: JsonObject, schema: StructuralSchema): PrunedObject {
  const unknown: string[] = []
  const pruned = prune(object, schema, '', unknown)
  return { object: isJsonObject(pruned) ? pruned : object, unknown }
}

const typeFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

function prune(value: JsonValue, schema: StructuralSchema, path: string, unknown: string[]): JsonValue {
  if (Array.isArray(value)) return pruneList(value, schema, path, unknown)
  return isJsonObject(value) ? pruneFields(value, schema, path, unknown) : value
}

function pruneList(value: readonly JsonValue[], schema: StructuralSchema, path: string, unknown: string[]): JsonValue {
  const items = schema.items
  if (items === undefined) return value
  let out: JsonValue[] | undefined
  for (const [index, item] of value.entries()) {
    const pruned = prune(item, items, `${path}[${index}]`, unknown)
    if (pruned === item) continue
    out ??= [...value]
    out[index] = pruned
  }
  return out ?? value
}

function pruneFields(value: JsonObject, schema: StructuralSchema, path: string, unknown: string[]): JsonValue {
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true
  // A schema that says nothing of its fields, such as one of an int-or-string, has none to keep.
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  let out: { [name: string]: JsonValue } | undefined
  for (const name of Object.keys(value)) {
    const inner = value[name] as JsonValue
    const at = path === '' ? name : `${path}.${name}`
    const declared = ownProperty(schema, name)
    if (declared === undefined && additional === undefined) {
      const isType = schema['x-kubernetes-embedded-resource'] === true && typeFields.has(name)
      if (open || isType) continue
      unknown.push(at)
      out ??= { ...value }
      delete out[name]
      continue
    }
    const pruned = prune(inner, declared ?? (additional as StructuralSchema), at, unknown)
    if (pruned === inner) continue
    out ??= { ...value }
    out[name] = pruned
  }
  return out ?? value
}

/** The schema of a declared property; names such as `constructor` are no properties unless declared. */
export function ownProperty(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
}
