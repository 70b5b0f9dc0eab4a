import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { withManagedFields } from '../apply/field-manager.ts'
import { fieldElement } from '../apply/field-set.ts'
import { applyFirstScale, applyScale, ownAfterScale, type ScaleWriter } from '../apply/scale-ownership.ts'
import { decodeObject } from '../builtin/decode-object.ts'
import { schemaOfModel } from '../builtin/model-schema.ts'
import type { ScalePaths } from '../resource-type.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { StorageKey, StoredObject } from '../store/stored-object.ts'
import type { ApiContext } from './api-context.ts'
import { fillDefaults } from './decode-input.ts'
import type { SandboxRequest } from './exchange.ts'
import { metadataText, withMetadata } from './object-metadata.ts'
import {
  applyPatchType,
  conflictError,
  jsonPatched,
  liveObjectOf,
  mergePatched,
  patchTypesOf,
  readPatch,
} from './patch-object.ts'
import { bodyText, mediaTypeOf, parseBody, unparsedAs } from './request-body.ts'
import { type WriteOptions, writeOptionsOf } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { appliedReplicas, presentReplicas, replicasOf, scaleOf, stepsOf, valueAt, withReplicas } from './scale-subresource.ts'
import { badRequest, internal, invalid, unsupportedMediaType } from './status-error.ts'
import { checkUid, updateObject } from './update-object.ts'

/** A Scale that came in. */
interface Scaling {
  readonly scale: JsonObject
  readonly warnings: readonly string[]
}

/** The scaled object, and warnings. */
export interface Scaled {
  readonly object: StoredObject
  readonly warnings: readonly string[]
}

const scaleVersion = 'autoscaling/v1'

/** A real server can't convert the Scale of a custom kind, and this is how it says so. */
const unconvertible = 'to proper version: request to convert CR to an invalid group/version: autoscaling/v1'

function scaleWriter(context: ApiContext, resource: ServedResource, manager: string): ScaleWriter {
  const { group, plural } = resource.type
  return {
    manager: manager === '' ? 'unknown' : manager,
    apiVersion: resource.apiVersion,
    pathAt: (apiVersion) => {
      const other = context.registry.byPath(apiVersion, plural)?.type
      if (other?.group !== group) return undefined
      const { scale } = other.subresources
      return scale === undefined ? 'unscaled' : stepsOf(scale.specReplicasPath).map(fieldElement)
    },
  }
}

function namedText(scale: JsonObject): string {
  return `${metadataText(scale, 'namespace')}/${metadataText(scale, 'name')}`
}

/** The scaled object, or why a Scale can't be laid over it. */
function appliedScale(
  context: ApiContext,
  resource: ServedResource,
  paths: ScalePaths,
  current: JsonObject,
  scale: JsonObject,
  options: WriteOptions,
): JsonObject {
  const replicas = { before: presentReplicas(current, paths), after: appliedReplicas(scale) }
  const writer = scaleWriter(context, resource, options.fieldManager)
  const force = options.force === true
  let outcome = applyScale(current, replicas, writer, force)
  if (outcome.kind === 'unowned' && !resource.custom) outcome = applyFirstScale(current, replicas, writer, force)
  switch (outcome.kind) {
    case 'unowned': {
      const what = 'failed to convert live object (/; autoscaling/v1, Kind=Scale)'
      throw internal(`failed to create manager for existing fields: ${what} ${unconvertible}`)
    }
    case 'conflicts':
      throw conflictError(outcome.conflicts)
    case 'applied': {
      const changes = outcome.replicas !== replicas.before
      if (resource.custom && changes) {
        throw internal(`failed to convert new object (${namedText(scale)}; autoscaling/v1, Kind=Scale) ${unconvertible}`)
      }
      if (!resource.custom) checkReplicas(metadataText(current, 'name'), outcome.replicas ?? 0)
      const scaled = changes ? withReplicas(current, paths, outcome.replicas ?? 0) : current
      return withManagedFields(scaled, outcome.managers)
    }
  }
}

