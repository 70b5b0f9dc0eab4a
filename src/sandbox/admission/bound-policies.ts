import type { JsonObject } from '../../plan/json.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
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

/** The name of a policy or binding. */
export function nameOf(object: JsonObject): string {
  return textAt(objectAt(object, 'metadata'), 'name')
}

/** Policies have no say about themselves. */
function isAboutPolicies({ group, plural }: PolicyRequest): boolean {
  return group === 'admissionregistration.k8s.io' && /admissionpolic/.test(plural)
}

/** Policies that speak of a request, each with every binding that makes it do so, in their order. */
export function* boundPolicies(
  world: PolicyWorld,
  request: PolicyRequest,
): Generator<{ readonly policy: JsonObject; readonly binding: JsonObject }> {
  if (world.bindings.length === 0 || isAboutPolicies(request)) return
  for (const policy of world.policies) {
    if (!matchesRequest(objectAt(objectAt(policy, 'spec'), 'matchConstraints'), request, world.namespace)) continue
    for (const binding of world.bindings) {
      const spec = objectAt(binding, 'spec')
      if (textAt(spec, 'policyName') !== nameOf(policy)) continue
      if (matchesRequest(objectAt(spec, 'matchResources'), request, world.namespace)) yield { policy, binding }
    }
  }
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
