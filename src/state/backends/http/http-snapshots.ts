import { createHash } from 'node:crypto'
import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { type HttpExchange, httpRefusal } from '../remote/http-exchange.ts'
import { jsonToken } from '../remote/json-token.ts'
import { addressOf, type HttpSettings } from './http-settings.ts'

/** Snapshots on a server that speaks Terraform's state protocol: GET, POST with the lock's id, DELETE. */
export class HttpSnapshots implements SnapshotStore {
  readonly #exchange: HttpExchange
  readonly #settings: HttpSettings
  readonly #headers: { readonly [name: string]: string }

  constructor(exchange: HttpExchange, settings: HttpSettings, headers: { readonly [name: string]: string }) {
    this.#exchange = exchange
    this.#settings = settings
    this.#headers = headers
  }

  describe(ref: StateRef): string {
    return addressOf(this.#settings.address, ref).href
  }

  async read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>> {
    const what = `Reading the state ${stateRefText(ref)}`
    const url = addressOf(this.#settings.address, ref)
    const answer = await this.#exchange.send(what, { method: 'GET', url, headers: this.#headers, signal })
    if (!answer.ok) return answer
    const { status, bytes } = answer.value
    if (status === 204 || status === 404 || (status === 200 && bytes.byteLength === 0)) return ok(undefined)
    if (status !== 200) return httpRefusal(what, answer.value)
    return ok({ bytes, token: jsonToken(bytes) })
  }

  /** The protocol has no compare-and-set: what is stored is compared first, under the lock, whose id the server checks. */
  async write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>> {
    const expected = await this.#expect(ref, write.expected, signal)
    if (!expected.ok) return expected
    const what = `Writing the state ${stateRefText(ref)}`
    const answer = await this.#exchange.send(what, {
      method: this.#settings.updateMethod,
      url: withLock(addressOf(this.#settings.address, ref), write.lockId),
      headers: {
        ...this.#headers,
        'content-type': 'application/json',
        'content-md5': createHash('md5').update(write.bytes).digest('base64'),
      },
      body: write.bytes,
      signal,
    })
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 409 || status === 423) return refused({ kind: 'lock-lost', message: `${what}: the lock is no longer ours.` })
    if (status !== 200 && status !== 201 && status !== 204) return httpRefusal(what, answer.value)
    return ok(jsonToken(write.bytes))
  }

  async remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const found = await this.#expect(ref, expected, signal)
    if (!found.ok) return found
    const what = `Deleting the state ${stateRefText(ref)}`
    const url = withLock(addressOf(this.#settings.address, ref), lockId)
    const answer = await this.#exchange.send(what, { method: 'DELETE', url, headers: this.#headers, signal })
    if (!answer.ok) return answer
    const { status, tries } = answer.value
    return status === 200 || status === 204 || (status === 404 && tries > 1) ? ok(undefined) : httpRefusal(what, answer.value)
  }

  async list(): Promise<StateResult<readonly StateRef[]>> {
    return refused({
      kind: 'invalid-configuration',
      message: 'The HTTP state protocol has no list of states: name workspace and design.',
    })
  }

  async #expect(ref: StateRef, expected: string | undefined, signal: AbortSignal): Promise<StateResult<void>> {
    const found = await this.read(ref, signal)
    if (!found.ok) return found
    if (found.value?.token === expected) return ok(undefined)
    return refused({
      kind: 'moved',
      message: `${this.describe(ref)} was changed by someone else since it was read: nothing was written.`,
    })
  }
}

function withLock(url: URL, lockId: string): URL {
  url.searchParams.set('ID', lockId)
  return url
}
