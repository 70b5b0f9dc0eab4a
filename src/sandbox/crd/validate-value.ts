import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goFloatText } from '../api/go-json-text.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import { exactDigits } from '../exact-json.ts'
import type { FieldError } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { fieldBefore, fieldSchema, isAsBefore, itemsBefore } from './correlate.ts'
import { validFormat } from './formats.ts'
import { compiledPattern } from './go-pattern.ts'
import { invalidValue, notSupported, requiredValue, tooLong, tooMany, typeInvalid, wholeObject } from './value-errors.ts'

/**
 * What a schema says against a value, worded as the API server's OpenAPI validation words it. Whatever equals the part of
 * `old` that it replaces is let pass, so that a schema may become stricter than what is stored.
 */
export function validateValue(value: JsonValue, schema: StructuralSchema, old: JsonValue | undefined): readonly FieldError[] {
  const errors: FieldError[] = []
  check(value, schema, '', old === undefined ? undefined : { old, schema }, errors)
  return errors
}

/** What a value replaces, and by which schema the parts of both are found in each other. */
interface Before {
  readonly old: JsonValue
  readonly schema: StructuralSchema
}

function fieldOf(before: Before | undefined, name: string): Before | undefined {
  if (before === undefined) return undefined
  const old = fieldBefore(before.old, name)
  const schema = fieldSchema(before.schema, name)
  return old === undefined || schema === undefined ? undefined : { old, schema }
}

function itemsOf(before: Before | undefined): (item: JsonValue) => Before | undefined {
  const schema = before?.schema.items
  if (before === undefined || schema === undefined) return () => undefined
  const found = itemsBefore(before.schema, before.old)
  return (item) => {
    const old = found(item)
    return old === undefined ? undefined : { old, schema }
  }
}

function typesOf(schema: StructuralSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  return schema.type === undefined ? [] : [schema.type]
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null'
  if (exactDigits(value) !== undefined) return 'integer'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function inBody(path: string, what: string): string {
  return `${path} in body ${what}`
}

function check(value: JsonValue, schema: StructuralSchema, path: string, before: Before | undefined, errors: FieldError[]): void {
  const found = problemsOf(value, schema, path, before)
  if (found.length === 0 || (before !== undefined && isAsBefore(value, before.old, before.schema))) return
  errors.push(...found)
}

/** A number is held against a whole one as Go converts it: by its whole part. */
function isAllowed(value: JsonValue, allowed: JsonValue): boolean {
  if (typeof value === 'number' && typeof allowed === 'number' && Number.isInteger(allowed)) return Math.trunc(value) === allowed
  const digits = exactDigits(value)
  if (digits !== undefined) return typeof allowed === 'number' && BigInt.asIntN(64, BigInt(allowed)) === BigInt(digits)
  return jsonEqual(allowed, value)
}

/** What is wrong, each thing told once. */
function problemsOf(value: JsonValue, schema: StructuralSchema, path: string, before: Before | undefined): readonly FieldError[] {
  const errors: FieldError[] = []
  checkType(value, schema, path, errors)
  if (value !== null) {
    checkComposites(value, schema, path, before, errors)
    const digits = exactDigits(value)
    if (digits !== undefined) checkNumber(Number(digits), schema, path, errors, value)
    else if (typeof value === 'string') checkText(value, schema, path, errors)
    else if (typeof value === 'number') checkNumber(value, schema, path, errors, value)
    else if (Array.isArray(value)) checkList(value, schema, path, before, errors)
    else if (isJsonObject(value)) checkFields(value, schema, path, before, errors)
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => isAllowed(value, allowed))) {
    errors.push(notSupported(path, value, schema.enum))
  }
  if (errors.length < 2) return errors
  const told = new Map(errors.map((error) => [`${error.field}\n${error.message}`, error]))
  return told.size === errors.length ? errors : [...told.values()]
}

/** What Go holds a number in: whole ones that fit are int64, all others float64. */
function goNumber(value: number): 'int64' | 'float64' {
  return Number.isInteger(value) && value > -(2 ** 63) && value < 2 ** 63 ? 'int64' : 'float64'
}

/** A number or a truth value where a format asks for another. */
function formatMismatch(value: JsonValue, schema: StructuralSchema): string | undefined {
  const { format = '', type } = schema
  const isExact = exactDigits(value) !== undefined
  if (format === '' || (typeof value === 'string' && !isExact) || Array.isArray(value)) return undefined
  if (typeof value === 'number' || isExact) {
    const isNumeric = type === 'integer' || type === 'number'
    // Formats that the server doesn't know are no formats to it.
    if (isNumeric && rangedFormats[type]?.includes(format) !== true) return undefined
    const held = typeof value === 'number' ? goNumber(value) : 'int64'
    const fits = type === (held === 'int64' ? 'integer' : 'number') || (type === 'number' && held === 'int64')
    return fits ? undefined : held
  }
  return typeName(value) === type ? undefined : ''
}

