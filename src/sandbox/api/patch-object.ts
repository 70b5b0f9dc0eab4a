import jsonPatch from 'fast-json-patch'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldManagerOutcome, manageApply, manageUpdate } from '../apply/field-manager.ts'
import { describePath } from '../apply/field-set.ts'
import { goPlain } from '../apply/go-text.ts'
import type { ManagerEntry } from '../apply/managed-fields.ts'
import type { Conflict } from '../apply/ownership.ts'
import { goJsonError } from '../go-json-error.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { StrategicPatchError, strategicMergePatch } from '../patch/strategic-merge-patch.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { type ApiContext, managerContextOf } from './api-context.ts'
import { decodeInput, fillDefaults } from './decode-input.ts'
import type { SandboxRequest } from './exchange.ts'
import { metadataOf, metadataText, withMetadata } from './object-metadata.ts'
import { bodyText, mediaTypeOf, parseBody } from './request-body.ts'
import type { WriteOptions } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import {
  applyConflict,
  badRequest,
  internal,
  invalid,
  type StatusCause,
  tooLarge,
  unprocessable,
  unsupportedMediaType,
} from './status-error.ts'
import { unstructuredError } from './unstructured-error.ts'

/** The media type of server-side apply. */
export const applyPatchType = 'application/apply-patch+yaml'

const mergePatchType = 'application/merge-patch+json'
const strategicPatchType = 'application/strategic-merge-patch+json'

const mostPatchOperations = 10_000

/** Patch formats of a resource; built-in kinds take strategic merge patches too. */
export function patchTypesOf(resource: ServedResource): readonly string[] {
  const types = ['application/json-patch+json', mergePatchType]
  return resource.custom ? [...types, applyPatchType] : [...types, strategicPatchType, applyPatchType]
}

/** The patch's format, refused when the resource doesn't take it. */
export function patchTypeOf(request: SandboxRequest, resource: ServedResource): string {
  const type = mediaTypeOf(request)
  const accepted = patchTypesOf(resource)
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted)
  return type
}

