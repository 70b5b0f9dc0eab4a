import type { JsonObject, JsonValue } from './json.ts'
import type { ObjectKey } from './manifest.ts'

/** What the state knows of one object that was applied. */
export interface RecordedObject {
  readonly key: ObjectKey
  readonly apiVersion: string
  /** The component it belongs to. */
  readonly address: string
  /** sha256 of the object as it was sent. */
  readonly desiredDigest: string
  /** The object as it was sent, secret values replaced by their digests: what a plan compares with, and a delete falls back on. */
  readonly desired: JsonObject
  /** sha256 of the owned, normalised fields of the live object right after it was applied. */
  readonly ownedDigest: string
  /** resourceVersion right after it was applied: equal means untouched. */
  readonly resourceVersion: string
  readonly uid: string
  /** False when it was there before and only adopted: then destroying the design still deletes it only if it says so. */
  readonly created: boolean
  /** objectKeyTexts it was applied after, so that a delete still knows the order when the design is gone. */
  readonly dependencies: readonly string[]
  /** Deleting or replacing it is refused. */
  readonly protect: boolean
}

/** One deploy, for history and rollback. */
export interface DeployRecord {
  readonly serial: number
  readonly operation: 'apply' | 'destroy' | 'rollback' | 'state'
  readonly author: string
  /** RFC 3339. */
  readonly startedAt: string
  readonly durationMs: number
  readonly planDigest: string
  readonly designDigest: string
  readonly result: 'succeeded' | 'failed' | 'interrupted'
  readonly summary: { readonly [action: string]: number }
}

/** Everything recorded about one design in one workspace. */
export interface RecordedState {
  /** UUID made with the first write: states of different lineages are never mixed. '' before the first write. */
  readonly lineage: string
  /** Counts writes. */
  readonly serial: number
  readonly design: { readonly name: string; readonly version: string | undefined; readonly digest: string }
  /** By objectKeyText. */
  readonly objects: ReadonlyMap<string, RecordedObject>
  readonly outputs: { readonly [name: string]: { readonly value: JsonValue; readonly sensitive: boolean } }
  readonly history: readonly DeployRecord[]
  /** Perf baselines and last results by name. */
  readonly baselines: { readonly [name: string]: JsonValue }
}

/** The state before anything was applied. */
export function emptyState(designName: string): RecordedState {
  return {
    lineage: '',
    serial: 0,
    design: { name: designName, version: undefined, digest: '' },
    objects: new Map(),
    outputs: {},
    history: [],
    baselines: {},
  }
}
