import type { JsonObject } from '../../../plan/json.ts'
import { compilePolicyText } from '../../crd/cel/compile-policy-text.ts'
import { celTypes } from '../../crd/cel/types.ts'
import { objectsAt, textAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { qualifiedNameComplaints } from './names.ts'

const mostConditions = 64

/** Expressions that all must hold for a webhook or a policy to be asked. */
export function validateMatchConditions(errors: FieldErrors, holder: JsonObject, field: string, hasParams: boolean): void {
  const conditions = objectsAt(holder, 'matchConditions')
  if (conditions.length > mostConditions) errors.tooMany(field, conditions.length, mostConditions)
  const seen = new Set<string>()
  conditions.forEach((condition, index) => {
    const place = `${field}[${index}]`
    const expression = textAt(condition, 'expression').trim()
    const compiled = compilePolicyText(expression, { hasParams, variables: undefined, wanted: [celTypes.bool] })
    if (expression === '') errors.required(`${place}.expression`)
    else if (!compiled.ok) errors.invalid(`${place}.expression`, expression, compiled.problem)
    const name = textAt(condition, 'name')
    if (name === '') errors.required(`${place}.name`)
    else errors.invalidForEach(`${place}.name`, name, qualifiedNameComplaints(name))
    if (name !== '' && seen.has(name)) errors.duplicate(`${place}.name`, name)
    seen.add(name)
  })
}
