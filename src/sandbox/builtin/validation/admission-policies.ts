import type { JsonObject } from '../../../plan/json.ts'
import { compilePolicyText, type PolicyTextScope } from '../../crd/cel/compile-policy-text.ts'
import { type CelType, celTypes } from '../../crd/cel/types.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { validateMatchResources } from './match-rules.ts'
import { label1035Complaints, pathSegmentComplaints, qualifiedNameComplaints, subdomainComplaints } from './names.ts'

const failurePolicies = ['Fail', 'Ignore']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const notFoundActions = ['Deny', 'Allow']
const reinvocationPolicies = ['IfNeeded', 'Never']
const mostAnnotations = 20
const longestAnnotation = 5 * 1024
const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

function validateParamKind(errors: FieldErrors, kind: JsonObject | undefined, field: string): void {
  if (kind === undefined) return
  const apiVersion = textAt(kind, 'apiVersion')
  const parts = apiVersion.split('/')
  const place = `${field}.apiVersion`
  if (apiVersion === '') errors.required(place)
  else if (parts.length > 2) errors.invalid(place, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else {
    const [group, version] = [parts.length === 1 ? '' : (parts[0] ?? ''), parts.at(-1) ?? '']
    const check = (value: string, complaints: readonly string[]): void => {
      if (complaints.length > 0) errors.invalid(place, value, complaints.join(','))
    }
    if (group !== '') check(group, subdomainComplaints(group))
    if (version === '') errors.invalid(place, apiVersion, 'version must be specified')
    else check(version, label1035Complaints(version))
  }
  const name = textAt(kind, 'kind')
  const complaints = label1035Complaints(name.toLowerCase())
  if (name === '') errors.required(`${field}.kind`)
  else if (complaints.length > 0) {
    const detail = `may have mixed case, but should otherwise match: ${complaints.join(',')}`
    errors.invalid(`${field}.kind`, name, detail)
  }
}

/** What policies of both kinds have: of what they speak, when, and with which variables. Returns the variables' types. */
function validateCommon(errors: FieldErrors, spec: JsonObject): ReadonlyMap<string, CelType> {
  const policy = textAt(spec, 'failurePolicy')
  if (!failurePolicies.includes(policy)) errors.notSupported('spec.failurePolicy', policy, failurePolicies)
  validateParamKind(errors, objectAt(spec, 'paramKind'), 'spec.paramKind')
  const match = objectAt(spec, 'matchConstraints')
  if (match === undefined) errors.required('spec.matchConstraints')
  else {
    validateMatchResources(errors, match, 'spec.matchConstraints')
    if (objectsAt(match, 'resourceRules').length === 0) errors.required('spec.matchConstraints.resourceRules')
  }
  validateMatchConditions(errors, spec, 'spec.matchConditions', objectAt(spec, 'paramKind') !== undefined)
  return validateVariables(errors, spec)
}

/** The types of a policy's variables, each of which may use those before. */
function validateVariables(errors: FieldErrors, spec: JsonObject): ReadonlyMap<string, CelType> {
  const variables = new Map<string, CelType>()
  const hasParams = objectAt(spec, 'paramKind') !== undefined
  objectsAt(spec, 'variables').forEach((variable, index) => {
    const field = `spec.variables[${index}]`
    const name = textAt(variable, 'name')
    if (name.trim() === '') errors.required(`${field}.name`, 'name is not specified')
    else if (!identifier.test(name) || reserved.has(name)) {
      errors.invalid(`${field}.name`, name, 'name is not a valid CEL identifier')
    }
    const source = textAt(variable, 'expression')
    if (source.trim() === '') {
      errors.required(`${field}.expression`, 'expression is not specified')
      return
    }
    const compiled = compilePolicyText(source, { hasParams, variables, wanted: undefined })
    if (!compiled.ok) errors.invalid(`${field}.expression`, source, compiled.problem)
    variables.set(name, compiled.ok ? compiled.type : celTypes.dyn)
  })
  return variables
}

type Compile = (field: string, source: string, wanted: PolicyTextScope['wanted'], isMessage?: boolean) => void

function validateValidation(errors: FieldErrors, validation: JsonObject, compile: Compile, field: string): void {
  const expression = textAt(validation, 'expression')
  if (expression.trim() === '') errors.required(`${field}.expression`, 'expression is not specified')
  else compile(`${field}.expression`, expression, [celTypes.bool])
  const composed = textAt(validation, 'messageExpression')
  if (composed.trim() !== '') compile(`${field}.messageExpression`, composed, [celTypes.string], true)
  else if (composed !== '') errors.invalid(`${field}.messageExpression`, composed, 'must be non-empty if specified')
  const message = textAt(validation, 'message')
  if (message !== '' && message.trim() === '') {
    errors.invalid(`${field}.message`, message, 'message must be non-empty if specified')
  } else if (/[\n\r]/.test(message.trim())) {
    errors.invalid(`${field}.message`, message, 'message must not contain line breaks')
  }
  const { reason } = validation
  if (typeof reason === 'string' && !reasons.includes(reason)) errors.notSupported(`${field}.reason`, reason, reasons)
}

function validateAnnotations(errors: FieldErrors, policy: JsonObject, spec: JsonObject, compile: Compile): void {
  const annotations = objectsAt(spec, 'auditAnnotations')
  const field = 'spec.auditAnnotations'
  const shown = annotations.map((each) => ({ Key: textAt(each, 'key'), ValueExpression: textAt(each, 'valueExpression') }))
  if (annotations.length > mostAnnotations) {
    errors.invalid(field, shown, `must not have more than ${mostAnnotations} auditAnnotations`)
  }
  const name = textAt(objectAt(policy, 'metadata'), 'name')
  const seen = new Set<string>()
  annotations.forEach((annotation, index) => {
    const place = `${field}[${index}]`
    const key = textAt(annotation, 'key')
    if (name === '') errors.invalid(`${place}.key`, key, 'requires metadata.name be non-empty')
    else errors.invalidForEach(`${place}.key`, `${name}/${key}`, qualifiedNameComplaints(`${name}/${key}`))
    const expression = textAt(annotation, 'valueExpression')
    const { length } = expression.trim()
    if (length === 0) errors.required(`${place}.valueExpression`, 'valueExpression is not specified')
    else if (length > longestAnnotation) {
      errors.required(`${place}.valueExpression`, `must not exceed ${longestAnnotation} bytes in length`)
    } else compile(`${place}.valueExpression`, expression, [celTypes.string, celTypes.null])
    if (seen.has(key)) errors.duplicate(`${place}.key`, key)
    seen.add(key)
  })
}

/** A policy in CEL that refuses, after defaulting. */
export function validateAdmissionPolicy(errors: FieldErrors, policy: JsonObject): void {
  const spec = objectAt(policy, 'spec') ?? {}
  const variables = validateCommon(errors, spec)
  const hasParams = objectAt(spec, 'paramKind') !== undefined
  const compile: Compile = (field, source, wanted, isMessage = false) => {
    const compiled = compilePolicyText(source, { hasParams, variables, wanted, isMessage })
    if (!compiled.ok) errors.invalid(field, source, compiled.problem)
  }
  const validations = objectsAt(spec, 'validations')
  if (validations.length + objectsAt(spec, 'auditAnnotations').length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item'
    errors.required('spec.validations', detail)
    errors.required('spec.auditAnnotations', detail)
    return
  }
  validations.forEach((validation, index) => {
    validateValidation(errors, validation, compile, `spec.validations[${index}]`)
  })
  validateAnnotations(errors, policy, spec, compile)
}

/** How an object may be changed, where the expression stands, and what it must come to. */
const patchTypes = {
  ApplyConfiguration: { key: 'applyConfiguration', wanted: { kind: 'struct', name: 'Object', parameters: [] } },
  JSONPatch: {
    key: 'jsonPatch',
    wanted: { kind: 'list', name: 'list', parameters: [{ kind: 'struct', name: 'JSONPatch', parameters: [] }] },
  },
} as const satisfies Record<string, { readonly key: string; readonly wanted: CelType }>

function validateMutation(
  errors: FieldErrors,
  mutation: JsonObject,
  scope: Omit<PolicyTextScope, 'wanted'>,
  field: string,
): void {
  const type = textAt(mutation, 'patchType')
  if (type === '') {
    errors.required(`${field}.patchType`)
    return
  }
  if (type !== 'ApplyConfiguration' && type !== 'JSONPatch') {
    errors.notSupported(`${field}.patchType`, type, Object.keys(patchTypes))
    return
  }
  for (const [name, { key, wanted }] of Object.entries(patchTypes)) {
    const given = objectAt(mutation, key)
    const place = `${field}.${key}`
    if (name !== type) {
      if (given !== undefined) errors.invalid(place, `{${key}}`, `must not be specified when patchType is ${type}`)
      continue
    }
    const source = textAt(given, 'expression')
    if (given === undefined) errors.required(place, `must be specified when patchType is ${type}`)
    else if (source.trim() === '') errors.required(`${place}.expression`, 'expression is not specified')
    else {
      const compiled = compilePolicyText(source, { ...scope, wanted: [wanted], makesObjects: true })
      if (!compiled.ok) errors.invalid(`${place}.expression`, source, compiled.problem)
    }
  }
}

/** A policy in CEL that changes objects, after defaulting. */
export function validateMutatingPolicy(errors: FieldErrors, policy: JsonObject): void {
  const spec = objectAt(policy, 'spec') ?? {}
  const variables = validateCommon(errors, spec)
  const hasParams = objectAt(spec, 'paramKind') !== undefined
  const mutations = objectsAt(spec, 'mutations')
  if (mutations.length === 0) errors.required('spec.mutations', 'mutations must contain at least one item')
  mutations.forEach((mutation, index) => {
    validateMutation(errors, mutation, { hasParams, variables }, `spec.mutations[${index}]`)
  })
  errors.oneOf('spec.reinvocationPolicy', textAt(spec, 'reinvocationPolicy'), reinvocationPolicies)
}

const validationActions = ['Audit', 'Deny', 'Warn']

function validateParamRef(errors: FieldErrors, reference: JsonObject | undefined, field: string): void {
  if (reference === undefined) return
  const name = textAt(reference, 'name')
  const selector = objectAt(reference, 'selector')
  if (name !== '') errors.invalidForEach(`${field}.name`, name, pathSegmentComplaints(name))
  validateLabelSelector(errors, selector, `${field}.selector`)
  if (name !== '' && selector !== undefined) {
    for (const key of ['name', 'selector']) errors.forbidden(`${field}.${key}`, 'name and selector are mutually exclusive')
  }
  if (name === '' && selector === undefined) errors.required(field, 'one of name or selector must be specified')
  errors.oneOf(`${field}.parameterNotFoundAction`, textAt(reference, 'parameterNotFoundAction'), notFoundActions)
}

/** What binds a policy that changes objects. */
export function validateMutatingBinding(errors: FieldErrors, binding: JsonObject): void {
  const spec = objectAt(binding, 'spec') ?? {}
  const name = textAt(spec, 'policyName')
  if (name === '') errors.required('spec.policyName')
  else errors.invalidForEach('spec.policyName', name, subdomainComplaints(name))
  validateParamRef(errors, objectAt(spec, 'paramRef'), 'spec.paramRef')
  validateMatchResources(errors, objectAt(spec, 'matchResources'), 'spec.matchResources')
}

/** What binds a policy to objects. */
export function validateAdmissionPolicyBinding(errors: FieldErrors, binding: JsonObject): void {
  validateMutatingBinding(errors, binding)
  const field = 'spec.validationActions'
  const actions = textsAt(objectAt(binding, 'spec'), 'validationActions')
  if (actions.length === 0) errors.required(field, 'at least one validation action is required')
  actions.forEach((action, index) => {
    if (!validationActions.includes(action)) errors.notSupported(`${field}[${index}]`, action, validationActions)
    if (actions.indexOf(action) < index) errors.duplicate(`${field}[${index}]`, action)
  })
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why = 'repeating the same validation failure information in the API response and headers serves no purpose'
    errors.invalid(field, [...actions], `must not contain both Deny and Warn (${why})`)
  }
}
