import type { JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, objectsAt, textAt, textsAt } from '../json-tree.ts'
import { parseQuantity } from '../quantity.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { validateLabelSelector } from './label-selector.ts'
import { qualifiedNameComplaints, subdomainComplaints } from './names.ts'
import { validateInlineVolume } from './persistent-volume.ts'
import { validateDriverName } from './volumes.ts'

/** Where volumes of a class may lie: no key twice in a term, no value twice in a key, no term twice. */
function validateTopologies(errors: FieldErrors, terms: readonly JsonObject[]): void {
  // Terms that say nothing count as often as there are terms: so the server compares them.
  const before: string[] = terms.map(() => '[]')
  terms.forEach((term, index) => {
    const place = `allowedTopologies[${index}].matchLabelExpressions`
    const values = new Map<string, readonly string[]>()
    objectsAt(term, 'matchLabelExpressions').forEach((expression, each) => {
      const field = `${place}[${each}]`
      const given = textsAt(expression, 'values')
      if (given.length === 0) errors.required(`${field}.values`)
      given.forEach((value, at) => {
        if (given.indexOf(value) < at) errors.duplicate(`${field}.values[${at}]`, value)
      })
      const key = textAt(expression, 'key')
      errors.invalidForEach(`${field}.key`, key, qualifiedNameComplaints(key))
      if (values.has(key)) errors.duplicate(`${field}.key`, key)
      values.set(key, [...new Set(given)].sort())
    })
    const shown = JSON.stringify([...values].sort(([left], [right]) => (left < right ? -1 : 1)))
    for (const earlier of before) if (earlier === shown) errors.duplicate(place, '')
    before.push(shown)
  })
}

/** A class of storage after defaulting. */
export function validateStorageClass(errors: FieldErrors, storageClass: JsonObject): void {
  const provisioner = textAt(storageClass, 'provisioner')
  if (provisioner === '') errors.required('provisioner')
  else errors.invalidForEach('provisioner', provisioner, qualifiedNameComplaints(provisioner.toLowerCase()))
  if (Object.hasOwn(objectAt(storageClass, 'parameters') ?? {}, '')) {
    errors.invalid('parameters', '', 'field can not be empty.')
  }
  validateTopologies(errors, objectsAt(storageClass, 'allowedTopologies'))
  const reclaim = textAt(storageClass, 'reclaimPolicy')
  if (reclaim !== '' && !['Delete', 'Retain'].includes(reclaim)) {
    errors.notSupported('reclaimPolicy', reclaim, ['Delete', 'Retain'])
  }
  const binding = textAt(storageClass, 'volumeBindingMode')
  const modes = ['Immediate', 'WaitForFirstConsumer']
  if (!modes.includes(binding)) errors.notSupported('volumeBindingMode', binding, modes)
}

/** What a class of storage is made of never changes. */
export function validateStorageClassUpdate(errors: FieldErrors, storageClass: JsonObject, old: JsonObject): void {
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy']) {
    if (!sameJson(storageClass[field], old[field])) errors.forbidden(field, `updates to ${field} are forbidden.`)
  }
  errors.immutable('volumeBindingMode', storageClass.volumeBindingMode, old.volumeBindingMode)
}

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType']
const lifecycleModes = ['Persistent', 'Ephemeral']
const shortestToken = 600

function validateTokenRequests(errors: FieldErrors, requests: readonly JsonObject[]): void {
  const audiences = new Set<string>()
  requests.forEach((request, index) => {
    const field = `spec.tokenRequests[${index}]`
    const audience = textAt(request, 'audience')
    if (audiences.has(audience)) {
      errors.duplicate(`${field}.audience`, audience)
      return
    }
    audiences.add(audience)
    const seconds = numberAt(request, 'expirationSeconds') ?? shortestToken
    const place = `${field}.expirationSeconds`
    if (seconds < shortestToken) errors.invalid(place, seconds, 'may not specify a duration less than 10 minutes')
    if (seconds > 2 ** 32) errors.invalid(place, seconds, 'may not specify a duration larger than 2^32 seconds')
  })
}

function validateDriverSpec(errors: FieldErrors, spec: JsonObject): void {
  validateTokenRequests(errors, objectsAt(spec, 'tokenRequests'))
  const period = numberAt(spec, 'nodeAllocatableUpdatePeriodSeconds')
  if (period !== undefined && period < 10) {
    errors.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds')
  }
}

/** What may change of a storage driver. */
export function validateDriver(errors: FieldErrors, driver: JsonObject): void {
  validateDriverSpec(errors, objectAt(driver, 'spec') ?? {})
}

/** What a new storage driver is asked besides. */
export function validateDriverCreate(errors: FieldErrors, driver: JsonObject): void {
  const spec = objectAt(driver, 'spec') ?? {}
  const policy = textAt(spec, 'fsGroupPolicy')
  if (!groupPolicies.includes(policy)) errors.notSupported('spec.fsGroupPolicy', policy, groupPolicies)
  for (const mode of textsAt(spec, 'volumeLifecycleModes')) {
    if (!lifecycleModes.includes(mode)) errors.notSupported('spec.volumeLifecycleModes', mode, lifecycleModes)
  }
}

