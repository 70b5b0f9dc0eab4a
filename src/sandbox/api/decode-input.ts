import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { decodeObject } from '../builtin/decode-object.ts'
import { numberBeyond } from '../exact-json.ts'
import { goKindOf } from '../go-json-error.ts'
import { defaultObject } from '../schema/default-object.ts'
import { dropNulls } from '../schema/drop-nulls.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { decodeEmbedded, type EmbeddedReading } from './decode-embedded.ts'
import { duplicateFields, fieldPositions } from './duplicate-fields.ts'
import { withWrittenNumbers } from './number-literals.ts'
import type { FieldValidation } from './request-options.ts'
import type { ResourceRegistry, ServedResource } from './resource-registry.ts'

/** An object as the server takes it, with warnings for the client. */
export interface DecodedInput {
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

/** What is wrong with an object's fields before any validation, worded by the endpoint that met it. */
export type DecodeProblem = (problem: string) => Error

/** A custom object: its metadata read as every object's, nulls dropped where its schema doesn't allow them. */
function readCustom(object: JsonObject, resource: ServedResource): EmbeddedReading {
  const { schema, declaredSchema } = resource.type
  const { metadata: given, ...rest } = object
  const embedded = decodeEmbedded(rest, declaredSchema ?? {})
  const { unknown } = embedded
  if (given === undefined || given === null) return { object: dropNulls(embedded.object, schema), error: embedded.error, unknown }
  if (!isJsonObject(given)) {
    const error = `json: cannot unmarshal ${goKindOf(given)} into Go value of type v1.ObjectMeta`
    return { object, error, unknown }
  }
  const metadata = decodeObject('ObjectMeta', given)
  const read = { ...embedded.object, metadata: metadata.object }
  return { object: dropNulls(read, schema), error: metadata.error ?? embedded.error, unknown }
}

function unknownField(path: string): string {
  return `unknown field ${JSON.stringify(path)}`
}

/**
 * What strict reading finds: duplicate fields, where the object came as text, and unknown ones. Go's own types tell of them
 * as they come; of custom kinds the duplicates come first, then the unknown fields in order of their names.
 */
function fieldComplaints(unknown: readonly string[], resource: ServedResource, text: string | undefined): readonly string[] {
  const duplicates = text === undefined ? [] : duplicateFields(text)
  const duplicate = (path: string): string => `duplicate field ${JSON.stringify(path)}`
  if (resource.custom) {
    const ofMetadata = unknown.filter((path) => path.startsWith('metadata.')).sort()
    const ofSchema = unknown.filter((path) => !path.startsWith('metadata.')).sort()
    return [...duplicates.map(({ path }) => duplicate(path)), ...[...ofMetadata, ...ofSchema].map(unknownField)]
  }
  if (text === undefined || duplicates.length === 0) return unknown.map(unknownField)
  const positions = fieldPositions(text)
  const known = duplicates.filter(({ path }) => !unknown.includes(path))
  return [
    ...known.map(({ path, position }) => ({ complaint: duplicate(path), position })),
    ...unknown.map((path) => ({ complaint: unknownField(path), position: positions.get(path) ?? 0 })),
  ]
    .sort((left, right) => left.position - right.position)
    .map(({ complaint }) => complaint)
}

/**
 * The schema that an object is read by: a custom one by that of its own version, where nothing is known of a version that there
 * is not, and one of another kind by none.
 */
function readingSchemaOf(
  object: JsonObject,
  resource: ServedResource,
  registry: ResourceRegistry | undefined,
): StructuralSchema | undefined {
  const { apiVersion, kind } = object
  const { type } = resource
  if (!resource.custom || registry === undefined || (apiVersion === resource.apiVersion && kind === type.kind)) return type.schema
  if (kind !== type.kind || typeof apiVersion !== 'string' || apiVersion.split('/', 1)[0] !== type.group) return undefined
  return registry.byKind(apiVersion, kind)?.type.schema ?? { 'x-kubernetes-embedded-resource': true }
}

/**
 * Reads an object as its type: unknown fields are cut (warned of, or refused), values get their canonical form. `earlier` is
 * what was found before there was an object.
 */
export function decodeInput(
  object: JsonObject,
  resource: ServedResource,
  validation: FieldValidation,
  problem: DecodeProblem,
  text?: string,
  earlier: readonly string[] = [],
  registry?: ResourceRegistry,
): DecodedInput {
  const { type } = resource
  const beyond = text === undefined || !resource.custom ? undefined : numberBeyond(text)
  if (beyond !== undefined) throw problem(`json: cannot unmarshal number ${beyond} into Go value of type float64`)
  const schema = readingSchemaOf(object, resource, registry)
  const pruned = schema === undefined ? { object, unknown: [] } : pruneObject(object, schema)
  const written = text === undefined || type.decode === undefined ? undefined : withWrittenNumbers(text)
  const misread = written === undefined ? undefined : type.decode?.(written).error
  if (misread !== undefined) throw problem(misread)
  const decoded = type.decode?.(object)
  if (decoded?.error !== undefined) throw problem(decoded.error)
  const custom = decoded === undefined ? readCustom(pruned.object, resource) : undefined
  if (custom?.error !== undefined) throw problem(custom.error)
  const embedded = (custom?.unknown ?? []).map(unknownField)
  const unknown = validation === 'Ignore' ? [] : [...earlier, ...fieldComplaints(pruned.unknown, resource, text), ...embedded]
  if (validation === 'Strict' && unknown.length > 0) throw problem(`strict decoding error: ${unknown.join(', ')}`)
  return { object: decoded?.object ?? custom?.object ?? pruned.object, warnings: unknown.flatMap(linesOf) }
}

/** Of what YAML's reader found each line is a warning of its own. */
export function linesOf(complaint: string): readonly string[] {
  const head = 'yaml: unmarshal errors:\n'
  const at = complaint.indexOf(head)
  if (at < 0) return [complaint]
  return complaint
    .slice(at + head.length)
    .split('\n')
    .map((line) => line.trim())
}

/** Fills in defaults: those of the schema, then those that the kind computes. */
export function fillDefaults(object: JsonObject, resource: ServedResource): JsonObject {
  const { type } = resource
  const filled = resource.custom ? defaultObject(object, type.schema) : object
  return type.default === undefined ? filled : type.default(filled)
}
