import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** The keys of a list's item as one text; undefined when the list has none or the item lacks one. */
export function itemKey(schema: StructuralSchema, item: JsonValue): string | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !isJsonObject(item)) return undefined
  return JSON.stringify(keys.map((key) => item[key] ?? schema.items?.properties?.[key]?.default ?? null))
}

/** Finds the item that another list's item replaces: by its keys in a keyed list, else not at all. */
export function itemsBefore(schema: StructuralSchema, old: JsonValue | undefined): (item: JsonValue) => JsonValue | undefined {
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map') return () => undefined
  const byKey = new Map<string, JsonValue>()
  for (const item of old as readonly JsonValue[]) {
    const key = itemKey(schema, item)
    if (key !== undefined) byKey.set(key, item)
  }
  return (item) => {
    const key = itemKey(schema, item)
    return key === undefined ? undefined : byKey.get(key)
  }
}

/** The field that a field replaces; nothing is known inside a map that is replaced as a whole. */
export function fieldBefore(schema: StructuralSchema, old: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isJsonObject(old) || schema['x-kubernetes-map-type'] === 'atomic') return undefined
  const fields: JsonObject = old
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}
