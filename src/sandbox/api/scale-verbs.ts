import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { manageUpdate } from '../apply/field-manager.ts'
import { fieldElement } from '../apply/field-set.ts'
import { applyScale, ownAfterScale, type ScaleWriter } from '../apply/scale-ownership.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import type { ScalePaths } from '../resource-type.ts'
import type { StorageKey, StoredObject } from '../store/stored-object.ts'
import { type ApiContext, managerContextOf } from './api-context.ts'
import { fillDefaults } from './decode-input.ts'
import type { SandboxRequest } from './exchange.ts'
import { metadataText, withMetadata } from './object-metadata.ts'
import { applyObject, applyPatchType, conflictError, jsonPatched, liveObjectOf, patchTypesOf } from './patch-object.ts'
import { bodyText, mediaTypeOf, parseBody } from './request-body.ts'
import { type WriteOptions, writeOptionsOf } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { replicasOf, scaledConfiguration, scaleOf, stepsOf, valueAt, withReplicas } from './scale-subresource.ts'
import { badRequest, internal, invalid, unsupportedMediaType } from './status-error.ts'
import { updateObject } from './update-object.ts'

/** A real server can't convert the Scale of a custom kind, and this is how it says so. */
const unconvertible = 'to proper version: request to convert CR to an invalid group/version: autoscaling/v1'

function scaleWriter(context: ApiContext, resource: ServedResource, manager: string): ScaleWriter {
  const { group, plural } = resource.type
  return {
    manager: manager === '' ? 'unknown' : manager,
    apiVersion: resource.apiVersion,
    pathAt: (apiVersion) => {
      const other = context.registry.byPath(apiVersion, plural)?.type
      const scale = other?.group === group ? other.subresources.scale : undefined
      return scale === undefined ? undefined : stepsOf(scale.specReplicasPath).map(fieldElement)
    },
  }
}

function appliedCustomScale(
  context: ApiContext,
  resource: ServedResource,
  paths: ScalePaths,
  current: JsonObject,
  scale: JsonObject,
  options: WriteOptions,
): JsonObject {
  const now = valueAt(current, paths.specReplicasPath)
  const changes = replicasOf(scale) !== (typeof now === 'number' ? now : 0)
  const outcome = applyScale(current, changes, scaleWriter(context, resource, options.fieldManager), options.force === true)
  switch (outcome.kind) {
    case 'unowned': {
      const what = 'failed to convert live object (/; autoscaling/v1, Kind=Scale)'
      throw internal(`failed to create manager for existing fields: ${what} ${unconvertible}`)
    }
    case 'conflicts':
      throw conflictError(outcome.conflicts)
    case 'changed': {
      const named = `${metadataText(scale, 'namespace')}/${metadataText(scale, 'name')}`
      throw internal(`failed to convert new object (${named}; autoscaling/v1, Kind=Scale) ${unconvertible}`)
    }
    case 'unchanged':
      return outcome.object
  }
}

function readValue(request: SandboxRequest) {
  const text = bodyText(request)
  const value = text === undefined ? request.body : parseBody(text, true)
  if (value === undefined || value instanceof Uint8Array) throw badRequest('the request has no Scale')
  return value
}

function readScale(request: SandboxRequest): JsonObject {
  const value = readValue(request)
  if (!isJsonObject(value)) throw badRequest('the object provided is unrecognized (must be of type Scale)')
  return value
}

/** Refuses a body that is another object than the Scale that the path names. */
function checkScale(scale: JsonObject, name: string, namespace: string): void {
  const { kind, apiVersion } = scale
  if (typeof kind === 'string' && kind !== '' && kind !== 'Scale') {
    const version = String(apiVersion ?? '')
    const from = `${version.slice(version.lastIndexOf('/') + 1)}.${kind}`
    const what = `${kind} in version ${JSON.stringify(version.slice(version.lastIndexOf('/') + 1))} cannot be handled as a Scale`
    throw badRequest(`${what}: converting (${from}) to (autoscaling.Scale): unknown conversion`)
  }
  const given = metadataText(scale, 'name')
  if (given !== '' && given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
  }
  const givenNamespace = metadataText(scale, 'namespace')
  if (givenNamespace !== '' && givenNamespace !== namespace) {
    const what = `the namespace of the object (${givenNamespace}) does not match the namespace on the request (${namespace})`
    throw badRequest(what)
  }
}

function checkReplicas(name: string, replicas: number): void {
  if (replicas >= 0) return
  throw invalid({ group: 'autoscaling', name: 'Scale' }, name, [
    {
      type: 'FieldValueInvalid',
      field: 'spec.replicas',
      message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
    },
  ])
}

function patchedScale(request: SandboxRequest, resource: ServedResource, scale: JsonObject): JsonObject {
  const type = mediaTypeOf(request)
  const patch = readValue(request)
  switch (type) {
    case 'application/json-patch+json': {
      const patched = jsonPatched(scale, patch)
      return isJsonObject(patched) ? patched : {}
    }
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json': {
      const patched = mergePatch(scale, patch)
      return isJsonObject(patched) ? patched : {}
    }
    default:
      throw unsupportedMediaType(patchTypesOf(resource))
  }
}

/** PUT or PATCH on the scale subresource: sets the replicas of the scaled object. The answer is the stored, scaled object. */
export function writeScale(
  context: ApiContext,
  request: SandboxRequest,
  query: URLSearchParams,
  resource: ServedResource,
  paths: ScalePaths,
  live: StoredObject,
): StoredObject {
  const isApply = request.method === 'PATCH' && mediaTypeOf(request) === applyPatchType
  const kind = request.method === 'PATCH' ? 'PatchOptions' : 'UpdateOptions'
  const options = writeOptionsOf(query, request.headers?.['user-agent'] ?? '', kind, isApply)
  const current = liveObjectOf(resource, live)
  const object = isApply
    ? resource.custom
      ? appliedCustomScale(context, resource, paths, current, readScale(request), options)
      : applyObject(context, resource, current, scaledConfiguration(readScale(request), current, paths), options, 'scale')
    : scaled(context, request, resource, paths, current, live.key, options)
  return updateObject(context, resource, live, { object, subresource: 'scale', dryRun: options.dryRun, isReplace: false })
}

function scaled(
  context: ApiContext,
  request: SandboxRequest,
  resource: ServedResource,
  paths: ScalePaths,
  current: JsonObject,
  key: StorageKey,
  options: WriteOptions,
): JsonObject {
  const scale =
    request.method === 'PUT' ? readScale(request) : patchedScale(request, resource, scaleOf(current, paths, resource.custom))
  if (request.method === 'PUT') checkScale(scale, key.name, key.namespace)
  // A custom kind's own validation looks at its replicas.
  if (!resource.custom) checkReplicas(key.name, replicasOf(scale))
  const version = metadataText(scale, 'resourceVersion')
  const next = fillDefaults(withReplicas(current, paths, replicasOf(scale)), resource)
  const managed = resource.custom
    ? ownAfterScale(current, next, !jsonEqual(current, next), scaleWriter(context, resource, options.updateManager))
    : manageUpdate(current, next, managerContextOf(context, resource, options.updateManager, 'scale'))
  return withMetadata(managed, { resourceVersion: version === '' ? undefined : version })
}
