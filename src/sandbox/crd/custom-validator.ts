import type { JsonObject } from '../../plan/json.ts'
import type { CustomValidator, CustomVerdict } from '../api/api-context.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import type { FieldError } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { validateEmbedded, validateLists } from './validate-lists.ts'
import { hasRules, validateRules } from './validate-rules.ts'
import { validateScale } from './validate-scale.ts'
import { validateValue } from './validate-value.ts'
import { rulesNotChecked, wholeObject } from './value-errors.ts'

/** What the schema says, or its part of the status when nothing else was written. */
function schemaErrors(
  schema: StructuralSchema,
  object: JsonObject,
  old: JsonObject | undefined,
  subresource: string,
): readonly FieldError[] {
  if (subresource !== 'status') return validateValue(object, schema, old)
  const { status } = object
  const statusSchema = schema.properties?.status
  if (status === undefined || statusSchema === undefined) return []
  return validateValue(status, statusSchema, old === undefined ? undefined : (old.status ?? null)).map((error) => ({
    ...error,
    field: error.field === wholeObject ? 'status' : `status.${error.field}`,
  }))
}

function validate(resource: ServedResource, object: JsonObject, old: JsonObject | undefined, subresource: string): CustomVerdict {
  const schema = resource.type.declaredSchema
  if (schema === undefined) return { errors: [], warnings: [] }
  const embedded = subresource === 'status' ? [] : validateEmbedded(object, schema)
  const lists = old !== undefined && validateLists(old, schema).length > 0 ? [] : validateLists(object, schema)
  const { scale } = resource.type.subresources
  const scaled = scale === undefined ? [] : validateScale(object, scale, subresource === 'status')
  const errors = [...schemaErrors(schema, object, old, subresource), ...scaled, ...embedded, ...lists]
  if (!hasRules(schema)) return { errors, warnings: [] }
  const unchecked = rulesNotChecked(errors)
  if (unchecked !== undefined) return { errors: [...errors, unchecked], warnings: [] }
  const verdict = validateRules(object, schema, old, true)
  const warnings = verdict.tolerated.map(({ field, message }) => `${field}: ${message}`)
  return { errors: [...errors, ...verdict.errors], warnings }
}

/** Holds objects of custom kinds against the schema and the rules of their definition. */
export const customValidator: CustomValidator = { validate }
