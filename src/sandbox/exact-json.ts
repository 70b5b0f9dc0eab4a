import type { JsonValue } from '../plan/json.ts'
import { literalOf, writtenNumber } from './builtin/written-number.ts'

/**
 * JSON of custom objects, whose whole numbers keep all 64 bits. Those that a number of JavaScript would round are kept as they
 * were written, as texts with a mark; no other value is touched. Nothing is marked in most processes, which costs them one look
 * at each text.
 */

const manyDigits = /\d{16}/
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const marked = /"\\ud800number (-?\d+)"/g
const markedStart = '"\\ud800number '
const surrogate = /\\u[dD][89a-fA-F]/
const escaped = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/gs

let anyMarked = false

/** A whole number of 64 bits by its digits, marked where a number of JavaScript is not the same; undefined for none of 64 bits. */
export function exactWhole(literal: string): JsonValue | undefined {
  const value = BigInt(literal)
  if (BigInt.asIntN(64, value) !== value) return undefined
  if (String(Number(value)) === value.toString()) return Number(value)
  anyMarked = true
  return writtenNumber(value.toString())
}

/** Whether a text of JSON writes characters as pairs of surrogates, or halves of such. */
export function hasSurrogates(text: string): boolean {
  return surrogate.test(text)
}

/** A text of JSON in which half of a surrogate pair is what Go reads in its place: the replacement character. */
export function withWholeCharacters(text: string): string {
  if (!surrogate.test(text)) return text
  return text.replaceAll(escaped, (match) => (match.length === 6 ? '\\ufffd' : match))
}

/** The first number of a text of JSON that is too large for one of 64 bits with a fraction; undefined when there is none. */
export function numberBeyond(text: string): string | undefined {
  if (!/\d[eE]\+?\d{3}|\d{309}/.test(text)) return undefined
  return text.match(token)?.find((match) => !match.startsWith('"') && !Number.isFinite(Number(match)))
}

/** Parses JSON. Throws `SyntaxError` as `JSON.parse` does. */
export function parseExactJson(given: string): JsonValue {
  const text = withWholeCharacters(given)
  const plain = JSON.parse(text) as JsonValue
  if (!manyDigits.test(text)) return plain
  const exact = text.replaceAll(token, (match) => {
    if (match.startsWith('"') || !/^-?\d{16,19}$/.test(match)) return match
    return JSON.stringify(exactWhole(match) ?? Number(match))
  })
  return exact === text ? plain : (JSON.parse(exact) as JsonValue)
}

/** Writes JSON, marked numbers as numbers. */
export function exactJsonText(value: JsonValue, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent)
  return anyMarked && text.includes(markedStart) ? text.replaceAll(marked, '$1') : text
}

/** The value with plain numbers, for readers in JavaScript; the same one where nothing is marked. */
export function withPlainNumbers(value: JsonValue): JsonValue {
  if (!anyMarked) return value
  const text = JSON.stringify(value)
  return text.includes(markedStart) ? (JSON.parse(text.replaceAll(marked, '$1')) as JsonValue) : value
}

/** The digits of a marked number. */
export function exactDigits(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? literalOf(value) : undefined
}
