import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goJsonText } from '../api/go-json-text.ts'
import { objectAt } from '../builtin/json-tree.ts'
import { type FieldErrors, sameJson } from '../builtin/validation/field-errors.ts'
import type { FieldError } from '../resource-type.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { validateEmbedded } from './validate-lists.ts'
import { validateRules } from './validate-rules.ts'
import { validateValue } from './validate-value.ts'
import { wholeObject } from './value-errors.ts'

function within(field: string, error: FieldError): FieldError {
  return { ...error, field: error.field === wholeObject ? field : `${field}.${error.field}` }
}

/** A default cut down to the schema that it is a default of. */
function prunedValue(value: JsonValue, schema: StructuralSchema): JsonValue {
  return pruneObject({ value }, { type: 'object', properties: { value: schema } }).object.value ?? null
}

function checkDefault(errors: FieldErrors, value: JsonValue, schema: StructuralSchema, field: string): void {
  if (!sameJson(prunedValue(value, schema), value)) {
    errors.all.push({
      type: 'FieldValueInvalid',
      field,
      message: `Invalid value: ${goJsonText(value)}: must not have unknown fields`,
    })
  }
  const embedded = validateEmbedded(value, schema).map((error) => within(field, error))
  if (embedded.length > 0) {
    errors.all.push(...embedded)
    return
  }
  const problems = validateValue(value, schema, undefined).map((error) => within(field, error))
  errors.all.push(...problems)
  if (problems.length > 0) return
  const asUnchanged = validateRules(value, schema, value, false).errors
  const found = asUnchanged.length > 0 ? asUnchanged : validateRules(value, schema, undefined, false).errors
  errors.all.push(...found.map((error) => within(field, error)))
}

/** Defaults that their own schemas would refuse. */
export function checkDefaults(errors: FieldErrors, schema: JsonObject, field: string): void {
  if (schema.default !== undefined) checkDefault(errors, schema.default, schema as StructuralSchema, `${field}.default`)
  const items = objectAt(schema, 'items')
  if (items !== undefined) checkDefaults(errors, items, `${field}.items`)
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    if (isJsonObject(property)) checkDefaults(errors, property, `${field}.properties[${name}]`)
  }
}