/** A real server knows no kind for what of a custom kind can't be read as its Scale. */
const unknownScale = 'no kind is registered for the type v1.Scale in scheme "pkg/apiserver/customresource_handler.go:781"'

function readBody(request: SandboxRequest, custom: boolean): JsonObject {
  const text = bodyText(request)
  const isYaml = mediaTypeOf(request) !== 'application/json'
  const value = text === undefined ? request.body : parseBody(text, isYaml)
  if (value === null) return {}
  if (value === undefined || value instanceof Uint8Array || !isJsonObject(value)) {
    throw custom ? badRequest(unknownScale) : unparsedAs('Scale', text ?? JSON.stringify(value ?? null))
  }
  return value
}

/** What keeps a value from being a Scale, and what of it is none of a Scale's fields. */
function decodedScale(value: JsonObject): { readonly error: string | undefined; readonly unknown: readonly string[] } {
  const { kind = 'Scale', apiVersion = scaleVersion } = value
  if ((kind !== '' && kind !== 'Scale') || (apiVersion !== '' && apiVersion !== scaleVersion)) {
    const scheme = 'scheme "k8s.io/client-go/scale/util.go:146"'
    const error = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in ${scheme}`
    return { error, unknown: [] }
  }
  const { error } = decodeObject('Scale', value)
  return { error, unknown: pruneObject(value, schemaOfModel('Scale')).unknown }
}

/** Refuses unknown fields where that is asked for; else they are to be warned of. */
function complaintsOf(unknown: readonly string[], options: WriteOptions, problem: (text: string) => Error): readonly string[] {
  const complaints = unknown.map((path) => `unknown field ${JSON.stringify(path)}`)
  if (options.fieldValidation === 'Strict' && complaints.length > 0) {
    throw problem(`strict decoding error: ${complaints.join(', ')}`)
  }
  return options.fieldValidation === 'Ignore' ? [] : complaints
}

function checkName(scale: JsonObject, { name, namespace }: StorageKey): void {
  const given = metadataText(scale, 'name')
  if (given === '') {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  if (given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
  }
  const givenNamespace = metadataText(scale, 'namespace')
  if (givenNamespace === '' || givenNamespace === namespace) return
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

/** The Scale that replaces the one there is, and warnings. */
function replacingScale(request: SandboxRequest, resource: ServedResource, options: WriteOptions): Scaling {
  const scale = readBody(request, resource.custom)
  const { error, unknown } = decodedScale(scale)
  if (error !== undefined) throw badRequest(resource.custom ? unknownScale : scaleProblem(scale, error))
  const warnings = complaintsOf(unknown, options, (text) =>
    badRequest(resource.custom ? unknownScale : `Scale in version "v1" cannot be handled as a Scale: ${text}`),
  )
  return { scale, warnings }
}

function scaleProblem(scale: JsonObject, error: string): string {
  const { kind = '', apiVersion = '' } = scale
  if (kind === '' || kind === 'Scale') return `Scale in version "v1" cannot be handled as a Scale: ${error}`
  const version = String(apiVersion).replace(/^.*\//, '')
  const what = `${String(kind)} in version ${JSON.stringify(version)} cannot be handled as a Scale`
  return `${what}: converting (${version}.${String(kind)}) to (autoscaling.Scale): unknown conversion`
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

/** What stands for no replicas while a Scale without them is patched. */
const noReplicas = -2147483648

/** The Scale as a patch finds it: with who owns its replicas, and a mark where it has none. */
function patchableScale(current: JsonObject, paths: ScalePaths, resource: ServedResource): JsonObject {
  const scale = scaleOf(current, paths, resource.custom)
  if (!resource.custom || typeof valueAt(current, paths.specReplicasPath) === 'number') return scale
  return { ...scale, spec: { replicas: noReplicas } }
}

function patchedScale(
  request: SandboxRequest,
  resource: ServedResource,
  paths: ScalePaths,
  current: JsonObject,
  options: WriteOptions,
): Scaling {
  const type = mediaTypeOf(request)
  const isLenient = options.fieldValidation === 'Ignore'
  const before = patchableScale(current, paths, resource)
  const patched = (): JsonValue => {
    switch (type) {
      case 'application/json-patch+json':
        return jsonPatched(before, readPatch(request, type, isLenient), isLenient)
      case 'application/merge-patch+json':
      case 'application/strategic-merge-patch+json':
        return mergePatched(before, readPatch(request, type, isLenient), isLenient)
      default:
        throw unsupportedMediaType(patchTypesOf(resource))
    }
  }
  const result = patched()
  const scale = isJsonObject(result) ? result : {}
  const problem = (text: string): Error => {
    const message = `Invalid value: ${JSON.stringify(JSON.stringify(scale))}: ${text}`
    return invalid({ group: '', name: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', message }])
  }
  const { error, unknown } = decodedScale(scale)
  if (error !== undefined) throw problem(error)
  const warnings = complaintsOf(unknown, options, problem)
  if (resource.custom && replicasOf(scale) === noReplicas) {
    throw badRequest(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} cannot be empty`)
  }
  return { scale, warnings }
}

