import type { JsonObject } from '../../plan/json.ts'
import { listAt, objectAt, objectsAt, textAt, textsAt } from '../builtin/json-tree.ts'
import { type FieldErrors, sameJson } from '../builtin/validation/field-errors.ts'
import { label1035Complaints, subdomainComplaints } from '../builtin/validation/names.ts'
import { conditionOf } from './definition.ts'
import { validateSchema } from './validate-schema.ts'

const scopes = ['Cluster', 'Namespaced']
const approval = 'api-approved.kubernetes.io'

function validateNames(errors: FieldErrors, names: JsonObject): void {
  const name = (key: string): void => {
    const text = textAt(names, key)
    if (text === '') errors.required(`spec.names.${key}`)
    else errors.invalidForEach(`spec.names.${key}`, text, label1035Complaints(text))
  }
  name('plural')
  if (textAt(names, 'singular') !== '') name('singular')
  for (const key of ['kind', 'listKind']) {
    const text = textAt(names, key)
    if (text === '') {
      if (key === 'kind') errors.required('spec.names.kind')
    } else {
      const complaints = label1035Complaints(text.toLowerCase())
      const detail = `may have mixed case, but should otherwise match: ${complaints.join(',')}`
      if (complaints.length > 0) errors.invalid(`spec.names.${key}`, text, detail)
    }
  }
  const kind = textAt(names, 'kind')
  if (kind !== '' && kind === textAt(names, 'listKind')) {
    errors.invalid('spec.names.listKind', kind, 'kind and listKind may not be the same')
  }
  for (const key of ['shortNames', 'categories']) {
    textsAt(names, key).forEach((text, index) => {
      errors.invalidForEach(`spec.names.${key}[${index}]`, text, label1035Complaints(text))
    })
  }
}

function validateVersions(errors: FieldErrors, spec: JsonObject): void {
  const versions = objectsAt(spec, 'versions')
  const names = versions.map((version) => textAt(version, 'name'))
  if (new Set(names).size < names.length) errors.invalid('spec.versions', versions, 'must contain unique version names')
  if (versions.filter((version) => version.storage === true).length !== 1) {
    const shown = versions.length === 0 ? null : versions
    errors.invalid('spec.versions', shown, 'must have exactly one version marked as storage version')
  }
  // A schema that all versions share is told of once, for the definition as a whole.
  const [first] = versions
  const shared = versions.every((version) => sameJson(version.schema, first?.schema))
  versions.forEach((version, index) => {
    const field = `spec.versions[${index}]`
    errors.invalidForEach(`${field}.name`, textAt(version, 'name'), label1035Complaints(textAt(version, 'name')))
    const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema')
    if (schema === undefined) errors.required(`${field}.schema.openAPIV3Schema`, 'schemas are required')
    else if (!shared) validateSchema(errors, schema, `${field}.schema.openAPIV3Schema`)
    else if (index === 0) validateSchema(errors, schema, 'spec.validation.openAPIV3Schema')
  })
}

/** A definition after defaulting. */
export function validateDefinition(errors: FieldErrors, definition: JsonObject): void {
  const spec = objectAt(definition, 'spec') ?? {}
  const names = objectAt(spec, 'names') ?? {}
  const metadata = objectAt(definition, 'metadata')
  const group = textAt(spec, 'group')
  const required = `${textAt(names, 'plural')}.${group}`
  const name = textAt(metadata, 'name')
  if (name !== '' && name !== required) errors.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(group) && textAt(objectAt(metadata, 'annotations'), approval) === '') {
    const detail = `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`
    errors.required(`metadata.annotations[${approval}]`, detail)
  }
  if (group === '') errors.required('spec.group')
  else {
    const complaints = subdomainComplaints(group)
    if (complaints.length > 0) errors.invalid('spec.group', group, complaints.join(','))
    else if (!group.includes('.')) errors.invalid('spec.group', group, 'should be a domain with at least one dot')
  }
  errors.oneOf('spec.scope', textAt(spec, 'scope'), scopes)
  if (spec.preserveUnknownFields === true) errors.invalid('spec.preserveUnknownFields', true, 'must be false')
  validateNames(errors, names)
  validateVersions(errors, spec)
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
  const versions = objectsAt(spec, 'versions').map((version) => textAt(version, 'name'))
  listAt(objectAt(definition, 'status'), 'storedVersions').forEach((stored, index) => {
    if (versions.includes(String(stored))) return
    const detail = `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`
    errors.invalid(`status.storedVersions[${index}]`, stored, detail)
  })
}
