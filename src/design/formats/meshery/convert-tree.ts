import { isJsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { escapeText } from '../foreign-text.ts'
import type { Places } from '../places.ts'
import { plainKey } from './plain-keys.ts'

/** What stands in for a text of the file: references are filled in here. */
export type FillText = (text: string, path: ValuePath) => JsonValue

/** A value of the file as the language takes it: keys without spaces, references filled in, and no expressions. */
export function convertTree(value: JsonValue, path: ValuePath, places: Places, fill: FillText): JsonValue {
  if (typeof value === 'string') {
    const filled = fill(value, path)
    return typeof filled === 'string' ? escapeText(filled) : filled
  }
  if (Array.isArray(value)) {
    const made = value.map((item, index) => convertTree(item, [...path, index], places, fill))
    return places.mark(made, path)
  }
  if (!isJsonObject(value)) return value
  const made: Record<string, JsonValue> = {}
  places.mark(made, path)
  for (const [key, item] of Object.entries(value)) {
    const name = plainKey(key)
    const place = [...path, key]
    made[escapeText(name)] = convertTree(item, place, places, fill)
    if (name !== key) places.markKey(made, name, place)
  }
  return made
}
