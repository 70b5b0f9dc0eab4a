import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { manageUpdate } from '../apply/field-manager.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { type ApiContext, managerContextOf, storageKeyOf } from './api-context.ts'
import { createObject, inRequestNamespace } from './create-object.ts'
import { type DecodedInput, decodeInput, fillDefaults, linesOf } from './decode-input.ts'
import type { SandboxRequest } from './exchange.ts'
import { metadataOf, metadataText, withMetadata } from './object-metadata.ts'
import { applyObject, applyPatchType, liveObjectOf, patchObject, patchTypeOf, readAppliedObject } from './patch-object.ts'
import { checkVersion, decodeProblemOf, jsonText, readObject } from './request-body.ts'
import { type WriteOptions, writeOptionsOf } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { badRequest, conflict, notFound } from './status-error.ts'
import { withGivenStatus } from './status-metadata.ts'
import { bodySizeOf } from './storage-limit.ts'
import { updateObject } from './update-object.ts'
import { warned } from './warning-header.ts'

/** A write as it came in. */
export interface WriteRequest {
  readonly request: SandboxRequest
  readonly query: URLSearchParams
  readonly resource: ServedResource
  readonly namespace: string | undefined
  /** '' for the main resource; `status`, or another that writes the whole object such as `finalize`. */
  readonly subresource: string
}

/** What a write came to. */
export interface Written {
  readonly status: 200 | 201
  readonly object: StoredObject
  readonly warnings: readonly string[]
}

function userAgentOf(request: SandboxRequest): string {
  return request.headers?.['user-agent'] ?? ''
}

