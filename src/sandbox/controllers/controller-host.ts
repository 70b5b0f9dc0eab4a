import type { JsonObject } from '../../plan/json.ts'

/** A kind as `group/Kind`: `apps/Deployment`, `/Pod` for the core group. The host picks the served version. */
export type KindKey = `${string}/${string}`

/** A change of a stored object. */
export interface ControllerEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: KindKey
  readonly object: JsonObject
}

/** An object that was made, or why it was refused. */
export type CreateOutcome = { readonly ok: true; readonly object: JsonObject } | { readonly ok: false; readonly why: string }

/**
 * What the simulated controllers need of the store they work on. All calls answer at once. A write that the server refuses
 * (already there, gone, changed since, namespace ending) answers undefined or false, and the controller tries again at the
 * next event; nothing is thrown for it.
 */
export interface ControllerHost {
  /** Every object of a kind; empty when the kind isn't served. */
  readonly list: (kind: KindKey) => readonly JsonObject[]
  readonly get: (kind: KindKey, namespace: string, name: string) => JsonObject | undefined
  readonly create: (kind: KindKey, object: JsonObject) => JsonObject | undefined
  /** Creates an object, or tells why the server refuses it. */
  readonly tryCreate: (kind: KindKey, object: JsonObject) => CreateOutcome
  /** Replaces everything but the status. */
  readonly update: (kind: KindKey, object: JsonObject) => JsonObject | undefined
  /** Gives a pod the node that its specification names, which only the scheduler may. */
  readonly bind: (pod: JsonObject) => JsonObject | undefined
  /** Replaces the status alone. */
  readonly updateStatus: (kind: KindKey, object: JsonObject) => JsonObject | undefined
  /** Deletes at once, without a grace period; finalizers and owned objects are treated as always. */
  readonly delete: (kind: KindKey, namespace: string, name: string) => boolean
  /** Keeps an Event in memory alone, in the place of one of the same name. Unchecked. */
  readonly record: (event: JsonObject) => void
  /** Calls back after every write of any kind, own writes too. Answers how to stop. */
  readonly watch: (listener: (event: ControllerEvent) => void) => () => void
  /** Calls back once after a delay in milliseconds. Answers how to cancel. */
  readonly schedule: (delayMs: number, callback: () => void) => () => void
  /** The time that objects are stamped with. */
  readonly now: () => Date
  /** Milliseconds from any beginning, by which delays are counted whatever the stamps say. */
  readonly elapsedMs: () => number
}
