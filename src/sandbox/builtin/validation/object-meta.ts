import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { objectAt, textsAt } from '../json-tree.ts'
import type { FieldErrors } from './field-errors.ts'
import { validateManagerName } from './manager-name.ts'
import { labelValueComplaints, qualifiedNameComplaints, subdomainComplaints } from './names.ts'

/** A rule for names: the complaints about a text, none when it is fine. */
export type NameRule = (text: string) => readonly string[]

/** All annotations of an object together, keys and values. */
const largestAnnotations = 256 * 1024
const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** Labels of an object or the pairs of a plain selector. */
export function validateLabels(errors: FieldErrors, labels: JsonValue | undefined, field: string): void {
  if (!isJsonObject(labels)) return
  for (const [key, value] of Object.entries(labels)) {
    errors.invalidForEach(field, key, qualifiedNameComplaints(key))
    if (typeof value === 'string') errors.invalidForEach(field, value, labelValueComplaints(value))
  }
}

/** Annotations of an object: keys as labels have them, values of any text up to a total size. */
export function validateAnnotations(errors: FieldErrors, annotations: JsonValue | undefined, field: string): void {
  if (!isJsonObject(annotations)) return
  let size = 0
  for (const [key, value] of Object.entries(annotations)) {
    errors.invalidForEach(field, key, qualifiedNameComplaints(key.toLowerCase()))
    size += Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0)
  }
  if (size > largestAnnotations) errors.tooLong(field, largestAnnotations)
}

function validateName(errors: FieldErrors, metadata: JsonObject, rule: NameRule): void {
  const { name, generateName } = metadata
  if (typeof generateName === 'string' && generateName !== '') {
    // The server puts letters behind a prefix, so a trailing dash is fine there.
    const prefix = generateName.endsWith('-') && generateName.length > 1 ? `${generateName.slice(0, -2)}a` : generateName
    errors.invalidForEach('metadata.generateName', generateName, rule(prefix))
  }
  if (typeof name !== 'string' || name === '') errors.required('metadata.name', 'name or generateName is required')
  else errors.invalidForEach('metadata.name', name, rule(name))
}

function validateOwners(errors: FieldErrors, owners: JsonValue | undefined): void {
  if (!Array.isArray(owners)) return
  const field = 'metadata.ownerReferences'
  let controller: string | undefined
  for (const owner of owners.filter(isJsonObject)) {
    const version = typeof owner.apiVersion === 'string' ? owner.apiVersion : ''
    // More than one slash is no version either.
    if (version === '' || version.split('/').length > 2)
      errors.invalid(`${field}.apiVersion`, version, 'version must not be empty')
    for (const key of ['kind', 'name', 'uid']) {
      if (owner[key] === '' || owner[key] === undefined) errors.invalid(`${field}.${key}`, '', 'must not be empty')
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      errors.invalid(field, owner, '/v1, Kind=Event is disallowed from being an owner')
    }
    if (owner.controller !== true) continue
    const name = `${String(owner.kind)}/${String(owner.name)}`
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`
      errors.invalid(field, owners, detail)
    } else controller = name
  }
}

const unqualified = 'name is neither a standard finalizer name nor is it fully qualified'

function validateFinalizers(errors: FieldErrors, finalizers: readonly string[]): void {
  const field = 'metadata.finalizers'
  for (const finalizer of finalizers) errors.invalidForEach(field, finalizer, qualifiedNameComplaints(finalizer))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.invalid(field, [...finalizers], 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

/** What else keeps a namespace: named as finalizers of objects are. */
export function validateNamespace(errors: FieldErrors, namespace: JsonObject): void {
  const field = 'spec.finalizers'
  for (const finalizer of textsAt(objectAt(namespace, 'spec'), 'finalizers')) {
    errors.invalidForEach(field, finalizer, qualifiedNameComplaints(finalizer))
    if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) errors.invalid(field, finalizer, unqualified)
  }
}

/** Built-in kinds take the finalizers of Kubernetes, and those that name who they belong to. */
export function validateFinalizerOwners(errors: FieldErrors, object: JsonObject): void {
  for (const { name, index } of unqualifiedFinalizers(object)) {
    errors.invalid(`metadata.finalizers[${index}]`, name, unqualified)
  }
}

/** Finalizers that say nothing of whose they are. Built-in kinds refuse them, custom kinds warn of them. */
export function unqualifiedFinalizers(object: JsonObject): readonly { readonly name: string; readonly index: number }[] {
  return finalizersOf(object).flatMap((name, index) =>
    name.includes('/') || standardFinalizers.has(name) ? [] : [{ name, index }],
  )
}

function finalizersOf(object: JsonObject): readonly string[] {
  const list = isJsonObject(object.metadata) ? object.metadata.finalizers : undefined
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : []
}

/** What of an object's metadata is looked at again when it changes. */
export function validateChangedMeta(errors: FieldErrors, object: JsonObject): void {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  validateLabels(errors, metadata.labels, 'metadata.labels')
  validateAnnotations(errors, metadata.annotations, 'metadata.annotations')
  validateOwners(errors, metadata.ownerReferences)
  const entries = Array.isArray(metadata.managedFields) ? (metadata.managedFields as readonly JsonValue[]) : []
  for (const [index, entry] of entries.entries()) {
    if (!isJsonObject(entry) || typeof entry.manager !== 'string') continue
    validateManagerName(errors, `metadata.managedFields[${index}].manager`, entry.manager)
  }
}

/** Everything about an object's metadata that doesn't depend on other objects. */
export function validateObjectMeta(
  errors: FieldErrors,
  object: JsonObject,
  namespaced: boolean,
  nameRule: NameRule = subdomainComplaints,
): void {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  validateName(errors, metadata, nameRule)
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : ''
  if (namespaced && namespace === '') errors.required('metadata.namespace')
  if (!namespaced && namespace !== '') errors.forbidden('metadata.namespace', 'not allowed on this type')
  validateChangedMeta(errors, object)
  validateFinalizers(errors, finalizersOf(object))
}
