import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { labelComplaints, labelValueComplaints, qualifiedNameComplaints, subdomainComplaints } from './names.ts'

/** What a taint does to pods that don't tolerate it. */
export const taintEffects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Taints that a pod bears with. */
export function validateTolerations(errors: FieldErrors, tolerations: readonly JsonObject[], field: string): void {
  tolerations.forEach((toleration, index) => {
    const place = `${field}[${index}]`
    const [key, operator, effect, value] = ['key', 'operator', 'effect', 'value'].map((name) => textAt(toleration, name))
    if (key === undefined || operator === undefined || effect === undefined || value === undefined) return
    if (key !== '') errors.invalidForEach(`${place}.key`, key, qualifiedNameComplaints(key))
    if (key === '' && operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.invalid(`${place}.operator`, operator, detail)
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(`${place}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    if (operator === '' || operator === 'Equal') {
      const complaints = labelValueComplaints(value)
      if (complaints.length > 0) errors.invalid(`${place}.operator`, value, complaints.join(';'))
    } else if (operator === 'Exists') {
      if (value !== '') errors.invalid(`${place}.operator`, value, "value must be empty when `operator` is 'Exists'")
    } else errors.notSupported(`${place}.operator`, operator, ['Equal', 'Exists'])
    if (effect !== '' && !taintEffects.includes(effect)) errors.notSupported(`${place}.effect`, effect, taintEffects)
  })
}

const spreadActions = ['DoNotSchedule', 'ScheduleAnyway']
const inclusionPolicies = ['Honor', 'Ignore']

function selectorKeys(selector: JsonObject): ReadonlySet<string> {
  const keys = objectsAt(selector, 'matchExpressions').map((expression) => textAt(expression, 'key'))
  return new Set([...Object.keys(objectAt(selector, 'matchLabels') ?? {}), ...keys])
}

function validateSpreadKeys(errors: FieldErrors, constraint: JsonObject, field: string): void {
  const keys = textsAt(constraint, 'matchLabelKeys')
  if (keys.length === 0) return
  const selector = objectAt(constraint, 'labelSelector')
  if (selector === undefined) errors.forbidden(field, 'must not be specified when labelSelector is not set')
  const selected = selectorKeys(selector ?? {})
  keys.forEach((key, index) => {
    errors.invalidForEach(`${field}[${index}]`, key, qualifiedNameComplaints(key))
    if (selected.has(key)) errors.invalid(`${field}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')
  })
}

/** How evenly pods are to lie over zones or nodes. */
export function validateSpread(errors: FieldErrors, constraints: readonly JsonObject[], field: string): void {
  const pairOf = (constraint: JsonObject): string =>
    `{${textAt(constraint, 'topologyKey')}, ${textAt(constraint, 'whenUnsatisfiable')}}`
  constraints.forEach((constraint, index) => {
    const place = `${field}[${index}]`
    const skew = numberAt(constraint, 'maxSkew') ?? 0
    if (skew <= 0) errors.invalid(`${place}.maxSkew`, skew, 'must be greater than zero')
    if (textAt(constraint, 'topologyKey') === '') errors.required(`${place}.topologyKey`, 'can not be empty')
    const action = textAt(constraint, 'whenUnsatisfiable')
    if (!spreadActions.includes(action)) errors.notSupported(`${place}.whenUnsatisfiable`, action, spreadActions)
    // Of two alike, the earlier one is named.
    const pair = pairOf(constraint)
    if (constraints.slice(index + 1).some((later) => pairOf(later) === pair)) {
      errors.duplicate(`${place}.{topologyKey, whenUnsatisfiable}`, pair)
    }
    const domains = numberAt(constraint, 'minDomains')
    if (domains !== undefined && domains <= 0) errors.invalid(`${place}.minDomains`, domains, 'must be greater than zero')
    if (domains !== undefined && action !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
      errors.invalid(`${place}.minDomains`, domains, detail)
    }
    for (const key of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
      const policy = constraint[key]
      if (typeof policy === 'string' && !inclusionPolicies.includes(policy)) {
        errors.notSupported(`${place}.${key}`, policy, inclusionPolicies)
      }
    }
    validateSpreadKeys(errors, constraint, `${place}.matchLabelKeys`)
    validateLabelSelector(errors, constraint.labelSelector, `${place}.labelSelector`)
  })
}

function validateNodeRequirement(errors: FieldErrors, requirement: JsonObject, isPreferred: boolean, field: string): void {
  const values = textsAt(requirement, 'values')
  switch (textAt(requirement, 'operator')) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
      }
      break
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
      }
      break
    default:
      errors.invalid(`${field}.operator`, textAt(requirement, 'operator'), 'not a valid selector operator')
  }
  const key = textAt(requirement, 'key')
  errors.invalidForEach(`${field}.key`, key, qualifiedNameComplaints(key))
  // What is only preferred may name labels that no node can have.
  if (isPreferred) return
  values.forEach((value, index) => {
    errors.invalidForEach(`${field}.values[${index}]`, value, labelValueComplaints(value))
  })
}

function validateNodeField(errors: FieldErrors, requirement: JsonObject, field: string): void {
  const values = textsAt(requirement, 'values')
  const operator = textAt(requirement, 'operator')
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.invalid(`${field}.operator`, operator, 'not a valid selector operator')
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
    errors.required(`${field}.values`, detail)
  }
  const key = textAt(requirement, 'key')
  if (key !== 'metadata.name') errors.invalid(`${field}.key`, key, 'not a valid field selector key')
  else {
    values.forEach((value, index) => {
      errors.invalidForEach(`${field}.values[${index}]`, value, subdomainComplaints(value))
    })
  }
}

