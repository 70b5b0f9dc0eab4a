import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldManagerOutcome, manageApply, manageUpdate } from '../apply/field-manager.ts'
import { describePath } from '../apply/field-set.ts'
import { goPlain } from '../apply/go-text.ts'
import type { ManagerEntry } from '../apply/managed-fields.ts'
import type { Conflict } from '../apply/ownership.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import { decodeObject } from '../builtin/decode-object.ts'
import { exactJsonText, hasSurrogates, numberBeyond, parseExactJson } from '../exact-json.ts'
import { goJsonError, goKindOf } from '../go-json-error.ts'
import { applyJsonPatch, JsonPatchMisfit, jsonPatchProblem } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { strategicMergePatch } from '../patch/strategic-merge-patch.ts'
import { StrategicPatchError } from '../patch/strategic-patch-error.ts'
import type { StoredObject } from '../store/stored-object.ts'
import { type ApiContext, managerContextOf } from './api-context.ts'
import { atVersion } from './at-version.ts'
import { decodeInput, fillDefaults } from './decode-input.ts'
import { duplicateFields } from './duplicate-fields.ts'
import type { SandboxRequest } from './exchange.ts'
import { goJsonText } from './go-json-text.ts'
import { metadataOf, metadataText, withMetadata } from './object-metadata.ts'
import { checkCustomType, checkType } from './patched-type.ts'
import { bodyText, isNestedTooDeep, mediaTypeOf, nestedTooDeep, parseBody, parseYamlBody } from './request-body.ts'
import type { WriteOptions } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import {
  applyConflict,
  badRequest,
  internal,
  invalid,
  type StatusCause,
  tooLargeEntity,
  unprocessable,
  unroutedMediaType,
  unsupportedMediaType,
} from './status-error.ts'
import { unstructuredError } from './unstructured-error.ts'
import { warned } from './warning-header.ts'

/** The media type of server-side apply. */
export const applyPatchType = 'application/apply-patch+yaml'

const jsonPatchType = 'application/json-patch+json'
const mergePatchType = 'application/merge-patch+json'
const strategicPatchType = 'application/strategic-merge-patch+json'

const mostPatchOperations = 10_000

/** Patch formats of a resource; built-in kinds take strategic merge patches too. */
export function patchTypesOf(resource: ServedResource): readonly string[] {
  const types = [jsonPatchType, mergePatchType]
  return resource.custom ? [...types, applyPatchType] : [...types, strategicPatchType, applyPatchType]
}

/** The patch's format, refused when the resource doesn't take it. */
export function patchTypeOf(request: SandboxRequest, resource: ServedResource): string {
  const type = mediaTypeOf(request)
  const accepted = patchTypesOf(resource)
  if (!accepted.includes(type)) throw resource.custom ? unsupportedMediaType(accepted) : unroutedMediaType()
  return type
}

