import type { StateBackend } from './backend.ts'
import type { Clock } from './clock.ts'
import { timestamp } from './clock.ts'
import { describeHolder, type LockHolder, type LockInfo } from './lock-info.ts'
import { isUnreadable } from './lock-record.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { checkStateRef, type StateRef } from './state-ref.ts'
import { aborted, ok, refused, type StateResult } from './state-result.ts'

/** How long a lock lives without a heartbeat, in milliseconds: the longest that a killed job blocks the next one. */
export const LOCK_EXPIRY_MS = 60_000
/** Waits between attempts, in milliseconds: doubled from the first to the last. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000
/** Heartbeats in one expiry: two may fail before the lock is lost. */
const BEATS = 3
/** How long the giving back of a lock may take, in milliseconds. */
const RELEASE_MS = 30_000

/** A lock that is held. The heartbeat runs until it is released or lost. */
export interface Lock {
  /** A lock that rested has another id afterwards. */
  readonly info: LockInfo
  /** Whose expired lock was taken over, for the user to read. */
  readonly tookOver: LockHolder | undefined
  /** Aborts when the lock was taken away or could not be renewed in time: stop what you are doing. */
  readonly lost: AbortSignal
  /** Refused when it is lost, or may be, since the last heartbeat is too long ago (a suspended machine, for instance). */
  check(): StateResult<void>
  /**
   * Where locks cannot be renewed: gives the lock back until it is claimed, so that a run which is killed while it plans or waits for
   * its yes blocks nobody. Elsewhere it is kept, and its heartbeat goes on.
   */
  rest(): Promise<StateResult<void>>
  /** Takes a lock that rests again, waiting for another holder as at first. `taken`: others may have had it meanwhile. */
  claim(): Promise<StateResult<'kept' | 'taken'>>
  /** The state was written with its heartbeat at `begun`: it lasts that much longer, and no longer. */
  confirmed(begun: number, expiryMs: number): void
  /** Ends the heartbeat and gives the lock back. */
  release(): Promise<StateResult<void>>
}

/** Who locks, and for what. */
export interface LockRequest {
  readonly operation: string
  readonly process: ProcessIdentity
  /** Version of meshform. */
  readonly version: string
}

/** How to lock. */
export interface LockOptions {
  readonly signal: AbortSignal
  readonly clock: Clock
  /** How long to wait for another holder, in milliseconds; 0 gives up at once. */
  readonly timeoutMs: number
  readonly expiryMs?: number
  /** A new UUID. */
  readonly newId: () => string
  /** Called once for each holder that is waited for. */
  readonly onWait?: (holder: LockHolder | undefined) => void
}

/** Takes the lock of a state, waiting for whoever holds it up to the timeout, and keeps it alive. */
export async function lockState(
  backend: StateBackend,
  ref: StateRef,
  request: LockRequest,
  options: LockOptions,
): Promise<StateResult<Lock>> {
  const checked = checkStateRef(ref)
  if (!checked.ok) return checked
  const expiryMs = options.expiryMs ?? backend.locks.heartbeatInState?.fixedExpiryMs ?? backend.locks.expiryMs ?? LOCK_EXPIRY_MS
  const take = () => takeLock(backend, ref, request, options, expiryMs)
  const taken = await take()
  return taken.ok ? ok(new HeldLock(backend, ref, take, taken.value, expiryMs, options.clock)) : taken
}

interface TakenLock {
  readonly info: LockInfo
  readonly tookOver: LockHolder | undefined
  /** When it was asked for; milliseconds since 1970. */
  readonly begun: number
}

async function takeLock(
  backend: StateBackend,
  ref: StateRef,
  request: LockRequest,
  options: LockOptions,
  expiryMs: number,
): Promise<StateResult<TakenLock>> {
  const { clock, signal } = options
  const deadline = clock.now() + options.timeoutMs
  let waitedFor: string | undefined
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    if (signal.aborted) return aborted('Waiting for the lock')
    const info = lockInfo(backend, request, options)
    const begun = clock.now()
    const attempt = await backend.locks.acquire(ref, info, expiryMs, signal)
    if (!attempt.ok) return attempt
    if (attempt.value.kind === 'acquired') return ok({ info, tookOver: attempt.value.tookOver, begun })
    const { holder } = attempt.value
    if (clock.now() >= deadline)
      return refused({ kind: 'locked', message: lockedMessage(holder, options.timeoutMs, backend.locks.notesOf?.(ref)), holder })
    const holderId = holder?.info.id ?? ''
    if (waitedFor !== holderId) options.onWait?.(holder)
    waitedFor = holderId
    await clock.sleep(Math.min(wait, deadline - clock.now()), signal)
  }
}

/** Takes a lock away by its id, whoever holds it. The holder notices at its next heartbeat or write. */
export async function forceUnlock(
  backend: StateBackend,
  ref: StateRef,
  id: string,
  signal: AbortSignal,
): Promise<StateResult<void>> {
  const checked = checkStateRef(ref)
  return checked.ok ? backend.locks.forceUnlock(ref, id, signal) : checked
}

