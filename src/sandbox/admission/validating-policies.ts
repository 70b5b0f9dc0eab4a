import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { evaluatePolicyExpression } from '../crd/cel/policy-expression.ts'
import { looseValue } from '../crd/cel/run/schema-values.ts'
import { type CelValue, PlainMap } from '../crd/cel/run/values.ts'
import { matchesRequest, type PolicyRequest } from './policy-match.ts'

/** What policies are asked with. */
export interface PolicyWorld {
  readonly policies: readonly JsonObject[]
  readonly bindings: readonly JsonObject[]
  /** The namespace of the request. */
  readonly namespace: JsonObject | undefined
  /** Objects that a binding's `paramRef` speaks of; undefined when their kind isn't served. */
  readonly params: (paramKind: JsonObject, paramRef: JsonObject) => readonly JsonObject[] | undefined
}

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

/** What expressions may name. */
export type PolicyScope = { readonly [name: string]: CelValue }

const agreed: PolicyVerdict = { refusal: undefined, warnings: [] }

/** The name of a policy or binding. */
export function nameOf(object: JsonObject): string {
  return textAt(objectAt(object, 'metadata'), 'name')
}

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

/** The parameters that a binding hands to its policy, each of which counts for itself; a text says why there are none. */
export function paramsOf(policy: JsonObject, binding: JsonObject, world: PolicyWorld): readonly (JsonObject | null)[] | string {
  const paramKind = objectAt(objectAt(policy, 'spec'), 'paramKind')
  const paramRef = objectAt(objectAt(binding, 'spec'), 'paramRef')
  if (paramKind === undefined || paramRef === undefined) return [null]
  const found = world.params(paramKind, paramRef)
  if (found === undefined) {
    const kind = `${textAt(paramKind, 'apiVersion')}, Kind=${textAt(paramKind, 'kind')}`
    return `failed to configure policy: failed to find resource referenced by paramKind: '${kind}'`
  }
  if (found.length > 0) return found
  if (textAt(paramRef, 'parameterNotFoundAction') === 'Allow') return []
  return 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'
}

function bindingFailures(policy: JsonObject, binding: JsonObject, world: PolicyWorld, scope: PolicyScope): readonly Failure[] {
  const params = paramsOf(policy, binding, world)
  if (typeof params !== 'string') return params.flatMap((each) => failuresOf(policy, { ...scope, params: seen(each) }))
  const isStrict = textAt(objectAt(policy, 'spec'), 'failurePolicy') !== 'Ignore'
  return isStrict ? [{ message: params, reason: 'Invalid' }] : []
}

/** Policies have no say about themselves. */
export function isAboutPolicies({ group, plural }: PolicyRequest): boolean {
  return group === 'admissionregistration.k8s.io' && /admissionpolic/.test(plural)
}

/** Asks the policies that are bound. The first refusal counts; warnings are of all. */
export function askPolicies(world: PolicyWorld, request: PolicyRequest): PolicyVerdict {
  if (world.bindings.length === 0 || isAboutPolicies(request)) return agreed
  const warnings: string[] = []
  let refusal: PolicyRefusal | undefined
  let scope: PolicyScope | undefined
  for (const policy of world.policies) {
    if (!matchesRequest(objectAt(objectAt(policy, 'spec'), 'matchConstraints'), request, world.namespace)) continue
    for (const binding of world.bindings) {
      const spec = objectAt(binding, 'spec')
      if (textAt(spec, 'policyName') !== nameOf(policy)) continue
      if (!matchesRequest(objectAt(spec, 'matchResources'), request, world.namespace)) continue
      scope ??= {
        object: seen(request.object),
        oldObject: seen(request.oldObject),
        request: requestValue(request),
        namespaceObject: seen(world.namespace),
      }
      const actions = textsAt(spec, 'validationActions')
      for (const { message, reason } of bindingFailures(policy, binding, world, scope)) {
        const who = `ValidatingAdmissionPolicy '${nameOf(policy)}' with binding '${nameOf(binding)}'`
        if (actions.includes('Warn')) warnings.push(`Validation failed for ${who}: ${message}`)
        if (actions.includes('Deny')) refusal ??= { message: `${who} denied request: ${message}`, reason }
      }
    }
  }
  return { refusal, warnings }
}