function validateNodeTerm(errors: FieldErrors, term: JsonObject, isPreferred: boolean, field: string): void {
  objectsAt(term, 'matchExpressions').forEach((requirement, index) => {
    validateNodeRequirement(errors, requirement, isPreferred, `${field}.matchExpressions[${index}]`)
  })
  objectsAt(term, 'matchFields').forEach((requirement, index) => {
    validateNodeField(errors, requirement, `${field}.matchFields[${index}]`)
  })
}

/** Which nodes will do, for a pod or for a volume. */
export function validateNodeSelector(errors: FieldErrors, selector: JsonObject, field: string): void {
  const terms = objectsAt(selector, 'nodeSelectorTerms')
  const place = `${field}.nodeSelectorTerms`
  if (terms.length === 0) errors.required(place, 'must have at least one node selector term')
  terms.forEach((term, index) => {
    validateNodeTerm(errors, term, false, `${place}[${index}]`)
  })
}

function validatePodTerm(errors: FieldErrors, term: JsonObject, field: string): void {
  const selector = objectAt(term, 'labelSelector')
  validateLabelSelector(errors, selector, `${field}.labelSelector`)
  validateLabelSelector(errors, term.namespaceSelector, `${field}.namespaceSelector`)
  for (const name of textsAt(term, 'namespaces')) {
    errors.invalidForEach(`${field}.namespace`, name, labelComplaints(name))
  }
  for (const list of ['matchLabelKeys', 'mismatchLabelKeys']) {
    const keys = textsAt(term, list)
    if (keys.length > 0 && selector === undefined) {
      errors.forbidden(`${field}.${list}`, 'must not be specified when labelSelector is not set')
    } else {
      keys.forEach((key, index) => {
        errors.invalidForEach(`${field}.${list}[${index}]`, key, qualifiedNameComplaints(key))
      })
    }
  }
  const mismatched = textsAt(term, 'mismatchLabelKeys')
  textsAt(term, 'matchLabelKeys').forEach((key, index) => {
    if (!mismatched.includes(key)) return
    errors.invalid(`${field}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')
  })
  const topology = textAt(term, 'topologyKey')
  if (topology === '') errors.required(`${field}.topologyKey`, 'can not be empty')
  errors.invalidForEach(`${field}.topologyKey`, topology, qualifiedNameComplaints(topology))
}

function validateWeight(errors: FieldErrors, term: JsonObject, field: string): void {
  const weight = numberAt(term, 'weight') ?? 0
  if (weight <= 0 || weight > 100) errors.invalid(`${field}.weight`, weight, 'must be in the range 1-100')
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Which nodes and which other pods a pod is to be near to, or far from. */
export function validateAffinity(errors: FieldErrors, affinity: JsonObject | undefined, field: string): void {
  const nodes = objectAt(affinity, 'nodeAffinity')
  const nodeSelector = objectAt(nodes, required)
  if (nodeSelector !== undefined) validateNodeSelector(errors, nodeSelector, `${field}.nodeAffinity.${required}`)
  objectsAt(nodes, preferred).forEach((term, index) => {
    const place = `${field}.nodeAffinity.${preferred}[${index}]`
    validateWeight(errors, term, place)
    validateNodeTerm(errors, objectAt(term, 'preference') ?? {}, true, `${place}.preference`)
  })
  for (const key of ['podAffinity', 'podAntiAffinity']) {
    const pods = objectAt(affinity, key)
    objectsAt(pods, required).forEach((term, index) => {
      validatePodTerm(errors, term, `${field}.${key}.${required}[${index}]`)
    })
    objectsAt(pods, preferred).forEach((term, index) => {
      const place = `${field}.${key}.${preferred}[${index}]`
      validateWeight(errors, term, place)
      validatePodTerm(errors, objectAt(term, 'podAffinityTerm') ?? {}, `${place}.podAffinityTerm`)
    })
  }
}

/** Taints of a node. */
export function validateTaints(errors: FieldErrors, taints: readonly JsonObject[], field: string): void {
  const seen = new Set<string>()
  taints.forEach((taint, index) => {
    const place = `${field}[${index}]`
    const [key, value, effect] = [textAt(taint, 'key'), textAt(taint, 'value'), textAt(taint, 'effect')]
    errors.invalidForEach(`${place}.key`, key, qualifiedNameComplaints(key))
    const complaints = labelValueComplaints(value)
    if (complaints.length > 0) errors.invalid(`${place}.value`, value, complaints.join(';'))
    if (effect === '') errors.required(`${place}.effect`)
    else if (!taintEffects.includes(effect)) errors.notSupported(`${place}.effect`, effect, taintEffects)
    const pair = `${key}:${effect}`
    if (seen.has(pair)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: null }
      errors.duplicate(place, shown, 'taints must be unique by key and effect pair')
    }
    seen.add(pair)
  })
}

/** Conditions that a pod's readiness waits for, and what holds back its scheduling. */
export function validateGates(errors: FieldErrors, spec: JsonObject, field: string): void {
  objectsAt(spec, 'readinessGates').forEach((gate, index) => {
    const type = textAt(gate, 'conditionType')
    errors.invalidForEach(`${field}.readinessGates[${index}].conditionType`, type, qualifiedNameComplaints(type))
  })
  const seen = new Set<string>()
  listAt(spec, 'schedulingGates').forEach((_gate, index) => {
    const name = textAt(objectsAt(spec, 'schedulingGates')[index], 'name')
    const place = `${field}.schedulingGates[${index}]`
    errors.invalidForEach(place, name, qualifiedNameComplaints(name))
    if (seen.has(name)) errors.duplicate(place, name)
    seen.add(name)
  })
}
