import type { JsonObject } from '../../../plan/json.ts'
import { internalValue } from '../internal-value.ts'
import { listAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { isReadableSelector, validateLabelSelector } from './label-selector.ts'
import { pathSegmentComplaints, subdomainComplaints } from './names.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

function validatePolicyRule(errors: FieldErrors, rule: JsonObject, namespaced: boolean, field: string): void {
  if (listAt(rule, 'verbs').length === 0) errors.required(`${field}.verbs`, 'verbs must contain at least one value')
  const urls = listAt(rule, 'nonResourceURLs')
  if (urls.length > 0) {
    if (namespaced) errors.invalid(`${field}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs')
    if (listAt(rule, 'apiGroups').length + listAt(rule, 'resources').length + listAt(rule, 'resourceNames').length > 0) {
      errors.invalid(`${field}.nonResourceURLs`, urls, 'rules cannot apply to both regular resources and non-resource URLs')
    }
    return
  }
  if (listAt(rule, 'apiGroups').length === 0) {
    errors.required(`${field}.apiGroups`, 'resource rules must supply at least one api group')
  }
  if (listAt(rule, 'resources').length === 0) {
    errors.required(`${field}.resources`, 'resource rules must supply at least one resource')
  }
}

/** Rules of a role; a namespaced one can't speak of URLs. */
export function validateRole(errors: FieldErrors, role: JsonObject): void {
  objectsAt(role, 'rules').forEach((rule, index) => {
    validatePolicyRule(errors, rule, true, `rules[${index}]`)
  })
}

/** Rules of a cluster role, and of those that it takes in. */
export function validateClusterRole(errors: FieldErrors, role: JsonObject): void {
  objectsAt(role, 'rules').forEach((rule, index) => {
    validatePolicyRule(errors, rule, false, `rules[${index}]`)
  })
  const aggregation = objectAt(role, 'aggregationRule')
  if (aggregation === undefined) return
  const selectors = objectsAt(aggregation, 'clusterRoleSelectors')
  if (selectors.length === 0) {
    errors.required(
      'aggregationRule.clusterRoleSelectors',
      'at least one clusterRoleSelector required if aggregationRule is non-nil',
    )
  }
  selectors.forEach((selector, index) => {
    const field = `aggregationRule.clusterRoleSelectors[${index}]`
    validateLabelSelector(errors, selector, field)
    if (!isReadableSelector(selector)) errors.invalid(field, null, 'invalid label selector.')
  })
}

function validateSubject(errors: FieldErrors, subject: JsonObject, namespaced: boolean, field: string): void {
  const name = textAt(subject, 'name')
  const group = textAt(subject, 'apiGroup')
  if (name === '') errors.required(`${field}.name`)
  switch (subject.kind) {
    case 'ServiceAccount':
      if (name !== '') errors.invalidForEach(`${field}.name`, name, subdomainComplaints(name))
      if (group !== '') errors.notSupported(`${field}.apiGroup`, group, [''])
      if (!namespaced && textAt(subject, 'namespace') === '') errors.required(`${field}.namespace`)
      return
    case 'User':
    case 'Group':
      if (group !== rbacGroup) errors.notSupported(`${field}.apiGroup`, group, [rbacGroup])
      return
    default:
      errors.notSupported(`${field}.kind`, textAt(subject, 'kind'), ['ServiceAccount', 'User', 'Group'])
  }
}

function validateBinding(errors: FieldErrors, binding: JsonObject, namespaced: boolean): void {
  const role = objectAt(binding, 'roleRef') ?? {}
  if (role.apiGroup !== rbacGroup) errors.notSupported('roleRef.apiGroup', textAt(role, 'apiGroup'), [rbacGroup])
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (!kinds.includes(textAt(role, 'kind'))) errors.notSupported('roleRef.kind', textAt(role, 'kind'), kinds)
  const name = textAt(role, 'name')
  if (name === '') errors.required('roleRef.name')
  else errors.invalidForEach('roleRef.name', name, pathSegmentComplaints(name))
  objectsAt(binding, 'subjects').forEach((subject, index) => {
    validateSubject(errors, subject, namespaced, `subjects[${index}]`)
  })
}

/** Whom a role is given to in a namespace. */
export function validateRoleBinding(errors: FieldErrors, binding: JsonObject): void {
  validateBinding(errors, binding, true)
}

/** Whom a role is given to everywhere. */
export function validateClusterRoleBinding(errors: FieldErrors, binding: JsonObject): void {
  validateBinding(errors, binding, false)
}

/** A binding never changes its role. */
export function validateBindingUpdate(errors: FieldErrors, binding: JsonObject, old: JsonObject): void {
  if (sameJson(binding.roleRef, old.roleRef)) return
  const shown = internalValue('RoleRef', objectAt(binding, 'roleRef') ?? {})
  errors.invalid('roleRef', shown, 'cannot change roleRef')
}
