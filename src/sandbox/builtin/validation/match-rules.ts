import type { JsonObject } from '../../../plan/json.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { pathSegmentComplaints } from './names.ts'

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const scopes = ['*', 'Cluster', 'Namespaced']

/** How versions of one resource are matched. */
export const matchPolicies = ['Equivalent', 'Exact']

function validateStars(errors: FieldErrors, values: readonly string[], field: string, what: string): void {
  if (values.length === 0) errors.required(field)
  else if (values.length > 1 && values.includes('*')) {
    errors.invalid(field, [...values], `if '*' is present, must not specify other ${what}`)
  }
}

function validateResources(errors: FieldErrors, resources: readonly string[], field: string): void {
  if (resources.length === 0) errors.required(field)
  const [wholes, everywhere] = [new Set<string>(), new Set<string>()]
  let hasPlain = false
  for (const [index, resource] of resources.entries()) {
    const place = `${field}[${index}]`
    if (resource === '') {
      errors.required(place)
      continue
    }
    const slash = resource.indexOf('/')
    if (slash < 0) {
      // As on the server, the last of them decides.
      hasPlain = resource !== '*'
      continue
    }
    const [name, subresource] = [resource.slice(0, slash), resource.slice(slash + 1)]
    if (wholes.has(name)) errors.invalid(place, resource, `if '${name}/*' is present, must not specify ${resource}`)
    if (everywhere.has(subresource)) {
      errors.invalid(place, resource, `if '*/${subresource}' is present, must not specify ${resource}`)
    }
    if (subresource === '*') wholes.add(name)
    if (name === '*') everywhere.add(subresource)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.invalid(field, [...resources], "if '*/*' is present, must not specify other resources")
  }
  if (resources.includes('*') && hasPlain) {
    errors.invalid(field, [...resources], "if '*' is present, must not specify other resources without subresources")
  }
}

/** Which operations on which resources a webhook or a policy is asked about. */
export function validateMatchRule(errors: FieldErrors, rule: JsonObject, field: string): void {
  const verbs = textsAt(rule, 'operations')
  validateStars(errors, verbs, `${field}.operations`, 'operations')
  verbs.forEach((verb, index) => {
    if (!operations.includes(verb)) errors.notSupported(`${field}.operations[${index}]`, verb, operations)
  })
  validateStars(errors, textsAt(rule, 'apiGroups'), `${field}.apiGroups`, 'API groups')
  const versions = textsAt(rule, 'apiVersions')
  validateStars(errors, versions, `${field}.apiVersions`, 'API versions')
  versions.forEach((version, index) => {
    if (version === '') errors.required(`${field}.apiVersions[${index}]`)
  })
  validateResources(errors, textsAt(rule, 'resources'), `${field}.resources`)
  const scope = textAt(rule, 'scope')
  if (scope !== '' && !scopes.includes(scope)) errors.notSupported(`${field}.scope`, scope, scopes)
}

function validateNamedRule(errors: FieldErrors, rule: JsonObject, field: string): void {
  const seen = new Set<string>()
  textsAt(rule, 'resourceNames').forEach((name, index) => {
    const place = `${field}.resourceNames[${index}]`
    errors.invalidForEach(place, name, pathSegmentComplaints(name))
    if (seen.has(name)) errors.duplicate(place, name)
    seen.add(name)
  })
  validateMatchRule(errors, rule, field)
}

/** What a policy or a binding speaks of, after defaulting. */
export function validateMatchResources(errors: FieldErrors, match: JsonObject | undefined, field: string): void {
  if (match === undefined) return
  const policy = textAt(match, 'matchPolicy')
  if (!matchPolicies.includes(policy)) errors.notSupported(`${field}.matchPolicy`, policy, matchPolicies)
  for (const key of ['namespaceSelector', 'objectSelector']) {
    validateLabelSelector(errors, objectAt(match, key), `${field}.${key}`)
  }
  for (const key of ['resourceRules', 'excludeResourceRules']) {
    objectsAt(match, key).forEach((rule, index) => {
      validateNamedRule(errors, rule, `${field}.${key}[${index}]`)
    })
  }
}
