import type { JsonObject } from '../plan/json.ts'
import { ok, refused, type StateResult } from './state-result.ts'

/** The version of the state file that is written. A higher one is never read: its meaning is unknown. */
export const STATE_VERSION = 1

/** Turns a document of one version into the next. Pure; gets a document whose version is its key in the table. */
export type Migration = (document: JsonObject) => JsonObject

/** By the version they start from. Version 1 is the first, so there is nothing to migrate yet. */
export const STATE_MIGRATIONS: { readonly [version: number]: Migration } = {}

/** Brings a document to the version `target` step by step; a newer or unknown version is refused. */
export function migrate(
  document: JsonObject,
  file: string,
  migrations: { readonly [version: number]: Migration } = STATE_MIGRATIONS,
  target: number = STATE_VERSION,
): StateResult<JsonObject> {
  let current = document
  let version = current.version
  if (typeof version === 'number' && version > target) {
    return refused({
      kind: 'newer-version',
      message: `${file} has version ${version}, and this meshform knows up to ${target}. Use the newer meshform that wrote it.`,
      file,
    })
  }
  while (version !== target) {
    const step = typeof version === 'number' ? migrations[version] : undefined
    if (step === undefined || typeof version !== 'number') {
      return refused({
        kind: 'corrupt',
        message: `${file} is no state file of meshform: its version is ${JSON.stringify(version ?? null)}. It was left as it is.`,
        file,
        line: undefined,
        column: undefined,
      })
    }
    current = { ...step(current), version: version + 1 }
    version = version + 1
  }
  return ok(current)
}
