import type { HeartbeatInState, LockAttempt, LockStore } from '../../backend.ts'
import { type Clock, timestamp } from '../../clock.ts'
import { heartbeatInFile } from '../../heartbeat.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { isUnreadable, lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { holderOf } from '../remote/holder.ts'
import { type HttpAnswer, type HttpExchange, httpRefusal } from '../remote/http-exchange.ts'
import { addressOf, type HttpSettings } from './http-settings.ts'
import { lockIdOf, withLockId } from './lock-id.ts'
import type { LockNotes } from './lock-notes.ts'

/** How often an operation writes its heartbeat into the state, and how long it may be silent then, in milliseconds. */
const BEAT_MS = 60_000
const SILENCE_MS = 180_000
/** Servers say their time in whole seconds. */
const DATE_MS = 1_000

/** What a server says to a request for the lock. Not `isNamed`: it refuses, and who holds it is at best told by the state. */
interface LockAnswer {
  readonly answer: 'ours' | { readonly holder: LockHolder | undefined; readonly isNamed: boolean }
}

/**
 * Locks in Terraform's protocol: LOCK and UNLOCK with the lock's information as the body. It knows neither heartbeat nor expiry nor a
 * way to look. So it is held only while something is written (see `Lock.rest`), the id says how long it lasts, and the state, which the
 * server takes from the holder alone, carries the heartbeat. A lock that is past both is taken away by the next one, by its id.
 */
export class HttpLocks implements LockStore {
  readonly heartbeatInState: HeartbeatInState
  readonly #exchange: HttpExchange
  readonly #settings: HttpSettings
  readonly #headers: { readonly [name: string]: string }
  readonly #process: ProcessIdentity
  readonly #notes: LockNotes

  constructor(
    exchange: HttpExchange,
    settings: HttpSettings,
    headers: { readonly [name: string]: string },
    process: ProcessIdentity,
    clock: Clock,
    notes: LockNotes,
  ) {
    this.#exchange = exchange
    this.#settings = settings
    this.#headers = headers
    this.#process = process
    this.#notes = notes
    const expiryMs = Math.min(SILENCE_MS, settings.lockExpiryMs)
    this.heartbeatInState = {
      fixedExpiryMs: settings.lockExpiryMs,
      everyMs: Math.min(BEAT_MS, expiryMs / 3),
      expiryMs,
      now: () => clock.now() + exchange.skewMs,
    }
  }

  idOf(info: LockInfo): string {
    return lockIdOf(info, this.#settings.lockExpiryMs)
  }

  async acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const noted = await this.#notes.write(ref, info, expiryMs)
    if (!noted.ok) return noted
    const attempt = await this.#attempt(ref, info, expiryMs, signal)
    // Without an answer the lock may be ours all the same.
    if (attempt.ok && attempt.value.kind === 'held') await this.#notes.remove(ref, info.id)
    return attempt
  }

  async #attempt(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const first = await this.#lock(ref, info, expiryMs, signal)
    if (!first.ok) return first
    const { answer } = first.value
    if (answer === 'ours') return ok({ kind: 'acquired', tookOver: undefined })
    const { holder, isNamed } = answer
    // Their ids make sure that only a lock that was seen or noted is taken away; whoever locks first afterwards has it.
    const candidates = [
      ...(holder?.expired === true ? [holder] : []),
      ...(isNamed ? [] : (await this.#notes.left(ref)).map((left) => ({ info: left, expired: true }))),
    ]
    const gone = await this.#unlockOne(ref, candidates, expiryMs, signal)
    if (!gone.ok) return gone
    if (gone.value === undefined) return ok({ kind: 'held', holder: isNamed || holder?.expired === false ? holder : undefined })
    const second = await this.#lock(ref, info, expiryMs, signal)
    if (!second.ok) return second
    return second.value.answer === 'ours'
      ? ok({ kind: 'acquired', tookOver: gone.value })
      : ok({ kind: 'held', holder: second.value.answer.holder })
  }

  /** The first of these whose lock the server gave up. */
  async #unlockOne(
    ref: StateRef,
    holders: readonly LockHolder[],
    expiryMs: number,
    signal: AbortSignal,
  ): Promise<StateResult<LockHolder | undefined>> {
    for (const holder of holders) {
      const removed = await this.#unlock(ref, holder.info.id, lockRecordText({ info: holder.info, expiryMs }), signal)
      if (!removed.ok) return removed
      await this.#notes.remove(ref, holder.info.id)
      if (removed.value) return ok(holder)
    }
    return ok(undefined)
  }

  notesOf(ref: StateRef): string {
    return this.#notes.describe(ref)
  }

  async renew(): Promise<StateResult<'fixed'>> {
    return ok('fixed')
  }

