import type { JsonObject } from '../../../plan/json.ts'
import { listAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { type FieldErrors, sameJson } from './field-errors.ts'
import { labelComplaints } from './names.ts'

/** What a node says of its storage drivers. */
export function validateNodeDrivers(errors: FieldErrors, node: JsonObject): void {
  const seen = new Set<string>()
  objectsAt(objectAt(node, 'spec'), 'drivers').forEach((driver, index) => {
    const field = `spec.drivers[${index}]`
    const name = textAt(driver, 'name')
    if (name === '') errors.required(`${field}.name`)
    if (textAt(driver, 'nodeID') === '') errors.required(`${field}.nodeID`)
    if (seen.has(name)) errors.duplicate(`${field}.name`, name)
    seen.add(name)
  })
}

/** A volume at a node. */
export function validateAttachment(errors: FieldErrors, attachment: JsonObject): void {
  const spec = objectAt(attachment, 'spec')
  if (textAt(spec, 'attacher') === '') errors.required('spec.attacher')
  const source = objectAt(spec, 'source') ?? {}
  if ((source.inlineVolumeSpec === undefined) === (source.persistentVolumeName === undefined)) {
    errors.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  }
  if (textAt(spec, 'nodeName') === '') errors.required('spec.nodeName')
}

/** Which volume is where never changes. */
export function validateAttachmentUpdate(errors: FieldErrors, attachment: JsonObject, old: JsonObject): void {
  errors.immutable('spec', attachment.spec, old.spec)
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
  if (!sameJson(each.driverName, old.driverName)) errors.forbidden('driverName', 'updates to driverName are forbidden.')
  if (!sameJson(each.parameters, old.parameters)) errors.forbidden('parameters', 'updates to parameters are forbidden.')
}

/** A way to run containers. */
export function validateRuntimeClass(errors: FieldErrors, each: JsonObject): void {
  const handler = textAt(each, 'handler')
  errors.invalidForEach('handler', handler, labelComplaints(handler))
}

/** A way to run containers never becomes another. */
export function validateRuntimeClassUpdate(errors: FieldErrors, each: JsonObject, old: JsonObject): void {
  errors.immutable('handler', each.handler, old.handler)
}

/** A request for a certificate. */
export function validateSigningRequest(errors: FieldErrors, request: JsonObject): void {
  const spec = objectAt(request, 'spec')
  const text = Buffer.from(textAt(spec, 'request'), 'base64').toString()
  if (!text.includes('-----BEGIN CERTIFICATE REQUEST-----')) {
    errors.invalid('spec.request', textAt(spec, 'request'), 'PEM block type must be CERTIFICATE REQUEST')
  }
  if (listAt(spec, 'usages').length === 0) errors.required('spec.usages', 'usages must be specified')
  const signer = textAt(spec, 'signerName')
  if (signer === '') errors.required('spec.signerName')
  else if (!signer.includes('/')) {
    errors.invalid('spec.signerName', signer, 'must be a fully qualified domain and path of the form "example.com/signer-name"')
  }
}

/** Which requests have which priority. */
export function validateFlowSchema(errors: FieldErrors, schema: JsonObject): void {
  const spec = objectAt(schema, 'spec')
  if (textAt(objectAt(spec, 'priorityLevelConfiguration'), 'name') === '') {
    errors.required('spec.priorityLevelConfiguration.name', 'must reference a priority level')
  }
  objectsAt(spec, 'rules').forEach((rule, index) => {
    const field = `spec.rules[${index}]`
    if (listAt(rule, 'subjects').length === 0) {
      errors.required(`${field}.subjects`, 'subjects must contain at least one value')
    }
    if (listAt(rule, 'resourceRules').length === 0 && listAt(rule, 'nonResourceRules').length === 0) {
      errors.required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty')
    }
  })
}

/** How many requests of a priority are served at once. */
export function validatePriorityLevel(errors: FieldErrors, level: JsonObject): void {
  const spec = objectAt(level, 'spec')
  const type = textAt(spec, 'type')
  if (type !== 'Limited' && type !== 'Exempt') errors.notSupported('spec.type', type, ['Exempt', 'Limited'])
  if (type === 'Limited' && objectAt(spec, 'limited') === undefined) {
    errors.required('spec.limited', 'must not be empty when type is Limited')
  }
}
