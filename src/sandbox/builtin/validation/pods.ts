import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { addressComplaints } from './addresses.ts'
import { describeDifference } from './describe-difference.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { subdomainComplaints } from './names.ts'
import { validatePodOnly, validatePodSpec } from './pod-spec.ts'
import { validateTolerations } from './scheduling.ts'

function specOf(pod: JsonObject): JsonObject {
  return objectAt(pod, 'spec') ?? {}
}

/** A pod after defaulting. */
export function validatePod(errors: FieldErrors, pod: JsonObject): void {
  validatePodSpec(errors, specOf(pod), 'spec', { isPod: true })
  validatePodOnly(errors, specOf(pod))
}

/** What a new pod can't have yet. */
export function validatePodCreate(errors: FieldErrors, pod: JsonObject): void {
  const spec = specOf(pod)
  if (objectsAt(spec, 'ephemeralContainers').length > 0) {
    errors.forbidden('spec.ephemeralContainers', 'cannot be set on create')
  }
  if (textAt(spec, 'nodeName') !== '' && listAt(spec, 'schedulingGates').length > 0) {
    errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
  }
}

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]

/** The containers of a list after an update. False when there are more or less of them, after which nothing else is looked at. */
function validateContainerUpdate(errors: FieldErrors, spec: JsonObject, oldSpec: JsonObject, key: string): boolean {
  const containers = objectsAt(spec, key)
  if (containers.length !== objectsAt(oldSpec, key).length) {
    errors.forbidden(`spec.${key}`, 'pod updates may not add or remove containers')
    return false
  }
  containers.forEach((container, index) => {
    const image = textAt(container, 'image')
    if (image === '') errors.required(`spec.${key}[${index}].image`)
    if (image.trim() !== image) {
      errors.invalid(`spec.${key}[${index}].image`, image, 'must not have leading or trailing whitespace')
    }
  })
  return true
}

/** False when the deadline is wrong in a way after which nothing else is looked at. */
function validateDeadlineUpdate(errors: FieldErrors, spec: JsonObject, oldSpec: JsonObject): boolean {
  const field = 'spec.activeDeadlineSeconds'
  const deadline = numberAt(spec, 'activeDeadlineSeconds')
  const oldDeadline = numberAt(oldSpec, 'activeDeadlineSeconds')
  if (deadline === undefined) {
    if (oldDeadline !== undefined) errors.invalid(field, null, 'must not update from a positive integer to nil value')
    return true
  }
  if (deadline < 0) {
    errors.invalid(field, deadline, 'must be between 0 and 2147483647, inclusive')
    return false
  }
  if (oldDeadline === undefined || oldDeadline >= deadline) return true
  errors.invalid(field, deadline, 'must be less than or equal to previous value')
  return false
}

function withoutSeconds(toleration: JsonObject): JsonObject {
  const { tolerationSeconds: _seconds, ...rest } = toleration
  return rest
}

function validateTolerationUpdate(errors: FieldErrors, spec: JsonObject, oldSpec: JsonObject): void {
  const tolerations = objectsAt(spec, 'tolerations')
  const isKept = (old: JsonObject): boolean =>
    tolerations.some((toleration) => sameJson(withoutSeconds(toleration), withoutSeconds(old)))
  if (objectsAt(oldSpec, 'tolerations').every(isKept)) validateTolerations(errors, tolerations, 'spec.tolerations')
  else errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

function validateGateUpdate(errors: FieldErrors, spec: JsonObject, oldSpec: JsonObject): void {
  const before = new Set(objectsAt(oldSpec, 'schedulingGates').map((gate) => textAt(gate, 'name')))
  objectsAt(spec, 'schedulingGates').forEach((gate, index) => {
    const name = textAt(gate, 'name')
    if (before.has(name)) return
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`
    errors.forbidden(`spec.schedulingGates[${index}].name`, detail)
  })
}

/** The new specification with everything that may change as it was before. */
function comparableSpec(spec: JsonObject, oldSpec: JsonObject): JsonObject {
  const withOldImages = (key: string): readonly JsonObject[] =>
    objectsAt(spec, key).map((container, index) => {
      const image = objectsAt(oldSpec, key)[index]?.image
      return image === undefined ? container : { ...container, image }
    })
  const next: { [key: string]: JsonObject[string] } = { ...spec }
  for (const key of ['containers', 'initContainers']) if (next[key] !== undefined) next[key] = withOldImages(key)
  const keep = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']
  const wasNegative = (numberAt(oldSpec, 'terminationGracePeriodSeconds') ?? 0) < 0
  if (wasNegative && spec.terminationGracePeriodSeconds === 1) keep.push('terminationGracePeriodSeconds')
  // A pod that is held back from scheduling may still be told where to go.
  if (listAt(oldSpec, 'schedulingGates').length > 0) keep.push('nodeSelector')
  for (const key of keep) {
    const before = oldSpec[key]
    if (before === undefined) delete next[key]
    else next[key] = before
  }
  return next
}

function validateSelectorAdditions(errors: FieldErrors, spec: JsonObject, oldSpec: JsonObject): void {
  const selector = objectAt(spec, 'nodeSelector') ?? {}
  const isKept = Object.entries(objectAt(oldSpec, 'nodeSelector') ?? {}).every(([key, value]) => selector[key] === value)
  if (isKept || listAt(oldSpec, 'schedulingGates').length === 0) return
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
  errors.invalid('spec.nodeSelector', selector, detail)
}

/** Of a pod's specification only images, the deadline and further tolerations may change. */
export function validatePodUpdate(errors: FieldErrors, pod: JsonObject, old: JsonObject): void {
  const spec = specOf(pod)
  const oldSpec = specOf(old)
  if (!validateContainerUpdate(errors, spec, oldSpec, 'containers')) return
  if (!validateContainerUpdate(errors, spec, oldSpec, 'initContainers')) return
  if (!validateDeadlineUpdate(errors, spec, oldSpec)) return
  validateTolerationUpdate(errors, spec, oldSpec)
  validateGateUpdate(errors, spec, oldSpec)
  if (sameJson(spec, oldSpec)) return
  validateSelectorAdditions(errors, spec, oldSpec)
  const next = comparableSpec(spec, oldSpec)
  if (sameJson(next, oldSpec)) return
  const difference = describeDifference('PodSpec', oldSpec, next)
  errors.forbidden('spec', `pod updates may not change fields other than ${changeable.join(',')}\n${difference}`)
}

/** Where a pod runs and is reached, as its status says. */
export function validatePodStatus(errors: FieldErrors, pod: JsonObject): void {
  const status = objectAt(pod, 'status')
  const node = textAt(status, 'nominatedNodeName')
  if (node !== '') errors.invalidForEach('status.nominatedNodeName', node, subdomainComplaints(node))
  for (const key of ['podIPs', 'hostIPs']) {
    const seen = new Set<string>()
    objectsAt(status, key).forEach((each, index) => {
      const field = `status.${key}[${index}]`
      const ip = textAt(each, 'ip')
      errors.invalidForEach(field, ip, addressComplaints(ip))
      if (seen.has(ip)) errors.duplicate(field, { IP: ip })
      seen.add(ip)
    })
  }
}
