import { isJsonObject, type JsonObject, type JsonPrimitive, type JsonValue } from '../../plan/json.ts'

/** A JSON value while it is being built: decoding makes a fresh tree, defaulting fills it in, and from then on it is never changed. */
export type TreeValue = JsonPrimitive | TreeValue[] | Tree

/** An object of a tree under construction. */
export interface Tree {
  [key: string]: TreeValue
}

/** True for an object of a tree: neither null nor an array. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at a key, or undefined where there is none. */
export function objectAt(object: Tree | undefined, key: string): Tree | undefined
export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined
export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key]
  return isJsonObject(value) ? value : undefined
}

/** The object at a key, put there when missing. */
export function ensureTree(tree: Tree, key: string): Tree {
  const value = tree[key]
  if (isTree(value)) return value
  const made: Tree = {}
  tree[key] = made
  return made
}

/** The objects of the list at a key; anything that is no object is passed over. */
export function objectsAt(object: Tree | undefined, key: string): Tree[]
export function objectsAt(object: JsonObject | undefined, key: string): readonly JsonObject[]
export function objectsAt(object: JsonObject | undefined, key: string): readonly JsonObject[] {
  const value = object?.[key]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** The list at a key, empty where there is none. */
export function listAt(object: Tree | undefined, key: string): TreeValue[]
export function listAt(object: JsonObject | undefined, key: string): readonly JsonValue[]
export function listAt(object: JsonObject | undefined, key: string): readonly JsonValue[] {
  const value = object?.[key]
  return Array.isArray(value) ? value : []
}

/** The text at a key, '' where there is none. */
export function textAt(object: JsonObject | undefined, key: string): string {
  const value = object?.[key]
  return typeof value === 'string' ? value : ''
}

/** The number at a key, or undefined where there is none. */
export function numberAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = object?.[key]
  return typeof value === 'number' ? value : undefined
}

/** The texts of the list at a key. */
export function textsAt(object: JsonObject | undefined, key: string): readonly string[] {
  return listAt(object, key).filter((value) => typeof value === 'string')
}

/** Puts a value where none is; text counts as missing when empty, as Go's zero value does. */
export function setDefault(tree: Tree, key: string, value: TreeValue): void {
  const present = tree[key]
  if (present === undefined || present === null || present === '') tree[key] = value
}

/** The text values of the map at a key. */
export function stringMapAt(object: JsonObject | undefined, key: string): { [key: string]: string } {
  const result: { [key: string]: string } = {}
  for (const [name, value] of Object.entries(objectAt(object, key) ?? {})) if (typeof value === 'string') result[name] = value
  return result
}

/** A deep copy that may be changed. Objects get no prototype keys: `__proto__` is dropped. */
export function copyTree(value: JsonValue): TreeValue {
  if (Array.isArray(value)) return value.map(copyTree)
  if (typeof value !== 'object' || value === null) return value as JsonPrimitive
  const copy: Tree = {}
  for (const [key, child] of Object.entries(value)) if (key !== '__proto__') copy[key] = copyTree(child)
  return copy
}
