import type { LockAttempt, LockStore } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { type LockRecord, lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { holderOf } from '../remote/holder.ts'
import { type HttpAnswer, type HttpExchange, httpRefusal } from '../remote/http-exchange.ts'
import { addressOf, type HttpSettings } from './http-settings.ts'

/**
 * Locks in Terraform's protocol: LOCK and UNLOCK with the lock's information as the body. It knows neither heartbeat nor expiry nor a
 * way to look; so a lock of ours says how long it may last at most, ends by itself then, and is taken away by the next one.
 */
export class HttpLocks implements LockStore {
  readonly fixedExpiryMs: number
  readonly #exchange: HttpExchange
  readonly #settings: HttpSettings
  readonly #headers: { readonly [name: string]: string }
  readonly #process: ProcessIdentity
  readonly #clock: Clock

  constructor(
    exchange: HttpExchange,
    settings: HttpSettings,
    headers: { readonly [name: string]: string },
    process: ProcessIdentity,
    clock: Clock,
  ) {
    this.#exchange = exchange
    this.#settings = settings
    this.#headers = headers
    this.#process = process
    this.#clock = clock
    this.fixedExpiryMs = settings.lockExpiryMs
  }

  async acquire(ref: StateRef, info: LockInfo, expiryMs: number, signal: AbortSignal): Promise<StateResult<LockAttempt>> {
    const first = await this.#lock(ref, info, expiryMs, signal)
    if (!first.ok) return first
    const { holder } = first.value
    if (holder === undefined) return ok({ kind: 'acquired', tookOver: undefined })
    if (!holder.expired) return ok({ kind: 'held', holder })
    // Its id makes sure that only the lock that was seen is taken away; whoever locks first afterwards has it.
    const removed = await this.#unlock(ref, lockRecordText({ info: holder.info, expiryMs }), signal)
    if (!removed.ok) return removed
    const second = await this.#lock(ref, info, expiryMs, signal)
    if (!second.ok) return second
    return ok(
      second.value.holder === undefined ? { kind: 'acquired', tookOver: holder } : { kind: 'held', holder: second.value.holder },
    )
  }

  async renew(): Promise<StateResult<'fixed'>> {
    return ok('fixed')
  }

  async release(ref: StateRef, info: LockInfo, signal: AbortSignal): Promise<StateResult<'released' | 'lost'>> {
    const answer = await this.#unlock(ref, lockRecordText({ info, expiryMs: this.fixedExpiryMs }), signal)
    if (!answer.ok) return answer
    return ok(answer.value ? 'released' : 'lost')
  }

  /** The protocol cannot ask who holds a lock. */
  async inspect(): Promise<StateResult<LockHolder | undefined>> {
    return ok(undefined)
  }

  async forceUnlock(ref: StateRef, id: string, signal: AbortSignal): Promise<StateResult<void>> {
    const answer = await this.#unlock(ref, `${JSON.stringify({ ID: id })}\n`, signal)
    if (!answer.ok) return answer
    return answer.value
      ? ok(undefined)
      : refused({ kind: 'not-found', message: `The server knows no lock of ${stateRefText(ref)} with the id ${id}.` })
  }

  /** One attempt: `holder` is undefined when the lock is ours. */
  async #lock(
    ref: StateRef,
    info: LockInfo,
    expiryMs: number,
    signal: AbortSignal,
  ): Promise<StateResult<{ readonly holder: LockHolder | undefined }>> {
    const what = `Locking the state ${stateRefText(ref)}`
    const answer = await this.#exchange.send(what, {
      method: this.#settings.lockMethod,
      url: addressOf(this.#settings.lockAddress, ref),
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: Buffer.from(lockRecordText({ info, expiryMs })),
      signal,
    })
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 200 || status === 201) return ok({ holder: undefined })
    if (status !== 409 && status !== 423) return httpRefusal(what, answer.value)
    const record = recordOf(answer.value)
    // An answer lost on the way made us ask again: the lock is ours already.
    if (record.info.id === info.id) return ok({ holder: undefined })
    const created = Date.parse(record.info.created)
    const silentMs = Number.isNaN(created) || record.foreign ? 0 : this.#clock.now() - created
    return ok({ holder: holderOf(record, silentMs, this.#process) })
  }

  /** False when the server says that no such lock is there. */
  async #unlock(ref: StateRef, body: string, signal: AbortSignal): Promise<StateResult<boolean>> {
    const what = `Unlocking the state ${stateRefText(ref)}`
    const answer = await this.#exchange.send(what, {
      method: this.#settings.unlockMethod,
      url: addressOf(this.#settings.unlockAddress, ref),
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: Buffer.from(body),
      signal,
    })
    if (!answer.ok) return answer
    const { status, tries } = answer.value
    if (status === 200 || status === 204) return ok(true)
    if (status === 404 && tries > 1) return ok(true)
    if (status === 404 || status === 409 || status === 423) return ok(false)
    return httpRefusal(what, answer.value)
  }
}

/** What the server says of the holder. `foreign`: no lock of ours, which therefore says nothing of how long it lasts. */
function recordOf(answer: HttpAnswer): LockRecord & { readonly foreign: boolean } {
  const text = Buffer.from(answer.bytes).toString('utf8')
  return { ...lockRecordFromText(text), foreign: !text.includes('"meshform"') }
}
