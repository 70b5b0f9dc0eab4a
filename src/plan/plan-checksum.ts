import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject } from './json.ts'

/** From this minor version of what is ours on, every plan file has a checksum. */
const SINCE_MINOR = 4

/** The document of a plan with the checksum of all the rest in it: what was saved is what was reviewed, or it is nothing. */
export function withChecksum(json: JsonObject): JsonObject {
  return { ...json, meshform: { ...ownOf(json), checksum: checksumOf(json) } }
}

/**
 * Whether a document is the one that was saved. It guards against damage and against edits by hand, not against somebody who makes a
 * new checksum: that takes encryption. White space does not matter. Older plans have none.
 */
export function isAsSaved(json: JsonObject): boolean {
  const { checksum, ...own } = ownOf(json)
  if (checksum === undefined) return Number(String(own.version).split('.')[1]) < SINCE_MINOR
  return checksum === checksumOf({ ...json, meshform: own })
}

function ownOf(json: JsonObject): JsonObject {
  return isJsonObject(json.meshform) ? json.meshform : {}
}

function checksumOf(json: JsonObject): string {
  return createHash('sha256').update(JSON.stringify(json)).digest('hex')
}
