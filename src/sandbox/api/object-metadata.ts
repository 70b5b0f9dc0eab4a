import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'

/** An object's metadata; empty when it has none. */
export function metadataOf(object: JsonObject): JsonObject {
  return isJsonObject(object.metadata) ? object.metadata : {}
}

/** The object with some of its metadata replaced; a field set to undefined goes. */
export function withMetadata(object: JsonObject, changes: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  const metadata: { [name: string]: JsonValue } = { ...metadataOf(object) }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete metadata[name]
    else metadata[name] = value
  }
  return { ...object, metadata }
}

/** A text field of metadata, '' when absent. */
export function metadataText(object: JsonObject, name: string): string {
  const value = metadataOf(object)[name]
  return typeof value === 'string' ? value : ''
}

/** Finalizers of an object, in their order. */
export function finalizersOf(object: JsonObject): readonly string[] {
  const finalizers = metadataOf(object).finalizers
  return Array.isArray(finalizers) ? finalizers.filter((finalizer): finalizer is string => typeof finalizer === 'string') : []
}

/** True once deletion of the object has been asked for. */
export function isTerminating(object: JsonObject): boolean {
  return typeof metadataOf(object).deletionTimestamp === 'string'
}

/** A reference to an owner. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly blockOwnerDeletion: boolean
}

/** Owner references of an object, malformed ones left out. */
export function ownersOf(object: JsonObject): readonly OwnerReference[] {
  const owners = metadataOf(object).ownerReferences
  if (!Array.isArray(owners)) return []
  return owners.filter(isJsonObject).flatMap((owner) => {
    const { apiVersion, kind, name, uid } = owner
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string' || typeof uid !== 'string')
      return []
    return [{ apiVersion, kind, name, uid, blockOwnerDeletion: owner.blockOwnerDeletion === true }]
  })
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
