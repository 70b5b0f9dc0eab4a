import type { Protection } from './change.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { ObjectKey } from './manifest.ts'

/** What the state knows of one object that was applied. */
export interface RecordedObject {
  readonly key: ObjectKey
  readonly apiVersion: string
  /** The component it belongs to. */
  readonly address: string
  /** sha256 of the object as it was sent; salted and stretched where it holds secrets (secretDigest). */
  readonly desiredDigest: string
  /** The object as it was sent, secret values replaced by their digests: what a plan compares with, and a delete falls back on. */
  readonly desired: JsonObject
  /** The same of the owned, normalised fields of the live object right after it was applied. */
  readonly ownedDigest: string
  /** resourceVersion right after it was applied, or once its controllers were done with it: equal means untouched. '' until it is healthy. */
  readonly resourceVersion: string
  readonly uid: string
  /** False when it was there before and only adopted: then destroying the design still deletes it only if it says so. */
  readonly created: boolean
  /** objectKeyTexts it was applied after, so that a delete still knows the order when the design is gone. */
  readonly dependencies: readonly string[]
  /** Deleting or replacing it is refused, or wants a confirmation. */
  readonly protect: Protection
  /** The field manager that applied it; undefined in records that are older than the choice: the usual one of the design. */
  readonly fieldManager?: string
  /** How long its delete may take, in milliseconds, so that the delete still knows it when the design is gone. Undefined: the default. */
  readonly deleteTimeout?: number
  /** The kubeconfig's context that stood in for the cluster. Undefined: the cluster is what its name says. */
  readonly context?: string
}

/** An effect that was begun and whose end nobody recorded, as after a crash: its object may or may not exist, or be gone. */
export interface PendingEffect {
  /** objectKeyText of the key. */
  readonly id: string
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'import'
  readonly key: ObjectKey
  readonly apiVersion: string
  readonly address: string
  /** sha256 of the object as it would have been sent; undefined for deletes. */
  readonly desiredDigest: string | undefined
  /** objectKeyTexts it was to be applied after: an object found live is deleted in order even when the design is gone. */
  readonly dependencies: readonly string[]
  /** The operation that began it, and when (RFC 3339). */
  readonly operation: DeployRecord['operation']
  readonly since: string
}

/** What one object was before a deploy: null when the deploy made it. */
export interface UndoEntry {
  /** objectKeyText of its key. */
  readonly id: string
  readonly before: RecordedObject | null
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
  /** The objects it changed, as they were: enough to plan the way back. Undefined in records too old to go back to. */
  readonly undo?: readonly UndoEntry[]
}

/** An output as the last apply left it. */
export interface RecordedOutput {
  /** Of a sensitive one, what stands for it. */
  readonly value: JsonValue
  readonly sensitive: boolean
  /** What a sensitive one is: kept where the state is encrypted, and never written otherwise. */
  readonly secret?: JsonValue
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
  /**
   * What a crashed operation left open; undefined or empty when nothing is. A plan looks for each of them live, as for a recorded
   * object: found and carrying our owner labels it is ours, otherwise it was never made.
   */
  readonly pending?: readonly PendingEffect[]
  readonly outputs: { readonly [name: string]: RecordedOutput }
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
