import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { isEmptySelector, selectorMatches, validateLabelSelector } from './label-selector.ts'
import { percentComplaints } from './names.ts'
import { validatePodTemplate } from './pod-spec.ts'

function templateLabels(spec: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels')
}

/** The selector of a workload, and that its template's labels are selected by it. */
function validateSelection(errors: FieldErrors, spec: JsonObject, kind: string): void {
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) {
    errors.required('spec.selector')
  } else {
    validateLabelSelector(errors, selector, 'spec.selector')
    if (isEmptySelector(selector)) errors.invalid('spec.selector', selector, `empty selector is invalid for ${kind}`)
  }
  const labels = templateLabels(spec)
  if (!selectorMatches(selector, labels)) {
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
}

function validateTemplate(errors: FieldErrors, spec: JsonObject): void {
  validatePodTemplate(errors, objectAt(spec, 'template'), 'spec.template')
  const policy = textAt(objectAt(objectAt(spec, 'template'), 'spec'), 'restartPolicy')
  if (policy !== 'Always' && policy !== '') errors.notSupported('spec.template.spec.restartPolicy', policy, ['Always'])
  const deadline = objectAt(objectAt(spec, 'template'), 'spec')?.activeDeadlineSeconds
  if (deadline !== undefined) {
    errors.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicaSet is not Supported')
  }
}

function validateIntOrPercent(errors: FieldErrors, value: JsonValue | undefined, field: string): void {
  if (typeof value === 'string') {
    const complaints = percentComplaints(value)
    errors.invalidForEach(field, value, complaints)
    if (complaints.length === 0 && Number.parseInt(value, 10) > 100 && field.endsWith('maxUnavailable')) {
      errors.invalid(field, value, 'must not be greater than 100%')
    }
  } else {
    errors.nonNegative(field, value)
  }
}

function amountOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : Number.parseInt(String(value), 10) || 0
}

function validateRollingUpdate(errors: FieldErrors, rollingUpdate: JsonObject, field: string): void {
  validateIntOrPercent(errors, rollingUpdate.maxUnavailable, `${field}.maxUnavailable`)
  validateIntOrPercent(errors, rollingUpdate.maxSurge, `${field}.maxSurge`)
  if (amountOf(rollingUpdate.maxUnavailable) === 0 && amountOf(rollingUpdate.maxSurge) === 0) {
    errors.invalid(`${field}.maxUnavailable`, rollingUpdate.maxUnavailable, 'may not be 0 when `maxSurge` is 0')
  }
}

/** A Deployment after defaulting. */
export function validateDeployment(errors: FieldErrors, deployment: JsonObject): void {
  const spec = objectAt(deployment, 'spec') ?? {}
  errors.nonNegative('spec.replicas', spec.replicas)
  validateSelection(errors, spec, 'deployment')
  validateTemplate(errors, spec)
  const strategy = objectAt(spec, 'strategy') ?? {}
  const rollingUpdate = objectAt(strategy, 'rollingUpdate')
  const type = textAt(strategy, 'type')
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    errors.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) errors.required('spec.strategy.rollingUpdate', 'this should be defaulted and never be nil')
    else validateRollingUpdate(errors, rollingUpdate, 'spec.strategy.rollingUpdate')
  } else if (type !== 'Recreate') {
    errors.notSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])
  }
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  const deadline = numberAt(spec, 'progressDeadlineSeconds')
  errors.nonNegative('spec.progressDeadlineSeconds', deadline)
  if (deadline !== undefined && deadline <= (numberAt(spec, 'minReadySeconds') ?? 0)) {
    errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
  }
}

/** A ReplicaSet after defaulting. */
export function validateReplicaSet(errors: FieldErrors, replicaSet: JsonObject): void {
  const spec = objectAt(replicaSet, 'spec') ?? {}
  errors.nonNegative('spec.replicas', spec.replicas)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  validateSelection(errors, spec, 'deployment')
  validateTemplate(errors, spec)
}

/** A ReplicationController after defaulting. */
export function validateReplicationController(errors: FieldErrors, controller: JsonObject): void {
  const spec = objectAt(controller, 'spec') ?? {}
  errors.nonNegative('spec.replicas', spec.replicas)
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) errors.required('spec.selector')
  else if (!selectorMatches({ matchLabels: selector }, templateLabels(spec))) {
    errors.invalid('spec.template.metadata.labels', templateLabels(spec), '`selector` does not match template `labels`')
  }
  validateTemplate(errors, spec)
}

/** Selectors of workloads stay as they were made. */
export function validateSelectorUpdate(errors: FieldErrors, object: JsonObject, old: JsonObject): void {
  errors.immutable('spec.selector', objectAt(object, 'spec')?.selector, objectAt(old, 'spec')?.selector)
}

/** A StatefulSet after defaulting. */
export function validateStatefulSet(errors: FieldErrors, statefulSet: JsonObject): void {
  const spec = objectAt(statefulSet, 'spec') ?? {}
  const policy = textAt(spec, 'podManagementPolicy')
  if (policy === '') errors.required('spec.podManagementPolicy')
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")
  }
  const strategy = textAt(objectAt(spec, 'updateStrategy'), 'type')
  if (strategy === '') errors.required('spec.updateStrategy')
  else if (strategy !== 'RollingUpdate' && strategy !== 'OnDelete') {
    errors.invalid('spec.updateStrategy', objectAt(spec, 'updateStrategy'), "must be 'RollingUpdate' or 'OnDelete'")
  }
  errors.nonNegative(
    'spec.updateStrategy.rollingUpdate.partition',
    objectAt(objectAt(spec, 'updateStrategy'), 'rollingUpdate')?.partition,
  )
  errors.nonNegative('spec.replicas', spec.replicas)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  validateSelection(errors, spec, 'statefulset')
  validateTemplate(errors, spec)
}

const mutableStatefulSetFields = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

/** Of a StatefulSet's specification only a few fields may change. */
export function validateStatefulSetUpdate(errors: FieldErrors, statefulSet: JsonObject, old: JsonObject): void {
  const fixed = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(objectAt(object, 'spec') ?? {}).filter(([key]) => !mutableStatefulSetFields.includes(key)))
  if (sameJson(fixed(statefulSet), fixed(old))) return
  const quoted = mutableStatefulSetFields.map((field) => `'${field}'`)
  const list = `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
  errors.forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)
}

/** A DaemonSet after defaulting. */
export function validateDaemonSet(errors: FieldErrors, daemonSet: JsonObject): void {
  const spec = objectAt(daemonSet, 'spec') ?? {}
  validateSelection(errors, spec, 'daemonset')
  validateTemplate(errors, spec)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  const strategy = objectAt(spec, 'updateStrategy') ?? {}
  const type = textAt(strategy, 'type')
  const rollingUpdate = objectAt(strategy, 'rollingUpdate')
  if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) errors.required('spec.updateStrategy.rollingUpdate')
    else validateRollingUpdate(errors, rollingUpdate, 'spec.updateStrategy.rollingUpdate')
  } else if (type !== 'OnDelete') {
    errors.notSupported('spec.updateStrategy', type, ['OnDelete', 'RollingUpdate'])
  }
  errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
}