  async release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    const body = lockRecordText({ info, expiryMs: this.heartbeatInState.fixedExpiryMs })
    const answer = await this.#unlock(ref, info.id, body, signal)
    if (!answer.ok) return answer
    await this.#notes.remove(ref, info.id)
    return ok(answer.value ? 'released' : 'lost')
  }

  /** The protocol cannot ask who holds a lock. */
  async inspect(): Promise<StateResult<LockHolder | undefined>> {
    return ok(undefined)
  }

  async forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const answer = await this.#unlock(ref, id, `${JSON.stringify({ ID: id })}\n`, signal)
    if (!answer.ok) return answer
    await this.#notes.remove(ref, id)
    return answer.value
      ? ok(undefined)
      : refused({ kind: 'not-found', message: `The server knows no lock of ${stateRefText(ref)} with the id ${id}.` })
  }

  /**
   * Whether the lock is surely no longer this one, asked by locking once more with the same id: for servers that do not say why they
   * take no write.
   */
  async isLost(ref: StateRef, lockId: string, signal: AbortSignal): Promise<boolean> {
    const { who, pid, machine } = this.#process
    const info = {
      id: lockId,
      operation: 'check',
      who,
      pid,
      machine,
      created: timestamp(this.heartbeatInState.now()),
      version: '',
    }
    const answer = await this.#send('Looking at the lock', ref, lockRecordText({ info, expiryMs: 1 }), signal)
    if (!answer.ok) return false
    const { status, bytes } = answer.value
    // It was free, so it was lost. Servers that give a lock to its holder again answer the same; those say why they take no write.
    if (status === 200) await this.#unlock(ref, lockId, lockRecordText({ info, expiryMs: 1 }), signal)
    if (status === 200) return true
    const record = lockRecordFromText(Buffer.from(bytes).toString('utf8'))
    return (status === 409 || status === 423) && !isUnreadable(record) && record.info.id !== lockId
  }

  /** One request for the lock. */
  async #lock(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAnswer>> {
    const what = `Locking the state ${stateRefText(ref)}`
    const answer = await this.#send(what, ref, lockRecordText({ info, expiryMs }), signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 200 || status === 201 || status === 204) return ok({ answer: 'ours' })
    if (status === 404 || status === 405 || status === 501) return this.#knowsNoLocks(what, status)
    if (status !== 409 && status !== 423) return httpRefusal(what, answer.value)
    return this.#holder(ref, info, answer.value, signal)
  }

  #send(what: string, ref: StateRef, body: string, signal: AbortSignal): Promise<StateResult<HttpAnswer>> {
    return this.#exchange.send(what, {
      method: this.#settings.lockMethod,
      url: addressOf(this.#settings.lockAddress, ref),
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: Buffer.from(body),
      signal,
    })
  }

  /** Who holds the lock, by what the server says when it refuses it, and by the heartbeat in the state. */
  async #holder(ref: StateRef, asked: LockInfo, answer: HttpAnswer, signal: AbortSignal): Promise<StateResult<LockAnswer>> {
    const text = Buffer.from(answer.bytes).toString('utf8')
    const said = lockRecordFromText(text)
    // An answer lost on the way made us ask again: the lock is ours already.
    if (said.info.id === asked.id) return ok({ answer: 'ours' })
    const isNamed = !isUnreadable(said)
    const heldBy = (holder: LockHolder | undefined) => ok({ answer: { holder, isNamed } })
    const record = withLockId(said) ?? said
    const isOurs = record !== said || text.includes('"meshform"')
    const created = Date.parse(record.info.created)
    const age = isOurs && !Number.isNaN(created) ? answer.now - created : 0
    const holder = holderOf(record, age, this.#process)
    if (holderOf(record, 0, this.#process).expired) return heldBy(holder)
    // Before a heartbeat could be overdue there is nothing to learn from the state.
    if (isNamed && age <= Math.min(this.heartbeatInState.expiryMs, record.expiryMs)) return heldBy(holder)
    const heartbeat = await this.#heartbeat(ref, signal)
    if (!heartbeat.ok) return heartbeat
    if (heartbeat.value === undefined) return heldBy(isNamed ? holder : undefined)
    const { lockId, silentMs, expiryMs } = heartbeat.value
    if (isNamed && lockId !== record.info.id) return heldBy(holder)
    const info = { ...record.info, id: lockId }
    const named = withLockId({ info, expiryMs })?.info ?? info
    return heldBy(holderOf({ info: named, expiryMs }, silentMs, this.#process))
  }

  /** The heartbeat in the state, and how long ago it was by the server's clock. */
  async #heartbeat(
    ref: StateRef,
    signal: AbortSignal,
  ): Promise<StateResult<{ readonly lockId: string; readonly silentMs: number; readonly expiryMs: number } | undefined>> {
    const what = `Reading the heartbeat in the state ${stateRefText(ref)}`
    const url = addressOf(this.#settings.address, ref)
    const state = await this.#exchange.send(what, { method: 'GET', url, headers: this.#headers, signal })
    if (!state.ok) return state
    const found = state.value.status === 200 ? heartbeatInFile(state.value.bytes) : undefined
    if (found === undefined) return ok(undefined)
    return ok({ lockId: found.lockId, silentMs: state.value.now - found.at - DATE_MS, expiryMs: found.expiryMs })
  }

  /** False when the server says that no such lock is there. */
  async #unlock(ref: StateRef, id: string, body: string, signal: AbortSignal): Promise<StateResult<boolean>> {
    const what = `Unlocking the state ${stateRefText(ref)}`
    const { unlockMethod } = this.#settings
    const url = addressOf(this.#settings.unlockAddress, ref)
    // A proxy may drop the body of a DELETE, and GitLab takes away anybody's lock when no id arrives.
    if (unlockMethod === 'DELETE') url.searchParams.set('ID', id)
    const answer = await this.#exchange.send(what, {
      method: unlockMethod,
      url,
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: Buffer.from(body),
      signal,
    })
    if (!answer.ok) return answer
    const { status, tries } = answer.value
    if (status === 200 || status === 204) return ok(true)
    if (status === 404 || status === 409 || status === 423) return ok(tries > 1)
    return httpRefusal(what, answer.value)
  }

  #knowsNoLocks(what: string, status: number): StateResult<never> {
    const { lockMethod, lockAddress } = this.#settings
    return refused({
      kind: 'invalid-configuration',
      message: `${what}: the server answers ${lockMethod} ${lockAddress} with status ${status}, so it seems to lock elsewhere or not at all. Without a lock nothing is applied: set state.http.lockAddress, lockMethod and unlockMethod as the server wants them.`,
    })
  }
}
