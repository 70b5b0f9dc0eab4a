import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { evaluatePolicyExpression } from '../crd/cel/policy-expression.ts'
import { authorizer } from '../crd/cel/run/authorizer-values.ts'
import { boundPolicies, nameOf, type PolicyWorld, paramsOf } from './bound-policies.ts'
import type { PolicyRequest } from './policy-match.ts'
import { type PolicyScope, requestValue, seen, variablesOf } from './policy-scope.ts'

/** A refusal: why, and as what. */
export interface PolicyRefusal {
  readonly message: string
  /** `Invalid` unless the policy says otherwise. */
  readonly reason: string
}

/** What the policies say of a request. */
export interface PolicyVerdict {
  readonly refusal: PolicyRefusal | undefined
  readonly warnings: readonly string[]
}

interface Failure {
  readonly message: string
  readonly reason: string
}

function messageOf(validation: JsonObject, scope: PolicyScope): string {
  const expression = textAt(validation, 'messageExpression').trim()
  const told = expression === '' ? undefined : evaluatePolicyExpression(expression, scope)
  const computed = told?.ok === true && typeof told.value === 'string' ? told.value.trim() : ''
  if (computed !== '' && !computed.includes('\n')) return computed
  return textAt(validation, 'message').trim() || `failed expression: ${textAt(validation, 'expression').trim()}`
}

/** What a policy finds wrong, with one set of parameters. */
function failuresOf(policy: JsonObject, given: PolicyScope): readonly Failure[] {
  const spec = objectAt(policy, 'spec')
  const isStrict = textAt(spec, 'failurePolicy') !== 'Ignore'
  const unsound = (why: string): readonly Failure[] => (isStrict ? [{ message: why, reason: 'Invalid' }] : [])
  const scope = { ...given, variables: variablesOf(policy, given) }
  for (const condition of objectsAt(spec, 'matchConditions')) {
    const met = evaluatePolicyExpression(textAt(condition, 'expression').trim(), scope)
    if (!met.ok) return unsound(met.why)
    if (met.value !== true) return []
  }
  return objectsAt(spec, 'validations').flatMap((validation) => {
    const held = evaluatePolicyExpression(textAt(validation, 'expression').trim(), scope)
    if (!held.ok) return unsound(held.why)
    if (held.value === true) return []
    return [{ message: messageOf(validation, scope), reason: textAt(validation, 'reason') || 'Invalid' }]
  })
}

function bindingFailures(policy: JsonObject, binding: JsonObject, world: PolicyWorld, scope: PolicyScope): readonly Failure[] {
  const params = paramsOf(policy, binding, world)
  if (typeof params !== 'string') return params.flatMap((each) => failuresOf(policy, { ...scope, params: seen(each) }))
  const isStrict = textAt(objectAt(policy, 'spec'), 'failurePolicy') !== 'Ignore'
  return isStrict ? [{ message: params, reason: 'Invalid' }] : []
}

/** Asks the policies that are bound. The first refusal counts; warnings are of all. */
export function askPolicies(world: PolicyWorld, request: PolicyRequest): PolicyVerdict {
  const warnings: string[] = []
  let refusal: PolicyRefusal | undefined
  let scope: PolicyScope | undefined
  for (const { policy, binding } of boundPolicies(world, request)) {
    scope ??= {
      object: seen(request.object),
      oldObject: seen(request.oldObject),
      request: requestValue(request),
      namespaceObject: seen(world.namespace),
      authorizer,
    }
    const actions = textsAt(objectAt(binding, 'spec'), 'validationActions')
    for (const { message, reason } of bindingFailures(policy, binding, world, scope)) {
      const who = `ValidatingAdmissionPolicy '${nameOf(policy)}' with binding '${nameOf(binding)}'`
      if (actions.includes('Warn')) warnings.push(`Validation failed for ${who}: ${message}`)
      if (actions.includes('Deny')) refusal ??= { message: `${who} denied request: ${message}`, reason }
    }
  }
  return { refusal, warnings }
}
