import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { type FieldErrors, sameJson } from '../builtin/validation/field-errors.ts'
import { label1035Complaints, subdomainComplaints } from '../builtin/validation/names.ts'
import { conditionOf } from './definition.ts'
import { isKnownFormat } from './formats.ts'
import { validateConversion } from './validate-conversion.ts'
import { validateSchema } from './validate-schema.ts'
import { validateColumns, validateDeprecation, validateSelectableFields, validateSubresources } from './validate-version.ts'

const scopes = ['Cluster', 'Namespaced']
const approval = 'api-approved.kubernetes.io'

function validateNames(errors: FieldErrors, names: JsonObject): void {
  for (const key of ['plural', 'singular', 'kind', 'listKind']) {
    const text = textAt(names, key)
    if (text === '') {
      errors.required(`spec.names.${key}`)
      continue
    }
    const isKind = key === 'kind' || key === 'listKind'
    const complaints = label1035Complaints(isKind ? text.toLowerCase() : text).join(',')
    const detail = isKind ? `may have mixed case, but should otherwise match: ${complaints}` : complaints
    if (complaints !== '') errors.invalid(`spec.names.${key}`, text, detail)
  }
  const kind = textAt(names, 'kind')
  if (kind !== '' && kind === textAt(names, 'listKind')) {
    errors.invalid('spec.names.listKind', kind, 'kind and listKind may not be the same')
  }
  for (const key of ['shortNames', 'categories']) {
    textsAt(names, key).forEach((text, index) => {
      const complaints = label1035Complaints(text).join(',')
      if (complaints !== '') errors.invalid(`spec.names.${key}[${index}]`, text, complaints)
    })
  }
}

/** What all versions have alike the server keeps once, for the definition as a whole. */
function isShared(versions: readonly JsonObject[], key: string): boolean {
  const [first] = versions
  return versions.every((version) => sameJson(version[key], first?.[key]))
}

/** Versions as the server shows them: by the names of its own type, without what is kept for all of them. */
function shownVersions(spec: JsonObject): JsonValue {
  if (!Array.isArray(spec.versions)) return null
  const versions = objectsAt(spec, 'versions')
  const own = (version: JsonObject, key: string): JsonValue => (isShared(versions, key) ? null : (version[key] ?? null))
  return versions.map((version) => ({
    Name: textAt(version, 'name'),
    Served: version.served === true,
    Storage: version.storage === true,
    Deprecated: version.deprecated === true,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: own(version, 'schema'),
    Subresources: own(version, 'subresources'),
    AdditionalPrinterColumns: own(version, 'additionalPrinterColumns'),
    SelectableFields: own(version, 'selectableFields'),
  }))
}

function validateVersions(errors: FieldErrors, spec: JsonObject): void {
  const versions = objectsAt(spec, 'versions')
  const names = versions.map((version) => textAt(version, 'name'))
  if (new Set(names).size < names.length) {
    errors.invalid('spec.versions', shownVersions(spec), 'must contain unique version names')
  }
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.invalid('spec.versions', shownVersions(spec), 'must have exactly one version marked as storage version')
  }
  versions.forEach((version, index) => {
    const field = `spec.versions[${index}]`
    const complaints = label1035Complaints(textAt(version, 'name')).join(',')
    if (complaints !== '') {
      errors.invalid(`${field}.name`, textAt(version, 'name'), complaints)
      if (index === 0) errors.invalid('spec.version', textAt(version, 'name'), complaints)
    }
    validateDeprecation(errors, version, field)
    validateParts(errors, versions, version, index)
  })
}

function validateParts(errors: FieldErrors, versions: readonly JsonObject[], version: JsonObject, index: number): void {
  const field = `spec.versions[${index}]`
  /** Where a part is told of: once for all versions, or at its version. */
  const placeOf = (key: string, whole: string): string | undefined =>
    isShared(versions, key) ? (index === 0 ? `spec.${whole}` : undefined) : `${field}.${key}`
  const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema')
  const schemaPlace = placeOf('schema', 'validation')
  const hasStatus = (isShared(versions, 'schema') ? versions : [version]).some(
    (each) => objectAt(objectAt(each, 'subresources'), 'status') !== undefined,
  )
  if (schema === undefined) errors.required(`${field}.schema.openAPIV3Schema`)
  else if (schemaPlace !== undefined) validateSchema(errors, schema, `${schemaPlace}.openAPIV3Schema`, hasStatus)
  const subresources = placeOf('subresources', 'subresources')
  if (subresources !== undefined) validateSubresources(errors, version, subresources)
  const columns = placeOf('additionalPrinterColumns', 'additionalPrinterColumns')
  if (columns !== undefined) validateColumns(errors, version, columns)
  const selectable = placeOf('selectableFields', 'selectableFields')
  if (selectable !== undefined && schema !== undefined) validateSelectableFields(errors, version, schema, selectable)
}

