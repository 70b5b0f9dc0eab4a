import type { JsonObject } from '../../plan/json.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import type { FieldError } from '../resource-type.ts'
import type { ApiContext } from './api-context.ts'
import { finalizersOf, isTerminating, metadataOf } from './object-metadata.ts'
import type { ServedResource } from './resource-registry.ts'

/** What is wrong with an object about to be created. */
export function validateNew(context: ApiContext, resource: ServedResource, object: JsonObject): readonly FieldError[] {
  const { type } = resource
  const own = [...(type.validate?.(object) ?? []), ...(type.validateCreate?.(object) ?? [])]
  return resource.custom ? [...own, ...context.customValidator.validate(resource, object, undefined).errors] : own
}

/** What is wrong with an object about to take the place of another; what is only to be warned of is added to `warnings`. */
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
  const errors = [
    ...changes,
    // Built-in kinds look once for all kinds, and once for their own.
    ...(resource.custom ? [] : changes),
    ...(type.validate?.(object) ?? []),
    ...(type.validateUpdate?.(object, old) ?? []),
  ]
  if (!resource.custom) return errors
  const verdict = context.customValidator.validate(resource, object, old)
  warnings.push(...verdict.warnings)
  return [...errors, ...verdict.errors]
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
