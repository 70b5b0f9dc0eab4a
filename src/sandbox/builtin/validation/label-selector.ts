import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { FieldErrors } from './field-errors.ts'
import { labelValueComplaints, qualifiedNameComplaints } from './names.ts'
import { validateLabels } from './object-meta.ts'

function expressionsOf(selector: JsonObject): readonly JsonObject[] {
  const list = selector.matchExpressions
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

function valuesOf(expression: JsonObject): readonly string[] {
  return Array.isArray(expression.values) ? expression.values.filter((value) => typeof value === 'string') : []
}

function validateExpression(errors: FieldErrors, expression: JsonObject, field: string): void {
  const values = valuesOf(expression)
  switch (expression.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        errors.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
      break
    default:
      errors.invalid(`${field}.operator`, expression.operator, 'not a valid selector operator')
  }
  const key = typeof expression.key === 'string' ? expression.key : ''
  errors.invalidForEach(`${field}.key`, key, qualifiedNameComplaints(key))
  values.forEach((value, index) => {
    errors.invalidForEach(`${field}.values[${index}]`, value, labelValueComplaints(value))
  })
}

/** A selector of labels and expressions; missing selectors are someone else's concern. */
export function validateLabelSelector(errors: FieldErrors, selector: JsonValue | undefined, field: string): void {
  if (!isJsonObject(selector)) return
  validateLabels(errors, selector.matchLabels, `${field}.matchLabels`)
  expressionsOf(selector).forEach((expression, index) => {
    validateExpression(errors, expression, `${field}.matchExpressions[${index}]`)
  })
}

/** True for a selector that objects can be tried against. */
export function isReadableSelector(selector: JsonObject): boolean {
  const errors = new FieldErrors()
  validateLabelSelector(errors, selector, '')
  return errors.all.length === 0
}

/** True for a selector that says nothing, and so selects everything. */
export function isEmptySelector(selector: JsonObject): boolean {
  const pairs = isJsonObject(selector.matchLabels) ? Object.keys(selector.matchLabels).length : 0
  return pairs + expressionsOf(selector).length === 0
}

function expressionMatches(expression: JsonObject, labels: JsonObject): boolean {
  const key = String(expression.key)
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  const listed = typeof value === 'string' && valuesOf(expression).includes(value)
  switch (expression.operator) {
    case 'In':
      return listed
    case 'NotIn':
      return !listed
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

/** Whether labels are selected. A missing selector selects nothing, an empty one everything. */
export function selectorMatches(selector: JsonValue | undefined, labels: JsonValue | undefined): boolean {
  if (!isJsonObject(selector)) return false
  const given = isJsonObject(labels) ? labels : {}
  const pairs = isJsonObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : []
  return (
    pairs.every(([key, value]) => Object.hasOwn(given, key) && given[key] === value) &&
    expressionsOf(selector).every((expression) => expressionMatches(expression, given))
  )
}
