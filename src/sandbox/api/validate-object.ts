import type { JsonObject } from '../../plan/json.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import { validateChangedMeta } from '../builtin/validation/object-meta.ts'
import type { FieldError } from '../resource-type.ts'
import type { ApiContext } from './api-context.ts'
import { finalizersOf, isTerminating, metadataOf } from './object-metadata.ts'
import type { ServedResource } from './resource-registry.ts'
import type { GroupName } from './status-error.ts'

/** The kind that an object names itself, which is what messages call it, be it right or wrong. */
export function namedKindOf(resource: ServedResource, object: JsonObject): GroupName {
  const { kind, apiVersion } = object
  if (!resource.custom || typeof kind !== 'string' || typeof apiVersion !== 'string') return resource.kind
  const slash = apiVersion.indexOf('/')
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), name: kind }
}

/** A custom object may name any type; only its own is accepted. */
function typeErrors(resource: ServedResource, object: JsonObject): readonly FieldError[] {
  if (!resource.custom) return []
  const check = (field: 'kind' | 'apiVersion', wanted: string): readonly FieldError[] =>
    object[field] === wanted
      ? []
      : [
          {
            type: 'FieldValueInvalid',
            field,
            message: `Invalid value: ${JSON.stringify(object[field] ?? null)}: must be ${wanted}`,
          },
        ]
  return [...check('kind', resource.type.kind), ...check('apiVersion', resource.apiVersion)]
}

/** What is wrong with an object about to be created. */
export function validateNew(context: ApiContext, resource: ServedResource, object: JsonObject): readonly FieldError[] {
  const { type } = resource
  const mistyped = typeErrors(resource, object)
  if (mistyped.length > 0) return mistyped
  const own = [...(type.validate?.(object) ?? []), ...(type.validateCreate?.(object) ?? [])]
  return resource.custom ? [...own, ...context.customValidator.validate(resource, object, undefined, '').errors] : own
}

/**
 * What is wrong with an object about to take the place of another; what is only to be warned of is added to `warnings`.
 * Metadata is looked at by everything that has a say in a change, so what is wrong there is told several times.
 */
export function validateChange(
  context: ApiContext,
  resource: ServedResource,
  object: JsonObject,
  old: JsonObject,
  subresource: string,
  warnings: string[],
): readonly FieldError[] {
  const { type } = resource
  if (subresource !== '' && !resource.custom) {
    const status = subresource === 'status' ? (type.validateStatus?.(object, old) ?? []) : []
    return [...metadataChanges(object, old), ...status]
  }
  const changes = metadataChanges(object, old)
  const again = resource.custom ? [...changes, ...metadataErrors(object)] : changes
  const mistyped = typeErrors(resource, object)
  if (mistyped.length > 0) return [...again, ...mistyped]
  const errors = [
    // Once for all kinds, and once for the kind itself.
    ...again,
    ...(type.comparesMetadataOnce === true ? [] : again),
    ...(type.validate?.(object) ?? []),
    ...(type.validateUpdate?.(object, old) ?? []),
  ]
  if (!resource.custom) return errors
  const verdict = context.customValidator.validate(resource, object, old, subresource)
  warnings.push(...verdict.warnings)
  return [...errors, ...verdict.errors]
}

function metadataErrors(object: JsonObject): readonly FieldError[] {
  const errors = new FieldErrors()
  validateChangedMeta(errors, object)
  return errors.all
}

const immutableMetadata = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

function metadataChanges(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = []
  const metadata = metadataOf(object)
  const oldMetadata = metadataOf(old)
  for (const name of immutableMetadata) {
    if (jsonEqual(metadata[name], oldMetadata[name])) continue
    errors.push({
      type: 'FieldValueInvalid',
      field: `metadata.${name}`,
      message: `Invalid value: ${JSON.stringify(metadata[name] ?? null)}: field is immutable`,
    })
  }
  if (isTerminating(old)) {
    const before = new Set(finalizersOf(old))
    const added = finalizersOf(object).filter((finalizer) => !before.has(finalizer))
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added
        .map((finalizer) => JSON.stringify(finalizer))
        .join(', ')}}`
      errors.push({ type: 'FieldValueForbidden', field: 'metadata.finalizers', message: `Forbidden: ${detail}` })
    }
  }
  return errors
}
