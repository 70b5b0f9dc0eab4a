import type { LockHolder, LockInfo } from './lock-info.ts'
import type { StateRef } from './state-ref.ts'
import type { StateResult } from './state-result.ts'

/** The kinds of place a state can be kept in. */
export type BackendKind =
  | 'local'
  | 'http'
  | 'pg'
  | 'kubernetes'
  | 's3'
  | 'gcs'
  | 'azurerm'
  | 'consul'
  | 'oss'
  | 'cos'
  | 'ocistore'

/** A stored snapshot. */
export interface Snapshot {
  readonly bytes: Uint8Array
  /** What a write must expect: changes whenever the stored bytes do. Opaque. */
  readonly token: string
}

/** A snapshot to write. */
export interface SnapshotWrite {
  readonly bytes: Uint8Array
  readonly serial: number
  /** Token of the snapshot it replaces; undefined when there must be none. */
  readonly expected: string | undefined
  /** The lock it is written under; backends that can, refuse a write whose lock is gone. */
  readonly lockId: string
}

/** Whole states. Every method checks nothing about their content. */
export interface SnapshotStore {
  /** How a state is named in messages: a path or an address, never with a credential. */
  describe(ref: StateRef): string
  /** Undefined when there is none. Needs no lock. */
  read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>>
  /** Compare-and-set: replaces the snapshot whole or not at all; `moved` when the stored one is not the expected one. Answers the new token. */
  write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>>
  /** Deletes it if it is still the expected one. */
  remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>>
  /** Every state there is, sorted. */
  list(signal: AbortSignal): Promise<StateResult<readonly StateRef[]>>
}

/** The answer to one attempt to lock. */
export type LockAttempt =
  /** `tookOver` is the holder whose lock had expired. */
  | { readonly kind: 'acquired'; readonly tookOver: LockHolder | undefined }
  | { readonly kind: 'held'; readonly holder: LockHolder | undefined }

/** How a state carries the heartbeat of its lock. */
export interface HeartbeatInState {
  /** How long a lock lasts under which nothing was written yet, in milliseconds. */
  readonly fixedExpiryMs: number
  /** How often the state is written, in milliseconds. */
  readonly everyMs: number
  /** How long the holder may be silent after that, in milliseconds. */
  readonly expiryMs: number
  /** The server's clock; milliseconds since 1970. */
  now(): number
}

/** One lock a state. Waiting, heartbeat and giving up are not its business: see lockState. */
export interface LockStore {
  /** How long a lock lives here without a heartbeat, in milliseconds, where that is not the usual time. */
  readonly expiryMs?: number
  /** Set where locks cannot be renewed: each state that is written under one carries its heartbeat. */
  readonly heartbeatInState?: HeartbeatInState
  /** The id of a new lock, where a store keeps little else of it; the UUID otherwise. */
  idOf?(info: LockInfo): string
  /** One attempt, atomic. A lock that was not renewed for its `expiryMs` is taken over. */
  acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>>
  /** Says that the holder lives. `fixed`: this backend cannot renew, the lock ends at its expiry whatever happens. */
  renew(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<'renewed' | 'lost' | 'fixed'>>
  /** `lost` when it was someone else's already; theirs stays. */
  release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>>
  /** Who holds it. Needs no lock. */
  inspect(ref: StateRef, signal: AbortSignal): Promise<StateResult<LockHolder | undefined>>
  /** Where the ids of locks that a machine asked for are noted on it, where a server may not say whose lock it refuses. */
  notesOf?(ref: StateRef): string
  /** Takes the lock with this id away from whoever holds it; `not-found` when no lock has the id. */
  forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>>
}

/** A journal as it lies there. */
export interface StoredJournal {
  readonly id: string
  /** For messages. */
  readonly file: string
  readonly bytes: Uint8Array
}

/** Appends to one journal. */
export interface JournalAppender {
  /** Resolves once the bytes are durable. Never called again before it has. */
  append(bytes: Uint8Array): Promise<StateResult<void>>
  close(): Promise<void>
}

/**
 * Journals beside the snapshot. Where a backend cannot append cheaply (http, kubernetes, consul, stores of objects) they stay on this machine (`shared`
 * false): then the snapshot itself lists what an operation is about to do before it begins, and is rewritten now and then while it
 * runs, so that losing the machine loses no object either.
 */
export interface JournalStore {
  readonly shared: boolean
  list(ref: StateRef, signal: AbortSignal): Promise<StateResult<readonly StoredJournal[]>>
  create(ref: StateRef, id: string, lockId: string, signal: AbortSignal): Promise<StateResult<JournalAppender>>
  /** No error when it is gone already. */
  remove(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>>
}

/** A place for states. */
export interface StateBackend {
  readonly kind: BackendKind
  /** Where, for people; never with a credential. */
  readonly location: string
  readonly snapshots: SnapshotStore
  readonly journals: JournalStore
  readonly locks: LockStore
  close(): Promise<void>
}