/** PUT or PATCH on the scale subresource: sets the replicas of the scaled object. The answer is the stored, scaled object. */
export function writeScale(
  context: ApiContext,
  request: SandboxRequest,
  query: URLSearchParams,
  resource: ServedResource,
  paths: ScalePaths,
  live: StoredObject,
): Scaled {
  const isApply = request.method === 'PATCH' && mediaTypeOf(request) === applyPatchType
  const kind = request.method === 'PATCH' ? 'PatchOptions' : 'UpdateOptions'
  const options = writeOptionsOf(query, request.headers?.['user-agent'] ?? '', kind, isApply)
  const current = liveObjectOf(resource, live)
  if (!isApply) return replaced(context, request, resource, paths, live, options)
  const scale = readBody(request, resource.custom)
  const object = appliedScale(context, resource, paths, current, scale, options)
  return { object: store(context, resource, live, object, options), warnings: [] }
}

function store(
  context: ApiContext,
  resource: ServedResource,
  live: StoredObject,
  object: JsonObject,
  { dryRun }: WriteOptions,
): StoredObject {
  return updateObject(context, resource, live, { object, subresource: 'scale', dryRun, isReplace: false })
}

function replaced(
  context: ApiContext,
  request: SandboxRequest,
  resource: ServedResource,
  paths: ScalePaths,
  live: StoredObject,
  options: WriteOptions,
): Scaled {
  const current = liveObjectOf(resource, live)
  const isPut = request.method === 'PUT'
  const { scale, warnings } = isPut
    ? replacingScale(request, resource, options)
    : patchedScale(request, resource, paths, current, options)
  checkName(scale, live.key)
  // A custom kind's own validation looks at its replicas.
  if (!resource.custom) checkReplicas(live.key.name, replicasOf(scale))
  const [version, uid] = [metadataText(scale, 'resourceVersion'), metadataText(scale, 'uid')]
  const next = fillDefaults(withReplicas(current, paths, replicasOf(scale)), resource)
  const replicas = { before: presentReplicas(current, paths), after: presentReplicas(next, paths) }
  const managed = ownAfterScale(current, next, replicas, scaleWriter(context, resource, options.updateManager))
  const object = withMetadata(managed, {
    resourceVersion: version === '' ? undefined : version,
    ...(uid === '' || resource.custom ? {} : { uid }),
  })
  // Of a custom kind's scale only a PUT says by its uid which object it means.
  if (resource.custom && isPut) checkUid(resource, live, uid)
  return { object: store(context, resource, live, object, options), warnings }
}
