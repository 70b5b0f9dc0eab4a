import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { PolicyWorld } from '../admission/bound-policies.ts'
import { mutateByBoundPolicies, type PolicyHands, policyFailure } from '../admission/mutating-policies.ts'
import type { PolicyRequest } from '../admission/policy-match.ts'
import { askPolicies, type PolicyRefusal } from '../admission/validating-policies.ts'
import { atomicParts } from '../apply/atomic-parts.ts'
import { mergeValues } from '../apply/merge-values.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import { selectorMatches } from '../builtin/validation/label-selector.ts'
import { applyJsonPatch, JsonPatchMisfit, jsonPatchProblem } from '../patch/json-patch.ts'
import type { ApiContext } from './api-context.ts'
import { decodeInput, fillDefaults } from './decode-input.ts'
import type { ServedResource } from './resource-registry.ts'
import { refusedByMutation, refusedByPolicy } from './status-error.ts'

/** What of a request the policies are asked about. */
export type PolicyQuestion = Pick<
  PolicyRequest,
  'operation' | 'subresource' | 'namespace' | 'name' | 'dryRun' | 'object' | 'oldObject'
>

const group = 'admissionregistration.k8s.io'

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

function worldOf(context: ApiContext, kind: string, namespace: string): PolicyWorld {
  return {
    policies: objectsOf(context, `${group}/${kind}policies`),
    bindings: objectsOf(context, `${group}/${kind}policybindings`),
    namespace: namespace === '' ? undefined : context.store.get('/namespaces', '', namespace)?.object,
    params: (paramKind, paramRef) => paramsOf(context, namespace, paramKind, paramRef),
  }
}

function readAgain(resource: ServedResource, object: JsonValue): JsonObject {
  if (!isJsonObject(object)) throw policyFailure('the patch leaves no object')
  return fillDefaults(decodeInput(object, resource, 'Ignore', policyFailure).object, resource)
}

function handsFor(resource: ServedResource): PolicyHands {
  return {
    merge: (object, configuration) => {
      const wholes = atomicParts(configuration, resource.mergeType)
      if (wholes.length > 0)
        throw policyFailure(
          `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${wholes.join(', ')}`,
        )
      const applied = { ...configuration, apiVersion: resource.apiVersion, kind: resource.type.kind }
      return readAgain(resource, mergeValues(object, applied, resource.mergeType))
    },
    patch: (object, operations) => {
      const problem = jsonPatchProblem(operations)
      if (problem !== undefined) throw policyFailure(`JSON Patch: ${problem}`)
      try {
        return readAgain(resource, applyJsonPatch(object, operations))
      } catch (error) {
        throw error instanceof JsonPatchMisfit ? policyFailure(`JSON Patch: ${error.message}`) : error
      }
    },
  }
}

/** What bound MutatingAdmissionPolicies make of an object. Throws where one of them fails and says that it must not. */
export function mutateByPolicies(
  context: ApiContext,
  resource: ServedResource,
  question: PolicyQuestion & { readonly object: JsonObject },
): JsonObject {
  if (context.store.list(`${group}/mutatingadmissionpolicybindings`).length === 0) return question.object
  const { group: ofResource, version, plural, kind } = resource.type
  const world = worldOf(context, 'mutatingadmission', question.namespace)
  const request = { group: ofResource, version, plural, kind, ...question }
  const { object, refusals } = mutateByBoundPolicies(world, request, question.object, handsFor(resource))
  if (refusals.length > 0) throw refusedByMutation(resource.plural, question.name, refusals)
  return object
}

/** Refuses what a bound ValidatingAdmissionPolicy denies. Answers what it only warns of. */
export function admitByPolicies(context: ApiContext, resource: ServedResource, question: PolicyQuestion): readonly string[] {
  if (context.store.list(`${group}/validatingadmissionpolicybindings`).length === 0) return []
  const { group: ofResource, version, plural, kind } = resource.type
  const { namespace, name } = question
  const world = worldOf(context, 'validatingadmission', namespace)
  const { refusal, warnings } = askPolicies(world, { group: ofResource, version, plural, kind, ...question })
  if (refusal !== undefined) throw refusedBy(resource, name, refusal)
  return warnings
}

function refusedBy(resource: ServedResource, name: string, { message, reason }: PolicyRefusal): Error {
  return refusedByPolicy(resource.plural, name, message, reason, codes.get(reason) ?? 422)
}
