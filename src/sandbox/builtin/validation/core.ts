import type { JsonObject } from '../../../plan/json.ts'
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { parseQuantity } from '../quantity.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { addressComplaints, portNumberComplaints } from './names.ts'
import { validatePodSpec } from './pod-spec.ts'

/** A pod after defaulting. */
export function validatePod(errors: FieldErrors, pod: JsonObject): void {
  validatePodSpec(errors, objectAt(pod, 'spec') ?? {}, 'spec')
}

const podUpdateDetail =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

function fixedPodSpec(pod: JsonObject): JsonObject {
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...spec
  } = objectAt(pod, 'spec') ?? {}
  const withoutImages = (key: string): readonly JsonObject[] =>
    objectsAt(spec, key).map(({ image: _image, ...container }) => container)
  return { ...spec, containers: withoutImages('containers'), initContainers: withoutImages('initContainers') }
}

/** Of a pod's specification only images, the deadline and further tolerations may change. */
export function validatePodUpdate(errors: FieldErrors, pod: JsonObject, old: JsonObject): void {
  // Binding a pod to a node is the one other change, made by the scheduler.
  const before = fixedPodSpec(old)
  const after = fixedPodSpec(pod)
  const bound =
    before.nodeName === undefined ? { ...before, ...(after.nodeName === undefined ? {} : { nodeName: after.nodeName }) } : before
  if (!sameJson(after, bound)) errors.forbidden('spec', podUpdateDetail)
}

/** Addresses and ports of endpoints. */
export function validateEndpoints(errors: FieldErrors, endpoints: JsonObject): void {
  objectsAt(endpoints, 'subsets').forEach((subset, index) => {
    const field = `subsets[${index}]`
    const addresses = objectsAt(subset, 'addresses')
    if (addresses.length + objectsAt(subset, 'notReadyAddresses').length === 0) {
      errors.required(field, 'must specify `addresses` or `notReadyAddresses`')
    }
    addresses.forEach((address, place) => {
      const ip = textAt(address, 'ip')
      errors.invalidForEach(`${field}.addresses[${place}].ip`, ip, addressComplaints(ip))
    })
    const ports = objectsAt(subset, 'ports')
    ports.forEach((port, place) => {
      if (ports.length > 1 && textAt(port, 'name') === '') errors.required(`${field}.ports[${place}].name`)
      const number = numberAt(port, 'port') ?? 0
      errors.invalidForEach(`${field}.ports[${place}].port`, number, portNumberComplaints(number))
    })
  })
}

/** Endpoints are deprecated since 1.33. */
export function endpointsWarnings(): readonly string[] {
  return ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

/** A claim after defaulting. */
export function validatePersistentVolumeClaim(errors: FieldErrors, claim: JsonObject): void {
  const spec = objectAt(claim, 'spec') ?? {}
  const modes = listAt(spec, 'accessModes')
  if (modes.length === 0) errors.required('spec.accessModes', 'at least 1 access mode is required')
  for (const mode of modes) if (!accessModes.includes(String(mode))) errors.notSupported('spec.accessModes', mode, accessModes)
  const storage = objectAt(objectAt(spec, 'resources'), 'requests')?.storage
  if (storage === undefined) errors.required('spec.resources[storage]')
  else {
    const quantity = parseQuantity(String(storage))
    if (quantity !== undefined && quantity.digits <= 0n) {
      errors.invalid('spec.resources[storage]', storage, 'must be greater than zero')
    }
  }
}

/** Of a bound claim only the request may change. */
export function validatePersistentVolumeClaimUpdate(errors: FieldErrors, claim: JsonObject, old: JsonObject): void {
  const fixed = (object: JsonObject): JsonObject => {
    const { resources: _resources, volumeAttributesClassName: _class, ...spec } = objectAt(object, 'spec') ?? {}
    return spec
  }
  const before = fixed(old)
  const after = fixed(claim)
  const bound =
    before.volumeName === undefined && after.volumeName !== undefined ? { ...before, volumeName: after.volumeName } : before
  if (!sameJson(after, bound)) {
    errors.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    )
  }
}

/** Amounts of a quota. */
export function validateResourceQuota(errors: FieldErrors, quota: JsonObject): void {
  for (const [name, amount] of Object.entries(objectAt(objectAt(quota, 'spec'), 'hard') ?? {})) {
    const quantity = parseQuantity(String(amount))
    if (quantity !== undefined && quantity.digits < 0n) {
      errors.invalid(`spec.hard[${name}]`, amount, 'must be greater than or equal to 0')
    }
  }
}
