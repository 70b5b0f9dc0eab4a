import type { JsonObject } from '../../plan/json.ts'
import { readBack } from '../builtin/read-back.ts'
import { defaultObject } from '../schema/default-object.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { ApiContext } from './api-context.ts'
import { apiVersionOf, type ServedResource } from './resource-registry.ts'

/** True when a stored object is at the version asked for, and by the same schema. */
export function isAsStored(object: JsonObject, resource: ServedResource): boolean {
  return object.apiVersion === resource.apiVersion && resource.type.schemaChanged !== true
}

/**
 * A stored object at the version that is asked for. One of a custom kind gets the defaults of the version it is stored at; then
 * nothing but the version's name is converted, and what the other version's schema doesn't know goes.
 */
export function atVersion(object: JsonObject, resource: ServedResource): JsonObject {
  if (isAsStored(object, resource)) return object
  const { conversion, schema, storageSchema } = resource.type
  if (conversion !== undefined) return conversion.fromStorage(object)
  const named = object.apiVersion === resource.apiVersion ? object : { ...object, apiVersion: resource.apiVersion }
  if (!resource.custom) return named
  return pruneObject(storageSchema === undefined ? named : defaultObject(named, storageSchema), schema).object
}

/**
 * An object as it is kept. A custom one is at the version of storage, without what that version's schema doesn't know; a
 * built-in one is as its binary form can tell it. Definitions always write the lists of their status.
 */
export function asStored(object: JsonObject, resource: ServedResource): JsonObject {
  const { group, modelName, storageSchema, storageVersion, version } = resource.type
  if (modelName !== undefined) return group === 'apiextensions.k8s.io' ? object : readBack(modelName, object)
  if (storageSchema === undefined || storageVersion === undefined) return object
  const named = storageVersion === version ? object : { ...object, apiVersion: apiVersionOf(group, storageVersion) }
  return pruneObject(named, storageSchema).object
}

/** A built-in resource at the version that its objects are stored in; the resource itself where that is its own. */
export function storedResource(context: ApiContext, resource: ServedResource): ServedResource {
  const { conversion, group, plural } = resource.type
  if (conversion === undefined) return resource
  return context.registry.byPath(apiVersionOf(conversion.storageGroup ?? group, conversion.storageVersion), plural) ?? resource
}

/** A built-in object on its way in, at the version that it is stored in. */
export function toStorage(object: JsonObject, resource: ServedResource): JsonObject {
  return resource.type.conversion?.toStorage(object) ?? object
}
