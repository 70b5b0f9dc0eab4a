import type { JsonValue } from './json.ts'

/** Values shorter than this are not looked for inside other strings: masking every "1" would hide everything. */
const SHORTEST_SECRET = 4

/** Lines of a secret of several lines that are shorter than this are too common to be told, and so are those of PEM's frame. */
const SHORTEST_LINE = 12
const FRAME_LINE = /^-----/
/** Encoded parts, and other cases, that are shorter than this are too common to be told. */
const SHORTEST_FORM = 8

/** Stands for a sensitive value in a sentence. */
const COVERED = '(sensitive)'

/** Tells texts and numbers that hold a sensitive value. */
export interface SensitiveTexts {
  /** True when the text holds a sensitive value. */
  isSecretText(text: string): boolean
  /** True when the number is a sensitive value; short ones are too common to be told. */
  isSecretNumber(value: number): boolean
  /** The text with sensitive values in it covered. */
  cover(text: string): string
  /** True when anything inside a value is one of these. */
  isIn(value: JsonValue): boolean
}

/** Knows the sensitive values of a design, as texts. */
export function sensitiveTexts(values: readonly string[]): SensitiveTexts {
  const secrets = values.filter((value) => value.length >= SHORTEST_SECRET)
  const forms = [...new Set(secrets.flatMap(formsOf))]
  const exact = new Set(values.filter((value) => value !== ''))
  const isSecretText = (text: string) => exact.has(text) || forms.some((form) => text.includes(form))
  const isSecretNumber = (value: number) => secrets.includes(String(value))
  const isIn = (value: JsonValue): boolean => {
    if (typeof value === 'string') return isSecretText(value)
    if (typeof value === 'number') return isSecretNumber(value)
    return typeof value === 'object' && value !== null && Object.values(value).some((item: JsonValue) => isIn(item))
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  const cover = (text: string): string => {
    if (exact.has(text)) return COVERED
    if (!isSecretText(text)) return text
    return longestFirst.reduce((rest, form) => rest.replaceAll(form, () => COVERED), text)
  }
  return { isSecretText, isSecretNumber, cover, isIn: (value) => exact.size > 0 && isIn(value) }
}

/**
 * A secret as it may stand in other texts: as it is, quoted in JSON (once, or JSON within JSON), encoded in base64 or for an address,
 * in lower or upper case, and line by line where a text was indented.
 */
function formsOf(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1)
  const encoded = Buffer.from(secret, 'utf8').toString('base64')
  const lines = secret.includes('\n') ? secret.split('\n').map((line) => line.trim()) : []
  return [
    secret,
    quoted,
    JSON.stringify(quoted).slice(1, -1),
    encoded,
    inAddress(secret),
    ...[...inBase64(secret), secret.toLowerCase(), secret.toUpperCase()].filter((form) => form.length >= SHORTEST_FORM),
    ...lines.filter((line) => line.length >= SHORTEST_LINE && !FRAME_LINE.test(line)),
  ]
}

/** What stays the same of a text in base64, whatever stands before and after it. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text, 'utf8')])
    return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6))
  })
}

/** Percent-encoded; as it is where it can't be. */
function inAddress(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    // Half of a surrogate pair.
    return text
  }
}
