import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { TextMatch } from './filter-test.ts'

/** Why a text is not what it has to be; undefined when it is. `found` is undefined where there is none. */
export function mismatch(found: string | undefined, match: TextMatch): string | undefined {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found)
  if (match === null) return found === undefined ? undefined : `expected nothing, found ${shown}`
  if (typeof match !== 'object')
    return found === String(match) ? undefined : `expected ${JSON.stringify(String(match))}, found ${shown}`
  const { equals, contains, matches, present, json } = match
  if (present !== undefined && (found !== undefined) !== present)
    return `expected ${present ? 'something' : 'nothing'}, found ${shown}`
  if (equals !== undefined && found !== equals) return `expected ${JSON.stringify(equals)}, found ${shown}`
  if (contains !== undefined && found?.includes(contains) !== true)
    return `expected a text with ${JSON.stringify(contains)}, found ${shown}`
  if (matches !== undefined) {
    const pattern = patternOf(matches)
    if (pattern === undefined) return `${JSON.stringify(matches)} is not a regular expression`
    if (found === undefined || !pattern.test(found)) return `expected a text that matches ${matches}, found ${shown}`
  }
  return json === undefined ? undefined : jsonMismatch(found, json, shown)
}

function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'u')
  } catch {
    return undefined
  }
}

function jsonMismatch(found: string | undefined, expected: unknown, shown: string): string | undefined {
  let value: JsonValue
  try {
    value = JSON.parse(found ?? '')
  } catch {
    return `expected JSON, found ${shown}`
  }
  return holds(value, expected) ? undefined : `expected JSON that holds ${JSON.stringify(expected)}, found ${shown}`
}

/** True when a value has at least what is expected: objects may have more, lists may not. */
function holds(value: JsonValue | undefined, expected: unknown): boolean {
  if (isJsonObject(expected)) {
    return (
      isJsonObject(value) &&
      Object.entries(expected).every(([key, item]) => holds(Object.hasOwn(value, key) ? value[key] : undefined, item))
    )
  }
  if (Array.isArray(expected)) {
    return (
      Array.isArray(value) &&
      value.length === expected.length &&
      expected.every((item: unknown, index) => holds(value[index], item))
    )
  }
  return isDeepStrictEqual(value, expected)
}
