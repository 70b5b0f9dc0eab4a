import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ValuePath } from '../../plan/source.ts'
import { ownedLeaves } from '../owned-leaves.ts'
import { listKeys } from './list-keys.ts'

/**
 * What an object will be that is deleted and made anew: what is desired, and of the live one only what nobody owns, its defaults. What
 * others wrote into it is gone then.
 */
export function replacedObject(live: JsonObject, desired: JsonObject): JsonObject {
  const leaves = ownedLeaves(live).filter(({ managers }) => managers.length > 0)
  const owned = new Set(leaves.map(({ place }) => placeText(place)))
  return overlay(live, desired, []) as JsonObject

  function overlay(value: JsonValue | undefined, wanted: JsonValue | undefined, place: ValuePath): JsonValue | undefined {
    if (wanted === undefined) return value === undefined ? undefined : unowned(value, place)
    if (isJsonObject(value) && isJsonObject(wanted)) {
      const names = new Set([...Object.keys(value), ...Object.keys(wanted)])
      return Object.fromEntries(
        [...names].flatMap((name) => {
          const child = overlay(ownValue(value, name), ownValue(wanted, name), [...place, name])
          return child === undefined ? [] : [[name, child] as const]
        }),
      )
    }
    if (!Array.isArray(value) || !Array.isArray(wanted)) return wanted
    const keys = listKeys(value, wanted)
    if (keys === undefined) return wanted
    const known = new Map(keys.before.map((key, index) => [key, index]))
    return wanted.flatMap((item: JsonValue, index) => {
      const at = known.get(keys.after[index] ?? '')
      const left = at === undefined ? item : overlay(value[at] as JsonValue, item, [...place, at])
      return left === undefined ? [] : [left]
    })
  }

  /** What of a value the design does not speak of is nobody's. Of a list, all or nothing. */
  function unowned(value: JsonValue, place: ValuePath): JsonValue | undefined {
    if (owned.has(placeText(place))) return undefined
    if (Array.isArray(value)) {
      return value.every((item: JsonValue, index) => isUntouched(item, [...place, index])) ? value : undefined
    }
    if (!isJsonObject(value) || Object.keys(value).length === 0) return value
    const left = Object.entries(value).flatMap(([name, child]) => {
      const kept = unowned(child, [...place, name])
      return kept === undefined ? [] : [[name, kept] as const]
    })
    return left.length === 0 ? undefined : Object.fromEntries(left)
  }

  function isUntouched(value: JsonValue, place: ValuePath): boolean {
    if (owned.has(placeText(place))) return false
    if (Array.isArray(value)) return value.every((item: JsonValue, index) => isUntouched(item, [...place, index]))
    return !isJsonObject(value) || Object.entries(value).every(([name, child]) => isUntouched(child, [...place, name]))
  }
}

function ownValue(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function placeText(place: ValuePath): string {
  return JSON.stringify(place)
}
