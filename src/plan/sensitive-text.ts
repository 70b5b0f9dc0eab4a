import type { JsonValue } from './json.ts'

/** Values shorter than this are not looked for inside other strings: masking every "1" would hide everything. */
const SHORTEST_SECRET = 4

/** Tells texts and numbers that hold a sensitive value. */
export interface SensitiveTexts {
  /** True when the text holds a sensitive value. */
  isSecretText(text: string): boolean
  /** True when the number is a sensitive value; short ones are too common to be told. */
  isSecretNumber(value: number): boolean
  /** True when anything inside a value is one of these. */
  isIn(value: JsonValue): boolean
}

/** Knows the sensitive values of a design, as texts. */
export function sensitiveTexts(values: readonly string[]): SensitiveTexts {
  const secrets = values.filter((value) => value.length >= SHORTEST_SECRET)
  const exact = new Set(values.filter((value) => value !== ''))
  const isSecretText = (text: string) => exact.has(text) || secrets.some((secret) => text.includes(secret))
  const isSecretNumber = (value: number) => secrets.includes(String(value))
  const isIn = (value: JsonValue): boolean => {
    if (typeof value === 'string') return isSecretText(value)
    if (typeof value === 'number') return isSecretNumber(value)
    return typeof value === 'object' && value !== null && Object.values(value).some((item: JsonValue) => isIn(item))
  }
  return { isSecretText, isSecretNumber, isIn: (value) => exact.size > 0 && isIn(value) }
}
