import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** What the address of a pattern stood for when it was locked. */
export interface LockedPattern {
  /** What is asked for again: `sha256:...` of a manifest or an archive, `git:...` and a commit. */
  readonly digest: string
  /** sha256 over the files, however they come. */
  readonly content: string
}

/** Locked patterns by source. */
export type PatternLock = ReadonlyMap<string, LockedPattern>

/** Reads the `patterns` of a lock file; undefined when they have not the right form. */
export function patternLock(value: JsonValue | undefined): PatternLock | undefined {
  if (value === undefined || value === null) return new Map()
  if (!isJsonObject(value)) return undefined
  const locked = new Map<string, LockedPattern>()
  for (const [source, entry] of Object.entries(value)) {
    if (!isJsonObject(entry)) return undefined
    const { digest, content } = entry
    if (typeof digest !== 'string' || !/^(sha256:[0-9a-f]{64}|git:[0-9a-f]{40}([0-9a-f]{24})?)$/.test(digest)) return undefined
    if (typeof content !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(content)) return undefined
    locked.set(source, { digest, content })
  }
  return locked
}

/** The `patterns` of a lock file, in the order of sources. */
export function patternLockToJson(lock: PatternLock): JsonObject {
  const sorted = [...lock].sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([source, { digest, content }]) => [source, { digest, content }]))
}
