import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { isMask, type Masker } from './mask.ts'

/**
 * Hides the secrets of a former or live object. Its values may be older than those that are known to be secret (a password that was
 * rotated), so whatever stands where one of `beside` has a mask is hidden too: what the object becomes, and what was recorded of it,
 * both hidden already. Items of lists move, so in a list that holds a mask every value of a hidden field is covered that none of
 * them shows.
 */
export function maskFormer(former: JsonObject, beside: readonly (JsonObject | undefined)[], masker: Masker): JsonObject {
  const { masked } = masker.mask(former)
  const known = beside.filter((item): item is JsonObject => item !== undefined && holdsMask(item))
  if (known.length === 0) return masked
  const walk = (value: JsonValue, others: readonly JsonValue[], path: readonly string[]): JsonValue => {
    if (others.some(isMask)) return isMask(value) ? value : (masker.maskValue(value, path) ?? value)
    if (Array.isArray(value)) return others.some(holdsMask) ? coverList(value, others, path) : value
    if (!isJsonObject(value)) return value
    const copy: Record<string, JsonValue> = {}
    for (const [key, item] of Object.entries(value)) {
      const inside = others.flatMap((other) =>
        isJsonObject(other) && Object.hasOwn(other, key) ? [other[key] as JsonValue] : [],
      )
      copy[key] = inside.length === 0 ? item : walk(item, inside, [...path, key])
    }
    return copy
  }
  const coverList = (list: readonly JsonValue[], others: readonly JsonValue[], path: readonly string[]): JsonValue => {
    const hiddenKeys = new Set<string>()
    const shown = new Set<JsonValue>()
    const look = (value: JsonValue, key: string): void => {
      if (isMask(value)) hiddenKeys.add(key)
      else if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) look(item, key)
      else if (isJsonObject(value)) for (const [name, item] of Object.entries(value)) look(item, name)
      else shown.add(value)
    }
    for (const other of others) look(other, '')
    const cover = (value: JsonValue, key: string): JsonValue => {
      if (Array.isArray(value)) return value.map((item: JsonValue) => cover(item, key))
      if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cover(item, name)]))
      const isOpen = isMask(value) || !hiddenKeys.has(key) || shown.has(value) || typeof value === 'boolean'
      return isOpen ? value : (masker.maskValue(value, path) ?? value)
    }
    return cover(list, '')
  }
  return walk(masked, known, []) as JsonObject
}

/** True when something inside is hidden. */
export function holdsMask(value: JsonValue | undefined): boolean {
  if (typeof value === 'string') return isMask(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((item: JsonValue | undefined) => holdsMask(item))
}
