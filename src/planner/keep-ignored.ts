import { matchesFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import { listKeys } from './diff/list-keys.ts'

/**
 * The manifest as it is sent to an object that is there: what the design says of fields whose changes it ignores is only how they
 * begin. A field that is still ours is sent as it is, so that it stays, whether the design speaks of it by now or not; one that is
 * not, or is gone, is left out. What has no counterpart yet, such as a new container, is sent as designed. `owned` holds the fields
 * of the live object that are ours.
 */
export function keepIgnored(manifest: Manifest, live: JsonObject, owned: JsonObject, rules: readonly IgnoreRule[]): Manifest {
  const paths = rules.filter(({ keeps }) => keeps === true).flatMap((rule) => rule.paths)
  if (paths.length === 0) return manifest
  const kept = keep(manifest, live, owned, [])
  return isJsonObject(kept) ? ({ ...manifest, ...kept } as Manifest) : manifest

  function keep(
    value: JsonValue,
    there: JsonValue | undefined,
    ours: JsonValue | undefined,
    place: ValuePath,
  ): JsonValue | undefined {
    if (isIgnored(place, manifest)) return stillOurs(there, ours)
    if (isJsonObject(value) && isJsonObject(there)) {
      const told = Object.entries(value).flatMap(([key, child]) => {
        const left = keep(child, there[key], childOf(ours, key), [...place, key])
        return left === undefined ? [] : [[key, left] as const]
      })
      const untold = Object.keys(isJsonObject(ours) ? ours : {})
        .filter((key) => !Object.hasOwn(value, key))
        .flatMap((key) => {
          const left = keepUntold(there[key], childOf(ours, key), [...place, key])
          return left === undefined ? [] : [[key, left] as const]
        })
      return Object.fromEntries([...told, ...untold])
    }
    const keys = Array.isArray(value) && Array.isArray(there) ? listKeys(there, value) : undefined
    if (keys === undefined || !Array.isArray(value) || !Array.isArray(there)) return value
    const known = new Map(keys.before.map((key, index) => [key, there[index] as JsonValue]))
    return value.flatMap((item: JsonValue, index: number) => {
      const counterpart = known.get(keys.after[index] ?? '')
      // Whose a field of an item is, is not looked up: one that is sent as it is changes nothing.
      const left = counterpart === undefined ? item : keep(item, counterpart, counterpart, [...place, index])
      return left === undefined ? [] : [left]
    })
  }

  /** The ignored fields of something that is ours and that the design does not say any more; the rest of it goes. */
  function keepUntold(there: JsonValue | undefined, ours: JsonValue | undefined, place: ValuePath): JsonValue | undefined {
    if (isIgnored(place, live)) return stillOurs(there, ours)
    if (!isJsonObject(there) || !isJsonObject(ours)) return undefined
    const left = Object.keys(ours).flatMap((key) => {
      const child = keepUntold(there[key], childOf(ours, key), [...place, key])
      return child === undefined ? [] : [[key, child] as const]
    })
    return left.length === 0 ? undefined : Object.fromEntries(left)
  }

  function isIgnored(place: ValuePath, object: JsonObject): boolean {
    return place.length > 0 && paths.some((path) => matchesFieldPath(path, place, object))
  }
}

/** What is ours of a value, as it is there. Lists stay whole: their items are told apart by what others may own. */
function stillOurs(there: JsonValue | undefined, ours: JsonValue | undefined): JsonValue | undefined {
  if (there === undefined || ours === undefined) return undefined
  if (!isJsonObject(there) || !isJsonObject(ours)) return there
  const names = Object.keys(ours).filter((name) => Object.hasOwn(there, name))
  if (names.length === 0) return Object.keys(ours).length === 0 ? {} : undefined
  return Object.fromEntries(
    names.flatMap((name) => {
      const left = stillOurs(there[name], ours[name])
      return left === undefined ? [] : [[name, left] as const]
    }),
  )
}

function childOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
