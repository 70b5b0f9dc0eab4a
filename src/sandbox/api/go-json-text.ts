import { isJsonObject, type JsonValue } from '../../plan/json.ts'

const escapes: ReadonlyMap<string, string> = new Map([
  ['<', '\\u003c'],
  ['>', '\\u003e'],
  ['&', '\\u0026'],
  ['\u2028', '\\u2028'],
  ['\u2029', '\\u2029'],
])

function text(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(text).join(',')}]`
  if (isJsonObject(value)) {
    const fields = Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${text(value[name] ?? null)}`)
    return `{${fields.join(',')}}`
  }
  return JSON.stringify(value)
}

/** A value as Go writes it when the value has no type: keys sorted, and what HTML takes for its own escaped. */
export function goJsonText(value: JsonValue): string {
  return text(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => escapes.get(character) ?? character)
}

/** A value as messages of refused fields show it. */
export function shownValue(value: JsonValue): string {
  return typeof value === 'object' ? goJsonText(value) : JSON.stringify(value)
}
