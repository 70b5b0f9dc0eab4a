import { matchesFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { ValuePath } from '../plan/source.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import { listKeys } from './diff/list-keys.ts'

/**
 * The manifest as it is sent to an object that is there: what the design says of fields whose changes it ignores is only how they
 * begin. A field that is still ours is sent as it is, so that it stays; one that is not, or is gone, is left out. What has no
 * counterpart yet, such as a new container, is sent as designed. `owned` holds the fields of the live object that are ours.
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
    if (place.length > 0 && paths.some((path) => matchesFieldPath(path, place, manifest)))
      return ours === undefined ? undefined : there
    if (isJsonObject(value) && isJsonObject(there)) {
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, child]) => {
          const left = keep(child, there[key], childOf(ours, key), [...place, key])
          return left === undefined ? [] : [[key, left] as const]
        }),
      )
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
}

function childOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
