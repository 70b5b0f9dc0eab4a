import type { JsonObject } from '../../../plan/json.ts'
import { internalValue } from '../internal-value.ts'
import { listAt, objectAt, objectsAt, textAt } from '../json-tree.ts'
import { validateAmount, validateContainerResourceName } from './container-resources.ts'
import type { FieldErrors } from './field-errors.ts'
import { labelComplaints } from './names.ts'
import { validateLabels } from './object-meta.ts'
import { validateTolerations } from './scheduling.ts'

/** A way to run containers. */
export function validateRuntimeClass(errors: FieldErrors, each: JsonObject): void {
  const handler = textAt(each, 'handler')
  errors.invalidForEach('handler', handler, labelComplaints(handler))
  for (const [name, amount] of Object.entries(objectAt(objectAt(each, 'overhead'), 'podFixed') ?? {})) {
    const field = `overhead.limits[${name}]`
    validateContainerResourceName(errors, name, field)
    validateAmount(errors, name, amount, field)
  }
  const scheduling = objectAt(each, 'scheduling')
  if (scheduling === undefined) return
  validateLabels(errors, scheduling.nodeSelector, 'scheduling.nodeSelector')
  const tolerations = objectsAt(scheduling, 'tolerations')
  validateTolerations(errors, tolerations, 'scheduling.tolerations.tolerations')
  const shown = tolerations.map(({ tolerationSeconds: _seconds, ...key }) => JSON.stringify(key))
  tolerations.forEach((toleration, index) => {
    if (shown.indexOf(shown[index] ?? '') === index) return
    errors.duplicate(`scheduling.tolerations[${index}]`, internalValue('Toleration', toleration))
  })
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
