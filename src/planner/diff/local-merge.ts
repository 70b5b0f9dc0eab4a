import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { listKeys } from './list-keys.ts'

/**
 * What an apply would leave, as far as it can be told without the server: what is desired over what is live, minus what this
 * design set before and no longer does. Lists are merged by the names of their items where they have any, else replaced.
 */
export function mergeLocally(live: JsonObject, recorded: JsonObject | undefined, desired: JsonObject): JsonObject {
  return mergeObjects(live, recorded, desired)
}

function mergeObjects(live: JsonObject, recorded: JsonObject | undefined, desired: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(live)) {
    const wanted = Object.hasOwn(desired, key) ? desired[key] : undefined
    const before = recorded !== undefined && Object.hasOwn(recorded, key) ? recorded[key] : undefined
    if (wanted !== undefined) merged[key] = mergeValues(value, before, wanted)
    else if (before === undefined) merged[key] = value
    else {
      const rest = withoutRecorded(value, before)
      if (rest !== undefined) merged[key] = rest
    }
  }
  for (const [key, value] of Object.entries(desired)) if (!Object.hasOwn(live, key)) merged[key] = value
  return merged
}

function mergeValues(live: JsonValue, recorded: JsonValue | undefined, desired: JsonValue): JsonValue {
  if (isJsonObject(live) && isJsonObject(desired))
    return mergeObjects(live, isJsonObject(recorded) ? recorded : undefined, desired)
  if (!Array.isArray(live) || !Array.isArray(desired)) return desired
  const keys = listKeys(live, desired)
  if (keys === undefined) return desired
  const before: readonly JsonValue[] = Array.isArray(recorded) ? recorded : []
  const recordedKeys = new Set(listKeys(before, desired)?.before ?? [])
  const liveByKey = new Map(keys.before.map((key, index) => [key, live[index] as JsonValue]))
  const wanted = new Set(keys.after)
  const merged = keys.after.map((key, index) => {
    const item = desired[index] as JsonValue
    const old = liveByKey.get(key)
    return old === undefined ? item : mergeValues(old, undefined, item)
  })
  const kept = keys.before.flatMap((key, index) => (wanted.has(key) || recordedKeys.has(key) ? [] : [live[index] as JsonValue]))
  return [...merged, ...kept]
}

/** What is left of a live value when everything that was recorded is taken out; undefined when nothing is. */
function withoutRecorded(live: JsonValue, recorded: JsonValue): JsonValue | undefined {
  if (!isJsonObject(live) || !isJsonObject(recorded)) return undefined
  const rest: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(live)) {
    if (!Object.hasOwn(recorded, key)) rest[key] = value
    else {
      const inner = withoutRecorded(value, recorded[key] as JsonValue)
      if (inner !== undefined) rest[key] = inner
    }
  }
  return Object.keys(rest).length === 0 ? undefined : rest
}
