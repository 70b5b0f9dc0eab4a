import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** JSON with sorted keys and no spaces: equal values give equal text. Keys whose value is undefined are left out. */
export function canonicalJson(value: JsonValue | undefined): string {
  if (value === undefined) return 'null'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  // Every object of a design is read so, several times, and mostly before this runs fast: counted loops and one text that grows.
  if (!isJsonObject(value)) {
    let list = ''
    for (let index = 0; index < value.length; index++) list += `${index === 0 ? '' : ','}${canonicalJson(value[index])}`
    return `[${list}]`
  }
  const keys = Object.keys(value)
  if (isPlain(value, keys)) return JSON.stringify(value)
  sort(keys)
  let text = ''
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string
    const item = value[key]
    if (item !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(item)}`
  }
  return `{${text}}`
}

/** True of an object of scalars whose keys come sorted, as most labels, data and ports do: plain JSON says the same of it. */
function isPlain(value: JsonObject, keys: readonly string[]): boolean {
  for (let index = 0; index < keys.length; index++) {
    const item: JsonValue | undefined = value[keys[index] as string]
    if (item === undefined || (typeof item === 'object' && item !== null)) return false
    if (index > 0 && (keys[index - 1] as string) > (keys[index] as string)) return false
  }
  return true
}

/** By insertion while they are few, as they nearly always are. */
function sort(keys: string[]): void {
  if (keys.length > 12) keys.sort()
  else {
    for (let index = 1; index < keys.length; index++) {
      const key = keys[index] as string
      let place = index
      for (let before = keys[place - 1]; before !== undefined && before > key; before = keys[place - 1]) {
        keys[place] = before
        place--
      }
      keys[place] = key
    }
  }
}

const quotedKeys = new Map<string, string>()
const MOST_KEYS = 5000

/** A key in quotes. There are few, and each comes again in every object. */
function quoted(key: string): string {
  let text = quotedKeys.get(key)
  if (text === undefined) {
    text = JSON.stringify(key)
    if (quotedKeys.size < MOST_KEYS) quotedKeys.set(key, text)
  }
  return text
}

/** sha256 of the canonical JSON, as lower-case hex. */
export function digestOf(value: JsonValue | undefined): string {
  return hash('sha256', canonicalJson(value))
}
