import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { exactJsonText, parseExactJson } from '../exact-json.ts'
import { DamagedStore } from './damaged-store.ts'

/** Where an object stands in the store. `resource` is `group/plural`, with nothing before the slash for the core group. */
export interface StorageKey {
  readonly resource: string
  /** '' for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** An object as stored, parsed and serialised at most once each. Never changed; a change makes another one. */
export class StoredObject {
  readonly key: StorageKey
  /** The `resourceVersion` as a number. */
  readonly version: number
  /** Kept in memory alone, never on disk. */
  readonly volatile: boolean
  #object: JsonObject | undefined
  #text: string | undefined

  private constructor(
    key: StorageKey,
    version: number,
    object: JsonObject | undefined,
    text: string | undefined,
    volatile: boolean,
  ) {
    this.key = key
    this.version = version
    this.volatile = volatile
    this.#object = object
    this.#text = text
  }

  /** An object in memory; `metadata.resourceVersion` must already say `version`. */
  static ofObject(key: StorageKey, version: number, object: JsonObject, volatile = false): StoredObject {
    return new StoredObject(key, version, object, undefined, volatile)
  }

  /** An object as it was read from disk. */
  static ofText(key: StorageKey, version: number, text: string): StoredObject {
    return new StoredObject(key, version, undefined, text, false)
  }

  get object(): JsonObject {
    this.#object ??= this.#parsed(this.#text as string)
    return this.#object
  }

  /** Lines are believed until their object is asked for: most never are. */
  #parsed(text: string): JsonObject {
    const { resource, namespace, name } = this.key
    try {
      const value = parseExactJson(text)
      if (isJsonObject(value)) return value
    } catch {
      // Told below.
    }
    throw new DamagedStore(
      `what the sandbox keeps of ${resource} ${namespace === '' ? name : `${namespace}/${name}`}`,
      'is damaged',
    )
  }

  get text(): string {
    this.#text ??= exactJsonText(this.#object as JsonObject)
    return this.#text
  }

  /** How long it is as text, where that was asked for before; else 0. */
  get knownSize(): number {
    return this.#text?.length ?? 0
  }

  get metadata(): JsonObject {
    const metadata = this.object.metadata
    return isJsonObject(metadata) ? metadata : {}
  }

  get labels(): JsonObject {
    const labels = this.metadata.labels
    return isJsonObject(labels) ? labels : {}
  }
}

const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/**
 * The object with its type and metadata in front and the given `resourceVersion`: list answers cut the type off the text,
 * and identity is found early in it.
 */
export function inStorageOrder(object: JsonObject, version: number): JsonObject {
  const { kind, apiVersion, metadata, ...rest } = object
  const given: { readonly [name: string]: JsonValue } = isJsonObject(metadata) ? metadata : {}
  const ordered: { [name: string]: JsonValue } = {}
  for (const name of metadataOrder) {
    if (name === 'resourceVersion') ordered.resourceVersion = String(version)
    else {
      const value = given[name]
      if (value !== undefined) ordered[name] = value
    }
  }
  return { kind: kind ?? '', apiVersion: apiVersion ?? '', metadata: Object.assign(ordered, without(given, ordered)), ...rest }
}

function without(all: { readonly [name: string]: JsonValue }, taken: object): JsonObject {
  const out: { [name: string]: JsonValue } = {}
  for (const name of Object.keys(all)) if (!Object.hasOwn(taken, name)) out[name] = all[name] as JsonValue
  return out
}
