import type { JsonObject } from '../../../plan/json.ts'
import { internalValue } from '../internal-value.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { countIndexes } from './job-indexes.ts'
import { qualifiedNameComplaints } from './names.ts'

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const operators = ['In', 'NotIn']
const conditionStatuses = ['False', 'True', 'Unknown']
const mostRules = 20
const mostPatterns = 20
const mostExitCodes = 255
const longestIndexes = 64 * 1024

function validValues(values: readonly string[]): string {
  return `valid values: [${values.map((value) => `"${value}"`).join(' ')}]`
}

function validateChoice(errors: FieldErrors, value: string, choices: readonly string[], field: string): void {
  if (value === '') errors.required(field, validValues(choices))
  else if (!choices.includes(value)) errors.notSupported(field, value, choices)
}

function validateExitCodes(errors: FieldErrors, requirement: JsonObject, containers: ReadonlySet<string>, field: string): void {
  const operator = textAt(requirement, 'operator')
  validateChoice(errors, operator, operators, `${field}.operator`)
  const { containerName } = requirement
  if (typeof containerName === 'string' && !containers.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template'
    errors.invalid(`${field}.containerName`, containerName, detail)
  }
  const values = listAt(requirement, 'values').map(Number)
  if (values.length === 0) errors.invalid(`${field}.values`, requirement.values ?? null, 'at least one value is required')
  else if (values.length > mostExitCodes) errors.tooMany(`${field}.values`, values.length, mostExitCodes)
  const seen = new Set<number>()
  for (const [index, value] of values.entries()) {
    const place = `${field}.values[${index}]`
    if (operator === 'In' && value === 0) errors.invalid(place, value, 'must not be 0 for the In operator')
    if (seen.has(value)) errors.duplicate(place, value)
    seen.add(value)
  }
  const isOrdered = values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value)
  if (!isOrdered) errors.invalid(`${field}.values`, values, 'must be ordered')
}

function validatePatterns(errors: FieldErrors, patterns: readonly JsonObject[], field: string): void {
  if (patterns.length > mostPatterns) errors.tooMany(field, patterns.length, mostPatterns)
  patterns.forEach((pattern, index) => {
    const type = textAt(pattern, 'type')
    errors.invalidForEach(`${field}[${index}].type`, type, qualifiedNameComplaints(type))
    validateChoice(errors, textAt(pattern, 'status'), conditionStatuses, `${field}[${index}].status`)
  })
}

/** What is done about pods that fail in a known way; `spec` is the Job's. */
export function validatePodFailurePolicy(errors: FieldErrors, spec: JsonObject, field: string): void {
  const policy = objectAt(spec, 'podFailurePolicy')
  if (policy === undefined) return
  const podSpec = objectAt(objectAt(spec, 'template'), 'spec')
  const containers = [...objectsAt(podSpec, 'containers'), ...objectsAt(podSpec, 'initContainers')]
  const names = new Set(containers.map((container) => textAt(container, 'name')))
  const rules = objectsAt(policy, 'rules')
  if (rules.length > mostRules) errors.tooMany(`${field}.rules`, rules.length, mostRules)
  rules.forEach((rule, index) => {
    const place = `${field}.rules[${index}]`
    const action = textAt(rule, 'action')
    if (action !== 'FailIndex') validateChoice(errors, action, actions, `${place}.action`)
    else if (spec.backoffLimitPerIndex === undefined) {
      errors.invalid(`${place}.action`, action, 'requires the backoffLimitPerIndex to be set')
    }
    const exitCodes = objectAt(rule, 'onExitCodes')
    const patterns = objectsAt(rule, 'onPodConditions')
    if (exitCodes !== undefined) validateExitCodes(errors, exitCodes, names, `${place}.onExitCodes`)
    validatePatterns(errors, patterns, `${place}.onPodConditions`)
    const given = (exitCodes === undefined ? 0 : 1) + (patterns.length === 0 ? 0 : 1)
    if (given === 2) errors.invalidAsWhole(place, 'specifying both OnExitCodes and OnPodConditions is not supported')
    if (given === 0) errors.invalidAsWhole(place, 'specifying one of OnExitCodes and OnPodConditions is required')
  })
}

/** When an indexed Job counts as done before all its indexes are; `spec` is the Job's. */
export function validateSuccessPolicy(errors: FieldErrors, spec: JsonObject, field: string): void {
  const policy = objectAt(spec, 'successPolicy')
  if (policy === undefined) return
  if (spec.completionMode !== 'Indexed') {
    errors.invalid(field, internalValue('SuccessPolicy', policy), 'requires indexed completion mode')
    return
  }
  const completions = numberAt(spec, 'completions') ?? 0
  const rules = objectsAt(policy, 'rules')
  if (rules.length === 0) {
    errors.required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified')
  }
  if (rules.length > mostRules) errors.tooMany(`${field}.rules`, rules.length, mostRules)
  rules.forEach((rule, index) => {
    const place = `${field}.rules[${index}]`
    const count = numberAt(rule, 'succeededCount')
    const { succeededIndexes: indexes } = rule
    if (count === undefined && indexes === undefined) {
      errors.required(place, 'at least one of succeededCount or succeededIndexes must be specified')
    }
    let named = 0
    if (typeof indexes === 'string') {
      if (indexes.length > longestIndexes) errors.tooLong(`${place}.succeededIndexes`, longestIndexes)
      const read = countIndexes(indexes, completions)
      if (read.ok) named = read.count
      else errors.invalid(`${place}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${read.problem}`)
    }
    if (count === undefined) return
    errors.nonNegative(`${place}.succeededCount`, count)
    const atMost = (most: number, what: string): void => {
      if (count > most) errors.invalid(`${place}.succeededCount`, count, `must be less than or equal to ${most} (${what})`)
    }
    atMost(completions, 'the number of specified completions')
    if (indexes !== undefined) atMost(named, 'the number of indexes in the specified succeededIndexes field')
  })
}

/** When the successor of a pod is made; a Job with a policy for failures waits until the pod has failed. */
export function validatePodReplacementPolicy(errors: FieldErrors, spec: JsonObject, field: string): void {
  const policy = spec.podReplacementPolicy
  const choices = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
  if (typeof policy === 'string' && !choices.includes(policy)) errors.notSupported(field, policy, choices)
}
