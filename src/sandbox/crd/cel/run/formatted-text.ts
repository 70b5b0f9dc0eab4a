import { conversions } from './conversions.ts'
import { durationText, timestampText } from './times.ts'
import {
  CelFailure,
  CelList,
  CelMap,
  type CelValue,
  Duration,
  LibraryValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
} from './values.ts'

const defaultPrecision = 6

/** A real number with digits after its point. */
function fixedText(value: number, precision: number, infinity: string): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? infinity : `-${infinity.replace('+', '')}`
  return value.toFixed(precision)
}

/** A value within a list or map, as an expression would spell it. */
function spelled(value: CelValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `b${JSON.stringify(shown(value))}`
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value.toFixed(defaultPrecision) : JSON.stringify(fixedText(value, 0, '+Inf'))
  }
  if (value instanceof Timestamp) return `timestamp("${timestampText(value)}")`
  if (value instanceof Duration) return `duration("${durationText(value)}")`
  if (value instanceof LibraryValue || value instanceof OptionalValue) {
    throw new CelFailure(`no formatting function for ${typeNameOf(value)}`)
  }
  return shown(value)
}

function shown(value: CelValue): string {
  if (value === null) return 'null'
  if (value instanceof CelList) return `[${value.items.map(spelled).join(', ')}]`
  if (value instanceof CelMap) {
    const entries = value.keys.map((key) => [spelled(key), spelled(value.find(key) ?? null)] as const)
    entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    return `{${entries.map(([key, inner]) => `${key}:${inner}`).join(', ')}}`
  }
  if (value instanceof LibraryValue || value instanceof OptionalValue) {
    const fit = 'strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps'
    throw new CelFailure(`string clause can only be used on ${fit}, was given ${typeNameOf(value)}`)
  }
  return value instanceof TypeValue ? value.name : String(conversions.string?.(value))
}

function wholeOf(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof Uint ? value.value : undefined
}

function decimal(value: CelValue): string {
  const whole = wholeOf(value)
  if (whole !== undefined) return String(whole)
  throw new CelFailure(`decimal clause can only be used on integers, was given ${typeNameOf(value)}`)
}

function realOf(value: CelValue, clause: string): number {
  if (typeof value === 'number') return value
  throw new CelFailure(`${clause} clause can only be used on doubles, was given ${typeNameOf(value)}`)
}

/** Digits in groups of three, as a number is printed for people. */
function fixed(value: CelValue, precision: number): string {
  const real = realOf(value, 'fixed-point')
  if (!Number.isFinite(real)) return Number.isNaN(real) ? 'NaN' : real > 0 ? '∞' : '-∞'
  const [whole = '', fraction] = real.toFixed(precision).split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function scientific(value: CelValue, precision: number): string {
  const real = realOf(value, 'scientific')
  if (!Number.isFinite(real)) return Number.isNaN(real) ? 'NaN' : real > 0 ? '∞' : '-∞'
  const [digits = '', exponent = '+0'] = real.toExponential(precision).split('e')
  const power = [...exponent.slice(1).padStart(2, '0')].map((digit) => raised[Number(digit)] ?? '').join('')
  return `${digits}×10${exponent.startsWith('-') ? '⁻' : ''}${power}`
}

function hexadecimal(value: CelValue): string {
  const whole = wholeOf(value)
  if (whole !== undefined) return whole.toString(16)
  if (typeof value === 'string') return Buffer.from(value).toString('hex')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  throw new CelFailure(`only integers, byte buffers, and strings can be formatted as hex, was given ${typeNameOf(value)}`)
}

function octal(value: CelValue): string {
  const whole = wholeOf(value)
  if (whole !== undefined) return whole.toString(8)
  throw new CelFailure(`octal clause can only be used on integers, was given ${typeNameOf(value)}`)
}

function binary(value: CelValue): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  const whole = wholeOf(value)
  if (whole !== undefined) return whole.toString(2)
  throw new CelFailure(`only integers and bools can be formatted as binary, was given ${typeNameOf(value)}`)
}

const clauses: { readonly [letter: string]: (value: CelValue, precision: number) => string } = {
  s: shown,
  d: decimal,
  f: fixed,
  e: scientific,
  x: hexadecimal,
  X: (value) => hexadecimal(value).toUpperCase(),
  o: octal,
  b: binary,
}

/** A text whose clauses (`%s`, `%.2f` ...) are filled with values in turn. */
export function formattedText(text: string, values: readonly CelValue[]): string {
  let next = 0
  const filled = (clause: string, digits: string | undefined, letter: string | undefined): string => {
    if (clause === '%') return '%'
    if (letter === undefined || letter === '') throw new CelFailure('unexpected end of string')
    const value = values[next]
    if (value === undefined) throw new CelFailure(`index ${next} out of range`)
    next += 1
    const write = Object.hasOwn(clauses, letter) ? clauses[letter] : undefined
    if (write === undefined) {
      throw new CelFailure(`could not parse formatting clause: unrecognized formatting clause ${JSON.stringify(letter)}`)
    }
    try {
      return write(value, digits === undefined ? defaultPrecision : Number(digits))
    } catch (error) {
      if (!(error instanceof CelFailure)) throw error
      throw new CelFailure(`error during formatting: ${error.message}`)
    }
  }
  return text.replaceAll(
    /%(%|(?:\.(\d+))?([^.\d]|$))/gs,
    (_match, clause: string, digits: string | undefined, letter: string | undefined) => filled(clause, digits, letter),
  )
}
