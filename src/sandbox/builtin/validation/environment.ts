import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { objectAt, objectsAt, textAt } from '../json-tree.ts'
import { parseQuantity } from '../quantity.ts'
import type { FieldErrors } from './field-errors.ts'
import { configKeyComplaints, environmentNameComplaints, qualifiedNameComplaints, subdomainComplaints } from './names.ts'

const variableSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const
const environmentFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** Fields that a file of a downward volume may show. */
export const volumeFields: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]
/** Fields of pods that have a name at all; which of them may be used depends on where. */
const podFields: ReadonlySet<string> = new Set([
  ...environmentFields,
  ...volumeFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
])
const containerAmounts = ['cpu', 'ephemeral-storage', 'memory']
const amountFields = ['limits', 'requests'].flatMap((list) => containerAmounts.map((name) => `${list}.${name}`))
const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** A field of the pod that is shown to a container; `supported` are the whole fields that may be. */
export function validateFieldReference(
  errors: FieldErrors,
  reference: JsonObject,
  supported: readonly string[],
  field: string,
): void {
  const path = textAt(reference, 'fieldPath')
  if (path === '') {
    errors.required(`${field}.fieldPath`)
    return
  }
  const subscript = /^(.*)\['(.*)'\]$/s.exec(path)
  const [, base = '', key = ''] = subscript ?? []
  if (subscript !== null) {
    if (base === 'metadata.annotations' || base === 'metadata.labels') {
      const name = base === 'metadata.annotations' ? key.toLowerCase() : key
      errors.invalidForEach(field, name, qualifiedNameComplaints(name))
    } else {
      errors.invalid(`${field}.fieldPath`, path, 'error converting fieldPath: field label does not support subscript')
    }
  } else if (!podFields.has(path)) {
    errors.invalid(`${field}.fieldPath`, path, `error converting fieldPath: field label not supported: ${path}`)
  } else if (!supported.includes(path)) {
    errors.notSupported(`${field}.fieldPath`, path, supported)
  }
}

/** An amount of a container that is shown to one; a volume has to say of which. */
export function validateAmountReference(errors: FieldErrors, reference: JsonObject, field: string, inVolume: boolean): void {
  const resource = textAt(reference, 'resource')
  const isHugePage = /^(limits|requests)\.hugepages-/.test(resource)
  if (inVolume && textAt(reference, 'containerName') === '') errors.required(`${field}.containerName`)
  else if (resource === '') errors.required(`${field}.resource`)
  else if (!amountFields.includes(resource) && !isHugePage) errors.notSupported(`${field}.resource`, resource, amountFields)
  const divisor = textAt(reference, 'divisor')
  const quantity = parseQuantity(divisor)
  if (quantity === undefined || quantity.digits === 0n) return
  const name = resource.slice(resource.indexOf('.') + 1)
  if (name === 'cpu' && !['1m', '1'].includes(divisor)) {
    errors.invalid(`${field}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
  }
  const what = name === 'ephemeral-storage' ? 'local ephemeral storage' : isHugePage ? 'hugepages' : name
  const isBytes = isHugePage || name === 'memory' || name === 'ephemeral-storage'
  if (isBytes && !byteDivisors.includes(divisor)) {
    const detail = `only divisor's values ${byteDivisors.join(', ')} are supported with the ${what} resource`
    errors.invalid(`${field}.divisor`, resource, detail)
  }
}

function validateKeyReference(errors: FieldErrors, reference: JsonObject, field: string): void {
  const name = textAt(reference, 'name')
  errors.invalidForEach(`${field}.name`, name, subdomainComplaints(name))
  const key = textAt(reference, 'key')
  if (key === '') errors.required(`${field}.key`)
  else errors.invalidForEach(`${field}.key`, key, configKeyComplaints(key))
}

function validateVariable(errors: FieldErrors, variable: JsonObject, field: string): void {
  const name = textAt(variable, 'name')
  if (name === '') errors.required(`${field}.name`)
  else errors.invalidForEach(`${field}.name`, name, environmentNameComplaints(name))
  const from = objectAt(variable, 'valueFrom')
  if (from === undefined) return
  const place = `${field}.valueFrom`
  const fieldRef = objectAt(from, 'fieldRef')
  if (fieldRef !== undefined) validateFieldReference(errors, fieldRef, environmentFields, `${place}.fieldRef`)
  const amountRef = objectAt(from, 'resourceFieldRef')
  if (amountRef !== undefined) validateAmountReference(errors, amountRef, `${place}.resourceFieldRef`, false)
  for (const source of ['configMapKeyRef', 'secretKeyRef']) {
    const reference = objectAt(from, source)
    if (reference !== undefined) validateKeyReference(errors, reference, `${place}.${source}`)
  }
  const sources = variableSources.filter((key) => from[key] !== undefined)
  if (sources.length === 0) {
    const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    errors.invalid(place, '', detail)
  } else if (textAt(variable, 'value') !== '') {
    errors.invalid(place, '', 'may not be specified when `value` is not empty')
  } else if (sources.length > 1) {
    errors.invalid(place, '', 'may not have more than one field specified at a time')
  }
}

/** Variables of a container, one by one and from whole ConfigMaps and Secrets. */
export function validateEnvironment(errors: FieldErrors, container: JsonObject, field: string): void {
  objectsAt(container, 'env').forEach((variable, index) => {
    validateVariable(errors, variable, `${field}.env[${index}]`)
  })
  objectsAt(container, 'envFrom').forEach((source, index) => {
    const place = `${field}.envFrom[${index}]`
    const prefix = textAt(source, 'prefix')
    if (prefix !== '') errors.invalidForEach(`${place}.prefix`, prefix, environmentNameComplaints(prefix))
    const given = ['configMapRef', 'secretRef'].filter((key) => source[key] !== undefined)
    for (const key of given) validateReferenceName(errors, source[key], `${place}.${key}`)
    // The server names the list, not the element.
    if (given.length === 0) errors.invalid(`${field}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`')
    if (given.length > 1) errors.invalid(`${field}.envFrom`, '', 'may not have more than one field specified at a time')
  })
}

function validateReferenceName(errors: FieldErrors, reference: JsonValue | undefined, field: string): void {
  if (!isJsonObject(reference)) return
  const name = textAt(reference, 'name')
  if (name === '') errors.required(`${field}.name`)
  else errors.invalidForEach(`${field}.name`, name, subdomainComplaints(name))
}
