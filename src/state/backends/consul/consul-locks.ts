import type { LockAttempt, LockStore } from '../../backend.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { holderOf } from '../remote/holder.ts'
import type { ConsulKv } from './consul-kv.ts'
import { lockName } from './state-keys.ts'

/** The shortest and longest life of a session that Consul takes, in milliseconds. */
const SHORTEST_TTL_MS = 10_000
const LONGEST_TTL_MS = 86_400_000

/** What stands in a lock that was given back. */
const FREE = '{"free":true}\n'

/** A lock as it was read. */
interface ReadLock {
  /** '' when nobody holds it. */
  readonly session: string
  /** Who holds it, or who held it when their session ended; undefined when it was given back. */
  readonly holder: LockHolder | undefined
}

/** Locks as keys that a session holds. The heartbeat renews the session; Consul ends it by its own clock, and the lock with it. */
export class ConsulLocks implements LockStore {
  /** Half a minute: Consul waits up to twice as long before it ends a session, so that a killed job blocks nobody for more than a minute. */
  readonly expiryMs = 30_000
  readonly #kv: ConsulKv
  readonly #process: ProcessIdentity

  constructor(kv: ConsulKv, process: ProcessIdentity) {
    this.#kv = kv
    this.#process = process
  }

  async acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const what = `Locking the state ${stateRefText(ref)}`
    const read = await this.#read(what, ref, signal)
    if (!read.ok) return read
    const { session: held, holder } = read.value
    if (held !== '') {
      if (holder?.expired !== true) return ok({ kind: 'held', holder })
      const ended = await this.#kv.endSession(what, held, signal)
      if (!ended.ok) return ended
    }
    const ttlMs = Math.min(Math.max(expiryMs, SHORTEST_TTL_MS), LONGEST_TTL_MS)
    const session = await this.#kv.beginSession(what, ttlMs, signal)
    if (!session.ok) return session
    const record = Buffer.from(lockRecordText({ info, expiryMs }))
    const taken = await this.#kv.lock(what, lockName(ref), 'acquire', session.value, record, signal)
    if (taken.ok && taken.value) return ok({ kind: 'acquired', tookOver: holder })
    await this.#kv.endSession(what, session.value, signal)
    if (!taken.ok) return taken
    const now = await this.#read(what, ref, signal)
    return now.ok ? ok({ kind: 'held', holder: now.value.session === '' ? undefined : now.value.holder }) : now
  }

  async renew(ref: StateRef, info: LockInfo, _expiryMs: number, signal: AbortSignal): Promise<StateResult<'renewed' | 'lost'>> {
    const session = await this.sessionOf(ref, info.id, signal)
    if (!session.ok) return session
    if (session.value === undefined) return ok('lost')
    const renewed = await this.#kv.renewSession(`Renewing the lock of ${stateRefText(ref)}`, session.value, signal)
    return renewed.ok ? ok(renewed.value ? 'renewed' : 'lost') : renewed
  }

  async release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    return this.#free(ref, info.id, signal)
  }

  async inspect(ref: StateRef, signal: AbortSignal): Promise<StateResult<LockHolder | undefined>> {
    const read = await this.#read(`Reading the lock of ${stateRefText(ref)}`, ref, signal)
    return read.ok ? ok(read.value.session === '' ? undefined : read.value.holder) : read
  }

  async forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const freed = await this.#free(ref, id, signal)
    if (!freed.ok) return freed
    return freed.value === 'released'
      ? ok(undefined)
      : refused({ kind: 'not-found', message: `No lock of ${stateRefText(ref)} has the id ${id}.` })
  }

  /** The session that holds the lock with this id; undefined when that lock is gone. */
  async sessionOf(ref: StateRef, lockId: string, signal: AbortSignal): Promise<StateResult<string | undefined>> {
    const read = await this.#read(`Reading the lock of ${stateRefText(ref)}`, ref, signal)
    if (!read.ok) return read
    const { session, holder } = read.value
    return ok(session !== '' && holder?.info.id === lockId ? session : undefined)
  }

  async #free(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    const what = `Unlocking the state ${stateRefText(ref)}`
    const session = await this.sessionOf(ref, id, signal)
    if (!session.ok) return session
    if (session.value === undefined) return ok('lost')
    const given = await this.#kv.lock(what, lockName(ref), 'release', session.value, Buffer.from(FREE), signal)
    if (!given.ok) return given
    const ended = await this.#kv.endSession(what, session.value, signal)
    return ended.ok ? ok(given.value ? 'released' : 'lost') : ended
  }

  async #read(what: string, ref: StateRef, signal: AbortSignal): Promise<StateResult<ReadLock>> {
    const found = await this.#kv.get(what, lockName(ref), signal)
    if (!found.ok) return found
    const { session = '', value } = found.value ?? {}
    const text = value === undefined ? FREE : Buffer.from(value).toString('utf8')
    if (text === FREE) return ok({ session, holder: undefined })
    const silentMs = session === '' ? Number.POSITIVE_INFINITY : 0
    return ok({ session, holder: holderOf(lockRecordFromText(text), silentMs, this.#process) })
  }
}
