import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'

/** A lease's times. */
export function validateLease(errors: FieldErrors, lease: JsonObject): void {
  const spec = objectAt(lease, 'spec') ?? {}
  const seconds = numberAt(spec, 'leaseDurationSeconds')
  if (seconds !== undefined && seconds <= 0) errors.invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')
  const transitions = numberAt(spec, 'leaseTransitions')
  if (transitions !== undefined && transitions < 0) {
    errors.invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')
  }
}

/** Classes that every cluster has from the start. */
export const systemPriorities: ReadonlyMap<string, number> = new Map([
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
])

const largestPriority = 1_000_000_000

/** A class of priority; the largest values are the system's. */
export function validatePriorityClass(errors: FieldErrors, priorityClass: JsonObject): void {
  const name = textAt(objectAt(priorityClass, 'metadata'), 'name')
  const value = numberAt(priorityClass, 'value') ?? 0
  if (name.startsWith('system-')) {
    if (systemPriorities.get(name) === value) return
    errors.forbidden(
      'metadata.name',
      `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
    )
  } else if (value > largestPriority) {
    errors.forbidden('value', `maximum allowed value of a user defined priority is ${largestPriority}`)
  }
  const policy = textAt(priorityClass, 'preemptionPolicy')
  const policies = ['PreemptLowerPriority', 'Never']
  if (!policies.includes(policy)) errors.notSupported('preemptionPolicy', policy, policies)
}

/** The value of a class never changes. */
export function validatePriorityClassUpdate(errors: FieldErrors, priorityClass: JsonObject, old: JsonObject): void {
  if (!sameJson(priorityClass.value, old.value)) errors.forbidden('Value', 'may not be changed in an update.')
  errors.immutable('preemptionPolicy', priorityClass.preemptionPolicy, old.preemptionPolicy)
}

/** What serves a version of the API. */
export function validateApiService(errors: FieldErrors, service: JsonObject): void {
  const spec = objectAt(service, 'spec') ?? {}
  const name = textAt(objectAt(service, 'metadata'), 'name')
  const required = `${textAt(spec, 'version')}.${textAt(spec, 'group')}`
  if (name !== required) errors.invalid('metadata.name', name, '`spec.version+"."+spec.group`: must match')
  if (textAt(spec, 'group') === '') errors.required('spec.group', 'only v1 may have an empty group and it better be legacy kube')
  if (textAt(spec, 'version') === '') errors.invalid('spec.version', '', 'must not be empty')
  const priority = numberAt(spec, 'groupPriorityMinimum') ?? 0
  if (priority <= 0 || priority > 20_000) {
    errors.invalid('spec.groupPriorityMinimum', priority, 'must be positive and less than 20000')
  }
  const versionPriority = numberAt(spec, 'versionPriority') ?? 0
  if (versionPriority <= 0 || versionPriority > 1000) {
    errors.invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000')
  }
  if (listAt(spec, 'caBundle').length > 0 && spec.insecureSkipTLSVerify === true) {
    errors.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
  }
}
