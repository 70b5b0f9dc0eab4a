import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { parseQuantity } from '../quantity.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { pathSegmentComplaints } from './names.ts'

/** Sources of metrics by the name of their type, with the field that tells of them. */
const sources: ReadonlyMap<string, string> = new Map([
  ['ContainerResource', 'containerResource'],
  ['External', 'external'],
  ['Object', 'object'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
])
const targetTypes = ['AverageValue', 'Utilization', 'Value']

function validateScaleTarget(errors: FieldErrors, reference: JsonObject, field: string): void {
  for (const key of ['kind', 'name']) {
    const text = textAt(reference, key)
    if (text === '') errors.required(`${field}.${key}`)
    else errors.invalidForEach(`${field}.${key}`, text, pathSegmentComplaints(text))
  }
}

function isPositive(amount: string): boolean {
  return (parseQuantity(amount)?.digits ?? 0n) > 0n
}

function validateTarget(errors: FieldErrors, target: JsonObject, field: string): void {
  const type = textAt(target, 'type')
  if (type === '') errors.required(`${field}.type`, 'must specify a metric target type')
  if (!targetTypes.includes(type)) {
    errors.invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue')
  }
  const { value, averageValue } = target
  if (value !== undefined && !isPositive(String(value))) errors.invalid(`${field}.value`, value, 'must be positive')
  if (averageValue !== undefined && !isPositive(String(averageValue))) {
    errors.invalid(`${field}.averageValue`, averageValue, 'must be positive')
  }
  const utilization = numberAt(target, 'averageUtilization')
  if (utilization !== undefined && utilization < 1) {
    errors.invalid(`${field}.averageUtilization`, utilization, 'must be greater than 0')
  }
}

function validateMetricName(errors: FieldErrors, metric: JsonObject, field: string): void {
  const name = textAt(metric, 'name')
  if (name === '') errors.required(`${field}.name`, 'must specify a metric name')
  else errors.invalidForEach(`${field}.name`, name, pathSegmentComplaints(name))
  validateLabelSelector(errors, metric.selector, `${field}.selector`)
}

function validateSource(errors: FieldErrors, key: string, source: JsonObject, field: string): void {
  const target = objectAt(source, 'target') ?? {}
  const has = (name: string): boolean => target[name] !== undefined
  if (key === 'object') validateScaleTarget(errors, objectAt(source, 'describedObject') ?? {}, `${field}.describedObject`)
  if (key === 'resource' || key === 'containerResource') {
    if (textAt(source, 'name') === '') errors.required(`${field}.name`, 'must specify a resource name')
    if (key === 'containerResource' && textAt(source, 'container') === '') {
      errors.required(`${field}.container`, 'must specify a container')
    }
  } else validateMetricName(errors, objectAt(source, 'metric') ?? {}, `${field}.metric`)
  validateTarget(errors, target, `${field}.target`)
  if (key === 'resource' || key === 'containerResource') {
    if (!has('averageUtilization') && !has('averageValue')) {
      const detail = 'must set either a target raw value or a target utilization'
      errors.required(`${field}.target.averageUtilization`, detail)
    }
    if (has('averageUtilization') && has('averageValue')) {
      const detail = 'may not set both a target raw value and a target utilization'
      errors.forbidden(`${field}.target.averageValue`, detail)
    }
  } else if (key === 'pods') {
    if (!isPositive(textAt(target, 'averageValue'))) {
      errors.required(`${field}.target.averageValue`, 'must specify a positive target averageValue')
    }
  } else if (key === 'external') {
    if (!has('value') && !has('averageValue')) {
      const detail = 'must set either a target value for metric or a per-pod target'
      errors.required(`${field}.target.averageValue`, detail)
    }
    if (has('value') && has('averageValue')) {
      const detail = 'may not set both a target value for metric and a per-pod target'
      errors.forbidden(`${field}.target.value`, detail)
    }
  } else if (!has('value') && !has('averageValue')) {
    errors.required(`${field}.target.averageValue`, 'must set either a target value or averageValue')
  }
}

function validateMetric(errors: FieldErrors, metric: JsonObject, field: string): void {
  const type = textAt(metric, 'type')
  if (type === '') errors.required(`${field}.type`, 'must specify a metric source type')
  const known = [...sources.keys()]
  if (!known.includes(type)) errors.notSupported(`${field}.type`, type, known)
  const present = ['object', 'external', 'pods', 'resource', 'containerResource'].filter(
    (key) => objectAt(metric, key) !== undefined,
  )
  const [first] = present
  if (first !== undefined) validateSource(errors, first, objectAt(metric, first) ?? {}, `${field}.${first}`)
  const expected = sources.get(type) ?? ''
  if (expected === '') errors.notSupported(`${field}.type`, type, known)
  else if (!present.includes(expected)) {
    errors.required(`${field}.${expected}`, 'must populate information for the given metric source')
  }
  if (present.length === 1) return
  for (const key of present) {
    if (key !== expected) errors.forbidden(`${field}.${key}`, 'must populate the given metric source only')
  }
}

const longestPeriod = 1800
const longestStabilization = 3600
const selectPolicies = ['Disabled', 'Max', 'Min']
const policyTypes = ['Percent', 'Pods']

function validateScaling(errors: FieldErrors, rules: JsonObject | undefined, field: string): void {
  if (rules === undefined) return
  const window = numberAt(rules, 'stabilizationWindowSeconds')
  if (window !== undefined && window < 0) {
    errors.invalid(`${field}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero')
  }
  if (window !== undefined && window > longestStabilization) {
    const detail = `must be less than or equal to ${longestStabilization}`
    errors.invalid(`${field}.stabilizationWindowSeconds`, window, detail)
  }
  const select = rules.selectPolicy
  if (typeof select === 'string' && !selectPolicies.includes(select)) {
    errors.notSupported(`${field}.selectPolicy`, select, selectPolicies)
  }
  if ((parseQuantity(textAt(rules, 'tolerance'))?.digits ?? 0n) < 0n) {
    errors.invalid(`${field}.tolerance`, rules.tolerance, 'must be greater than or equal to 0')
  }
  const policies = objectsAt(rules, 'policies')
  if (policies.length === 0) errors.required(`${field}.policies`, 'must specify at least one Policy')
  policies.forEach((policy, index) => {
    const place = `${field}.policies[${index}]`
    const type = textAt(policy, 'type')
    if (!policyTypes.includes(type)) errors.notSupported(`${place}.type`, type, policyTypes)
    const value = numberAt(policy, 'value') ?? 0
    if (value <= 0) errors.invalid(`${place}.value`, value, 'must be greater than zero')
    const period = numberAt(policy, 'periodSeconds') ?? 0
    if (period <= 0) errors.invalid(`${place}.periodSeconds`, period, 'must be greater than zero')
    if (period > longestPeriod) {
      errors.invalid(`${place}.periodSeconds`, period, `must be less than or equal to ${longestPeriod}`)
    }
  })
}

/** A horizontal autoscaler after defaulting. */
export function validateAutoscaler(errors: FieldErrors, autoscaler: JsonObject): void {
  const spec = objectAt(autoscaler, 'spec') ?? {}
  const minimum = numberAt(spec, 'minReplicas') ?? 1
  const maximum = numberAt(spec, 'maxReplicas') ?? 0
  if (minimum < 1) errors.invalid('spec.minReplicas', minimum, 'must be greater than or equal to 1')
  if (maximum < 1) errors.invalid('spec.maxReplicas', maximum, 'must be greater than 0')
  if (maximum < minimum) errors.invalid('spec.maxReplicas', maximum, 'must be greater than or equal to `minReplicas`')
  validateScaleTarget(errors, objectAt(spec, 'scaleTargetRef') ?? {}, 'spec.scaleTargetRef')
  objectsAt(spec, 'metrics').forEach((metric, index) => {
    validateMetric(errors, metric, `spec.metrics[${index}]`)
  })
  const scalesToNothing = objectsAt(spec, 'metrics').some(({ type }) => type === 'Object' || type === 'External')
  if (minimum === 0 && !scalesToNothing) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas'
    errors.forbidden('spec.metrics', detail)
  }
  const behavior = objectAt(spec, 'behavior')
  for (const key of ['scaleUp', 'scaleDown']) validateScaling(errors, objectAt(behavior, key), `spec.behavior.${key}`)
}
