import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { isEmptySelector, isReadableSelector, selectorMatches, validateLabelSelector } from './label-selector.ts'
import { percentComplaints } from './names.ts'
import { validatePodTemplate } from './pod-spec.ts'

function templateLabels(spec: JsonObject): JsonObject | undefined {
  return objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels')
}

/** The selector of a workload, and that its template's labels are selected by it. False when it can't be read at all. */
function validateSelection(errors: FieldErrors, spec: JsonObject, kind: string, unreadable: string): boolean {
  const selector = objectAt(spec, 'selector')
  if (selector === undefined) {
    errors.required('spec.selector')
  } else {
    validateLabelSelector(errors, selector, 'spec.selector')
    if (isEmptySelector(selector)) errors.invalid('spec.selector', selector, `empty selector is invalid for ${kind}`)
    if (!isReadableSelector(selector)) {
      errors.invalid('spec.selector', selector, unreadable)
      return false
    }
  }
  validateTemplateLabels(errors, spec, selector)
  return true
}

function validateTemplateLabels(errors: FieldErrors, spec: JsonObject, selector: JsonObject | undefined): void {
  const labels = templateLabels(spec)
  if (!selectorMatches(selector, labels)) {
    errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
}

function validateTemplate(errors: FieldErrors, spec: JsonObject, kind: string, claims: readonly string[] = []): void {
  validatePodTemplate(errors, objectAt(spec, 'template'), 'spec.template', claims)
  const podSpec = objectAt(objectAt(spec, 'template'), 'spec')
  const policy = textAt(podSpec, 'restartPolicy')
  if (policy !== 'Always' && policy !== '') errors.notSupported('spec.template.spec.restartPolicy', policy, ['Always'])
  if (podSpec?.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`
    errors.forbidden('spec.template.spec.activeDeadlineSeconds', detail)
  }
}

function validateIntOrPercent(errors: FieldErrors, value: JsonValue | undefined, field: string): void {
  if (typeof value === 'string') {
    const complaints = percentComplaints(value)
    errors.invalidForEach(field, value, complaints)
  } else {
    errors.nonNegative(field, value)
  }
}

function validateAtMostAll(errors: FieldErrors, value: JsonValue | undefined, field: string): void {
  if (typeof value !== 'string' || percentComplaints(value).length > 0 || Number.parseInt(value, 10) <= 100) return
  errors.invalid(field, value, 'must not be greater than 100%')
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
  validateAtMostAll(errors, rollingUpdate.maxUnavailable, `${field}.maxUnavailable`)
}

/** A Deployment after defaulting. */
export function validateDeployment(errors: FieldErrors, deployment: JsonObject): void {
  const spec = objectAt(deployment, 'spec') ?? {}
  errors.nonNegative('spec.replicas', spec.replicas)
  const isReadable = validateSelection(errors, spec, 'deployment', 'invalid label selector')
  if (isReadable) validateTemplate(errors, spec, 'ReplicaSet')
  const strategy = objectAt(spec, 'strategy') ?? {}
  const rollingUpdate = objectAt(strategy, 'rollingUpdate')
  const type = textAt(strategy, 'type')
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    errors.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) errors.required('spec.strategy.rollingUpdate', 'this should be defaulted and never be nil')
    else validateRollingUpdate(errors, rollingUpdate, 'spec.strategy.rollingUpdate')
  } else if (type !== 'Recreate') {
    errors.notSupported('spec.strategy', { Type: type, RollingUpdate: null }, ['Recreate', 'RollingUpdate'])
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
  const isReadable = validateSelection(errors, spec, 'deployment', 'invalid label selector')
  if (isReadable) validateTemplate(errors, spec, 'ReplicaSet')
}

/** A ReplicationController after defaulting. */
export function validateReplicationController(errors: FieldErrors, controller: JsonObject): void {
  const spec = objectAt(controller, 'spec') ?? {}
  errors.nonNegative('spec.replicas', spec.replicas)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  const selector = objectAt(spec, 'selector') ?? {}
  if (Object.keys(selector).length === 0) errors.required('spec.selector')
  if (objectAt(spec, 'template') === undefined) {
    errors.required('spec.template')
    return
  }
  if (Object.keys(selector).length > 0) validateTemplateLabels(errors, spec, { matchLabels: selector })
  validateTemplate(errors, spec, 'ReplicationController')
}

/** Selectors of workloads stay as they were made. */
export function validateSelectorUpdate(errors: FieldErrors, object: JsonObject, old: JsonObject): void {
  errors.immutable('spec.selector', objectAt(object, 'spec')?.selector, objectAt(old, 'spec')?.selector)
}

function validateStatefulStrategy(errors: FieldErrors, spec: JsonObject): void {
  const field = 'spec.updateStrategy'
  const strategy = objectAt(spec, 'updateStrategy')
  const rollingUpdate = objectAt(strategy, 'rollingUpdate')
  const shown = {
    Partition: numberAt(rollingUpdate, 'partition') ?? 0,
    MaxUnavailable: rollingUpdate?.maxUnavailable ?? null,
  }
  const type = textAt(strategy, 'type')
  switch (type) {
    case '':
      errors.required(field)
      return
    case 'OnDelete':
      if (rollingUpdate === undefined) return
      errors.invalid(`${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")
      return
    case 'RollingUpdate': {
      errors.nonNegative(`${field}.rollingUpdate.partition`, rollingUpdate?.partition)
      const most = rollingUpdate?.maxUnavailable
      if (most === undefined) return
      const place = `${field}.rollingUpdate.maxUnavailable`
      validateIntOrPercent(errors, most, place)
      if (amountOf(most) === 0) errors.invalid(place, most, 'cannot be 0')
      validateAtMostAll(errors, most, place)
      return
    }
    default: {
      const given = { Type: type, RollingUpdate: rollingUpdate === undefined ? null : shown }
      errors.invalid(field, given, "must be 'RollingUpdate' or 'OnDelete'")
    }
  }
}

const retentions = ['Retain', 'Delete']

/** A StatefulSet after defaulting. */
export function validateStatefulSet(errors: FieldErrors, statefulSet: JsonObject): void {
  const spec = objectAt(statefulSet, 'spec') ?? {}
  const policy = textAt(spec, 'podManagementPolicy')
  if (policy === '') errors.required('spec.podManagementPolicy')
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")
  }
  validateStatefulStrategy(errors, spec)
  const retention = objectAt(spec, 'persistentVolumeClaimRetentionPolicy')
  for (const key of ['whenDeleted', 'whenScaled']) {
    const value = textAt(retention, key)
    const field = `spec.persistentVolumeClaimRetentionPolicy.${key}`
    if (retention !== undefined && !retentions.includes(value)) errors.notSupported(field, value, retentions)
  }
  errors.nonNegative('spec.replicas', spec.replicas)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  errors.nonNegative('spec.ordinals.start', objectAt(spec, 'ordinals')?.start)
  const claims = objectsAt(spec, 'volumeClaimTemplates').map((claim) => textAt(objectAt(claim, 'metadata'), 'name'))
  if (validateSelection(errors, spec, 'statefulset', '')) validateTemplate(errors, spec, 'StatefulSet', claims)
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

function validateDaemonRollingUpdate(errors: FieldErrors, rollingUpdate: JsonObject, field: string): void {
  const { maxUnavailable, maxSurge } = rollingUpdate
  for (const [key, value] of [
    ['maxUnavailable', maxUnavailable],
    ['maxSurge', maxSurge],
  ] as const) {
    validateIntOrPercent(errors, value, `${field}.${key}`)
    validateAtMostAll(errors, value, `${field}.${key}`)
  }
  const [removes, adds] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0]
  if (removes && adds) errors.invalid(`${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')
  if (!removes && !adds) errors.required(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')
}

/** A DaemonSet after defaulting. */
export function validateDaemonSet(errors: FieldErrors, daemonSet: JsonObject): void {
  const spec = objectAt(daemonSet, 'spec') ?? {}
  const selector = objectAt(spec, 'selector')
  validateLabelSelector(errors, selector, 'spec.selector')
  if (selector === undefined || isReadableSelector(selector)) validateTemplateLabels(errors, spec, selector)
  if (selector !== undefined && isEmptySelector(selector)) {
    errors.invalid('spec.selector', selector, 'empty selector is invalid for daemonset')
  }
  validateTemplate(errors, spec, 'DaemonSet')
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  const strategy = objectAt(spec, 'updateStrategy') ?? {}
  const type = textAt(strategy, 'type')
  const rollingUpdate = objectAt(strategy, 'rollingUpdate')
  if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) errors.required('spec.updateStrategy.rollingUpdate')
    else validateDaemonRollingUpdate(errors, rollingUpdate, 'spec.updateStrategy.rollingUpdate')
  } else if (type !== 'OnDelete') {
    errors.notSupported('spec.updateStrategy', { Type: type, RollingUpdate: null }, ['RollingUpdate', 'OnDelete'])
  }
  errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
}

/** Counts in the status of a workload: none below zero, and none of `parts` above the count of all. */
export function validateReplicaCounts(...parts: readonly string[]): (errors: FieldErrors, object: JsonObject) => void {
  return (errors, object) => {
    const status = objectAt(object, 'status') ?? {}
    const count = (key: string): number => numberAt(status, key) ?? 0
    for (const [key, value] of Object.entries(status)) if (typeof value === 'number') errors.nonNegative(`status.${key}`, value)
    for (const key of parts) {
      if (count(key) > count('replicas')) errors.invalid(`status.${key}`, count(key), 'cannot be greater than status.replicas')
    }
    if (count('availableReplicas') > count('readyReplicas')) {
      errors.invalid('status.availableReplicas', count('availableReplicas'), 'cannot be greater than readyReplicas')
    }
  }
}

/** Counts in the status of a DaemonSet. */
export function validateDaemonCounts(errors: FieldErrors, object: JsonObject): void {
  for (const [key, value] of Object.entries(objectAt(object, 'status') ?? {})) {
    if (typeof value === 'number') errors.nonNegative(`status.${key}`, value)
  }
}
