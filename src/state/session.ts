import type { PendingEffect, RecordedState } from '../plan/recorded-state.ts'
import { emptyState } from '../plan/recorded-state.ts'
import type { StateBackend, StoredJournal } from './backend.ts'
import type { Clock } from './clock.ts'
import { decodeJournal, type Journal } from './journal-file.ts'
import type { Lock } from './lock.ts'
import type { LockHolder } from './lock-info.ts'
import { type Recovery, type RecoveryReport, recover } from './recover.ts'
import type { StateCipher } from './sealed-text.ts'
import { decodeState, encodeState } from './state-file.ts'
import { type OperationMeta, StateOperation } from './state-operation.ts'
import { checkStateRef, type StateRef } from './state-ref.ts'
import { ok, refused, type StateResult } from './state-result.ts'
import type { JournalMark, StoredState } from './stored-state.ts'

/**
 * How a state is used, in the order of a command:
 *
 *     const lock = await lockState(backend, ref, request, lockOptions)     // apply, destroy, state mv ... ; plan needs none
 *     const session = await openState(backend, ref, lock.value, options)   // recovers what a crash left, and says so in `recovery`
 *     await session.value.rest()                                         // a lock without a heartbeat is given back while nothing is written
 *     ... plan with session.value.state (its `pending` included), confirm ...
 *     await session.value.claim()                                        // `moved`: another run was quicker, so plan again
 *     const operation = await session.value.begin({operation: 'apply', author, planDigest, designDigest, effects})
 *     for each change, concurrently:
 *       const intent = await operation.value.intent(effect)                // durable when it resolves; when it is refused, do nothing
 *       ... the effect ...
 *       operation.value.result({id, outcome: 'recorded', object})          // durable soon; a crash before that leaves it pending
 *     const state = await operation.value.finish({result, summary, outputs, design, baselines, settled})
 *     await lock.value.release()
 *
 * `plan` calls readState instead, which takes no lock and writes nothing.
 */
export interface StateOptions {
  readonly clock: Clock
  /** Ends everything, writes too. */
  readonly signal: AbortSignal
  /** Ends what comes before anything is written; the same as `signal` where it is not given. */
  readonly opening?: AbortSignal
  /** A new UUID: for lineages and journals. */
  readonly newId: () => string
  /** Undefined: what is written is not encrypted. */
  readonly cipher: StateCipher | undefined
}

/** A state that was read without a lock: for plan, show and output. */
export interface StateView {
  readonly state: RecordedState
  /** What a crash left and the next apply will write down; `state` has it already. */
  readonly recovery: RecoveryReport | undefined
  /** An operation that is under way right now: `state` is what it was before it began. */
  readonly activeLock: LockHolder | undefined
}

/** Reads a state as the next apply would find it. Writes nothing and needs no lock. */
export async function readState(
  backend: StateBackend,
  ref: StateRef,
  options: Pick<StateOptions, 'signal' | 'cipher'>,
): Promise<StateResult<StateView>> {
  const checked = checkStateRef(ref)
  if (!checked.ok) return checked
  // The journals are read first: one that is folded in between is known to the newer snapshot by its mark.
  const journals = await readJournals(backend, ref, options)
  if (!journals.ok) return journals
  const holder = await backend.locks.inspect(ref, options.signal)
  if (!holder.ok) return holder
  const loaded = await loadSnapshot(backend, ref, options)
  if (!loaded.ok) return loaded
  const activeLock = holder.value === undefined || holder.value.expired ? undefined : holder.value
  const left = journals.value.filter(({ header }) => header !== undefined && header.lockId !== activeLock?.info.id)
  const { stored, report } = recover(loaded.value.stored, left)
  return ok({ state: stored.state, recovery: report, activeLock })
}