/** A patched object, ready to be stored, and warnings. */
export interface PatchedObject {
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

function gvkText(object: JsonObject): string {
  const { apiVersion: given = '', kind = '' } = object
  const apiVersion = typeof given === 'string' && given.split('/').length < 3 ? given : undefined
  if (apiVersion === undefined) return '/, Kind='
  if (typeof kind !== 'string') return gvkText({ apiVersion })
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${String(object.kind ?? '')}`
}

/** The body of an apply patch. */
export interface AppliedObject {
  readonly object: JsonObject
  /** What a strict reader says of keys that stand twice. */
  readonly duplicates: string | undefined
}

function readApplied(
  request: SandboxRequest,
  isStrict: boolean,
  exact: boolean,
): { readonly value: JsonValue; readonly duplicates?: string } {
  const text = bodyText(request)
  if (text === undefined) {
    const { body } = request
    return { value: body instanceof Uint8Array || body === undefined ? null : body }
  }
  const isJson = goJsonError(text) === undefined && !hasSurrogates(text) && numberBeyond(text) === undefined
  if (isJson && (!isStrict || duplicateFields(text).length === 0)) return { value: parseBody(text, false, exact) ?? null }
  const body = parseYamlBody(text, exact)
  if (!body.ok) throw badRequest(`error decoding YAML: error converting YAML to JSON: ${body.problem}`)
  return isStrict && body.duplicates !== undefined ? { value: body.value, duplicates: body.duplicates } : { value: body.value }
}

/** Whether an applied object says who manages its fields. In a custom one what can't be read as that is left to its type to refuse. */
function namesManagers(managedFields: JsonValue | undefined, resource: ServedResource): boolean {
  if (managedFields === undefined || managedFields === null) return false
  if (!resource.custom) return true
  if (!Array.isArray(managedFields) || !managedFields.every(isJsonObject)) return false
  return decodeObject('ObjectMeta', { managedFields }).error === undefined
}

/** Reads the body of an apply patch. */
export function readAppliedObject(request: SandboxRequest, resource: ServedResource, isStrict: boolean): AppliedObject {
  const { value, duplicates } = readApplied(request, isStrict, resource.custom)
  if (value !== null && !isJsonObject(value)) {
    const why = `json: cannot unmarshal ${goKindOf(value)} into Go value of type map[string]interface {}`
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`)
  }
  const object = value ?? {}
  if (object.kind !== resource.type.kind || object.apiVersion !== resource.apiVersion) {
    throw badRequest(`invalid object type: ${gvkText(object)}`)
  }
  const { managedFields } = metadataOf(object)
  if (namesManagers(managedFields, resource)) throw badRequest('metadata.managedFields must be nil')
  return { object, duplicates }
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
      const { which, message } = outcome
      if (which === 'converted') throw internal(message)
      if (which === 'existing') throw internal(existingFieldsProblem(resource, live ?? applied, message))
      const named = which === 'live' ? (live ?? applied) : applied
      const where = `${metadataText(named, 'namespace')}/${metadataText(named, 'name')}; ${gvkText(applied)}`
      throw internal(`failed to create typed ${which} object (${where}): ${message}`)
    }
    case 'conflicts':
      throw conflictError(outcome.conflicts)
    case 'merged':
      return typedObject(resource, outcome.object, applied)
  }
}

/** What is said when nobody is known to own the live object's fields and its fields can't be told. */
function existingFieldsProblem(resource: ServedResource, live: JsonObject, message: string): string {
  const where = `${metadataText(live, 'namespace')}/${metadataText(live, 'name')}; ${gvkText({ ...live, apiVersion: resource.apiVersion })}`
  return `failed to create manager for existing fields: failed to convert new object (${where}) to smd typed: ${message}`
}

/** The merged object as its type reads it. Its managedFields pass by, being the server's own. */
function typedObject(resource: ServedResource, merged: JsonObject, applied: JsonObject): JsonObject {
  const { managedFields } = metadataOf(merged)
  const bare = withMetadata(merged, { managedFields: undefined })
  if (resource.custom) {
    // A custom object is typed by its schema already; what is null in it stays for the schema to refuse.
    const metadata = decodeObject('ObjectMeta', metadataOf(bare)).object
    return fillDefaults({ ...bare, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } }, resource)
  }
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

/** Owners are told in the order of how a server writes them: what has a subresource comes before what has none. */
function ownerOrder({ manager, operation, apiVersion, subresource }: ManagerEntry): string {
  const version = operation === 'Update' ? { apiVersion } : {}
  return JSON.stringify({ manager, operation, ...version, ...(subresource === '' ? {} : { subresource }) })
}

