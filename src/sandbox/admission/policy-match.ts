import type { JsonObject } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { selectorMatches } from '../builtin/validation/label-selector.ts'

/** A write that admission policies have a say in. */
export interface PolicyRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  /** '' for the main resource. */
  readonly subresource: string
  /** '' for what is of the whole cluster. */
  readonly namespace: string
  readonly name: string
  readonly dryRun: boolean
  /** Null for a deletion. */
  readonly object: JsonObject | null
  /** Null for a creation. */
  readonly oldObject: JsonObject | null
}

function allows(texts: readonly string[], wanted: string): boolean {
  return texts.includes('*') || texts.includes(wanted)
}

function matchesResource(rule: JsonObject, { plural, subresource }: PolicyRequest): boolean {
  return textsAt(rule, 'resources').some((each) => {
    const [resource = '', part = ''] = each.split('/', 2)
    return (resource === '*' || resource === plural) && (part === '*' || part === subresource)
  })
}

function matchesRule(rule: JsonObject, request: PolicyRequest): boolean {
  const scope = textAt(rule, 'scope') || '*'
  const names = textsAt(rule, 'resourceNames')
  return (
    allows(textsAt(rule, 'operations'), request.operation) &&
    allows(textsAt(rule, 'apiGroups'), request.group) &&
    allows(textsAt(rule, 'apiVersions'), request.version) &&
    matchesResource(rule, request) &&
    (scope === '*' || (scope === 'Namespaced') === (request.namespace !== '')) &&
    (names.length === 0 || names.includes(request.name))
  )
}

function labelsOf(object: JsonObject | null | undefined): JsonObject | undefined {
  return objectAt(objectAt(object ?? undefined, 'metadata'), 'labels')
}

/** Objects of the whole cluster are in no namespace, and match; a namespace goes by its own labels. */
function matchesNamespace(selector: JsonObject, request: PolicyRequest, namespace: JsonObject | undefined): boolean {
  if (request.group === '' && request.plural === 'namespaces') {
    return selectorMatches(selector, labelsOf(request.object ?? request.oldObject))
  }
  return request.namespace === '' || selectorMatches(selector, labelsOf(namespace))
}

/** Whether a policy's `matchConstraints` or a binding's `matchResources` speak of a request; left out they speak of all. */
export function matchesRequest(
  match: JsonObject | undefined,
  request: PolicyRequest,
  namespace: JsonObject | undefined,
): boolean {
  if (match === undefined) return true
  const byNamespace = objectAt(match, 'namespaceSelector')
  if (byNamespace !== undefined && !matchesNamespace(byNamespace, request, namespace)) return false
  const byLabels = objectAt(match, 'objectSelector')
  const objects = [request.object, request.oldObject].filter((object) => object !== null)
  if (byLabels !== undefined && !objects.some((object) => selectorMatches(byLabels, labelsOf(object)))) return false
  if (objectsAt(match, 'excludeResourceRules').some((rule) => matchesRule(rule, request))) return false
  const rules = objectsAt(match, 'resourceRules')
  return rules.length === 0 || rules.some((rule) => matchesRule(rule, request))
}
