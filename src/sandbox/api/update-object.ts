import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import type { AllocationContext } from '../resource-type.ts'
import { inStorageOrder, StoredObject } from '../store/stored-object.ts'
import { admitChanged, admitMore } from './admit-object.ts'
import { admitByPolicies, mutateByPolicies } from './admit-policies.ts'
import { mutateByWebhooks, validateByWebhooks } from './admit-webhooks.ts'
import { type ApiContext, storageKeyOf } from './api-context.ts'
import { asStored, atVersion, storedResource, toStorage } from './at-version.ts'
import { finalizersOf, isTerminating, metadataOf, metadataText, withMetadata } from './object-metadata.ts'
import type { ServedResource } from './resource-registry.ts'
import { conflict, internal, invalid, staleVersion } from './status-error.ts'
import { checkStorable } from './storage-limit.ts'
import { namedKindOf, validateChange } from './validate-object.ts'
import { withWarnings } from './warning-header.ts'

/** A change of a stored object on its way in. */
export interface ObjectUpdate {
  /** Decoded, defaulted, with its managedFields; its resourceVersion, if any, is the one the client means to replace. */
  readonly object: JsonObject
  /** '' for the main resource. */
  readonly subresource: string
  readonly dryRun: boolean
  /** The write replaces the whole object, so some kinds want it to say which version. */
  readonly isReplace: boolean
  /** Takes up what the client is to be warned of. */
  readonly warnings?: string[]
  /** Bytes of the request's body, where it came as text. */
  readonly bodySize?: number
}

/** Where etcd keeps built-in kinds whose folder is not called as they are. */
const registryFolders: { readonly [storage: string]: string } = {
  '/services': 'services/specs',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/replicationcontrollers': 'controllers',
  'networking.k8s.io/ingresses': 'ingress',
  'apiextensions.k8s.io/customresourcedefinitions': 'apiextensions.k8s.io/customresourcedefinitions',
}

function registryFolder(resource: ServedResource): string {
  const { group, plural } = resource.type
  return resource.custom ? `${group}/${plural}` : (registryFolders[resource.storage] ?? plural)
}

