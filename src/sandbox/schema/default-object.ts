import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { ownProperty } from './prune-object.ts'

const withDefaults = new WeakMap<StructuralSchema, boolean>()

/** True when there is a default anywhere in the schema; most parts of most schemas have none and need no walk. */
function hasDefaults(schema: StructuralSchema): boolean {
  const known = withDefaults.get(schema)
  if (known !== undefined) return known
  // Schemas of built-in kinds may share parts; a part being looked at counts as without until known.
  withDefaults.set(schema, false)
  const found =
    Object.values(schema.properties ?? {}).some((property) => property.default !== undefined || hasDefaults(property)) ||
    (schema.items !== undefined && hasDefaults(schema.items)) ||
    (typeof schema.additionalProperties === 'object' && hasDefaults(schema.additionalProperties))
  withDefaults.set(schema, found)
  return found
}

/** Fills in the schema's defaults. The same object when none apply. */
export function defaultObject(object: JsonObject, schema: StructuralSchema): JsonObject {
  const filled = fill(object, schema)
  return isJsonObject(filled) ? filled : object
}

function fill(value: JsonValue, schema: StructuralSchema): JsonValue {
  if (!hasDefaults(schema)) return value
  if (Array.isArray(value)) return fillList(value, schema)
  return isJsonObject(value) ? fillFields(value, schema) : value
}

function fillList(value: readonly JsonValue[], schema: StructuralSchema): JsonValue {
  const items = schema.items
  if (items === undefined) return value
  let out: JsonValue[] | undefined
  for (const [index, item] of value.entries()) {
    const filled = fill(item, items)
    if (filled === item) continue
    out ??= [...value]
    out[index] = filled
  }
  return out ?? value
}

function fillFields(value: JsonObject, schema: StructuralSchema): JsonValue {
  const out: { [name: string]: JsonValue } = { ...value }
  let changed = false
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const given = Object.hasOwn(out, name) ? out[name] : undefined
    // A null where null isn't allowed counts as left out, if there is a default to take its place.
    const missing = given === undefined || (given === null && property.nullable !== true)
    if (missing && property.default !== undefined) {
      out[name] = fill(property.default, property)
      changed = true
    } else if (given !== undefined && given !== null) {
      const filled = fill(given, property)
      if (filled !== given) {
        out[name] = filled
        changed = true
      }
    }
  }
  if (typeof schema.additionalProperties === 'object') {
    for (const name of Object.keys(out)) {
      if (ownProperty(schema, name) !== undefined) continue
      const given = out[name] as JsonValue
      const filled = fill(given, schema.additionalProperties)
      if (filled !== given) {
        out[name] = filled
        changed = true
      }
    }
  }
  return changed ? out : value
}