/** Refuses an object that is not the one the path names. */
function checkName(object: JsonObject, name: string, namespace: string | undefined): void {
  const given = metadataText(object, 'name')
  if (given === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  if (given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
  const givenNamespace = metadataText(object, 'namespace')
  if (namespace !== undefined && givenNamespace !== '' && givenNamespace !== namespace) {
    throw badRequest(`the namespace of the object (${givenNamespace}) does not match the namespace on the request (${namespace})`)
  }
}

function warningsOf(resource: ServedResource, object: JsonObject, old: JsonObject | undefined): readonly string[] {
  return resource.type.warnings?.(object, old) ?? []
}

/** POST on a collection. */
export function postObject(context: ApiContext, write: WriteRequest): Written {
  const { request, query, resource, namespace } = write
  const options = writeOptionsOf(query, userAgentOf(request), 'CreateOptions', false)
  const { object: given, complaints } = readObject(request, resource, context.registry, options.fieldValidation)
  const problem = decodeProblemOf(resource, given)
  const decoded = decodeInput(given, resource, options.fieldValidation, problem, jsonText(request), complaints, context.registry)
  return warned(decoded.warnings, () => {
    checkVersion(given, resource)
    // Nobody owns that a new object is to go.
    const living = withMetadata(decoded.object, { deletionTimestamp: undefined, deletionGracePeriodSeconds: undefined })
    const object = fillDefaults(inRequestNamespace(living, resource, namespace), resource)
    const manager = managerContextOf(context, resource, options.updateManager, '')
    const managed = manageUpdate(resource.emptyObject, object, manager)
    const told = [...decoded.warnings]
    const stored = createObject(context, resource, namespace, managed, options.dryRun, told, bodySizeOf(request))
    return { status: 201, object: stored, warnings: [...told, ...warningsOf(resource, stored.object, undefined)] }
  })
}

function find(
  context: ApiContext,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
): StoredObject | undefined {
  const key = storageKeyOf(resource, namespace, name)
  return context.store.get(key.resource, key.namespace, key.name)
}

/** What a subresource's write makes of the whole object: only its own part of it changes. */
function throughSubresource(resource: ServedResource, subresource: string, live: JsonObject, given: JsonObject): JsonObject {
  switch (subresource) {
    case '':
      return given
    case 'binding': {
      const spec = isJsonObject(live.spec) ? live.spec : {}
      const { nodeName } = isJsonObject(given.spec) ? given.spec : {}
      return { ...live, spec: { ...spec, ...(nodeName === undefined ? {} : { nodeName }) } }
    }
    case 'finalize': {
      const spec = isJsonObject(given.spec) ? given.spec : {}
      const { finalizers: _before, ...liveSpec } = isJsonObject(live.spec) ? live.spec : {}
      const held = spec.finalizers === undefined ? {} : { finalizers: spec.finalizers }
      const { resourceVersion } = metadataOf(given)
      return { ...withMetadata(live, { resourceVersion }), spec: { ...liveSpec, ...held } }
    }
    default:
      return withGivenStatus(resource.storage, resource.custom, live, given)
  }
}

/** PUT on an object or a subresource that carries the whole object. */
export function putObject(context: ApiContext, write: WriteRequest, name: string): Written {
  const { request, query, resource } = write
  const options = writeOptionsOf(query, userAgentOf(request), 'UpdateOptions', false)
  const { object: given, complaints } = readObject(request, resource, context.registry, options.fieldValidation)
  const problem = decodeProblemOf(resource, given)
  const decoded = decodeInput(given, resource, options.fieldValidation, problem, jsonText(request), complaints, context.registry)
  return warned(decoded.warnings, () => replaceObject(context, write, name, decoded, options))
}

function replaceObject(
  context: ApiContext,
  write: WriteRequest,
  name: string,
  decoded: DecodedInput,
  options: WriteOptions,
): Written {
  const { resource, namespace, subresource } = write
  checkVersion(decoded.object, resource)
  const given = inRequestNamespace(decoded.object, resource, namespace)
  checkName(given, name, namespace)
  const object = fillDefaults(given, resource)
  const live = find(context, resource, namespace, name)
  const manager = managerContextOf(context, resource, options.updateManager, subresource)
  if (live === undefined) {
    if (resource.type.createdByReplace !== true || subresource !== '') throw notFound(resource.plural, name)
    const managed = manageUpdate(resource.emptyObject, object, manager)
    const stored = createObject(
      context,
      resource,
      namespace,
      withMetadata(managed, { resourceVersion: undefined }),
      options.dryRun,
      [],
      bodySizeOf(write.request),
    )
    return { status: 201, object: stored, warnings: decoded.warnings }
  }
  const managed = manageUpdate(liveObjectOf(resource, live), object, manager)
  const next = throughSubresource(resource, subresource, liveObjectOf(resource, live), managed)
  const uid = metadataText(object, 'uid')
  const warnings: string[] = []
  const stored = updateObject(context, resource, live, {
    object: uid === '' ? next : withMetadata(next, { uid }),
    subresource,
    dryRun: options.dryRun,
    isReplace: true,
    warnings,
    bodySize: bodySizeOf(write.request),
  })
  return {
    status: 200,
    object: stored,
    warnings: [...decoded.warnings, ...warnings, ...warningsOf(resource, stored.object, live.object)],
  }
}

/** PATCH on an object or a subresource that carries the whole object. */
export function patchVerb(context: ApiContext, write: WriteRequest, name: string): Written {
  const { request, resource } = write
  return patchTypeOf(request, resource) === applyPatchType ? applyVerb(context, write, name) : changeVerb(context, write, name)
}

function applyVerb(context: ApiContext, write: WriteRequest, name: string): Written {
  const { request, query, resource, namespace, subresource } = write
  const options = writeOptionsOf(query, userAgentOf(request), 'PatchOptions', true)
  const live = find(context, resource, namespace, name)
  if (live === undefined && subresource !== '') throw notFound(resource.plural, name)
  const { object: applied, duplicates } = readAppliedObject(request, resource, options.fieldValidation !== 'Ignore')
  const base = live === undefined ? undefined : liveObjectOf(resource, live)
  const merged = applyObject(context, resource, base, applied, options, subresource)
  if (duplicates === undefined) return storeApplied(context, write, name, merged, live, options, [])
  const complaint = `error converting YAML to JSON: ${duplicates}`
  if (options.fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: ${complaint}`)
  const warnings = linesOf(complaint)
  return warned(warnings, () => storeApplied(context, write, name, merged, live, options, warnings))
}

function storeApplied(
  context: ApiContext,
  write: WriteRequest,
  name: string,
  merged: JsonObject,
  live: StoredObject | undefined,
  options: WriteOptions,
  earlier: readonly string[],
): Written {
  const { resource, namespace } = write
  const object = inRequestNamespace(merged, resource, namespace)
  checkName(object, name, namespace)
  if (live === undefined) {
    const uid = metadataText(object, 'uid')
    if (uid !== '') {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
      throw conflict(resource.plural, name, why)
    }
    const told = [...earlier]
    const stored = createObject(
      context,
      resource,
      namespace,
      withMetadata(object, { resourceVersion: undefined }),
      options.dryRun,
      told,
      bodySizeOf(write.request),
    )
    return { status: 201, object: stored, warnings: [...told, ...warningsOf(resource, stored.object, undefined)] }
  }
  return storePatched(context, write, object, live, options, earlier)
}

/** Stores what a patch made of an object that is there, with the warnings said before and those of the outcome. */
function storePatched(
  context: ApiContext,
  { request, resource, subresource }: WriteRequest,
  object: JsonObject,
  live: StoredObject,
  options: WriteOptions,
  earlier: readonly string[],
): Written {
  const warnings: string[] = []
  const stored = updateObject(context, resource, live, {
    object: throughSubresource(resource, subresource, liveObjectOf(resource, live), object),
    subresource,
    dryRun: options.dryRun,
    isReplace: false,
    warnings,
    bodySize: bodySizeOf(request),
  })
  return { status: 200, object: stored, warnings: [...earlier, ...warnings, ...warningsOf(resource, stored.object, live.object)] }
}

function changeVerb(context: ApiContext, write: WriteRequest, name: string): Written {
  const { request, query, resource, namespace, subresource } = write
  const options = writeOptionsOf(query, userAgentOf(request), 'PatchOptions', false)
  const live = find(context, resource, namespace, name)
  if (live === undefined) throw notFound(resource.plural, name)
  const patched = patchObject(context, resource, live, request, options, subresource)
  return warned(patched.warnings, () => {
    const object = inRequestNamespace(patched.object, resource, namespace)
    checkName(object, name, namespace)
    return storePatched(context, write, object, live, options, patched.warnings)
  })
}
