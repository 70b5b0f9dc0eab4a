import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { evaluatePolicyExpression } from '../crd/cel/policy-expression.ts'
import { looseValue } from '../crd/cel/run/schema-values.ts'
import { type CelValue, PlainMap } from '../crd/cel/run/values.ts'
import type { PolicyRequest } from './policy-match.ts'

/** What expressions may name. */
export type PolicyScope = { readonly [name: string]: CelValue }

/** An object as expressions see it. */
export function seen(object: JsonObject | null | undefined): CelValue {
  return looseValue(object ?? null)
}

/** The `request` of expressions. */
export function requestValue(request: PolicyRequest): CelValue {
  const { group, version, kind, plural, subresource, name, namespace, operation, dryRun } = request
  const [kindNamed, resourceNamed] = [
    { group, version, kind },
    { group, version, resource: plural },
  ]
  return looseValue({
    uid: '',
    kind: kindNamed,
    requestKind: kindNamed,
    resource: resourceNamed,
    requestResource: resourceNamed,
    subResource: subresource,
    requestSubResource: subresource,
    name,
    namespace,
    operation,
    userInfo: { username: 'sandbox', groups: ['system:masters', 'system:authenticated'] },
    dryRun,
    options: {},
  })
}

/** Variables in their order, each of which may use those before. One that fails is missing. */
export function variablesOf(policy: JsonObject, scope: PolicyScope): CelValue {
  let variables = new PlainMap()
  for (const variable of objectsAt(objectAt(policy, 'spec'), 'variables')) {
    const read = evaluatePolicyExpression(textAt(variable, 'expression').trim(), { ...scope, variables })
    if (read.ok) variables = variables.with(textAt(variable, 'name'), read.value)
  }
  return variables
}