/** Opens a state under its lock, folding in and writing down whatever an earlier operation left. */
export async function openState(
  backend: StateBackend,
  ref: StateRef,
  lock: Lock,
  options: StateOptions,
): Promise<StateResult<StateSession>> {
  const checked = checkStateRef(ref)
  if (!checked.ok) return checked
  const reading = { cipher: options.cipher, signal: options.opening ?? options.signal }
  const loaded = await loadSnapshot(backend, ref, reading)
  if (!loaded.ok) return loaded
  const journals = await readJournals(backend, ref, reading)
  if (!journals.ok) return journals
  const recovery = recover(loaded.value.stored, journals.value)
  const session = new StateSession(backend, ref, lock, options, recovery, loaded.value.token)
  const settled = await session.settle(recovery)
  return settled.ok ? ok(session) : settled
}

/** A state under its lock. */
export class StateSession {
  /** What was found of an earlier operation that did not end properly. */
  readonly recovery: RecoveryReport | undefined
  readonly #backend: StateBackend
  readonly #ref: StateRef
  readonly #lock: Lock
  readonly #options: StateOptions
  #stored: StoredState
  #token: string | undefined

  constructor(
    backend: StateBackend,
    ref: StateRef,
    lock: Lock,
    options: StateOptions,
    recovery: Recovery,
    token: string | undefined,
  ) {
    this.#backend = backend
    this.#ref = ref
    this.#lock = lock
    this.#options = options
    this.recovery = recovery.report
    this.#stored = recovery.stored
    this.#token = token
  }

  /** The state as it is stored, `pending` included. */
  get state(): RecordedState {
    return this.#stored.state
  }

  /** Whether what is written here is encrypted. */
  get isSealed(): boolean {
    return this.#options.cipher !== undefined
  }

  /** What earlier operations left open. */
  get pending(): readonly PendingEffect[] {
    return this.#stored.state.pending ?? []
  }

  /** Nothing is written for a while: a lock that cannot be renewed is given back meanwhile. */
  rest(): Promise<StateResult<void>> {
    return this.#lock.rest()
  }

