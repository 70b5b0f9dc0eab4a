import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { cleanupFinalizer, definitionStorage } from '../crd/definition.ts'
import { inStorageOrder, StoredObject } from '../store/stored-object.ts'
import { admitByPolicies } from './admit-policies.ts'
import { mutateByWebhooks, validateByWebhooks } from './admit-webhooks.ts'
import { type ApiContext, storageKeyOf } from './api-context.ts'
import { finalizersOf, isTerminating, metadataOf, metadataText, timestamp, withMetadata } from './object-metadata.ts'
import type { DeleteOptions, Propagation } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { conflict, forbidden } from './status-error.ts'
import { isReleased } from './update-object.ts'

/** What a deletion came to: gone at once, or going once its finalizers are done. */
export interface Deletion {
  readonly gone: boolean
  readonly object: StoredObject
}

const foreground = 'foregroundDeletion'
const orphan = 'orphan'
const namespaces = '/namespaces'
/** Namespaces that the API server itself needs. */
const undeletable: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])
/** Kinds whose dependants stay unless the client says otherwise. */
const orphanedByDefault: ReadonlySet<string> = new Set(['batch/jobs', '/replicationcontrollers'])

function checkPreconditions(resource: ServedResource, live: StoredObject, options: DeleteOptions): void {
  const uid = metadataText(live.object, 'uid')
  if (resource.storage === namespaces) return checkNamespacePreconditions(resource, live, uid, options)
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
    throw conflict(resource.kind, live.key.name, why)
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== String(live.version)) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${live.version}). The object might have been modified`
    throw conflict(resource.kind, live.key.name, why)
  }
}

/** Namespaces are looked at before all others, in words of their own. */
function checkNamespacePreconditions(resource: ServedResource, live: StoredObject, uid: string, options: DeleteOptions): void {
  const version = String(live.version)
  const differs = (what: string, given: string, own: string): Error =>
    conflict(
      resource.plural,
      live.key.name,
      `Precondition failed: ${what} in precondition: ${given}, ${what} in object meta: ${own}`,
    )
  if (options.uid !== undefined && options.uid !== uid) throw differs('UID', options.uid, uid)
  if (options.resourceVersion !== undefined && options.resourceVersion !== version) {
    throw differs('ResourceVersion', options.resourceVersion, version)
  }
}

function propagationOf(resource: ServedResource, object: JsonObject, asked: Propagation | undefined): Propagation {
  if (asked !== undefined) return asked
  const finalizers = finalizersOf(object)
  if (finalizers.includes(orphan)) return 'Orphan'
  if (finalizers.includes(foreground)) return 'Foreground'
  return orphanedByDefault.has(resource.storage) ? 'Orphan' : 'Background'
}

function withPropagation(object: JsonObject, propagation: Propagation): JsonObject {
  const others = finalizersOf(object).filter((finalizer) => finalizer !== orphan && finalizer !== foreground)
  const wanted = propagation === 'Orphan' ? [...others, orphan] : propagation === 'Foreground' ? [...others, foreground] : others
  return withMetadata(object, { finalizers: wanted.length === 0 ? undefined : wanted })
}

function markTerminating(context: ApiContext, resource: ServedResource, object: JsonObject): JsonObject {
  if (isTerminating(object)) return object
  // A definition and a namespace are only stamped.
  if (resource.storage === definitionStorage || resource.storage === namespaces)
    return withMetadata(object, { deletionTimestamp: timestamp(context.now()) })
  const { generation } = metadataOf(object)
  return withMetadata(object, {
    deletionTimestamp: timestamp(context.now()),
    deletionGracePeriodSeconds: 0,
    ...(typeof generation === 'number' && generation > 0 ? { generation: generation + 1 } : {}),
  })
}

/** Held until its objects are gone, from the first request to delete it. */
function heldForCleanup(resource: ServedResource, object: JsonObject): JsonObject {
  if (resource.storage !== definitionStorage || isTerminating(object)) return object
  const finalizers = finalizersOf(object)
  if (finalizers.includes(cleanupFinalizer)) return object
  return withMetadata(object, { finalizers: [...finalizers, cleanupFinalizer] })
}

/** A namespace or a definition is terminating from the start; its contents go first. */
function markByKind(context: ApiContext, resource: ServedResource, object: JsonObject): JsonObject {
  const status: { readonly [name: string]: JsonValue } = isJsonObject(object.status) ? object.status : {}
  if (resource.storage === namespaces) return { ...object, status: { ...status, phase: 'Terminating' } }
  if (resource.storage !== definitionStorage) return object
  const conditions = Array.isArray(status.conditions) ? (status.conditions as readonly JsonValue[]) : []
  const others = conditions.filter((condition) => !isJsonObject(condition) || condition.type !== 'Terminating')
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: timestamp(context.now()),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  return { ...object, status: { ...status, conditions: [...others, terminating] } }
}

/** True for a namespace whose contents are still to be deleted: until they are, further deletions of it change nothing. */
function holdsContents(resource: ServedResource, object: JsonObject): boolean {
  const finalizers = isJsonObject(object.spec) ? object.spec.finalizers : undefined
  return resource.storage === namespaces && Array.isArray(finalizers) && finalizers.length > 0
}

function sameFinalizers(left: JsonObject, right: JsonObject): boolean {
  return finalizersOf(left).join(' ') === finalizersOf(right).join(' ')
}

/** Asks policies and webhooks whether an object may be deleted. Throws what they refuse; nobody hears what they warn of. */
export function admitDeletion(context: ApiContext, resource: ServedResource, live: StoredObject, dryRun: boolean): void {
  const { namespace, name } = live.key
  const place = { operation: 'DELETE', subresource: '', namespace, name, dryRun } as const
  const question = { ...place, object: null, oldObject: live.object }
  mutateByWebhooks(context, resource, question, [])
  admitByPolicies(context, resource, question)
  validateByWebhooks(context, resource, question)
}

/** Deletes an object, or marks it for deletion while finalizers hold it. */
export function deleteObject(
  context: ApiContext,
  resource: ServedResource,
  live: StoredObject,
  options: DeleteOptions,
): Deletion {
  const { name } = live.key
  checkPreconditions(resource, live, options)
  if (resource.storage === namespaces && undeletable.has(name)) {
    throw forbidden(resource.plural, name, 'this namespace may not be deleted')
  }
  admitDeletion(context, resource, live, options.dryRun)
  if (isTerminating(live.object) && holdsContents(resource, live.object)) return { gone: false, object: live }
  const propagation = propagationOf(resource, live.object, options.propagation)
  const held = heldForCleanup(resource, live.object)
  const marked = markTerminating(context, resource, withPropagation(held, propagation))
  const key = storageKeyOf(resource, live.key.namespace, name)
  if (isReleased(resource, marked)) {
    if (options.dryRun) return { gone: true, object: live }
    return { gone: true, object: context.store.delete(key) ?? live }
  }
  if (isTerminating(live.object) && sameFinalizers(live.object, marked)) return { gone: false, object: live }
  const next = markByKind(context, resource, marked)
  if (!options.dryRun) return { gone: false, object: context.store.put(key, next) }
  return { gone: false, object: StoredObject.ofObject(key, live.version, inStorageOrder(next, live.version)) }
}
