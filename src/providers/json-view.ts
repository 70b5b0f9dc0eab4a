import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { StringMap } from '../plan/manifest.ts'

const EMPTY: JsonObject = {}

/** The value at a path of keys, undefined where any of them is missing. */
export function valueIn(value: JsonValue | undefined, ...keys: readonly string[]): JsonValue | undefined {
  return keys.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value)
}

/** The object at a path of keys; an empty one where there is none. */
export function objectIn(value: JsonValue | undefined, ...keys: readonly string[]): JsonObject {
  const inner = valueIn(value, ...keys)
  return isJsonObject(inner) ? inner : EMPTY
}

/** The objects of the list at a path of keys; none where there is no list. */
export function objectsIn(value: JsonValue | undefined, ...keys: readonly string[]): readonly JsonObject[] {
  const inner = valueIn(value, ...keys)
  return Array.isArray(inner) ? (inner as readonly JsonValue[]).filter(isJsonObject) : []
}

/** The strings of the list at a path of keys; none where there is no list. */
export function stringsIn(value: JsonValue | undefined, ...keys: readonly string[]): readonly string[] {
  const inner = valueIn(value, ...keys)
  return Array.isArray(inner) ? (inner as readonly JsonValue[]).filter((item): item is string => typeof item === 'string') : []
}

/** The string at a path of keys. */
export function stringIn(value: JsonValue | undefined, ...keys: readonly string[]): string | undefined {
  const inner = valueIn(value, ...keys)
  return typeof inner === 'string' ? inner : undefined
}

/** The number at a path of keys. */
export function numberIn(value: JsonValue | undefined, ...keys: readonly string[]): number | undefined {
  const inner = valueIn(value, ...keys)
  return typeof inner === 'number' ? inner : undefined
}

/** The labels at a path of keys: what is not a string there is left out. */
export function labelsIn(value: JsonValue | undefined, ...keys: readonly string[]): StringMap {
  return Object.fromEntries(
    Object.entries(objectIn(value, ...keys)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
