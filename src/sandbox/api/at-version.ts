import type { JsonObject } from '../../plan/json.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { ServedResource } from './resource-registry.ts'

/**
 * An object at the version that is asked for. Nothing but the version's name is converted, and what the other version's schema
 * doesn't know goes.
 */
export function atVersion(object: JsonObject, resource: ServedResource): JsonObject {
  if (object.apiVersion === resource.apiVersion) return object
  const named = { ...object, apiVersion: resource.apiVersion }
  return resource.custom ? pruneObject(named, resource.type.schema).object : named
}

/** A custom object as it is kept: at the version of storage, without what that version's schema doesn't know. */
export function asStored(object: JsonObject, resource: ServedResource): JsonObject {
  const { storageSchema, storageVersion, version } = resource.type
  if (storageSchema === undefined || storageVersion === version) return object
  return pruneObject(object, storageSchema).object
}