/** Groups of Kubernetes' own need somebody's word that the API was agreed upon. */
function validateApproval(errors: FieldErrors, group: string, annotation: string): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return
  const field = `metadata.annotations[${approval}]`
  const more = 'see https://github.com/kubernetes/enhancements/pull/1111'
  if (annotation === '') errors.required(field, `protected groups must have approval annotation "${approval}", ${more}`)
  else if (!annotation.startsWith('unapproved') && !/^[a-z]+:\/\/[^/]/.test(annotation)) {
    const either = 'with either a URL or a reason starting with "unapproved"'
    errors.invalid(field, annotation, `protected groups must have approval annotation "${approval}" ${either}, ${more}`)
  }
}

function validateStoredVersions(errors: FieldErrors, definition: JsonObject): void {
  const versions = objectsAt(objectAt(definition, 'spec'), 'versions')
  const names = versions.map((version) => textAt(version, 'name'))
  const stored = textsAt(objectAt(definition, 'status'), 'storedVersions')
  if (stored.length === 0) {
    errors.invalid('status.storedVersions', null, 'must have at least one stored version')
    return
  }
  for (const version of versions) {
    const name = textAt(version, 'name')
    if (version.storage !== true || stored.includes(name)) continue
    errors.invalid('status.storedVersions', [...stored], `must have the storage version ${name}`)
  }
  stored.forEach((version, index) => {
    if (names.includes(version)) return
    const detail = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`
    errors.invalid(`status.storedVersions[${index}]`, version, detail)
  })
}

/** The name of a new definition follows from what it defines. */
export function validateNewDefinition(errors: FieldErrors, definition: JsonObject): void {
  const spec = objectAt(definition, 'spec') ?? {}
  const required = `${textAt(objectAt(spec, 'names'), 'plural')}.${textAt(spec, 'group')}`
  const name = textAt(objectAt(definition, 'metadata'), 'name')
  if (name !== '' && name !== required) errors.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')
}

/** A definition after defaulting. */
export function validateDefinition(errors: FieldErrors, definition: JsonObject): void {
  const spec = objectAt(definition, 'spec') ?? {}
  const names = objectAt(spec, 'names') ?? {}
  const metadata = objectAt(definition, 'metadata')
  const group = textAt(spec, 'group')
  validateApproval(errors, group, textAt(objectAt(metadata, 'annotations'), approval))
  if (group === '') errors.required('spec.group')
  else {
    const complaints = subdomainComplaints(group)
    if (complaints.length > 0) errors.invalid('spec.group', group, complaints.join(','))
    else if (!group.includes('.')) errors.invalid('spec.group', group, 'should be a domain with at least one dot')
  }
  errors.oneOf('spec.scope', textAt(spec, 'scope'), scopes)
  if (spec.preserveUnknownFields === true) {
    const detail = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    errors.invalid('spec.preserveUnknownFields', true, detail)
  }
  validateNames(errors, names)
  validateVersions(errors, spec)
  validateConversion(errors, objectAt(spec, 'conversion') ?? {})
  validateStoredVersions(errors, definition)
}

/** Formats of a definition's schemas that mean nothing. */
function unknownFormats(definition: JsonObject): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (schema: JsonValue | undefined): void => {
    if (Array.isArray(schema)) for (const each of schema as readonly JsonValue[]) visit(each)
    if (!isJsonObject(schema)) return
    const format = textAt(schema, 'format')
    if (format !== '' && !isKnownFormat(textAt(schema, 'type'), format)) found.add(format)
    for (const part of Object.values(objectAt(schema, 'properties') ?? {})) visit(part)
    for (const key of ['items', 'additionalProperties', 'not', 'allOf', 'anyOf', 'oneOf']) visit(schema[key])
  }
  for (const version of objectsAt(objectAt(definition, 'spec'), 'versions')) visit(objectAt(version, 'schema')?.openAPIV3Schema)
  return found
}

/** What is said of a definition that is accepted nevertheless. */
export function definitionWarnings(definition: JsonObject, old: JsonObject | undefined): readonly string[] {
  const before = old === undefined ? new Set<string>() : unknownFormats(old)
  return [...unknownFormats(definition)]
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`)
}

/** What an established definition may not change: its group, scope and names, and versions that objects are stored in. */
export function validateDefinitionUpdate(errors: FieldErrors, definition: JsonObject, old: JsonObject): void {
  const spec = objectAt(definition, 'spec') ?? {}
  const oldSpec = objectAt(old, 'spec') ?? {}
  errors.immutable('spec.group', spec.group, oldSpec.group)
  errors.immutable('spec.names.plural', objectAt(spec, 'names')?.plural, objectAt(oldSpec, 'names')?.plural)
  if (conditionOf(old, 'Established') === 'True') {
    errors.immutable('spec.scope', spec.scope, oldSpec.scope)
    errors.immutable('spec.names.kind', objectAt(spec, 'names')?.kind, objectAt(oldSpec, 'names')?.kind)
  }
}
