/** A scalar of JSON. */
export type JsonPrimitive = string | number | boolean | null

/** Any value that JSON can say. Values are never mutated once shared; copy before changing. */
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject

/** An object of JSON. Keys are data, so `__proto__` and its kin are refused where text is read, not here. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** True for an object of JSON: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
