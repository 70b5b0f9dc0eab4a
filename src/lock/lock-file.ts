import { parse, stringify } from 'yaml'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import { isNestedTooDeep } from '../plan/nested-text.ts'
import { type LockedModule, type ModuleLock, moduleLock, moduleLockToJson } from './module-lock.ts'
import { type PatternLock, patternLock, patternLockToJson } from './pattern-lock.ts'

/** Name of the file beside a design that says which bytes its addresses stood for. */
export const LOCK_FILE = 'meshform.lock.yaml'

/** The file's sections, and what other versions of meshform put beside them, which is kept as it is. */
export interface LockFile {
  readonly filters: ModuleLock
  readonly patterns: PatternLock
  readonly rest: Readonly<Record<string, JsonValue>>
}

export const EMPTY_LOCK: LockFile = { filters: new Map(), patterns: new Map(), rest: {} }

/** A lock file as it was read, or the part of it that is not as meshform writes it. */
export type LockReading =
  | { readonly ok: true; readonly lock: LockFile }
  | { readonly ok: false; readonly damaged: 'file' | 'filters' | 'patterns' }

/** Reads a lock file's text. */
export function parseLock(text: string): LockReading {
  if (isNestedTooDeep(text)) return { ok: false, damaged: 'file' }
  let value: JsonValue
  try {
    value = parse(text, { maxAliasCount: 0, logLevel: 'error' })
  } catch {
    return { ok: false, damaged: 'file' }
  }
  if (value === null) return { ok: true, lock: EMPTY_LOCK }
  if (!isJsonObject(value)) return { ok: false, damaged: 'file' }
  const { version: _version, filters, patterns, ...rest } = value
  const modules = moduleLock(filters)
  if (modules === undefined) return { ok: false, damaged: 'filters' }
  const designs = patternLock(patterns)
  if (designs === undefined) return { ok: false, damaged: 'patterns' }
  return { ok: true, lock: { filters: modules, patterns: designs, rest } }
}

/** The lock as text, each section in the order of addresses; an empty one is left out. */
export function formatLock({ filters, patterns, rest }: LockFile): string {
  const head = '# Written by meshform: which bytes each address stands for. Keep it under version control.\n'
  const sections = {
    ...(patterns.size === 0 ? {} : { patterns: patternLockToJson(patterns) }),
    ...(filters.size === 0 ? {} : { filters: moduleLockToJson(filters) }),
  }
  return head + stringify({ version: 1, ...rest, ...sections }, { lineWidth: 0 })
}

/** The lock with one module more, or another digest for it. */
export function withLocked(lock: LockFile, source: string, module: LockedModule): LockFile {
  return { ...lock, filters: new Map([...lock.filters, [source, module]]) }
}
