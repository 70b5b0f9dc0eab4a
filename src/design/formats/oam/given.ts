import type { JsonObject, JsonValue } from '../../../plan/json.ts'

/** A map of the fields that are there: checked parameters are JSON, those left out undefined. */
export function given(fields: { readonly [key: string]: unknown }): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject
}

/** A list, unless it would be empty. */
export function unlessEmpty(list: readonly JsonValue[]): readonly JsonValue[] | undefined {
  return list.length === 0 ? undefined : list
}
