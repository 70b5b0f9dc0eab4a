import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** The keys of a list's item as one text; undefined when the list has none or the item lacks one. */
function itemKey(schema: StructuralSchema, item: JsonValue): string | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !isJsonObject(item)) return undefined
  const values = keys.map((key) => (Object.hasOwn(item, key) ? item[key] : undefined))
  const isWhole = values.every((value) => value !== undefined && value !== null && typeof value !== 'object')
  return isWhole ? JSON.stringify(values) : undefined
}

/** Finds the item that another list's item replaces: the first with its keys in a keyed list, else none. */
export function itemsBefore(schema: StructuralSchema, old: JsonValue | undefined): (item: JsonValue) => JsonValue | undefined {
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map') return () => undefined
  const byKey = new Map<string, JsonValue>()
  for (const item of old as readonly JsonValue[]) {
    const key = itemKey(schema, item)
    if (key !== undefined && !byKey.has(key)) byKey.set(key, item)
  }
  return (item) => {
    const key = itemKey(schema, item)
    return key === undefined ? undefined : byKey.get(key)
  }
}

/** The field that a field replaces. */
export function fieldBefore(old: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isJsonObject(old)) return undefined
  const fields: JsonObject = old
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The schema of a field or of the values of a map. */
export function fieldSchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const { properties, additionalProperties } = schema
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** True when a value is what it was before. The items of keyed lists are found by their keys, wherever they stand. */
export function isAsBefore(value: JsonValue, old: JsonValue, schema: StructuralSchema): boolean {
  if (Array.isArray(value) && Array.isArray(old)) {
    const list: readonly JsonValue[] = value
    if (list.length !== old.length) return false
    const { items } = schema
    if (items === undefined || schema['x-kubernetes-list-type'] !== 'map') return jsonEqual(value, old)
    const before = itemsBefore(schema, old)
    return list.every((item) => {
      const replaced = before(item)
      return replaced !== undefined && isAsBefore(item, replaced, items)
    })
  }
  if (!isJsonObject(value) || !isJsonObject(old)) return jsonEqual(value, old)
  const names = Object.keys(value)
  if (names.length !== Object.keys(old).length) return false
  return names.every((name) => {
    const inner = fieldSchema(schema, name)
    const before = fieldBefore(old, name)
    return inner !== undefined && before !== undefined && isAsBefore(value[name] ?? null, before, inner)
  })
}
