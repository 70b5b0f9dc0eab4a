import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** What the address of a Wasm module stood for when it was locked. */
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

/** Locked modules by address. */
export type ModuleLock = ReadonlyMap<string, LockedModule>

/** Reads the `filters` of a lock file; undefined when they have not the right form. */
export function moduleLock(value: JsonValue | undefined): ModuleLock | undefined {
  if (value === undefined || value === null) return new Map()
  if (!isJsonObject(value)) return undefined
  const locked = new Map<string, LockedModule>()
  for (const [source, entry] of Object.entries(value)) {
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
  return locked
}

/** The `filters` of a lock file, in the order of addresses. */
export function moduleLockToJson(lock: ModuleLock): JsonObject {
  const sorted = [...lock].sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([source, module]) => [source, { ...module }]))
}