function checkType(value: JsonValue, schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const types = typesOf(schema)
  if (types.length === 0 || (value === null && schema.nullable === true)) return
  const mismatch = value === null ? undefined : formatMismatch(value, schema)
  if (mismatch !== undefined) {
    errors.push(typeInvalid(path, mismatch, inBody(path, `must be of type ${schema.format}: ${JSON.stringify(mismatch)}`)))
    return
  }
  // A format is looked at in the type's stead, for lists as for strings; of a list no format says anything.
  if (Array.isArray(value) && (schema.format ?? '') !== '' && !types.includes('integer') && !types.includes('number')) return
  const isBig = typeof value === 'number' && Number.isInteger(value) && goNumber(value) === 'float64'
  const given = isBig ? 'number' : typeName(value)
  if (types.includes(given) || (given === 'integer' && types.includes('number'))) return
  errors.push(typeInvalid(path, given, inBody(path, `must be of type ${types.join(',')}: ${JSON.stringify(given)}`)))
}

function checkText(value: string, schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const { minLength, maxLength, pattern, format } = schema
  // Counted in characters, which are more than one unit of JavaScript's text for some.
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length
  if (maxLength !== undefined && length > maxLength) errors.push(tooLong(path, maxLength))
  else if (minLength !== undefined && length < minLength) {
    errors.push(invalidValue(path, value, inBody(path, `should be at least ${minLength} chars long`)))
  } else if (pattern !== undefined && pattern !== '' && compiledPattern(pattern)?.test(value) === false) {
    errors.push(invalidValue(path, value, inBody(path, `should match '${pattern}'`)))
  }
  if (format !== undefined && schema.type === 'string' && !validFormat(format, value)) {
    errors.push(typeInvalid(path, value, inBody(path, `must be of type ${format}: ${JSON.stringify(value)}`)))
  }
}

/** What is beyond the whole numbers of JSON is never known to be a multiple. */
function isMultiple(value: number, factor: number, shown: JsonValue): boolean {
  const digits = exactDigits(shown)
  if (digits !== undefined && Number.isInteger(factor)) return BigInt(digits) % BigInt(factor) === 0n
  const times = value / factor
  if (!Number.isSafeInteger(Math.round(times))) return false
  return Math.abs(times - Math.round(times)) < 1e-9
}

/** A bound as messages show it beside a number that Go holds in this type. */
function shownNumber(bound: number, held: 'int64' | 'float64'): string {
  return held === 'int64' ? String(bound) : goFloatText(bound)
}

function checkMultiple(value: number, factor: number, path: string, errors: FieldError[], shown: JsonValue): void {
  if (factor <= 0) errors.push(invalidValue(path, factor, `factor MultipleOf declared for ${path} must be positive: ${factor}`))
  else if (!isMultiple(value, factor, shown)) {
    errors.push(
      invalidValue(
        path,
        shown,
        inBody(path, `should be a multiple of ${shownNumber(factor, shown === value ? goNumber(value) : 'int64')}`),
      ),
    )
  }
}

/** Formats that limit a number's range, by the type they belong to. */
const rangedFormats: { readonly [type: string]: readonly string[] } = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
}

/** A number that its type or format can't hold, be it a value or a bound, is told of the object as a whole. */
function rangeProblem(
  what: string,
  value: number,
  schema: StructuralSchema,
  path: string,
  held = goNumber(value),
): FieldError | undefined {
  const { type } = schema
  if (type !== 'integer' && type !== 'number') return undefined
  const format = rangedFormats[type]?.find((known) => known === schema.format)
  const fits =
    type === 'integer'
      ? held === 'int64' && (format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31))
      : format !== 'float' || Number.isFinite(Math.fround(value))
  if (fits) return undefined
  const how = format === undefined ? '(default format)' : `with format ${format}`
  const detail = `${what} value must be of type ${type} ${how} in ${path}`
  return { type: 'FieldValueInvalid', field: wholeObject, message: `Invalid value: "": ${detail}` }
}

