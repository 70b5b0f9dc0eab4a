import { createHash } from 'node:crypto'
import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { type HttpExchange, httpRefusal } from '../remote/http-exchange.ts'
import { jsonToken } from '../remote/json-token.ts'
import type { HttpLocks } from './http-locks.ts'
import { addressOf, type HttpSettings } from './http-settings.ts'

/** Snapshots on a server that speaks Terraform's state protocol: GET, POST with the lock's id, DELETE. */
export class HttpSnapshots implements SnapshotStore {
  readonly #exchange: HttpExchange
  readonly #settings: HttpSettings
  readonly #headers: { readonly [name: string]: string }

  readonly #locks: Pick<HttpLocks, 'forceUnlock' | 'isLost'>

  constructor(
    exchange: HttpExchange,
    settings: HttpSettings,
    headers: { readonly [name: string]: string },
    locks: Pick<HttpLocks, 'forceUnlock' | 'isLost'>,
  ) {
    this.#exchange = exchange
    this.#locks = locks
    this.#settings = settings
    this.#headers = headers
  }

  describe(ref: StateRef): string {
    return addressOf(this.#settings.address, ref).href
  }

  async read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>> {
    const found = await this.#get(`Reading the state ${stateRefText(ref)}`, ref, signal)
    return found.ok ? ok(found.value.snapshot) : found
  }

  async #get(what: string, ref: StateRef, signal: AbortSignal): Promise<StateResult<Found>> {
    const url = addressOf(this.#settings.address, ref)
    const answer = await this.#exchange.send(what, { method: 'GET', url, headers: this.#headers, signal })
    if (!answer.ok) return answer
    const { status, bytes, headers } = answer.value
    if (status === 204 || status === 404 || (status === 200 && bytes.byteLength === 0)) {
      return ok({ snapshot: undefined, etag: undefined })
    }
    if (status !== 200) return httpRefusal(what, answer.value)
    // A weak ETag guards nothing: it may stay while the bytes change.
    const etag = headers.etag?.startsWith('"') ? headers.etag : undefined
    return ok({ snapshot: { bytes, token: jsonToken(bytes) }, etag })
  }

  /**
   * The protocol has no compare-and-set: what is stored is compared first, under the lock, whose id the server checks. Servers that
   * do have one, by a strong ETag, are asked for it too.
   */
  async write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>> {
    const found = await this.#expect(ref, write.expected, signal)
    if (!found.ok) return found
    const what = `Writing the state ${stateRefText(ref)}`
    const answer = await this.#exchange.send(what, {
      method: this.#settings.updateMethod,
      url: withLock(addressOf(this.#settings.address, ref), write.lockId),
      headers: {
        ...this.#headers,
        'content-type': 'application/json',
        'content-md5': createHash('md5').update(write.bytes).digest('base64'),
        ...(found.value?.etag === undefined ? {} : { 'if-match': found.value.etag }),
      },
      body: write.bytes,
      signal,
    })
    if (!answer.ok) return answer
    const { status } = answer.value
    const token = jsonToken(write.bytes)
    if (status === 200 || status === 201 || status === 204) return ok(token)
    if (status === 401 || status === 403 || status === 413) return httpRefusal(what, answer.value)
    // An earlier try may have got through: GitLab, for one, refuses a serial that it has already.
    const stored = await this.read(ref, signal)
    if (stored.ok && stored.value?.token === token) return ok(token)
    // GitLab answers 500 to a writer whose lock is gone.
    const isLost = status === 409 || status === 423 || (status === 500 && (await this.#locks.isLost(ref, write.lockId, signal)))
    if (isLost) return refused({ kind: 'lock-lost', message: `${what}: the lock is no longer ours.` })
    if (status === 412 || (stored.ok && stored.value?.token !== write.expected)) return this.#moved(ref)
    return httpRefusal(what, answer.value)
  }

  async remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const found = await this.#expect(ref, expected, signal)
    if (!found.ok) return found
    const what = `Deleting the state ${stateRefText(ref)}`
    const deleted = await this.#delete(what, ref, expected, lockId, signal)
    if (!deleted.ok || deleted.value === 'gone') return deleted.ok ? ok(undefined) : deleted
    // GitLab says yes and deletes nothing that is locked, so there it is deleted without the lock.
    const unlocked = await this.#locks.forceUnlock(ref, lockId, signal)
    if (!unlocked.ok) return unlocked
    const again = await this.#delete(what, ref, expected, undefined, signal)
    if (!again.ok || again.value === 'gone') return again.ok ? ok(undefined) : again
    return refused({ kind: 'backend', message: `${what}: the server says that it is deleted, and keeps it.` })
  }

  async #delete(
    what: string,
    ref: StateRef,
    expected: string,
    lockId: string | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<'gone' | 'kept'>> {
    const address = addressOf(this.#settings.address, ref)
    const url = lockId === undefined ? address : withLock(address, lockId)
    const answer = await this.#exchange.send(what, { method: 'DELETE', url, headers: this.#headers, signal })
    if (!answer.ok) return answer
    const { status, tries } = answer.value
    if (status !== 200 && status !== 204 && !(status === 404 && tries > 1)) return httpRefusal(what, answer.value)
    // What can't be read any more is gone: GitLab refuses every request for a state that is being deleted.
    const left = await this.read(ref, signal)
    return ok(left.ok && left.value?.token === expected ? 'kept' : 'gone')
  }

  async list(): Promise<StateResult<readonly StateRef[]>> {
    return refused({
      kind: 'invalid-configuration',
      message: 'The HTTP state protocol has no list of states: name workspace and design.',
    })
  }

  async #expect(ref: StateRef, expected: string | undefined, signal: AbortSignal): Promise<StateResult<Found>> {
    const found = await this.#get(`Reading the state ${stateRefText(ref)}`, ref, signal)
    return !found.ok || found.value.snapshot?.token === expected ? found : this.#moved(ref)
  }

  #moved(ref: StateRef): StateResult<never> {
    return refused({
      kind: 'moved',
      message: `${this.describe(ref)} was changed by someone else since it was read: nothing was written.`,
    })
  }
}

/** A snapshot as it was found, and its ETag where writes may be guarded by it. */
interface Found {
  readonly snapshot: Snapshot | undefined
  readonly etag: string | undefined
}

function withLock(url: URL, lockId: string): URL {
  url.searchParams.set('ID', lockId)
  return url
}