function lockInfo(backend: StateBackend, request: LockRequest, options: LockOptions): LockInfo {
  const info = {
    id: options.newId(),
    operation: request.operation,
    who: request.process.who,
    pid: request.process.pid,
    machine: request.process.machine,
    created: timestamp(options.clock.now()),
    version: request.version,
  }
  return { ...info, id: backend.locks.idOf?.(info) ?? info.id }
}

function lockedMessage(holder: LockHolder | undefined, timeoutMs: number, notes: string | undefined): string {
  const unnamed = 'The state is locked, and the server does not say by whom.'
  if (holder === undefined && notes !== undefined) {
    return `${unnamed} A run that was killed here left nothing, one that was killed at work elsewhere is taken over once the state has not heard of it for three minutes. Every run notes the ID of its lock where it runs, in ${notes}.`
  }
  if (holder !== undefined && isUnreadable({ info: holder.info, expiryMs: 0 })) {
    return 'The state is locked by a lock that can not be read, so nobody knows whose it is. The next run takes it over once it was not renewed for a minute.'
  }
  const by = holder === undefined ? 'someone else' : describeHolder(holder)
  const waited = timeoutMs > 0 ? ` It was not free within ${Math.round(timeoutMs / 1000)} s.` : ''
  return `The state is locked: ${by}.${waited}`
}

class HeldLock implements Lock {
  readonly tookOver: LockHolder | undefined
  readonly #backend: StateBackend
  readonly #ref: StateRef
  readonly #take: () => Promise<StateResult<TakenLock>>
  #info: LockInfo
  #resting = false
  readonly #fixedExpiryMs: number
  #expiryMs: number
  readonly #clock: Clock
  readonly #lost = new AbortController()
  readonly #ended = new AbortController()
  readonly #stop: () => void
  #renewedAt: number
  #beating: Promise<void> | undefined = undefined
  #problem = ''

  constructor(
    backend: StateBackend,
    ref: StateRef,
    take: () => Promise<StateResult<TakenLock>>,
    taken: TakenLock,
    expiryMs: number,
    clock: Clock,
  ) {
    this.#backend = backend
    this.#ref = ref
    this.#take = take
    this.#info = taken.info
    this.tookOver = taken.tookOver
    this.#fixedExpiryMs = expiryMs
    this.#expiryMs = expiryMs
    this.#clock = clock
    this.#renewedAt = taken.begun
    this.#stop = clock.every(expiryMs / BEATS, () => {
      this.#beating ??= this.#beat().finally(() => {
        this.#beating = undefined
      })
    })
  }

  get info(): LockInfo {
    return this.#info
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  check(): StateResult<void> {
    if (!this.#lost.signal.aborted && this.#overdue()) this.#lose('its heartbeat could not be renewed in time')
    return this.#lost.signal.aborted
      ? refused({ kind: 'lock-lost', message: `The lock of the state was lost: ${this.#problem}. Nothing more is done.` })
      : ok(undefined)
  }

  async rest(): Promise<StateResult<void>> {
    if (this.#backend.locks.heartbeatInState === undefined || this.#resting) return ok(undefined)
    await this.#beating
    const released = await this.#backend.locks.release(this.#ref, this.#info, AbortSignal.timeout(RELEASE_MS))
    if (!released.ok) return released
    this.#resting = true
    return ok(undefined)
  }

  async claim(): Promise<StateResult<'kept' | 'taken'>> {
    if (!this.#resting) return ok('kept')
    const taken = await this.#take()
    if (!taken.ok) return taken
    this.#info = taken.value.info
    this.#expiryMs = this.#fixedExpiryMs
    this.#renewedAt = taken.value.begun
    this.#resting = false
    return ok('taken')
  }

  confirmed(begun: number, expiryMs: number): void {
    this.#renewedAt = begun
    this.#expiryMs = expiryMs
  }

  async release(): Promise<StateResult<void>> {
    this.#stop()
    this.#ended.abort()
    await this.#beating
    if (this.#resting) return ok(undefined)
    // Not under the operation's signal: an interrupted operation gives its lock back as well.
    const released = await this.#backend.locks.release(this.#ref, this.#info, AbortSignal.timeout(RELEASE_MS))
    return released.ok ? ok(undefined) : released
  }

  /** One heartbeat. Failing to reach the backend is not yet losing: only the expiry is. */
  async #beat(): Promise<void> {
    if (this.#lost.signal.aborted || this.#resting) return
    const begun = this.#clock.now()
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(Math.max(1_000, this.#expiryMs / BEATS))])
    const renewed = await this.#backend.locks.renew(this.#ref, this.#info, this.#expiryMs, signal)
    if (renewed.ok && renewed.value === 'renewed') this.#renewedAt = begun
    else if (renewed.ok && renewed.value === 'lost') this.#lose('someone took it over or unlocked it by force')
    if (this.#overdue()) this.check()
  }

  #overdue(): boolean {
    return !this.#resting && this.#clock.now() - this.#renewedAt >= this.#expiryMs
  }

  #lose(problem: string): void {
    this.#problem = problem
    this.#stop()
    this.#lost.abort(new Error(`lock lost: ${problem}`))
  }
}
