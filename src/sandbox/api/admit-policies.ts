import type { JsonObject } from '../../plan/json.ts'
import type { PolicyRequest } from '../admission/policy-match.ts'
import { askPolicies, type PolicyRefusal, type PolicyWorld } from '../admission/validating-policies.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import { selectorMatches } from '../builtin/validation/label-selector.ts'
import type { ApiContext } from './api-context.ts'
import type { ServedResource } from './resource-registry.ts'
import { refusedByPolicy } from './status-error.ts'

/** What of a request the policies are asked about. */
export type PolicyQuestion = Pick<
  PolicyRequest,
  'operation' | 'subresource' | 'namespace' | 'name' | 'dryRun' | 'object' | 'oldObject'
>

const policyStorage = 'admissionregistration.k8s.io/validatingadmissionpolicies'
const bindingStorage = 'admissionregistration.k8s.io/validatingadmissionpolicybindings'

const codes: ReadonlyMap<string, number> = new Map([
  ['Unauthorized', 401],
  ['Forbidden', 403],
  ['RequestEntityTooLarge', 413],
])

function objectsOf(context: ApiContext, storage: string): readonly JsonObject[] {
  return context.store.list(storage).map((stored) => stored.object)
}

/** Objects that a `paramRef` names or selects, in the namespace that it names or else that of the request. */
function paramsOf(
  context: ApiContext,
  namespace: string,
  paramKind: JsonObject,
  paramRef: JsonObject,
): readonly JsonObject[] | undefined {
  const resource = context.registry.byKind(textAt(paramKind, 'apiVersion'), textAt(paramKind, 'kind'))
  if (resource === undefined) return undefined
  const where = resource.type.namespaced ? textAt(paramRef, 'namespace') || namespace : undefined
  const name = textAt(paramRef, 'name')
  const selector = objectAt(paramRef, 'selector')
  const all = context.store.list(resource.storage, where).map((stored) => stored.object)
  return all.filter((object) => {
    const metadata = objectAt(object, 'metadata')
    return name === '' ? selectorMatches(selector, objectAt(metadata, 'labels')) : textAt(metadata, 'name') === name
  })
}

/** Refuses what a bound ValidatingAdmissionPolicy denies. Answers what it only warns of. */
export function admitByPolicies(context: ApiContext, resource: ServedResource, question: PolicyQuestion): readonly string[] {
  const bindings = objectsOf(context, bindingStorage)
  if (bindings.length === 0) return []
  const { group, version, plural, kind } = resource.type
  const { namespace, name } = question
  const world: PolicyWorld = {
    policies: objectsOf(context, policyStorage),
    bindings,
    namespace: namespace === '' ? undefined : context.store.get('/namespaces', '', namespace)?.object,
    params: (paramKind, paramRef) => paramsOf(context, namespace, paramKind, paramRef),
  }
  const { refusal, warnings } = askPolicies(world, { group, version, plural, kind, ...question })
  if (refusal !== undefined) throw refusedBy(resource, name, refusal)
  return warnings
}

function refusedBy(resource: ServedResource, name: string, { message, reason }: PolicyRefusal): Error {
  return refusedByPolicy(resource.plural, name, message, reason, codes.get(reason) ?? 422)
}
