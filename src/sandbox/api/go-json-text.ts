import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { exactDigits, exactJsonText } from '../exact-json.ts'

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
  return exactDigits(value) ?? JSON.stringify(value)
}

/** A value as Go writes it when the value has no type: keys sorted, and what HTML takes for its own escaped. */
export function goJsonText(value: JsonValue): string {
  return text(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => escapes.get(character) ?? character)
}

/** A number as Go prints it: whole ones of 64 bits by their digits, all others as `goFloatText` has them. */
export function shownNumber(value: number): string {
  const isWhole = Number.isInteger(value) && value > -(2 ** 63) && value < 2 ** 63
  return isWhole ? BigInt(value).toString() : goFloatText(value)
}

/** A floating-point number as Go prints it: with an exponent from a million on and below a ten-thousandth. */
export function goFloatText(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  const shown = String(Math.abs(power)).padStart(2, '0')
  return `${mantissa}e${power < 0 ? '-' : '+'}${shown}`
}

/** A value as messages of refused fields show it. */
export function shownValue(value: JsonValue): string {
  if (typeof value === 'number') return shownNumber(value)
  return typeof value === 'object' ? goJsonText(value) : exactJsonText(value)
}
