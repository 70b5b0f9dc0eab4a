import { parse, stringify } from 'yaml'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'

/** Name of the file beside a design that says which bytes its addresses stood for. */
export const LOCK_FILE = 'meshform.lock.yaml'

/** What an address stood for when it was locked. */
export interface LockedModule {
  /** What a mesh is told to check: the manifest's digest for an image, the module's for other addresses. `sha256:...` */
  readonly digest: string
  /** sha256 of the module itself, hexadecimal. */
  readonly sha256: string
  readonly size: number
  /** What the module does, in one line: shown in plans when it changes. */
  readonly behaviour: string
  /** JSON Schema that configurations must fit, so that plans need no network to compare them. */
  readonly configSchema?: JsonObject
  /** Ids of the keys whose signatures held when it was locked. */
  readonly signedBy?: readonly string[]
}

/** The locked modules by address, and everything else that the file holds. */
export interface LockFile {
  readonly filters: ReadonlyMap<string, LockedModule>
  readonly rest: Readonly<Record<string, JsonValue>>
}

export const EMPTY_LOCK: LockFile = { filters: new Map(), rest: {} }

/** Reads a lock file's text; undefined when it is not one. */
export function parseLock(text: string): LockFile | undefined {
  let value: JsonValue
  try {
    value = parse(text, { maxAliasCount: 0 })
  } catch {
    return undefined
  }
  if (value === null) return EMPTY_LOCK
  if (!isJsonObject(value)) return undefined
  const { filters, ...rest } = value
  const locked = new Map<string, LockedModule>()
  for (const [source, entry] of Object.entries(isJsonObject(filters) ? filters : {})) {
    if (!isJsonObject(entry)) return undefined
    const { digest, sha256, size, behaviour, configSchema, signedBy } = entry
    if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined
    locked.set(source, {
      digest,
      sha256,
      size: typeof size === 'number' ? size : 0,
      behaviour: typeof behaviour === 'string' ? behaviour : '',
      ...(isJsonObject(configSchema) ? { configSchema } : {}),
      ...(Array.isArray(signedBy) ? { signedBy: signedBy.filter((id): id is string => typeof id === 'string') } : {}),
    })
  }
  return { filters: locked, rest }
}

/** The lock as text, in the order of addresses. */
export function formatLock(lock: LockFile): string {
  const filters = Object.fromEntries([...lock.filters].sort(([left], [right]) => (left < right ? -1 : 1)))
  const head = '# Written by meshform: which bytes each address stands for. Keep it under version control.\n'
  return head + stringify({ version: 1, ...lock.rest, filters }, { lineWidth: 0 })
}

/** The lock with one address more, or another digest for it. */
export function withLocked(lock: LockFile, source: string, module: LockedModule): LockFile {
  return { ...lock, filters: new Map([...lock.filters, [source, module]]) }
}
