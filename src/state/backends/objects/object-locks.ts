import type { LockAttempt, LockStore } from '../../backend.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { holderOf } from '../remote/holder.ts'
import type { ObjectStore, ObjectWrite } from './object-store.ts'

/** A lock that nobody holds. Not every store deletes under a condition, so a lock is given back by overwriting it with this. */
const FREE = '{"free":true}\n'

/** A lock object as it was read. */
interface ReadLock {
  readonly token: string
  /** Undefined when it is free. */
  readonly holder: LockHolder | undefined
}

/**
 * Locks as objects `<workspace>/<design>.lock`, every change of which is guarded by the token that was read. The heartbeat is
 * the object's time of change, judged by the store's own clock.
 */
export class ObjectLocks implements LockStore {
  readonly #store: ObjectStore
  readonly #process: ProcessIdentity
  /** How often each lock was renewed: makes each heartbeat another object, so that its token guards the next. */
  #beats = 0

  constructor(store: ObjectStore, process: ProcessIdentity) {
    this.#store = store
    this.#process = process
  }

  async acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const read = await this.#read(ref, signal)
    if (!read.ok) return read
    const holder = read.value?.holder
    if (holder !== undefined && !holder.expired) return ok({ kind: 'held', holder })
    const written = await this.#write(ref, lockRecordText({ info, expiryMs }), read.value?.token, signal)
    if (!written.ok) return written
    if (written.value.kind === 'written') {
      const heeds = await this.#heedsConditions(ref, lockRecordText({ info, expiryMs }), written.value.token, signal)
      if (!heeds.ok) await this.#free(ref, info.id, signal)
      return heeds.ok ? ok({ kind: 'acquired', tookOver: holder }) : heeds
    }
    const now = await this.#read(ref, signal)
    return now.ok ? ok({ kind: 'held', holder: now.value?.holder }) : now
  }

  async renew(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<'renewed' | 'lost'>> {
    const read = await this.#read(ref, signal)
    if (!read.ok) return read
    if (read.value?.holder?.info.id !== info.id) return ok('lost')
    this.#beats++
    const text = `${lockRecordText({ info, expiryMs })}${' '.repeat(1 + (this.#beats % 2))}\n`
    const written = await this.#write(ref, text, read.value.token, signal)
    return written.ok ? ok(written.value.kind === 'written' ? 'renewed' : 'lost') : written
  }

  async release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    return this.#free(ref, info.id, signal)
  }

  async inspect(ref: StateRef, signal: AbortSignal): Promise<StateResult<LockHolder | undefined>> {
    const read = await this.#read(ref, signal)
    return read.ok ? ok(read.value?.holder) : read
  }

  async forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const freed = await this.#free(ref, id, signal)
    if (!freed.ok) return freed
    return freed.value === 'released'
      ? ok(undefined)
      : refused({ kind: 'not-found', message: `No lock of ${stateRefText(ref)} has the id ${id}.` })
  }

  /** Whether the lock is still this one: asked before each write of a snapshot. */
  async holds(ref: StateRef, lockId: string, signal: AbortSignal): Promise<StateResult<boolean>> {
    const read = await this.#read(ref, signal)
    return read.ok ? ok(read.value?.holder?.info.id === lockId) : read
  }

  /**
   * Some stores take the headers of conditional writes and ignore them, and then two applies would both proceed. So each lock begins
   * with writes that have to be refused; where they are not, the lock is as it was but for a space.
   */
  async #heedsConditions(ref: StateRef, text: string, current: string, signal: AbortSignal): Promise<StateResult<void>> {
    const wrong = this.#store.tokensToRefuse(current)
    const tries = await Promise.all(wrong.map((token, n) => this.#write(ref, text + ' '.repeat(n + 1), token, signal)))
    for (const tried of tries) {
      if (!tried.ok) return tried
      if (tried.value.kind === 'refused') continue
      return refused({
        kind: 'invalid-configuration',
        message: `${this.#store.describe(nameOf(ref))}: the store takes writes whose conditions (${this.#store.conditions}) do not hold, so it can't keep two applies apart. Nothing is applied with a state there.`,
      })
    }
    return ok(undefined)
  }

  async #free(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    const read = await this.#read(ref, signal)
    if (!read.ok) return read
    if (read.value?.holder?.info.id !== id) return ok('lost')
    const written = await this.#write(ref, FREE, read.value.token, signal)
    return written.ok ? ok(written.value.kind === 'written' ? 'released' : 'lost') : written
  }

  async #read(ref: StateRef, signal: AbortSignal): Promise<StateResult<ReadLock | undefined>> {
    const found = await this.#store.get(`Reading ${this.#store.describe(nameOf(ref))}`, nameOf(ref), signal)
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found
    const { bytes, token, modified, now } = found.value
    const text = Buffer.from(bytes).toString('utf8')
    if (text === FREE) return ok({ token, holder: undefined })
    return ok({ token, holder: holderOf(lockRecordFromText(text), now - modified, this.#process) })
  }

  async #write(ref: StateRef, text: string, token: string | undefined, signal: AbortSignal): Promise<StateResult<ObjectWrite>> {
    return this.#store.put(`Writing ${this.#store.describe(nameOf(ref))}`, nameOf(ref), Buffer.from(text), token, signal)
  }
}

function nameOf(ref: StateRef): string {
  return `${ref.workspace}/${ref.design}.lock`
}
