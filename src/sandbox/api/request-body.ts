import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { decodeObject } from '../builtin/decode-object.ts'
import { parseExactJson, withWholeCharacters } from '../exact-json.ts'
import { goJsonError, goKindOf, isNestedBeyond, isTooDeep } from '../go-json-error.ts'
import { readBinaryObject } from '../protobuf/read-object.ts'
import type { SandboxRequest } from './exchange.ts'
import { goJsonText } from './go-json-text.ts'
import type { FieldValidation } from './request-options.ts'
import type { ResourceRegistry, ServedResource } from './resource-registry.ts'
import { badRequest, StatusError, tooLarge, unsupportedMediaType } from './status-error.ts'
import { readYaml, type YamlBody } from './yaml-body.ts'

/** A real server's limit for one object, in bytes. */
export const largestBody = 3 * 1024 * 1024

/**
 * How deep a body may be nested here, as JSON and as YAML. A real server goes down to 10,000 levels, for which the stack of a
 * process of Node is too small; nothing that people write comes near.
 */
const mostLevels = { json: 1000, yaml: 250 } as const

/** The refusal of what is nested deeper than the sandbox reads. */
export function nestedTooDeep(levels: number = mostLevels.json): StatusError {
  return badRequest(`the body is nested deeper than the ${levels} levels that the sandbox reads`)
}

/** Whether a value is nested deeper than bodies may be. */
export function isNestedTooDeep(value: JsonValue, level: number = mostLevels.json): boolean {
  if (typeof value !== 'object' || value === null) return false
  return level === 0 || Object.values(value).some((each) => isNestedTooDeep(each as JsonValue, level - 1))
}

/** Whether YAML may be nested too deep by its indentation, of which each level takes a column or a dash. */
function isIndentedTooDeep(text: string): boolean {
  const most = mostLevels.yaml
  return (
    text.length > most && text.split('\n').some((line) => line.length > most && (/^[ \t?-]*/.exec(line)?.[0].length ?? 0) > most)
  )
}

const binaryType = 'application/vnd.kubernetes.protobuf'
const objectTypes = ['application/json', 'application/yaml', binaryType]

/** The media type of a request's body without parameters; JSON when it doesn't say. */
export function mediaTypeOf(request: SandboxRequest): string {
  const header = request.headers?.['content-type'] ?? ''
  const [type = '', ...parameters] = header.split(';')
  // A parameter without value makes it no media type.
  if (parameters.some((parameter) => !/^\s*([^\s=]+=.*)?$/.test(parameter))) return header
  return type.trim().toLowerCase() || 'application/json'
}

/** A mark of byte order at the start is no part of JSON. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** A text as it would come through HTTP: without halves of surrogate pairs. */
function wholeText(body: string): string {
  return /\p{Surrogate}/u.test(body) ? Buffer.from(body).toString() : body
}

/** The body as text; undefined when it was given as a value or not at all. */
export function bodyText(request: SandboxRequest): string | undefined {
  const { body } = request
  const text = body instanceof Uint8Array ? decoder.decode(body) : typeof body === 'string' ? wholeText(body) : undefined
  if (text !== undefined && text.length > largestBody) throw tooLarge(largestBody)
  if (text !== undefined && isNestedBeyond(text, mostLevels.json) && !isTooDeep(text)) throw nestedTooDeep()
  return text
}

/** The body as text where it is JSON and came as text. */
export function jsonText(request: SandboxRequest): string | undefined {
  return mediaTypeOf(request) === 'application/json' ? bodyText(request) : undefined
}

/** Refuses keys that would reach into JavaScript's own machinery. No Kubernetes field has such a name. */
function refuseProtoKey(text: string): void {
  if (text.includes('"__proto__"')) throw badRequest('the key "__proto__" is not accepted')
}

/** Parses JSON, or YAML where that is allowed; undefined when it is neither. Of custom objects whole numbers are read exactly. */
export function parseBody(text: string, yaml: boolean, exact = false): JsonValue | undefined {
  refuseProtoKey(text)
  if (!isTooDeep(text)) {
    try {
      return exact ? parseExactJson(text) : (JSON.parse(withWholeCharacters(text)) as JsonValue)
    } catch {
      if (!yaml) return undefined
    }
  } else if (!yaml) return undefined
  const body = parseYamlBody(text, exact)
  return body.ok ? body.value : undefined
}

/** Parses YAML, of which JSON is a part. */
export function parseYamlBody(text: string, exact = false): YamlBody {
  refuseProtoKey(text)
  if ((isNestedBeyond(text, mostLevels.yaml) && !isTooDeep(text)) || isIndentedTooDeep(text)) throw nestedTooDeep(mostLevels.yaml)
  try {
    const body = readYaml(text, exact)
    if (body.ok) refuseProtoKey(JSON.stringify(body.value))
    return body
  } catch (error) {
    if (error instanceof StatusError) throw error
    return { ok: false, problem: error instanceof Error ? error.message : String(error) }
  }
}

