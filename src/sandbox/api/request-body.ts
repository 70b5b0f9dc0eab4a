import { parse as parseYaml } from 'yaml'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goJsonError } from '../go-json-error.ts'
import { readBinaryObject } from '../protobuf/read-object.ts'
import type { SandboxRequest } from './exchange.ts'
import type { ResourceRegistry, ServedResource } from './resource-registry.ts'
import { badRequest, tooLarge, unsupportedMediaType } from './status-error.ts'

/** A real server's limit for one object, in bytes. */
export const largestBody = 3 * 1024 * 1024

const binaryType = 'application/vnd.kubernetes.protobuf'
const objectTypes = ['application/json', 'application/yaml', binaryType]

/** The media type of a request's body without parameters; JSON when it doesn't say. */
export function mediaTypeOf(request: SandboxRequest): string {
  const header = request.headers?.['content-type'] ?? ''
  return (header.split(';', 1)[0] ?? '').trim().toLowerCase() || 'application/json'
}

/** The body as text; undefined when it was given as a value or not at all. */
export function bodyText(request: SandboxRequest): string | undefined {
  const { body } = request
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : typeof body === 'string' ? body : undefined
  if (text !== undefined && text.length > largestBody) throw tooLarge(largestBody)
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

/** Parses JSON, or YAML where that is allowed; undefined when it is neither. */
export function parseBody(text: string, yaml: boolean): JsonValue | undefined {
  refuseProtoKey(text)
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    if (!yaml) return undefined
  }
  try {
    const value: unknown = parseYaml(text, { maxAliasCount: 100, uniqueKeys: true, schema: 'core' })
    // YAML knows more than JSON does (dates, numbers that are none), and shares what is aliased.
    const plain = JSON.stringify(value)
    if (plain === undefined) return undefined
    refuseProtoKey(plain)
    return JSON.parse(plain) as JsonValue
  } catch {
    return undefined
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

/** Reads the object of a POST or PUT, with its type filled in from the path where it is left out. */
export function readObject(request: SandboxRequest, resource: ServedResource, registry: ResourceRegistry): JsonObject {
  const mediaType = mediaTypeOf(request)
  const binary = mediaType === binaryType ? readBinary(request, resource) : undefined
  if (binary !== undefined) return withType(binary, resource, registry)
  const yaml = mediaType === 'application/yaml'
  if (mediaType !== 'application/json' && !yaml) throw unsupportedMediaType(objectTypes)
  const text = bodyText(request)
  const value = text === undefined ? request.body : parseBody(text, yaml)
  if (value === undefined || value instanceof Uint8Array || !isJsonObject(value)) throw unrecognized(text ?? '', value, resource)
  return withType(value, resource, registry)
}

function unrecognized(text: string, value: unknown, resource: ServedResource): Error {
  const problem = text === '' ? 'unexpected end of JSON input' : (goJsonError(text) ?? jsonTypeProblem(value))
  const why = `couldn't get version/kind; json parse error: ${problem} (${summary(text)})`
  return badRequest(`the object provided is unrecognized (must be of type ${resource.type.kind}): ${why}`)
}

function jsonTypeProblem(value: unknown): string {
  const given = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `json: cannot unmarshal ${given} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`
}

/** Checks that an object is of the kind that a path takes. */
export function withType(object: JsonObject, resource: ServedResource, registry: ResourceRegistry): JsonObject {
  const { kind: ownKind } = resource.type
  const kind = typeof object.kind === 'string' && object.kind !== '' ? object.kind : ownKind
  const apiVersion = typeof object.apiVersion === 'string' && object.apiVersion !== '' ? object.apiVersion : resource.apiVersion
  if (kind === ownKind && apiVersion === resource.apiVersion) {
    return object.kind === kind && object.apiVersion === apiVersion ? object : { ...object, kind, apiVersion }
  }
  if (resource.custom) {
    if (apiVersion !== resource.apiVersion) throw versionMismatch(apiVersion, resource)
    return object
  }
  const slash = apiVersion.indexOf('/')
  const version = slash < 0 ? apiVersion : apiVersion.slice(slash + 1)
  const what = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${ownKind}`
  const given = registry.byKind(apiVersion, kind)
  if (given === undefined || given.custom) {
    const scheme = 'scheme "pkg/api/legacyscheme/scheme.go:30"'
    throw badRequest(
      `${what}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in ${scheme}`,
    )
  }
  if (kind === ownKind && given.storage === resource.storage) throw versionMismatch(apiVersion, resource)
  const internal = `${internalPackage(resource.type.group)}.${ownKind}`
  throw badRequest(`${what}: converting (${version}.${kind}) to (${internal}): unknown conversion`)
}

function versionMismatch(apiVersion: string, resource: ServedResource): Error {
  return badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`,
  )
}

/** The Go package of a group's internal types, as conversion messages name it. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.', 1)[0] ?? group)
}
