import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { ManagerContext } from '../apply/field-manager.ts'
import type { FieldError } from '../resource-type.ts'
import type { ObjectStore } from '../store/object-store.ts'
import type { StorageKey } from '../store/stored-object.ts'
import type { RequestScope } from '../webhooks/request-memory.ts'
import type { AllocationIndex } from './allocation-index.ts'
import { timestamp } from './object-metadata.ts'
import type { ResourceRegistry, ServedResource } from './resource-registry.ts'

/** What is against an object, and what is only said because the object was so before. */
export interface CustomVerdict {
  readonly errors: readonly FieldError[]
  readonly warnings: readonly string[]
}

/** What a custom kind's schema says against an object, beyond what pruning takes away. */
export interface CustomValidator {
  /** `subresource` is '' for the main resource. */
  validate(resource: ServedResource, object: JsonObject, old: JsonObject | undefined, subresource: string): CustomVerdict
}

/** What every verb works on. Clock and chance come in from outside. */
export interface ApiContext {
  readonly store: ObjectStore
  readonly registry: ResourceRegistry
  readonly allocations: AllocationIndex
  readonly customValidator: CustomValidator
  readonly now: () => Date
  readonly newUid: () => string
  /** Five characters for generated names. */
  readonly newSuffix: () => string
  /** Who answers for admission webhooks. */
  readonly webhooks: Pick<RequestScope, 'answerTo'>
}

/** Where an object of a resource is stored. */
export function storageKeyOf(resource: ServedResource, namespace: string | undefined, name: string): StorageKey {
  return { resource: resource.storage, namespace: resource.type.namespaced ? (namespace ?? '') : '', name }
}

/** A built-in object at another version of its kind. Custom objects are the same at all of theirs. */
function convertBuiltin(context: ApiContext, resource: ServedResource, value: JsonValue, apiVersion: string): JsonValue {
  if (!isJsonObject(value) || value.apiVersion === apiVersion) return value
  if (resource.custom) return { ...value, apiVersion }
  const { plural } = resource.type
  const from = context.registry.byPath(String(value.apiVersion), plural)?.type.conversion
  const to = context.registry.byPath(apiVersion, plural)?.type.conversion
  const stored = from === undefined ? value : from.toStorage(value)
  return to === undefined ? stored : to.fromStorage(stored)
}

/** How a change by this manager, through this endpoint, is recorded. */
export function managerContextOf(
  context: ApiContext,
  resource: ServedResource,
  manager: string,
  subresource: string,
): ManagerContext {
  const { type } = resource
  return {
    apiVersion: resource.apiVersion,
    type: resource.mergeType,
    typeAt: (apiVersion) => {
      const other = context.registry.byPath(apiVersion, type.plural)
      return other?.type.group === type.group ? other.mergeType : undefined
    },
    convert: (value, apiVersion) => convertBuiltin(context, resource, value, apiVersion),
    ignored: subresource === 'status' ? resource.statusIgnoredFields : subresource === '' ? resource.ignoredFields : new Map(),
    ignoredAlways: !resource.custom || subresource === 'status',
    manager,
    subresource,
    now: timestamp(context.now()),
    mayMisfit: resource.custom,
  }
}
