import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../builtin/json-tree.ts'
import { sameJson } from '../builtin/validation/field-errors.ts'
import { evaluatePolicyExpression } from '../crd/cel/policy-expression.ts'
import { authorizer } from '../crd/cel/run/authorizer-values.ts'
import { plainValue } from '../crd/cel/run/plain-value.ts'
import { CelFailure } from '../crd/cel/run/values.ts'
import { boundPolicies, nameOf, type PolicyWorld, paramsOf } from './bound-policies.ts'
import type { PolicyRequest } from './policy-match.ts'
import { type PolicyScope, requestValue, seen, variablesOf } from './policy-scope.ts'

/** How an object is changed. Both throw an `Error` that says why it can't be. */
export interface PolicyHands {
  /** Lays a configuration over the object, as an apply would. */
  readonly merge: (object: JsonObject, configuration: JsonObject) => JsonObject
  readonly patch: (object: JsonObject, operations: readonly JsonValue[]) => JsonObject
}

/** What became of an object, and what is against it. */
export interface PolicyMutation {
  readonly object: JsonObject
  readonly refusals: readonly string[]
}

interface Invocation {
  readonly policy: JsonObject
  readonly binding: JsonObject
  readonly params: JsonObject | null
}

/** What went wrong with a policy, for its failure policy to decide about. */
class PolicyFailure extends Error {}

function evaluated(expression: string, scope: PolicyScope): JsonValue {
  const told = evaluatePolicyExpression(expression.trim(), scope)
  if (!told.ok) throw new PolicyFailure(told.why)
  return plainValue(told.value)
}

function changed(mutation: JsonObject, object: JsonObject, scope: PolicyScope, hands: PolicyHands): JsonObject {
  if (textAt(mutation, 'patchType') === 'JSONPatch') {
    const operations = evaluated(textAt(objectAt(mutation, 'jsonPatch'), 'expression'), scope)
    if (Array.isArray(operations)) return hands.patch(object, operations as readonly JsonValue[])
    throw new PolicyFailure('type mismatch: JSONPatchType.expression should evaluate to array')
  }
  const configuration = evaluated(textAt(objectAt(mutation, 'applyConfiguration'), 'expression'), scope)
  if (!isJsonObject(configuration)) throw new PolicyFailure('must evaluate to Object')
  return hands.merge(object, configuration)
}

/** One policy's mutations, in their order, each of which sees what those before it made. */
function invoke(
  { policy, params }: Invocation,
  object: JsonObject,
  request: PolicyRequest,
  world: PolicyWorld,
  hands: PolicyHands,
): JsonObject {
  const spec = objectAt(policy, 'spec')
  const scopeOf = (current: JsonObject): PolicyScope => {
    const given = {
      object: seen(current),
      oldObject: seen(request.oldObject),
      request: requestValue(request),
      namespaceObject: seen(world.namespace),
      params: seen(params),
      authorizer,
    }
    return { ...given, variables: variablesOf(policy, given) }
  }
  for (const condition of objectsAt(spec, 'matchConditions')) {
    if (evaluated(textAt(condition, 'expression'), scopeOf(object)) !== true) return object
  }
  return objectsAt(spec, 'mutations').reduce((current, mutation) => changed(mutation, current, scopeOf(current), hands), object)
}

function refusalOf({ policy, binding }: Invocation, error: unknown): string | undefined {
  if (!(error instanceof Error)) throw error
  if (textAt(objectAt(policy, 'spec'), 'failurePolicy') === 'Ignore') return undefined
  return `policy '${nameOf(policy)}' with binding '${nameOf(binding)}' denied request: ${error.message}`
}

function isExpected(error: unknown): boolean {
  return error instanceof PolicyFailure || error instanceof CelFailure
}

/** Bindings and parameters that make policies speak of a request; a text refuses it for want of parameters. */
function invocationsOf(world: PolicyWorld, request: PolicyRequest): readonly (Invocation | string)[] {
  const invocations: (Invocation | string)[] = []
  for (const { policy, binding } of boundPolicies(world, request)) {
    const params = paramsOf(policy, binding, world)
    if (typeof params !== 'string') invocations.push(...params.map((each) => ({ policy, binding, params: each })))
    else {
      const refusal = refusalOf({ policy, binding, params: null }, new PolicyFailure(params))
      if (refusal !== undefined) invocations.push(refusal)
    }
  }
  return invocations
}

/** What bound MutatingAdmissionPolicies make of an object. One that says so runs again, once, when later ones changed something. */
export function mutateByBoundPolicies(
  world: PolicyWorld,
  request: PolicyRequest,
  given: JsonObject,
  hands: PolicyHands,
): PolicyMutation {
  const refusals: string[] = []
  let object = given
  const left = new Map<Invocation, JsonObject>()
  const run = (invocation: Invocation): void => {
    try {
      object = invoke(invocation, object, { ...request, object }, world, hands)
      left.set(invocation, object)
    } catch (error) {
      if (!isExpected(error)) throw error
      const refusal = refusalOf(invocation, error)
      if (refusal !== undefined) refusals.push(refusal)
    }
  }
  for (const invocation of invocationsOf(world, request)) {
    if (typeof invocation === 'string') refusals.push(invocation)
    else run(invocation)
  }
  for (const [invocation, before] of [...left]) {
    const again = textAt(objectAt(invocation.policy, 'spec'), 'reinvocationPolicy') === 'IfNeeded'
    if (again && !sameJson(before, object)) run(invocation)
  }
  return { object, refusals }
}

/** A change that couldn't be made, for a policy's failure policy to decide about. */
export function policyFailure(why: string): Error {
  return new PolicyFailure(why)
}