/** Checks a number by its size; `shown` is the same as messages show it, with all its digits. */
function checkNumber(value: number, schema: StructuralSchema, path: string, errors: FieldError[], shown: JsonValue): void {
  const held = shown === value ? goNumber(value) : 'int64'
  const range = rangeProblem('Checked', value, schema, path, held)
  if (range !== undefined) errors.push(range)
  const bound = (given: number | undefined, what: string): number | undefined => {
    if (given === undefined) return undefined
    const problem = rangeProblem(what, given, schema, path)
    if (problem === undefined) {
      // A whole number is held against whole bounds, even where the schema has a fraction.
      return held === 'int64' ? Math.trunc(given) : given
    }
    errors.push(problem)
    return given
  }
  const multipleOf = bound(schema.multipleOf, 'MultipleOf')
  if (multipleOf !== undefined) checkMultiple(value, multipleOf, path, errors, shown)
  const minimum = bound(schema.minimum, 'Minimum boundary')
  const maximum = bound(schema.maximum, 'Maximum boundary')
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    const how = schema.exclusiveMaximum === true ? 'less than' : 'less than or equal to'
    errors.push(invalidValue(path, shown, inBody(path, `should be ${how} ${shownNumber(maximum, held)}`)))
  }
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    const how = schema.exclusiveMinimum === true ? 'greater than' : 'greater than or equal to'
    errors.push(invalidValue(path, shown, inBody(path, `should be ${how} ${shownNumber(minimum, held)}`)))
  }
}

function checkList(
  value: readonly JsonValue[],
  schema: StructuralSchema,
  path: string,
  before: Before | undefined,
  errors: FieldError[],
): void {
  const { items, minItems, maxItems } = schema
  if (items !== undefined) {
    const replaced = itemsOf(before)
    for (const [index, item] of value.entries()) check(item, items, `${path}[${index}]`, replaced(item), errors)
  }
  if (minItems !== undefined && value.length < minItems) {
    errors.push(invalidValue(path, value.length, inBody(path, `should have at least ${minItems} items`)))
  }
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems))
}

function checkFields(
  value: JsonObject,
  schema: StructuralSchema,
  path: string,
  before: Before | undefined,
  errors: FieldError[],
): void {
  const { minProperties, maxProperties, properties, additionalProperties, required } = schema
  const names = Object.keys(value)
  if (minProperties !== undefined && names.length < minProperties) {
    errors.push(invalidValue(path, names.length, inBody(path, `should have at least ${minProperties} properties`)))
  }
  if (maxProperties !== undefined && names.length > maxProperties) errors.push(tooMany(path, names.length, maxProperties))
  const additional = typeof additionalProperties === 'object' ? additionalProperties : undefined
  for (const name of names) {
    const declared = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : additional
    if (declared === undefined) continue
    const at = path === '' ? name : `${path}.${name}`
    check(value[name] ?? null, declared, at, fieldOf(before, name), errors)
  }
  for (const name of required ?? []) {
    if (!Object.hasOwn(value, name)) errors.push(requiredValue(path === '' ? name : `${path}.${name}`))
  }
}

/** What concerns several schemas at once is told of the object as a whole, with the place in the text. */
function composite(path: string, what: string): FieldError {
  const message = `Invalid value: "": ${JSON.stringify(path)} must ${what}`
  return { type: 'FieldValueInvalid', field: wholeObject, message }
}

function checkComposites(
  value: JsonValue,
  schema: StructuralSchema,
  path: string,
  before: Before | undefined,
  errors: FieldError[],
): void {
  const { anyOf, oneOf, allOf, not } = schema
  if (anyOf !== undefined && anyOf.length > 0) {
    const problems = anyOf.map((each) => problemsOf(value, each, path, before))
    if (problems.every((each) => each.length > 0)) {
      errors.push(composite(path, 'validate at least one schema (anyOf)'), ...(problems[0] ?? []))
    }
  }
  if (oneOf !== undefined && oneOf.length > 0) {
    const problems = oneOf.map((each) => problemsOf(value, each, path, before))
    const valid = problems.filter((each) => each.length === 0).length
    if (valid === 0) {
      errors.push(composite(path, 'validate one and only one schema (oneOf). Found none valid'), ...(problems[0] ?? []))
    } else if (valid > 1) {
      errors.push(composite(path, `validate one and only one schema (oneOf). Found ${valid} valid alternatives`))
    }
  }
  if (allOf !== undefined && allOf.length > 0) {
    const problems = allOf.map((each) => problemsOf(value, each, path, before))
    const valid = problems.filter((each) => each.length === 0).length
    if (valid < allOf.length) {
      errors.push(composite(path, `validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`), ...problems.flat())
    }
  }
  if (not !== undefined && problemsOf(value, not, path, before).length === 0) {
    errors.push(composite(path, 'not validate the schema (not)'))
  }
}
