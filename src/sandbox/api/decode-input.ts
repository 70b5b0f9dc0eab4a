import type { JsonObject } from '../../plan/json.ts'
import { defaultObject } from '../schema/default-object.ts'
import { dropNulls } from '../schema/drop-nulls.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { FieldValidation } from './request-options.ts'
import type { ServedResource } from './resource-registry.ts'
import { badRequest } from './status-error.ts'

/** An object as the server takes it, with warnings for the client. */
export interface DecodedInput {
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

/** What is wrong with an object's fields before any validation, worded by the endpoint that met it. */
export type DecodeProblem = (problem: string) => Error

/** The problem of a POST or PUT. */
export function decodeProblemOf(resource: ServedResource): DecodeProblem {
  const { kind, version } = resource.type
  return (problem) => badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`)
}

/** Reads an object as its type: unknown fields are cut (warned of, or refused), values get their canonical form. */
export function decodeInput(
  object: JsonObject,
  resource: ServedResource,
  validation: FieldValidation,
  problem: DecodeProblem,
): DecodedInput {
  const { type } = resource
  const pruned = pruneObject(object, type.schema)
  const decoded = type.decode?.(object)
  if (decoded?.error !== undefined) throw problem(decoded.error)
  const unknown = validation === 'Ignore' ? [] : pruned.unknown.map((field) => `unknown field ${JSON.stringify(field)}`)
  if (validation === 'Strict' && unknown.length > 0) throw problem(`strict decoding error: ${unknown.join(', ')}`)
  return { object: decoded?.object ?? dropNulls(pruned.object, type.schema), warnings: unknown }
}

/** Fills in defaults: those of the schema, then those that the kind computes. */
export function fillDefaults(object: JsonObject, resource: ServedResource): JsonObject {
  const { type } = resource
  const filled = resource.custom ? defaultObject(object, type.schema) : object
  return type.default === undefined ? filled : type.default(filled)
}
