import type { JsonObject } from '../../../plan/json.ts'
import { compilePolicyText, type PolicyTextScope } from '../../crd/cel/compile-policy-text.ts'
import { type CelType, celTypes } from '../../crd/cel/types.ts'
import { internalValue } from '../internal-value.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { fullyQualifiedComplaints, pathSegmentComplaints, portNumberComplaints, subdomainComplaints } from './names.ts'

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
    validateLabelSelector(errors, selector, `aggregationRule.clusterRoleSelectors[${index}]`)
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

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const scopes = ['*', 'Cluster', 'Namespaced']
const reviewVersions = ['v1', 'v1beta1']

function validateStars(errors: FieldErrors, values: readonly string[], field: string, what: string): void {
  if (values.length === 0) errors.required(field)
  else if (values.length > 1 && values.includes('*')) {
    errors.invalid(field, [...values], `if '*' is present, must not specify other ${what}`)
  }
}

function validateRule(errors: FieldErrors, rule: JsonObject, field: string): void {
  const verbs = textsAt(rule, 'operations')
  if (verbs.length === 0) errors.required(`${field}.operations`)
  else if (verbs.length > 1 && verbs.includes('*')) {
    errors.invalid(`${field}.operations`, [...verbs], "if '*' is present, must not specify other operations")
  }
  verbs.forEach((verb, index) => {
    if (!operations.includes(verb)) errors.notSupported(`${field}.operations[${index}]`, verb, operations)
  })
  validateStars(errors, textsAt(rule, 'apiGroups'), `${field}.apiGroups`, 'API groups')
  validateStars(errors, textsAt(rule, 'apiVersions'), `${field}.apiVersions`, 'API versions')
  if (textsAt(rule, 'resources').length === 0) errors.required(`${field}.resources`)
  const scope = textAt(rule, 'scope')
  if (scope !== '' && !scopes.includes(scope)) errors.notSupported(`${field}.scope`, scope, scopes)
}

function validateWebhookUrl(errors: FieldErrors, text: string, field: string): void {
  const form = 'desired format: https://host[/path]'
  if (!URL.canParse(text)) {
    errors.required(field, `url must be a valid URL: parse ${JSON.stringify(text)}; ${form}`)
    return
  }
  const url = new URL(text)
  if (url.protocol !== 'https:')
    errors.invalid(field, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme; ${form}`)
  if (url.host === '') errors.invalid(field, url.host, `host must be specified; ${form}`)
  if (url.username !== '' || url.password !== '')
    errors.invalid(field, url.username, 'user information is not permitted in the URL')
  if (url.hash !== '') errors.invalid(field, url.hash.slice(1), 'fragments are not permitted in the URL')
  if (url.search !== '') errors.invalid(field, url.search.slice(1), 'query parameters are not permitted in the URL')
}

function validateClientConfig(errors: FieldErrors, config: JsonObject, field: string): void {
  const url = config.url
  const service = objectAt(config, 'service')
  if ((url === undefined) === (service === undefined)) {
    errors.required(field, 'exactly one of url or service is required')
    return
  }
  if (typeof url === 'string') validateWebhookUrl(errors, url, `${field}.url`)
  if (service === undefined) return
  if (textAt(service, 'name') === '') errors.required(`${field}.service.name`, 'service name is required')
  if (textAt(service, 'namespace') === '') errors.required(`${field}.service.namespace`, 'service namespace is required')
  const port = numberAt(service, 'port') ?? 443
  for (const complaint of portNumberComplaints(port))
    errors.invalid(`${field}.service.port`, port, `port is not valid: ${complaint}`)
  const path = textAt(service, 'path')
  if (path !== '' && !path.startsWith('/')) errors.invalid(`${field}.service.path`, path, "must start with a '/'")
}

function validateWebhook(errors: FieldErrors, webhook: JsonObject, field: string): void {
  const name = textAt(webhook, 'name')
  if (name === '') errors.required(`${field}.name`)
  else errors.invalidForEach(`${field}.name`, name, fullyQualifiedComplaints(name, 3))
  objectsAt(webhook, 'rules').forEach((rule, index) => {
    validateRule(errors, rule, `${field}.rules[${index}]`)
  })
  const choice = (key: string, supported: readonly string[]): void => {
    const value = textAt(webhook, key)
    if (value !== '' && !supported.includes(value)) errors.notSupported(`${field}.${key}`, value, supported)
  }
  choice('failurePolicy', ['Fail', 'Ignore'])
  choice('matchPolicy', ['Equivalent', 'Exact'])
  choice('reinvocationPolicy', ['IfNeeded', 'Never'])
  if (textAt(webhook, 'sideEffects') === '') errors.required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun')
  else choice('sideEffects', ['None', 'NoneOnDryRun'])
  const seconds = numberAt(webhook, 'timeoutSeconds') ?? 10
  if (seconds < 1 || seconds > 30) {
    errors.invalid(`${field}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds')
  }
  validateLabelSelector(errors, webhook.namespaceSelector, `${field}.namespaceSelector`)
  validateLabelSelector(errors, webhook.objectSelector, `${field}.objectSelector`)
  validateClientConfig(errors, objectAt(webhook, 'clientConfig') ?? {}, `${field}.clientConfig`)
  const versions = textsAt(webhook, 'admissionReviewVersions')
  const known = reviewVersions.join(', ')
  if (versions.length === 0) errors.required(`${field}.admissionReviewVersions`, `must specify one of ${known}`)
  else if (!versions.some((version) => reviewVersions.includes(version))) {
    errors.invalid(`${field}.admissionReviewVersions`, [...versions], `must include at least one of ${known}`)
  }
}

