import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { objectOf } from './json-fields.ts'

/** The union of two sets of fields in the form of `metadata.managedFields` (FieldsV1). */
export function mergedFields(left: JsonObject, right: JsonObject): JsonObject {
  const both = new Map(Object.entries(left))
  for (const [name, fields] of Object.entries(right)) {
    const other = both.get(name)
    both.set(name, other === undefined ? fields : mergedFields(objectOf(other), objectOf(fields)))
  }
  return Object.fromEntries(both)
}

/** The item of a keyed list that a `k:` step names, its key given as JSON; undefined where it is not there. */
export function itemByKey(value: JsonValue, text: string): JsonValue | undefined {
  const key = parsedArgument(text)
  if (!Array.isArray(value) || !isJsonObject(key)) return undefined
  const wanted = Object.entries(key)
  return (value as readonly JsonValue[]).find(
    (item) => isJsonObject(item) && wanted.every(([name, part]) => Object.hasOwn(item, name) && item[name] === part),
  )
}

/** The value that a `k:` or `v:` step of a set of fields names; undefined where it is none. */
export function parsedArgument(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
