import { isJsonObject, type JsonObject } from '../../plan/json.ts'

/*
 * Fields of other tools' JSON, which may hold anything: a field of the wrong kind is as good as none.
 */

/** A finite number, also from text, as protobuf's JSON writes 64-bit integers. */
export function numberField(object: JsonObject, name: string): number | undefined {
  return readNumber(object[name])
}

/** A finite number, also from text. */
export function readNumber(value: unknown): number | undefined {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined
}

/** A text. */
export function textField(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/** An object; empty when it is none. */
export function objectField(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  return isJsonObject(value) ? value : {}
}

/** The objects of a list; empty when it is none. */
export function objectsField(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name]
  return Array.isArray(value) ? value.filter((item): item is JsonObject => isJsonObject(item)) : []
}

/** The numbers of an object, by key. */
export function countsField(object: JsonObject, name: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(objectField(object, name)).flatMap(([key, value]) => {
      const count = readNumber(value)
      return count === undefined ? [] : [[key, count] as const]
    }),
  )
}