/** The refusal of an apply that would take fields from others. */
export function conflictError(conflicts: readonly Conflict[]): Error {
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
    const order = ownerOrder(owner)
    const line = `- ${describePath(path)}`
    const lines = byOwner.get(order)
    if (lines === undefined) byOwner.set(order, [`conflicts with ${ownerText(owner)}:`, line])
    else lines.push(line)
  }
  const lines = [...byOwner].sort(([left], [right]) => (left < right ? -1 : 1)).flatMap(([, ofOwner]) => ofOwner)
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
  const isStrategic = type === strategicPatchType
  const isLenient = options.fieldValidation === 'Ignore'
  const patch = readPatch(request, type, isLenient, resource.custom)
  const current = liveObjectOf(resource, live)
  const { value: patched, rest = patch } = patchedValue(type, current, patch, resource, isLenient)
  const problem = (text: string): Error => {
    // Of a strategic merge patch what is left is shown, as Go prints it; of the others their result is.
    const shown = isStrategic ? goPlain(rest) : shownResult(type, current, patch, resource)
    const why = `Invalid value: ${JSON.stringify(shown)}: ${isStrategic ? unstructuredError(text) : text}`
    return invalid({ group: '', name: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', message: why }])
  }
  if (!isJsonObject(patched)) throw problem('json: cannot unmarshal into Go value')
  if (resource.custom) checkCustomType(patched, () => shownResult(type, current, patch, resource), problem)
  if (!resource.custom && !isStrategic) checkType(context, resource, patched, problem)
  const text = bodyText(request)
  const isMerge = type === mergePatchType
  const earlier = type === jsonPatchType ? operationComplaints(patch, text) : []
  const { object, warnings } = decodeInput(
    patched,
    resource,
    options.fieldValidation,
    problem,
    isMerge ? text : undefined,
    earlier,
    context.registry,
  )
  return warned(warnings, () => {
    const filled = fillDefaults(object, resource)
    const manager = managerContextOf(context, resource, options.updateManager, subresource)
    return { object: manageUpdate(current, filled, manager), warnings }
  })
}

/** The patched object as messages show it: custom objects are kept with their keys in order, of others what the patch touched has them so. */
function shownResult(type: string, live: JsonObject, patch: JsonValue, resource: ServedResource): string {
  const ordered = resource.custom ? (parseExactJson(goJsonText(live)) as JsonObject) : live
  const { value } = patchedValue(type, ordered, patch, resource, true)
  return exactJsonText(resource.custom ? value : inTouchedOrder(live, value, type === mergePatchType))
}

function inTouchedOrder(before: JsonValue | undefined, after: JsonValue, isMerge: boolean): JsonValue {
  if (before === undefined ? !isMerge : jsonEqual(before, after)) return before ?? after
  if (Array.isArray(after)) {
    const list = Array.isArray(before) ? (before as readonly JsonValue[]) : []
    return (after as readonly JsonValue[]).map((each, index) => inTouchedOrder(list[index], each, isMerge))
  }
  if (!isJsonObject(after)) return after
  const entries = Object.keys(after).sort()
  const old = isJsonObject(before) ? before : {}
  return Object.fromEntries(entries.map((key) => [key, inTouchedOrder(old[key], after[key] ?? null, isMerge)]))
}

const operationFields: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value'])

/** Fields of a JSON patch's operations that stand twice or mean nothing. */
function operationComplaints(patch: JsonValue, text: string | undefined): readonly string[] {
  const twice = text === undefined ? [] : duplicateFields(text).map(({ path }) => `json patch duplicate field "${path}"`)
  const operations: readonly JsonValue[] = Array.isArray(patch) ? patch : []
  const unknown = operations.flatMap((operation, index) =>
    Object.keys(isJsonObject(operation) ? operation : {})
      .filter((name) => !operationFields.has(name))
      .map((name) => `json patch unknown field "[${index}].${name}"`),
  )
  return [...twice, ...unknown]
}

/** The object at the version that the path asks for. */
export function liveObjectOf(resource: ServedResource, live: StoredObject): JsonObject {
  return atVersion(live.object, resource)
}

/** A patch that can't be read. Where nothing is said of fields, the patch goes unread by the strict reader, which says more. */
function undecodable(problem: string, isLenient: boolean): Error {
  return badRequest(isLenient ? problem : `error decoding patch: ${problem}`)
}

/** Reads the body of a patch that is no apply. */
export function readPatch(request: SandboxRequest, type: string, isLenient: boolean, exact = false): JsonValue {
  const text = bodyText(request)
  const value = text === undefined ? request.body : parseBody(text, false, exact)
  if (value === undefined || value instanceof Uint8Array) {
    const problem = goJsonError(text ?? '') ?? 'unexpected end of JSON input'
    if (type === strategicPatchType) throw badRequest(problem)
    throw undecodable(type === mergePatchType && isLenient ? invalidPatch : problem, isLenient)
  }
  const isReadable = type === jsonPatchType ? Array.isArray(value) : isJsonObject(value)
  const beyond = text === undefined || !isReadable ? undefined : numberBeyond(text)
  if (beyond !== undefined) {
    const place = type === jsonPatchType ? 'struct field jsonPatchOp.value' : 'value'
    throw undecodable(`json: cannot unmarshal number ${beyond} into Go ${place} of type float64`, isLenient)
  }
  return value
}

const invalidPatch = 'Invalid JSON Patch'

/** What a patch makes of an object; of a strategic merge patch also what is left of it, its directives carried out. */
interface PatchedValue {
  readonly value: JsonValue
  readonly rest?: JsonObject
}

function patchedValue(
  type: string,
  live: JsonObject,
  patch: JsonValue,
  resource: ServedResource,
  isLenient: boolean,
): PatchedValue {
  switch (type) {
    case jsonPatchType:
      return { value: shallowEnough(jsonPatched(live, patch, isLenient)) }
    case mergePatchType:
      return { value: mergePatched(live, patch, isLenient) }
    default:
      if (patch === null) return { value: live }
      if (!isJsonObject(patch)) throw notObject(patch, '')
      try {
        return strategicMergePatch(live, patch, resource.type.schema)
      } catch (error) {
        throw error instanceof StrategicPatchError ? strategicProblem(error) : error
      }
  }
}

/** A JSON patch can put values deeper than any body is nested. */
function shallowEnough(value: JsonValue): JsonValue {
  if (isNestedTooDeep(value)) throw nestedTooDeep()
  return value
}

function notObject(patch: JsonValue, prefix: string): Error {
  return badRequest(`${prefix}json: cannot unmarshal ${goKindOf(patch)} into Go value of type map[string]interface {}`)
}

function strategicProblem(error: StrategicPatchError): Error {
  switch (error.answer) {
    case 'bad request':
      return badRequest(error.message)
    case 'unprocessable':
      return unprocessable()
    case 'internal error':
      return internal(error.message)
  }
}

/** Lays a merge patch over a value. */
export function mergePatched(live: JsonObject, patch: JsonValue, isLenient: boolean): JsonValue {
  if (isJsonObject(patch)) return mergePatch(live, patch)
  throw patch === null || isLenient ? badRequest(invalidPatch) : notObject(patch, 'error decoding patch: ')
}

/** The operations of a JSON patch, once they are sound. */
function operationsOf(patch: JsonValue, isLenient: boolean): readonly JsonValue[] {
  if (patch === null) return []
  if (!Array.isArray(patch)) {
    const type = isLenient ? 'jsonpatch.Patch' : '[]handlers.jsonPatchOp'
    throw undecodable(`json: cannot unmarshal ${goKindOf(patch)} into Go value of type ${type}`, isLenient)
  }
  const problem = jsonPatchProblem(patch)
  if (problem !== undefined) throw badRequest(problem)
  if (patch.length > mostPatchOperations) {
    const most = `The allowed maximum operations in a JSON patch is ${mostPatchOperations}`
    throw tooLargeEntity(`${most}, got ${patch.length}`)
  }
  return patch
}

/** Carries out a JSON patch on a copy. */
export function jsonPatched(live: JsonObject, patch: JsonValue, isLenient = false): JsonValue {
  const operations = operationsOf(patch, isLenient)
  try {
    return applyJsonPatch(live, operations)
  } catch (error) {
    if (error instanceof JsonPatchMisfit) throw unprocessable()
    throw error
  }
}
