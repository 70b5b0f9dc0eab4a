import { goQuote } from '../../go-quote.ts'
import type { FieldErrors } from './field-errors.ts'

const longestManager = 128

/** Complains of a field manager's name that is too long, and of each character that doesn't show, at its place in bytes. */
export function validateManagerName(errors: FieldErrors, field: string, manager: string): void {
  if (Buffer.byteLength(manager) > longestManager) errors.tooLong(field, longestManager)
  let position = 0
  for (const character of manager) {
    if (character !== ' ' && /[\p{C}\p{Z}]/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      const message = `Invalid value: ${goQuote(manager)}: invalid character U+${code} (at position ${position})`
      errors.all.push({ type: 'FieldValueInvalid', field, message })
    }
    position += Buffer.byteLength(character)
  }
}
