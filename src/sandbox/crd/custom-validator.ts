import type { JsonObject } from '../../plan/json.ts'
import type { CustomValidator, CustomVerdict } from '../api/api-context.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import { validateLists } from './validate-lists.ts'
import { hasRules, validateRules } from './validate-rules.ts'
import { validateScale } from './validate-scale.ts'
import { validateValue } from './validate-value.ts'
import { rulesNotChecked } from './value-errors.ts'

function validate(resource: ServedResource, object: JsonObject, old: JsonObject | undefined): CustomVerdict {
  const schema = resource.type.declaredSchema
  if (schema === undefined) return { errors: [], warnings: [] }
  const lists = old !== undefined && validateLists(old, schema).length > 0 ? [] : validateLists(object, schema)
  const { scale } = resource.type.subresources
  const scaled = scale === undefined ? [] : validateScale(object, scale)
  const errors = [...validateValue(object, schema, old), ...lists, ...scaled]
  if (!hasRules(schema)) return { errors, warnings: [] }
  const unchecked = rulesNotChecked(errors)
  if (unchecked !== undefined) return { errors: [...errors, unchecked], warnings: [] }
  const verdict = validateRules(object, schema, old)
  const warnings = verdict.tolerated.map(({ field, message }) => `${field}: ${message}`)
  return { errors: [...errors, ...verdict.errors], warnings }
}

/** Holds objects of custom kinds against the schema and the rules of their definition. */
export const customValidator: CustomValidator = { validate }