/** Webhooks of a configuration after defaulting. */
export function validateWebhooks(errors: FieldErrors, configuration: JsonObject): void {
  const names = new Set<string>()
  objectsAt(configuration, 'webhooks').forEach((webhook, index) => {
    const field = `webhooks[${index}]`
    validateWebhook(errors, webhook, field)
    const name = textAt(webhook, 'name')
    if (name !== '' && names.has(name)) errors.duplicate(`${field}.name`, name)
    names.add(name)
  })
}

function validateMatch(errors: FieldErrors, spec: JsonObject): void {
  const match = objectAt(spec, 'matchConstraints')
  if (match === undefined) errors.required('spec.matchConstraints')
  else if (objectsAt(match, 'resourceRules').length === 0) errors.required('spec.matchConstraints.resourceRules')
}

function validateFailurePolicy(errors: FieldErrors, spec: JsonObject): void {
  const policy = textAt(spec, 'failurePolicy')
  if (!['Fail', 'Ignore'].includes(policy)) errors.notSupported('spec.failurePolicy', policy, ['Fail', 'Ignore'])
}

/** The parts that a policy in CEL can't do without. */
export function validateAdmissionPolicy(errors: FieldErrors, policy: JsonObject): void {
  const spec = objectAt(policy, 'spec') ?? {}
  validateMatch(errors, spec)
  if (objectsAt(spec, 'validations').length + objectsAt(spec, 'auditAnnotations').length === 0) {
    errors.required('spec.validations', 'validations or auditAnnotations must contain at least one item')
  }
  const variables = validateVariables(errors, spec)
  const hasParams = objectAt(spec, 'paramKind') !== undefined
  const compile = (field: string, source: string, wanted: readonly CelType[], known: PolicyTextScope['variables']): void => {
    const compiled = compilePolicyText(source, { hasParams, variables: known, wanted })
    if (!compiled.ok) errors.invalid(field, source, compiled.problem)
  }
  objectsAt(spec, 'validations').forEach((validation, index) => {
    const field = `spec.validations[${index}]`
    const expression = textAt(validation, 'expression')
    if (expression.trim() === '') errors.required(`${field}.expression`, 'expression is not specified')
    else compile(`${field}.expression`, expression, [celTypes.bool], variables)
    const message = textAt(validation, 'messageExpression')
    if (message.trim() !== '') compile(`${field}.messageExpression`, message, [celTypes.string], variables)
  })
  objectsAt(spec, 'matchConditions').forEach((condition, index) => {
    const expression = textAt(condition, 'expression')
    if (expression.trim() !== '') compile(`spec.matchConditions[${index}].expression`, expression, [celTypes.bool], undefined)
  })
  validateFailurePolicy(errors, spec)
}

