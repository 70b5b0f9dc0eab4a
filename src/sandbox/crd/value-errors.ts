import type { JsonValue } from '../../plan/json.ts'
import { shownValue } from '../api/go-json-text.ts'
import type { FieldError } from '../resource-type.ts'

/** The field of what concerns the object as a whole, as Go writes an empty path. */
export const wholeObject = '<nil>'

/** A refused value with the value shown. */
export function invalidValue(field: string, value: JsonValue, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field: field || wholeObject, message: `Invalid value: ${shownValue(value)}: ${detail}` }
}

/** A missing value. */
export function requiredValue(field: string, detail = ''): FieldError {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`
  return { type: 'FieldValueRequired', field: field || wholeObject, message }
}

/** A value of another type than the schema's; `shown` is the name of the type it has, or the text itself for formats. */
export function typeInvalid(field: string, shown: string, detail: string): FieldError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${detail}`
  return { type: 'FieldValueTypeInvalid', field: field || wholeObject, message }
}

/** A value that is none of those allowed. */
export function notSupported(field: string, value: JsonValue, supported: readonly JsonValue[]): FieldError {
  const names = supported.map((each) => JSON.stringify(typeof each === 'string' ? each : shownValue(each))).join(', ')
  const message = `Unsupported value: ${shownValue(value)}: supported values: ${names}`
  return { type: 'FieldValueNotSupported', field: field || wholeObject, message }
}

/** A text over its longest length. */
export function tooLong(field: string, maximum: number): FieldError {
  const unit = maximum === 1 ? 'byte' : 'bytes'
  return { type: 'FieldValueTooLong', field: field || wholeObject, message: `Too long: may not be more than ${maximum} ${unit}` }
}

/** A list or map over its largest size. */
export function tooMany(field: string, actual: number, maximum: number): FieldError {
  const unit = maximum === 1 ? 'item' : 'items'
  return {
    type: 'FieldValueTooMany',
    field: field || wholeObject,
    message: `Too many: ${actual}: must have at most ${maximum} ${unit}`,
  }
}

/** An item that is in its list twice. */
export function duplicateValue(field: string, value: JsonValue): FieldError {
  return { type: 'FieldValueDuplicate', field: field || wholeObject, message: `Duplicate value: ${shownValue(value)}` }
}

/** Types of errors after which rules are not checked. */
const blocking: ReadonlySet<FieldError['type']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

/** What is said of the rules when other errors keep them from being checked; undefined when none do. */
export function rulesNotChecked(errors: readonly FieldError[]): FieldError | undefined {
  if (!errors.some((error) => blocking.has(error.type))) return undefined
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  return { type: 'FieldValueInvalid', field: wholeObject, message: `Invalid value: null: ${detail}` }
}