/** Refuses a PUT that was meant for another object of the same name. */
export function checkUid(resource: ServedResource, live: StoredObject, uid: string): void {
  const liveUid = metadataText(live.object, 'uid')
  if (uid === '' || uid === liveUid) return
  const { name, namespace } = live.key
  const path = `/registry/${registryFolder(resource)}/${namespace === '' ? '' : `${namespace}/`}${name}`
  const precondition = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${liveUid}`
  const why = `StorageError: invalid object, Code: 4, Key: ${path}, ResourceVersion: 0, AdditionalErrorMsg: ${precondition}`
  throw conflict(resource.plural, name, why)
}

/** Refuses an update that was meant for another object or another version of it. */
export function checkPreconditions(resource: ServedResource, live: StoredObject, update: ObjectUpdate): void {
  const { name } = live.key
  const version = metadataText(update.object, 'resourceVersion')
  if (!/^\d*$/.test(version)) throw internal(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
  if (update.isReplace) {
    checkUid(resource, live, metadataText(update.object, 'uid'))
    if ((version === '' || version === '0') && (resource.custom || resource.type.replaceNeedsVersion === true)) {
      throw invalid(resource.plural, name, [
        {
          type: 'FieldValueInvalid',
          field: 'metadata.resourceVersion',
          message: 'Invalid value: 0: must be specified for an update',
        },
      ])
    }
  }
  if (version !== '' && version !== '0' && version !== String(live.version)) throw conflict(resource.plural, name, staleVersion)
}

function withoutTypeAndMetadata(object: JsonObject, alsoStatus: boolean): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata: _metadata, ...rest } = object
  if (!alsoStatus) return rest
  const { status: _status, ...spec } = rest
  return spec
}

/** Subresources that write what a plain update would put back. */
const withoutPreparation: ReadonlySet<string> = new Set(['status', 'finalize', 'binding'])

/** Restores what clients can't change and counts the generation. */
function settle(
  resource: ServedResource,
  live: JsonObject,
  object: JsonObject,
  subresource: string,
  allocation: AllocationContext,
): JsonObject {
  const { type } = resource
  const before = metadataOf(live)
  let next = withMetadata(object, {
    uid: metadataOf(object).uid ?? before.uid,
    creationTimestamp: before.creationTimestamp,
    deletionTimestamp: before.deletionTimestamp ?? metadataOf(object).deletionTimestamp,
    deletionGracePeriodSeconds: metadataOf(object).deletionGracePeriodSeconds ?? before.deletionGracePeriodSeconds,
    generation: before.generation,
    selfLink: undefined,
    resourceVersion: before.resourceVersion,
  })
  if (type.subresources.status && subresource !== 'status') {
    const { status: _given, ...rest } = next
    next = live.status === undefined ? rest : { ...rest, status: live.status }
  }
  if (!withoutPreparation.has(subresource)) next = type.prepareForUpdate?.(next, live, allocation) ?? next
  if (!type.countsGeneration || typeof before.generation !== 'number') return next
  const hasStatus = type.subresources.status || !resource.custom
  const changed = !jsonEqual(withoutTypeAndMetadata(live, hasStatus), withoutTypeAndMetadata(next, hasStatus))
  return changed ? withMetadata(next, { generation: before.generation + 1 }) : next
}

function entriesWithoutTimes(value: JsonValue | undefined): JsonValue {
  if (!Array.isArray(value)) return []
  return value.filter(isJsonObject).map(({ time: _time, ...rest }) => rest)
}

/** True when nothing changed but the times in managedFields. */
function isNoop(live: JsonObject, next: JsonObject): boolean {
  const { managedFields: before, ...liveMetadata } = metadataOf(live)
  const { managedFields: after, ...nextMetadata } = metadataOf(next)
  const { metadata: _live, ...liveRest } = live
  const { metadata: _next, ...nextRest } = next
  return (
    jsonEqual(liveMetadata, nextMetadata) &&
    jsonEqual(liveRest, nextRest) &&
    jsonEqual(entriesWithoutTimes(before), entriesWithoutTimes(after))
  )
}

/**
 * Stores a changed object. Nothing is written, and the version stays, when nothing changed. An object whose last finalizer
 * goes while it is terminating is removed.
 */
export function updateObject(context: ApiContext, served: ServedResource, live: StoredObject, asked: ObjectUpdate): StoredObject {
  const resource = storedResource(context, served)
  const update = resource === served ? asked : { ...asked, object: toStorage(asked.object, served) }
  checkPreconditions(resource, live, update)
  const key = storageKeyOf(resource, live.key.namespace, live.key.name)
  const allocation = context.allocations.contextFor(key)
  const warnings = update.warnings ?? []
  const { subresource, dryRun } = update
  const place = { operation: 'UPDATE', subresource, namespace: key.namespace, name: key.name, dryRun } as const
  const question = { ...place, oldObject: live.object }
  const given = admitChanged(resource, subresource, update.object, live.object)
  const ruled = mutateByPolicies(context, resource, { ...question, object: given })
  const admitted = mutateByWebhooks(context, resource, { ...question, object: ruled }, warnings)
  // An object of a custom kind is looked at as the version asked for has it.
  const before = resource.custom ? atVersion(live.object, resource) : live.object
  const settled = settle(resource, before, admitted, update.subresource, allocation)
  const next = resource.custom ? settled : asStored(settled, resource)
  const errors = validateChange(context, resource, next, before, update.subresource, warnings)
  if (errors.length > 0) throw withWarnings(invalid(namedKindOf(resource, next), live.key.name, errors), warnings)
  const taken = update.subresource === '' ? (resource.type.validateAllocation?.(next, allocation) ?? []) : []
  if (taken.length > 0) throw invalid(resource.kind, live.key.name, taken)
  warnings.push(...admitByPolicies(context, resource, { ...question, object: next }))
  warnings.push(...validateByWebhooks(context, resource, { ...question, object: next }))
  if (update.subresource === '') admitMore(context, resource, key, next, live.object)
  const stored = resource.custom ? asStored(next, resource) : next
  if (isNoop(live.object, stored)) return live
  if (update.dryRun) return StoredObject.ofObject(key, live.version, inStorageOrder(stored, live.version))
  if (isReleased(resource, stored)) {
    // The answer shows the object as the last write left it, though it is gone.
    context.store.delete(key)
    return StoredObject.ofObject(key, context.store.version, inStorageOrder(stored, context.store.version))
  }
  checkStorable(stored, update.bodySize ?? 0, live.knownSize)
  return context.store.put(key, stored)
}

/** True when an object that is being deleted has nothing left to wait for. */
export function isReleased(resource: ServedResource, object: JsonObject): boolean {
  if (!isTerminating(object) || finalizersOf(object).length > 0) return false
  if (resource.storage !== '/namespaces') return true
  const spec = object.spec
  const finalizers = isJsonObject(spec) ? spec.finalizers : undefined
  return !Array.isArray(finalizers) || finalizers.length === 0
}