function summary(text: string): string {
  if (text === '') return '<empty>'
  const longest = 30
  const shown = text.startsWith('{') ? text : Buffer.from(text.slice(0, longest)).toString('hex')
  const cut = text.startsWith('{') ? text.slice(0, longest) : shown
  return text.length > longest ? `${cut} ...` : cut
}

/** The object of a request in Kubernetes' binary form, as far as that is read. */
function readBinary(request: SandboxRequest, resource: ServedResource): JsonObject | undefined {
  const { body } = request
  const { modelName } = resource.type
  if (!(body instanceof Uint8Array) || modelName === undefined) return undefined
  if (body.length > largestBody) throw tooLarge(largestBody)
  return readBinaryObject(body, modelName)
}

/** The body of a delete, or of what is asked of one object, which may be left out. */
export function readOptions(
  request: SandboxRequest,
  modelName: 'DeleteOptions' | 'Eviction' | 'Binding' | 'TokenRequest',
): JsonObject | undefined {
  const { body } = request
  if (mediaTypeOf(request) === binaryType && body instanceof Uint8Array) {
    return body.length === 0 ? undefined : readBinaryObject(body, modelName)
  }
  const text = bodyText(request)
  if (text === '' || body === undefined || (text === undefined && !isJsonObject(body))) return undefined
  const mediaType = mediaTypeOf(request)
  if (!objectTypes.includes(mediaType)) throw unsupportedMediaType(objectTypes)
  const value = text === undefined ? body : mediaType === 'application/yaml' ? yamlOptions(text) : parseBody(text, false)
  if (value === null) return {}
  if (value === undefined || value instanceof Uint8Array || !isJsonObject(value) || typeof (value.kind ?? '') !== 'string') {
    const problem = text === undefined ? undefined : goJsonError(text)
    throw badRequest(`couldn't get version/kind; json parse error: ${problem ?? jsonTypeProblem(value ?? null)}`)
  }
  if (modelName === 'DeleteOptions') checkTypes(value)
  return value
}

/** What is no `DeleteOptions` is told as such elsewhere. */
function checkTypes(value: JsonObject): void {
  const kind = value.kind ?? ''
  if (kind !== '' && kind !== 'DeleteOptions') return
  const { error } = decodeObject('DeleteOptions', value)
  if (error !== undefined) throw badRequest(error)
}

function yamlOptions(text: string): JsonValue {
  const body = parseYamlBody(text)
  if (!body.ok) throw badRequest(body.problem)
  return body.value
}

/** The object of a POST or PUT, and what a strict reader says of its text. */
export interface GivenObject {
  readonly object: JsonObject
  readonly complaints: readonly string[]
}

/** Reads the object of a POST or PUT. A built-in kind's type is filled in from the path where it is left out. */
export function readObject(
  request: SandboxRequest,
  resource: ServedResource,
  registry: ResourceRegistry,
  validation: FieldValidation,
): GivenObject {
  const mediaType = mediaTypeOf(request)
  const binary = mediaType === binaryType ? readBinary(request, resource) : undefined
  if (binary !== undefined) return { object: withType(binary, resource, registry), complaints: [] }
  const isYaml = mediaType === 'application/yaml'
  if (mediaType !== 'application/json' && !isYaml) throw unsupportedMediaType(objectTypes)
  const text = bodyText(request)
  if (isYaml && text !== undefined) return readYamlObject(text, resource, registry, validation)
  const value = text === undefined ? request.body : parseBody(text, false, resource.custom)
  if (value === undefined || value instanceof Uint8Array || (!isJsonObject(value) && value !== null)) {
    const problem = text === undefined || text === '' ? 'unexpected end of JSON input' : goJsonError(text)
    throw unparsed(text ?? '', problem ?? jsonTypeProblem(value), resource)
  }
  return { object: typed(value, text, resource, registry, validation), complaints: [] }
}

function readYamlObject(
  text: string,
  resource: ServedResource,
  registry: ResourceRegistry,
  validation: FieldValidation,
): GivenObject {
  const body = parseYamlBody(text, resource.custom)
  if (!body.ok) throw unrecognized(text, body.problem, resource)
  const { value, duplicates } = body
  if (!isJsonObject(value) && value !== null) throw unparsed(text, jsonTypeProblem(value), resource)
  const object = typed(value, text, resource, registry, validation, goJsonText(value))
  return { object, complaints: duplicates === undefined ? [] : [duplicates] }
}

