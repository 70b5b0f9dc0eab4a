import type { JsonObject } from '../../plan/json.ts'
import type { CustomValidator } from '../api/api-context.ts'
import type { ServedResource } from '../api/resource-registry.ts'
import type { FieldError } from '../resource-type.ts'
import { validateLists } from './validate-lists.ts'
import { hasRules, validateRules } from './validate-rules.ts'
import { validateValue } from './validate-value.ts'
import { rulesNotChecked } from './value-errors.ts'

function validate(resource: ServedResource, object: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const schema = resource.type.declaredSchema
  if (schema === undefined) return []
  const lists = old !== undefined && validateLists(old, schema).length > 0 ? [] : validateLists(object, schema)
  const errors = [...validateValue(object, schema, old), ...lists]
  if (!hasRules(schema)) return errors
  const unchecked = rulesNotChecked(errors)
  return unchecked === undefined ? [...errors, ...validateRules(object, schema, old)] : [...errors, unchecked]
}

/** Holds objects of custom kinds against the schema and the rules of their definition. */
export const customValidator: CustomValidator = { validate }
