import type { JsonPrimitive } from '../../plan/json.ts'

/** Words that are booleans to Kubernetes' own reader (YAML 1.1), and strings to YAML 1.2. */
export const OLD_BOOLEANS: { readonly [word: string]: boolean } = {
  yes: true,
  Yes: true,
  YES: true,
  on: true,
  On: true,
  ON: true,
  no: false,
  No: false,
  NO: false,
  off: false,
  Off: false,
  OFF: false,
}

const WORDS: ReadonlyMap<string, JsonPrimitive> = new Map<string, JsonPrimitive>([
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])

/** First letters of words and numbers that are no plain text. */
const SPECIAL_START = /^[-+.0-9~nNtTfF]/
const WHOLE = /^[-+]?(0|[1-9][0-9]*)$/
const FRACTION = /^[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$|^[-+]?[0-9]+[eE][-+]?[0-9]+$/
/** Octal, hexadecimal, infinite and no numbers: each has rules of its own. */
const UNUSUAL = /^[-+]?(0[0-9]+$|0o|0x|\.(inf|Inf|INF|nan|NaN|NAN)$)/

/** What a word without quotes means in YAML's core schema; undefined where it takes a closer look. */
export function plainScalar(source: string, dialect: 'design' | 'manifest'): JsonPrimitive | undefined {
  if (dialect === 'manifest' && Object.hasOwn(OLD_BOOLEANS, source)) return OLD_BOOLEANS[source]
  if (!SPECIAL_START.test(source)) return source
  const word = WORDS.get(source)
  if (word !== undefined) return word
  if (UNUSUAL.test(source)) return undefined
  if (WHOLE.test(source)) {
    const value = Number(source)
    return Number.isSafeInteger(value) ? value : undefined
  }
  if (!FRACTION.test(source)) return source
  const value = Number(source)
  return Number.isFinite(value) ? value : undefined
}