/** A patched object, ready to be stored, and warnings. */
export interface PatchedObject {
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

function gvkText(object: JsonObject): string {
  const apiVersion = String(object.apiVersion ?? '')
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${String(object.kind ?? '')}`
}

/** The body of an apply patch as an object. */
export function readAppliedObject(request: SandboxRequest, resource: ServedResource): JsonObject {
  const text = bodyText(request)
  const value = text === undefined ? request.body : parseBody(text, true)
  if (value === undefined || value instanceof Uint8Array || !isJsonObject(value)) {
    throw badRequest(
      `error decoding YAML: ${goJsonError(text ?? '') ?? 'json: cannot unmarshal into Go value of type map[string]interface {}'}`,
    )
  }
  if (value.kind !== resource.type.kind || value.apiVersion !== resource.apiVersion) {
    throw badRequest(`invalid object type: ${gvkText(value)}`)
  }
  const { managedFields } = metadataOf(value)
  if (managedFields !== undefined && managedFields !== null) throw badRequest('metadata.managedFields must be nil')
  return value
}

/** Lays an applied object over the live one (or over nothing), and gives it its type's form and defaults. */
export function applyObject(
  context: ApiContext,
  resource: ServedResource,
  live: JsonObject | undefined,
  applied: JsonObject,
  options: WriteOptions,
  subresource: string,
): JsonObject {
  const manager = managerContextOf(context, resource, options.fieldManager, subresource)
  const outcome: FieldManagerOutcome = manageApply(live ?? resource.emptyObject, applied, manager, options.force === true)
  switch (outcome.kind) {
    case 'untyped': {
      const where = `${metadataText(applied, 'namespace')}/${metadataText(applied, 'name')}; ${gvkText(applied)}`
      throw internal(`failed to create typed patch object (${where}): ${outcome.message}`)
    }
    case 'conflicts':
      throw conflictError(outcome.conflicts)
    case 'merged':
      return typedObject(resource, outcome.object, applied)
  }
}

/** The merged object as its type reads it. Its managedFields pass by, being the server's own. */
function typedObject(resource: ServedResource, merged: JsonObject, applied: JsonObject): JsonObject {
  const { managedFields } = metadataOf(merged)
  const bare = withMetadata(merged, { managedFields: undefined })
  const problem = (text: string): Error => {
    const where = `${metadataText(applied, 'namespace')}/${metadataText(applied, 'name')}; ${gvkText(applied)}`
    return internal(`failed to convert new object (${where}) to proper version: ${text}`)
  }
  const { object } = decodeInput(bare, resource, 'Ignore', problem)
  return withMetadata(fillDefaults(object, resource), { managedFields })
}

function ownerText(owner: ManagerEntry): string {
  const name = JSON.stringify(owner.manager)
  const through = owner.subresource === '' ? name : `${name} with subresource ${JSON.stringify(owner.subresource)}`
  return owner.operation === 'Update' ? `${through} using ${owner.apiVersion}` : through
}

function conflictError(conflicts: readonly Conflict[]): Error {
  const causes: StatusCause[] = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(owner)}`,
    field: describePath(path),
  }))
  const [first, ...more] = causes
  if (first !== undefined && more.length === 0) {
    return applyConflict(`Apply failed with 1 conflict: ${first.message}: ${first.field}`, causes)
  }
  const byOwner = new Map<string, string[]>()
  for (const { owner, path } of conflicts) {
    const text = ownerText(owner)
    const fields = byOwner.get(text)
    if (fields === undefined) byOwner.set(text, [describePath(path)])
    else fields.push(describePath(path))
  }
  const lines = [...byOwner]
    .sort()
    .flatMap(([owner, fields]) => [`conflicts with ${owner}:`, ...fields.map((field) => `- ${field}`)])
  return applyConflict(`Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, causes)
}

/** Carries out a JSON, merge or strategic merge patch and gives the result its type's form, defaults and managedFields. */
export function patchObject(
  context: ApiContext,
  resource: ServedResource,
  live: StoredObject,
  request: SandboxRequest,
  options: WriteOptions,
  subresource: string,
): PatchedObject {
  const type = patchTypeOf(request, resource)
  const patch = readPatch(request)
  const patched = patchedValue(type, liveObjectOf(resource, live), patch, resource)
  // A strategic merge patch is shown itself, as Go prints it; of the others their result is.
  const isStrategic = type === strategicPatchType
  const shown = isStrategic ? goPlain(patch) : JSON.stringify(patched)
  const problem = (text: string): Error =>
    invalid({ group: '', name: '' }, '', [
      {
        type: 'FieldValueInvalid',
        field: 'patch',
        message: `Invalid value: ${JSON.stringify(shown)}: ${isStrategic ? unstructuredError(text) : text}`,
      },
    ])
  if (!isJsonObject(patched)) throw problem('json: cannot unmarshal into Go value')
  const text = type === mergePatchType ? bodyText(request) : undefined
  const { object, warnings } = decodeInput(patched, resource, options.fieldValidation, problem, text)
  const filled = fillDefaults(object, resource)
  const manager = managerContextOf(context, resource, options.updateManager, subresource)
  return { object: manageUpdate(live.object, filled, manager), warnings }
}

/** The object at the version that the path asks for. */
export function liveObjectOf(resource: ServedResource, live: StoredObject): JsonObject {
  const { object } = live
  return object.apiVersion === resource.apiVersion ? object : { ...object, apiVersion: resource.apiVersion }
}

function readPatch(request: SandboxRequest): JsonValue {
  const text = bodyText(request)
  const value = text === undefined ? request.body : parseBody(text, false)
  if (value === undefined || value instanceof Uint8Array) {
    throw badRequest(goJsonError(text ?? '') ?? 'unexpected end of JSON input')
  }
  return value
}

function patchedValue(type: string, live: JsonObject, patch: JsonValue, resource: ServedResource): JsonValue {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatched(live, patch)
    case 'application/merge-patch+json':
      if (!isJsonObject(patch)) throw badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}')
      return mergePatch(live, patch)
    default:
      if (!isJsonObject(patch)) throw badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}')
      try {
        return strategicMergePatch(live, patch, resource.type.schema)
      } catch (error) {
        if (error instanceof StrategicPatchError) throw internal(error.message)
        throw error
      }
  }
}

/** Carries out a JSON patch on a copy. */
export function jsonPatched(live: JsonObject, patch: JsonValue): JsonValue {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  if (patch.length > mostPatchOperations) throw tooLarge(mostPatchOperations)
  try {
    const operations = structuredClone(patch) as jsonPatch.Operation[]
    return jsonPatch.applyPatch(structuredClone(live) as object, operations, true, true).newDocument as JsonValue
  } catch (error) {
    if (error instanceof Error) throw unprocessable()
    throw error
  }
}
