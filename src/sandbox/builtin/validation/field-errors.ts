import type { JsonValue } from '../../../plan/json.ts'
import { goQuote } from '../../go-quote.ts'
import type { FieldError } from '../../resource-type.ts'

/** Collects refused fields, each worded as the API server words it. */
export class FieldErrors {
  readonly all: FieldError[] = []

  required(field: string, detail = ''): void {
    this.all.push({ type: 'FieldValueRequired', field, message: withDetail('Required value', detail) })
  }

  invalid(field: string, value: JsonValue | undefined, detail: string): void {
    this.all.push({
      type: 'FieldValueInvalid',
      field,
      message: withDetail(`Invalid value: ${shown(value)}`, detail),
    })
  }

  /** Refuses without showing the value. */
  invalidAsWhole(field: string, detail: string): void {
    this.all.push({ type: 'FieldValueInvalid', field, message: withDetail('Invalid value', detail) })
  }

  /** `supported` is shown in the order given; most of Kubernetes' own lists are sorted. */
  notSupported(field: string, value: JsonValue, supported: readonly string[]): void {
    const values = supported.map(goQuote).join(', ')
    const message = `Unsupported value: ${shown(value)}: supported values: ${values}`
    this.all.push({ type: 'FieldValueNotSupported', field, message })
  }

  duplicate(field: string, value: JsonValue, detail = ''): void {
    this.all.push({ type: 'FieldValueDuplicate', field, message: withDetail(`Duplicate value: ${shown(value)}`, detail) })
  }

  forbidden(field: string, detail: string): void {
    this.all.push({ type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) })
  }

  notFound(field: string, value: JsonValue): void {
    this.all.push({ type: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` })
  }

  tooLong(field: string, maximumBytes: number): void {
    this.all.push({
      type: 'FieldValueTooLong',
      field,
      message: `Too long: may not be more than ${maximumBytes} ${maximumBytes === 1 ? 'byte' : 'bytes'}`,
    })
  }

  tooMany(field: string, actual: number, maximum: number): void {
    this.all.push({
      type: 'FieldValueTooMany',
      field,
      message: `Too many: ${actual}: must have at most ${maximum} ${maximum === 1 ? 'item' : 'items'}`,
    })
  }

  /** One `invalid` for each complaint, as the server answers for names. */
  invalidForEach(field: string, value: JsonValue, details: readonly string[]): void {
    for (const detail of details) this.invalid(field, value, detail)
  }

  nonNegative(field: string, value: JsonValue | undefined): void {
    if (typeof value === 'number' && value < 0) this.invalid(field, value, 'must be greater than or equal to 0')
  }

  immutable(field: string, value: JsonValue | undefined, old: JsonValue | undefined): void {
    if (!sameJson(value, old)) this.invalid(field, value, 'field is immutable')
  }

  /** An enumeration that must be given. */
  oneOf(field: string, value: string, supported: readonly string[]): void {
    if (value === '') this.required(field)
    else if (!supported.includes(value)) this.notSupported(field, value, supported)
  }
}

/** What HTML takes for its own, as Go's JSON writes it. */
export function escapeHtml(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}

function shown(value: JsonValue | undefined): string {
  return typeof value === 'string' ? goQuote(value) : escapeHtml(JSON.stringify(value ?? null))
}

function withDetail(head: string, detail: string): string {
  return detail === '' ? head : `${head}: ${detail}`
}

/** True for equal JSON, whatever the order of keys; a missing value equals only a missing value. */
export function sameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((value, index) => sameJson(value, right[index]))
  }
  const leftEntries = Object.entries(left)
  if (leftEntries.length !== Object.keys(right).length) return false
  const other = right as { readonly [key: string]: JsonValue }
  return leftEntries.every(([key, value]) => Object.hasOwn(other, key) && sameJson(value, other[key]))
}
