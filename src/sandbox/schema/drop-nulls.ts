import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { ownProperty } from './prune-object.ts'

/** Takes away nulls where the schema doesn't allow them, but for those that a default is to replace. The same object when there are none. */
export function dropNulls(object: JsonObject, schema: StructuralSchema): JsonObject {
  const dropped = drop(object, schema)
  return isJsonObject(dropped) ? dropped : object
}

function drop(value: JsonValue, schema: StructuralSchema): JsonValue {
  if (Array.isArray(value)) return dropInItems(value, schema)
  return isJsonObject(value) ? dropInFields(value, schema) : value
}

function dropInItems(value: readonly JsonValue[], schema: StructuralSchema): JsonValue {
  const { items } = schema
  if (items === undefined) return value
  let out: JsonValue[] | undefined
  for (const [index, item] of value.entries()) {
    const dropped = drop(item, items)
    if (dropped === item) continue
    out ??= [...value]
    out[index] = dropped
  }
  return out ?? value
}

function dropInFields(value: JsonObject, schema: StructuralSchema): JsonValue {
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  let out: { [name: string]: JsonValue } | undefined
  for (const name of Object.keys(value)) {
    const inner = value[name] as JsonValue
    const known = ownProperty(schema, name) ?? additional
    if (known === undefined) continue
    if (inner === null) {
      if (known.nullable === true || known.default !== undefined) continue
      out ??= { ...value }
      delete out[name]
      continue
    }
    const dropped = drop(inner, known)
    if (dropped === inner) continue
    out ??= { ...value }
    out[name] = dropped
  }
  return out ?? value
}
