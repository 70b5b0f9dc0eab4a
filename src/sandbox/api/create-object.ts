import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { definitionStorage } from '../crd/definition.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { inStorageOrder, StoredObject as Stored } from '../store/stored-object.ts'
import { admitByPodSecurity, admitNew, admitWithinLimits } from './admit-object.ts'
import { admitByPolicies, mutateByPolicies, type PolicyQuestion } from './admit-policies.ts'
import { mutateByWebhooks, validateByWebhooks } from './admit-webhooks.ts'
import { type ApiContext, storageKeyOf } from './api-context.ts'
import { asStored, storedResource, toStorage } from './at-version.ts'
import { isTerminating, metadataOf, metadataText, timestamp, withMetadata } from './object-metadata.ts'
import type { ServedResource } from './resource-registry.ts'
import { alreadyExists, badRequest, forbidden, internal, invalid, notFound, terminatingKind } from './status-error.ts'
import { checkStorable } from './storage-limit.ts'
import { namedKindOf, validateNew } from './validate-object.ts'

const longestGeneratedBase = 58

/** Refuses content in a namespace that isn't there or is going away. */
export function admitToNamespace(
  context: ApiContext,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
): void {
  if (!resource.type.namespaced || namespace === undefined) return
  const stored = context.store.get('/namespaces', '', namespace)
  if (stored === undefined) throw notFound({ group: '', name: 'namespaces' }, namespace)
  if (!isTerminating(stored.object)) return
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  throw forbidden(resource.plural, name, why, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ])
}

/** Fills in the request's namespace and refuses another one. */
export function inRequestNamespace(object: JsonObject, resource: ServedResource, namespace: string | undefined): JsonObject {
  const given = metadataText(object, 'namespace')
  if (!resource.type.namespaced) return given === '' ? object : withMetadata(object, { namespace: undefined })
  if (given === '') return withMetadata(object, { namespace: namespace ?? '' })
  if (given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  return object
}

function isDefinitionTerminating(context: ApiContext, resource: ServedResource): boolean {
  const { plural, group } = resource.type
  const definition = context.store.get(definitionStorage, '', `${plural}.${group}`)
  return definition !== undefined && isTerminating(definition.object)
}

function generateName(context: ApiContext, object: JsonObject): JsonObject {
  const base = metadataText(object, 'generateName')
  if (metadataText(object, 'name') !== '' || base === '') return object
  return withMetadata(object, { name: `${base.slice(0, longestGeneratedBase)}${context.newSuffix()}` })
}

/**
 * Stores a new object: `given` is decoded, defaulted and has its managedFields. With `dryRun` everything happens but the
 * storing. The answer of a dry run has no resourceVersion. `bodySize` are the bytes of the request.
 */
export function createObject(
  context: ApiContext,
  served: ServedResource,
  namespace: string | undefined,
  given: JsonObject,
  dryRun: boolean,
  warnings: string[] = [],
  bodySize = 0,
): StoredObject {
  const resource = storedResource(context, served)
  const object = toStorage(given, served)
  const { type } = resource
  const identified = prepare(context, resource, generateName(context, object))
  const name = metadataText(identified, 'name')
  admitToNamespace(context, resource, namespace, name)
  if (resource.custom && isDefinitionTerminating(context, resource)) throw terminatingKind(resource.plural, name, 'create')
  const key = storageKeyOf(resource, namespace, name)
  const allocation = context.allocations.contextFor(key)
  const question = { operation: 'CREATE', subresource: '', namespace: key.namespace, name, dryRun, oldObject: null } as const
  const admitted = mutated(context, resource, question, admitNew(context, resource, name, identified), warnings)
  const prepared = type.prepareForCreate === undefined ? admitted : type.prepareForCreate(admitted, allocation)
  const errors = validateNew(context, resource, prepared)
  if (errors.length > 0) throw invalid(namedKindOf(resource, prepared), name, errors)
  const taken = type.validateAllocation?.(prepared, allocation) ?? []
  if (taken.length > 0) throw invalid(resource.kind, name, taken)
  warnings.push(...admitByPodSecurity(context, resource, name, key.namespace, prepared))
  warnings.push(...admitByPolicies(context, resource, { ...question, object: prepared }))
  warnings.push(...validateByWebhooks(context, resource, { ...question, object: prepared }))
  admitWithinLimits(context, resource, name, key.namespace, prepared)
  const there = context.store.get(key.resource, key.namespace, key.name)
  if (there !== undefined) throw alreadyExists(resource.plural, name, isTerminating(there.object))
  if (!dryRun) {
    const version = metadataText(object, 'resourceVersion')
    if (version !== '' && version !== '0') throw internal('resourceVersion should not be set on objects to be created')
    const stored = asStored(prepared, resource)
    checkStorable(stored, bodySize)
    return context.store.put(key, stored)
  }
  return Stored.ofObject(key, 0, withMetadata(inStorageOrder(asStored(prepared, resource), 0), { resourceVersion: undefined }))
}

/** What mutating policies and webhooks make of a new object, which for them has nothing yet of what the server gives it. */
function mutated(
  context: ApiContext,
  resource: ServedResource,
  question: Omit<PolicyQuestion, 'object'>,
  object: JsonObject,
  warnings: string[],
): JsonObject {
  const { uid, creationTimestamp, generation } = metadataOf(object)
  const bare = withMetadata(object, { uid: undefined, creationTimestamp: undefined, generation: undefined })
  const ruled = mutateByPolicies(context, resource, { ...question, object: bare })
  const changed = mutateByWebhooks(context, resource, { ...question, object: ruled }, warnings)
  return changed === bare ? object : withMetadata(changed, { uid, creationTimestamp, generation })
}

function prepare(context: ApiContext, resource: ServedResource, object: JsonObject): JsonObject {
  const { type } = resource
  const metadata = metadataOf(object)
  const bare = withMetadata(object, {
    uid: context.newUid(),
    creationTimestamp: timestamp(context.now()),
    generation: type.countsGeneration ? 1 : undefined,
    resourceVersion: undefined,
    selfLink: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    ...(isJsonObject(metadata.labels) || metadata.labels === undefined ? {} : { labels: undefined }),
  })
  if (!resource.custom || !type.subresources.status) return bare
  const { status: _reset, ...rest } = bare
  return rest
}