/** The types of a policy's variables, each of which may use those before. */
function validateVariables(errors: FieldErrors, spec: JsonObject): ReadonlyMap<string, CelType> {
  const variables = new Map<string, CelType>()
  const hasParams = objectAt(spec, 'paramKind') !== undefined
  objectsAt(spec, 'variables').forEach((variable, index) => {
    const source = textAt(variable, 'expression')
    const compiled = compilePolicyText(source, { hasParams, variables, wanted: undefined })
    if (!compiled.ok) errors.invalid(`spec.variables[${index}].expression`, source, compiled.problem)
    variables.set(textAt(variable, 'name'), compiled.ok ? compiled.type : celTypes.dyn)
  })
  return variables
}

/** The same of a policy that changes objects. */
export function validateMutatingPolicy(errors: FieldErrors, policy: JsonObject): void {
  const spec = objectAt(policy, 'spec') ?? {}
  validateMatch(errors, spec)
  const mutations = objectsAt(spec, 'mutations')
  if (mutations.length === 0) errors.required('spec.mutations', 'mutations must contain at least one item')
  mutations.forEach((mutation, index) => {
    const field = `spec.mutations[${index}]`
    switch (textAt(mutation, 'patchType')) {
      case 'ApplyConfiguration':
        if (objectAt(mutation, 'applyConfiguration') === undefined) {
          errors.required(`${field}.applyConfiguration`, 'must be specified when patchType is ApplyConfiguration')
        }
        break
      case 'JSONPatch':
        if (objectAt(mutation, 'jsonPatch') === undefined) {
          errors.required(`${field}.jsonPatch`, 'must be specified when patchType is JSONPatch')
        }
        break
      default:
        errors.notSupported(`${field}.patchType`, textAt(mutation, 'patchType'), ['ApplyConfiguration', 'JSONPatch'])
    }
  })
  validateFailurePolicy(errors, spec)
  const again = textAt(spec, 'reinvocationPolicy')
  if (!['IfNeeded', 'Never'].includes(again)) errors.notSupported('spec.reinvocationPolicy', again, ['IfNeeded', 'Never'])
}

const validationActions = ['Audit', 'Deny', 'Warn']

function validatePolicyName(errors: FieldErrors, spec: JsonObject): void {
  const name = textAt(spec, 'policyName')
  if (name === '') errors.required('spec.policyName')
  else errors.invalidForEach('spec.policyName', name, subdomainComplaints(name))
}

/** What binds a policy that changes objects. */
export function validateMutatingBinding(errors: FieldErrors, binding: JsonObject): void {
  validatePolicyName(errors, objectAt(binding, 'spec') ?? {})
}

/** What binds a policy to objects. */
export function validateAdmissionPolicyBinding(errors: FieldErrors, binding: JsonObject): void {
  const spec = objectAt(binding, 'spec') ?? {}
  validatePolicyName(errors, spec)
  const actions = textsAt(spec, 'validationActions')
  if (actions.length === 0) errors.required('spec.validationActions', 'at least one validation action is required')
  actions.forEach((action, index) => {
    if (!validationActions.includes(action)) errors.notSupported(`spec.validationActions[${index}]`, action, validationActions)
  })
  if (actions.includes('Deny') && actions.includes('Warn')) {
    errors.invalid(
      'spec.validationActions',
      [...actions],
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    )
  }
}