function typed(
  value: JsonObject | null,
  text: string | undefined,
  resource: ServedResource,
  registry: ResourceRegistry,
  validation: FieldValidation,
  asJson = text ?? JSON.stringify(value),
): JsonObject {
  const object = value ?? {}
  const shown = text ?? JSON.stringify(value)
  for (const name of ['apiVersion', 'kind']) {
    const given = object[name] ?? ''
    if (typeof given === 'string') continue
    const problem = `json: cannot unmarshal ${goKindOf(given)} into Go struct field .${name} of type string`
    throw unparsed(shown, problem, resource)
  }
  if (typeof object.apiVersion === 'string' && object.apiVersion.split('/').length > 2) {
    throw unrecognized(shown, `unexpected GroupVersion string: ${object.apiVersion}`, resource)
  }
  if (resource.custom && (object.kind ?? '') === '') {
    // Without the strict reader the first to miss it is the one that fills the type, which reads no YAML.
    const why = (form: string): string => `Object 'Kind' is missing in '${form}'`
    throw validation === 'Ignore' ? decodeProblemOf(resource)(why(asJson)) : unrecognized(shown, why(shown), resource)
  }
  return resource.custom ? object : withType(object, resource, registry)
}

function unparsed(text: string, problem: string, resource: ServedResource): Error {
  return unparsedAs(resource.type.kind, text, problem)
}

/** The refusal of a body that is no JSON, or no object, where one of a kind is wanted. */
export function unparsedAs(kind: string, text: string, problem = goJsonError(text) ?? ''): Error {
  return unrecognizedAs(kind, text, `couldn't get version/kind; json parse error: ${problem}`)
}

function unrecognized(text: string, why: string, resource: ServedResource): Error {
  return unrecognizedAs(resource.type.kind, text, why)
}

function unrecognizedAs(kind: string, text: string, why: string): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(text)})`)
}

function jsonTypeProblem(value: JsonValue | Uint8Array | undefined): string {
  if (isJsonObject(value) && !(value instanceof Uint8Array) && typeof value.kind !== 'string') {
    return `json: cannot unmarshal ${goKindOf(value.kind ?? null)} into Go struct field .kind of type string`
  }
  const given = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `json: cannot unmarshal ${given} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`
}

/** Checks that an object is of the kind that a path takes. */
export function withType(object: JsonObject, resource: ServedResource, registry: ResourceRegistry): JsonObject {
  const { kind: ownKind } = resource.type
  const kind = typeof object.kind === 'string' && object.kind !== '' ? object.kind : ownKind
  const named = typeof object.apiVersion === 'string' ? object.apiVersion : ''
  // Definitions' objects say their version themselves.
  const apiVersion = named === '' && !resource.custom ? resource.apiVersion : named
  if (kind === ownKind && apiVersion === resource.apiVersion) {
    return object.kind === kind && object.apiVersion === apiVersion ? object : { ...object, kind, apiVersion }
  }
  if (resource.custom) {
    checkVersion(object, resource)
    return object
  }
  if (kind === ownKind && registry.byKind(apiVersion, kind)?.storage === resource.storage)
    throw versionMismatch(apiVersion, resource)
  const what = `${kind} in version ${JSON.stringify(versionOf(apiVersion))} cannot be handled as a ${ownKind}`
  throw badRequest(`${what}: ${typeMismatch(apiVersion, kind, resource, registry)}`)
}

/** Refuses a custom object of another version than that of the path. */
export function checkVersion(object: JsonObject, resource: ServedResource): void {
  const apiVersion = typeof object.apiVersion === 'string' ? object.apiVersion : ''
  if (resource.custom && apiVersion !== resource.apiVersion) throw versionMismatch(apiVersion, resource)
}

/** The problem of a POST or PUT with an object that its type can't take. */
export function decodeProblemOf(resource: ServedResource, object: JsonObject = {}): (problem: string) => Error {
  const { kind: ownKind, version } = resource.type
  const { apiVersion, kind } = resource.custom ? object : {}
  const named = typeof apiVersion === 'string' && apiVersion !== '' ? versionOf(apiVersion) : version
  const what = `${typeof kind === 'string' && kind !== '' ? kind : ownKind} in version ${JSON.stringify(named)}`
  return (problem) => badRequest(`${what} cannot be handled as a ${ownKind}: ${problem}`)
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

/** Why an object of another type is not one of a built-in kind. */
export function typeMismatch(apiVersion: string, kind: string, resource: ServedResource, registry: ResourceRegistry): string {
  const given = registry.byKind(apiVersion, kind)
  if (given === undefined || given.custom) {
    const scheme = 'scheme "pkg/api/legacyscheme/scheme.go:30"'
    return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in ${scheme}`
  }
  const internal = `${internalPackage(resource.type.group)}.${resource.type.kind}`
  return `converting (${versionOf(apiVersion)}.${kind}) to (${internal}): unknown conversion`
}

function versionMismatch(apiVersion: string, resource: ServedResource): Error {
  return badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`,
  )
}

/** The Go package of a group's internal types, as conversion messages name it. */
export function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.', 1)[0] ?? group)
}