  /** The end of a rest, before anything is written. Refused as `moved` when the state is not the one that was read any more. */
  async claim(): Promise<StateResult<void>> {
    const allowed = this.#lock.check()
    if (!allowed.ok) return allowed
    const claimed = await this.#lock.claim()
    if (!claimed.ok || claimed.value === 'kept') return claimed.ok ? ok(undefined) : claimed
    const { snapshots } = this.#backend
    const now = await snapshots.read(this.#ref, this.#options.opening ?? this.#options.signal)
    if (!now.ok || now.value?.token === this.#token) return now.ok ? ok(undefined) : now
    const message = `${snapshots.describe(this.#ref)} was written by another run since it was read: nothing was done.`
    return refused({ kind: 'moved', message })
  }

  /** Begins an operation. Nothing is written for a shared journal until the first intent. */
  async begin(meta: OperationMeta): Promise<StateResult<StateOperation>> {
    const claimed = await this.claim()
    if (!claimed.ok) return claimed
    const { clock, newId, cipher, signal } = this.#options
    return StateOperation.begin(meta, {
      base: this.state,
      lineage: this.state.lineage === '' ? newId() : this.state.lineage,
      journalId: newId(),
      lock: this.#lock,
      clock,
      sealer: cipher === undefined ? undefined : await cipher.sealer(),
      announces: !this.#backend.journals.shared,
      heartbeatEveryMs: this.#backend.locks.heartbeatInState?.everyMs,
      createJournal: (id) => this.#backend.journals.create(this.#ref, id, this.#lock.info.id, signal),
      removeJournal: (id) => this.#backend.journals.remove(this.#ref, id, signal),
      write: (state, journal) => this.#write({ state, journal }),
    })
  }

  /**
   * Writes a changed state at once, without a journal: for `state mv`, `rm`, `push`. The serial is counted up here; lineage and the
   * rest are taken as given. `plain` leaves the encryption off although there is a key.
   */
  async replace(state: RecordedState, form: 'sealed' | 'plain' = 'sealed'): Promise<StateResult<RecordedState>> {
    const claimed = await this.claim()
    if (!claimed.ok) return claimed
    const lineage = state.lineage === '' ? this.#options.newId() : state.lineage
    const next = { ...state, lineage, serial: Math.max(this.state.serial, state.serial) + 1 }
    const written = await this.#write({ state: next, journal: this.#stored.journal }, form)
    return written.ok ? ok(next) : written
  }

  /** Deletes the state. For a destroyed design whose history nobody wants. */
  async remove(): Promise<StateResult<void>> {
    const claimed = await this.claim()
    if (!claimed.ok || this.#token === undefined) return claimed
    const { snapshots } = this.#backend
    const removed = await snapshots.remove(this.#ref, this.#token, this.#lock.info.id, this.#options.signal)
    if (removed.ok) {
      this.#token = undefined
      this.#stored = { state: emptyState(this.#ref.design), journal: undefined }
    }
    return removed
  }

  /** Writes down what a recovery found, then drops its journals: in this order, so that a crash between the two loses nothing. */
  async settle(recovery: Recovery): Promise<StateResult<void>> {
    if (recovery.report !== undefined) {
      const written = await this.#write(recovery.stored)
      if (!written.ok) return written
    }
    for (const id of recovery.obsolete) {
      const removed = await this.#backend.journals.remove(this.#ref, id, this.#options.signal)
      if (!removed.ok) return removed
    }
    return ok(undefined)
  }

  /** Where the lock has no heartbeat of its own, each write says that its holder lives. */
  async #write(stored: StoredState, form: 'sealed' | 'plain' = 'sealed'): Promise<StateResult<void>> {
    const beats = this.#backend.locks.heartbeatInState
    if (beats === undefined) return this.#writeNow(stored, form)
    const begun = this.#options.clock.now()
    const heartbeat = { lockId: this.#lock.info.id, at: beats.now(), expiryMs: beats.expiryMs }
    const written = await this.#writeNow({ ...stored, heartbeat }, form)
    if (written.ok) this.#lock.confirmed(begun, beats.expiryMs)
    return written
  }

  async #writeNow(stored: StoredState, form: 'sealed' | 'plain'): Promise<StateResult<void>> {
    const allowed = this.#lock.check()
    if (!allowed.ok) return allowed
    const sealer = form === 'plain' ? undefined : await this.#options.cipher?.sealer()
    const write = {
      bytes: encodeState(stored, sealer),
      serial: stored.state.serial,
      expected: this.#token,
      lockId: this.#lock.info.id,
    }
    const written = await this.#backend.snapshots.write(this.#ref, write, this.#options.signal)
    if (!written.ok) return written
    this.#token = written.value
    this.#stored = stored
    return ok(undefined)
  }
}

interface Loaded {
  readonly stored: StoredState
  readonly token: string | undefined
}

async function loadSnapshot(
  backend: StateBackend,
  ref: StateRef,
  options: Pick<StateOptions, 'signal' | 'cipher'>,
): Promise<StateResult<Loaded>> {
  const snapshot = await backend.snapshots.read(ref, options.signal)
  if (!snapshot.ok) return snapshot
  if (snapshot.value === undefined) return ok({ stored: emptyStored(ref), token: undefined })
  const file = backend.snapshots.describe(ref)
  const decoded = await decodeState(snapshot.value.bytes, file, options.cipher)
  if (!decoded.ok) return decoded
  const found = decoded.value.state.design.name
  if (found !== ref.design) {
    return refused({ kind: 'lineage', message: `${file} is the state of the design ${found}, not of ${ref.design}.` })
  }
  return ok({ stored: decoded.value, token: snapshot.value.token })
}

function emptyStored(ref: StateRef): StoredState {
  const journal: JournalMark | undefined = undefined
  return { state: emptyState(ref.design), journal }
}

async function readJournals(
  backend: StateBackend,
  ref: StateRef,
  options: Pick<StateOptions, 'signal' | 'cipher'>,
): Promise<StateResult<readonly Journal[]>> {
  const found: StateResult<readonly StoredJournal[]> = await backend.journals.list(ref, options.signal)
  if (!found.ok) return found
  const journals: Journal[] = []
  for (const stored of found.value) {
    const journal = await decodeJournal(stored, options.cipher)
    if (!journal.ok) return journal
    journals.push(journal.value)
  }
  return ok(journals)
}
