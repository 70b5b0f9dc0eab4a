import { hash } from 'node:crypto'
import { isJsonObject, type JsonValue } from './json.ts'

/** JSON with sorted keys and no spaces: equal values give equal text. Keys whose value is undefined are left out. */
export function canonicalJson(value: JsonValue | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === undefined || value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  // Every object of a design is read so, several times: one text that grows is quicker here than lists of parts that are joined.
  let text = '{'
  for (const key of sortedKeys(value)) {
    const item = value[key]
    if (item !== undefined) text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(item)}`
  }
  return `${text}}`
}

/** By insertion while they are few, as they nearly always are. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value)
  if (keys.length > 12) return keys.sort()
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index] as string
    let place = index
    for (let before = keys[place - 1]; before !== undefined && before > key; before = keys[place - 1]) {
      keys[place] = before
      place--
    }
    keys[place] = key
  }
  return keys
}

/** sha256 of the canonical JSON, as lower-case hex. */
export function digestOf(value: JsonValue | undefined): string {
  return hash('sha256', canonicalJson(value))
}
