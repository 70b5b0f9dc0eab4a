import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { writtenNumber } from '../builtin/written-number.ts'
import { withWholeCharacters } from '../exact-json.ts'

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/** Most texts have no number that JavaScript would read as another one than was written. */
const suspicious = /\d[.eE]|\d{16}/

/**
 * An object in which numbers stand as they were written, where reading them lost that: `1.0`, `1e3`, and more digits than a
 * number holds. Undefined where there are none.
 */
export function withWrittenNumbers(given: string): JsonObject | undefined {
  if (!suspicious.test(given)) return undefined
  const text = withWholeCharacters(given)
  let found = false
  const marked = text.replaceAll(token, (match) => {
    if (match.startsWith('"') || !suspicious.test(match)) return match
    found = true
    return JSON.stringify(writtenNumber(match))
  })
  const value: unknown = found ? JSON.parse(marked) : undefined
  return isJsonObject(value) ? value : undefined
}