/** How a driver attaches volumes, and for how long they live, never changes. */
export function validateDriverUpdate(errors: FieldErrors, driver: JsonObject, old: JsonObject): void {
  const [spec, before] = [objectAt(driver, 'spec'), objectAt(old, 'spec')]
  errors.immutable('spec.attachedRequired', spec?.attachRequired, before?.attachRequired)
  errors.immutable('spec.fsGroupPolicy', spec?.fsGroupPolicy, before?.fsGroupPolicy)
  errors.immutable('spec.volumeLifecycleModes', spec?.volumeLifecycleModes, before?.volumeLifecycleModes)
}

/** What a node says of its storage drivers. */
export function validateNodeDrivers(errors: FieldErrors, node: JsonObject): void {
  const seen = new Set<string>()
  objectsAt(objectAt(node, 'spec'), 'drivers').forEach((driver, index) => {
    const field = `spec.drivers[${index}]`
    const name = textAt(driver, 'name')
    validateDriverName(errors, name, `${field}.name`)
    const id = textAt(driver, 'nodeID')
    if (id === '') errors.required(`${field}.nodeID`)
    if (Buffer.byteLength(id) > 256) errors.invalid(`${field}.nodeID`, id, 'must be 256 characters or less')
    errors.nonNegative(`${field}.allocatable.count`, objectAt(driver, 'allocatable')?.count)
    if (seen.has(name)) errors.duplicate(`${field}.name`, name)
    seen.add(name)
    const keys = textsAt(driver, 'topologyKeys')
    keys.forEach((key, each) => {
      if (key === '') errors.required(field)
      if (keys.indexOf(key) < each) errors.duplicate(field, key)
      errors.invalidForEach(field, [...keys], qualifiedNameComplaints(key))
    })
  })
}

/** A volume at a node. */
export function validateAttachment(errors: FieldErrors, attachment: JsonObject): void {
  const spec = objectAt(attachment, 'spec')
  if (textAt(spec, 'attacher') === '') errors.required('spec.attacher')
  const source = objectAt(spec, 'source') ?? {}
  const inline = objectAt(source, 'inlineVolumeSpec')
  const name = source.persistentVolumeName
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (inline === undefined && name === undefined) errors.required('spec.source', detail)
  else if (inline !== undefined && name !== undefined) errors.forbidden('spec.source', detail)
  else if (inline !== undefined) validateInlineVolume(errors, inline, 'spec.source.inlineVolumeSpec')
  else if (name === '') {
    errors.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')
  }
  const node = textAt(spec, 'nodeName')
  errors.invalidForEach('spec.nodeName', node, subdomainComplaints(node))
}

/** What only a new attachment is asked. */
export function validateAttachmentCreate(errors: FieldErrors, attachment: JsonObject): void {
  const spec = objectAt(attachment, 'spec')
  validateDriverName(errors, textAt(spec, 'attacher'), 'spec.attacher')
  const name = objectAt(spec, 'source')?.persistentVolumeName
  if (typeof name === 'string') {
    errors.invalidForEach('spec.source.persistentVolumeName', name, subdomainComplaints(name))
  }
}

/** Which volume is where never changes. */
export function validateAttachmentUpdate(errors: FieldErrors, attachment: JsonObject, old: JsonObject): void {
  errors.immutable('spec', attachment.spec, old.spec)
}

/** How much room a class of storage has where. */
export function validateStorageCapacity(errors: FieldErrors, capacity: JsonObject): void {
  validateLabelSelector(errors, capacity.nodeTopology, 'nodeTopology')
  const name = textAt(capacity, 'storageClassName')
  errors.invalidForEach('storageClassName', name, subdomainComplaints(name))
  for (const key of ['capacity', 'maximumVolumeSize']) {
    const amount = capacity[key]
    if (amount === undefined || (parseQuantity(String(amount))?.digits ?? 0n) >= 0n) continue
    errors.invalid(key, amount, 'must be greater than or equal to 0')
  }
}

/** Of what the room is told never changes. */
export function validateStorageCapacityUpdate(errors: FieldErrors, capacity: JsonObject, old: JsonObject): void {
  for (const field of ['nodeTopology', 'storageClassName']) errors.immutable(field, capacity[field], old[field])
}

/** A class of volume attributes. */
export function validateAttributesClass(errors: FieldErrors, each: JsonObject): void {
  if (textAt(each, 'driverName') === '') errors.required('driverName')
  if (Object.keys(objectAt(each, 'parameters') ?? {}).length === 0) {
    errors.required('parameters', 'must contain at least one key/value pair')
  }
}

/** What a class stands for never changes. */
export function validateAttributesClassUpdate(errors: FieldErrors, each: JsonObject, old: JsonObject): void {
  for (const field of ['driverName', 'parameters']) {
    if (!sameJson(each[field], old[field])) errors.forbidden(field, `updates to ${field} are forbidden.`)
  }
}
