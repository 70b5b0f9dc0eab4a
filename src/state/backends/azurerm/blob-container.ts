import type { Clock } from '../../clock.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { CONDITIONS_ON_ETAGS, conditionOnETag, objectWithETag } from '../objects/etag-object.ts'
import type { ObjectStore, ObjectWrite, StoredObject } from '../objects/object-store.ts'
import { settleRefusedWrite } from '../objects/settle-write.ts'
import type { HttpAnswer, HttpExchange } from '../remote/http-exchange.ts'
import { sendInTime } from '../remote/send-in-time.ts'
import { storeRefusal, wordOf, xmlErrorCode } from '../remote/store-refusal.ts'
import { unescapeXml } from '../remote/unescape-xml.ts'
import { sharedKeySignature } from './shared-key.ts'

/** Where Azure Blob Storage keeps states. */
export interface BlobSettings {
  readonly account: string
  readonly container: string
  /** Before all names, without slashes at its ends; may be ''. */
  readonly prefix: string
  /** Of the account's blobs, such as https://shop.blob.core.windows.net or http://127.0.0.1:10000/devstoreaccount1. */
  readonly endpoint: string
  /** Whether the endpoint is another than Azure's. */
  readonly isForeign: boolean
}

/** What a request is let in by. In memory only. */
export type BlobCredentials =
  | { readonly kind: 'shared-key'; readonly key: Uint8Array }
  /** The query of a shared access signature, without its question mark. */
  | { readonly kind: 'sas'; readonly query: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** Azure takes a time that is off by less than 15 minutes; in milliseconds. */
const SKEW_MS = 14 * 60 * 1000

/** The version of the service's protocol (2021-12-02): blobs of 5,000 MiB in one write, and all that is asked for here. */
const VERSION = '2021-12-02'

/** Blobs of one container, read and written under their ETags (`If-Match`, `If-None-Match`). */
export class BlobContainer implements ObjectStore {
  readonly conditions = CONDITIONS_ON_ETAGS
  readonly #exchange: HttpExchange
  readonly #settings: BlobSettings
  readonly #credentials: (signal: AbortSignal) => Promise<StateResult<BlobCredentials>>
  readonly #clock: Clock

  constructor(
    exchange: HttpExchange,
    settings: BlobSettings,
    credentials: (signal: AbortSignal) => Promise<StateResult<BlobCredentials>>,
    clock: Clock,
  ) {
    this.#exchange = exchange
    this.#settings = settings
    this.#credentials = credentials
    this.#clock = clock
  }

  /** Azure's own servers heed them. */
  tokensToRefuse(): readonly (string | undefined)[] {
    return this.#settings.isForeign ? [undefined, '"0x0000000000000000"'] : []
  }

  describe(name: string): string {
    return `azurerm://${this.#settings.account}/${this.#settings.container}/${this.#name(name)}`
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>> {
    const answer = await this.#send(what, 'GET', name, {}, undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 404) return isMissingContainer(answer.value) ? this.#noContainer() : ok(undefined)
    return status === 200 ? objectWithETag(what, answer.value) : blobRefusal(what, answer.value)
  }

  async put(
    what: string,
    name: string,
    bytes: Uint8Array,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<ObjectWrite>> {
    const headers = { ...conditionOnETag(expected), 'content-type': 'application/json', 'x-ms-blob-type': 'BlockBlob' }
    const answer = await this.#send(what, 'PUT', name, headers, bytes, signal)
    if (!answer.ok) return answer
    const { status, headers: answered } = answer.value
    if (status === 201 && answered.etag !== undefined) return ok({ kind: 'written', token: answered.etag })
    if (status === 404 && isMissingContainer(answer.value)) return this.#noContainer()
    // 409 is also for a lease of somebody else's, which is no race but has to be ended.
    const isRace = status === 412 || status === 404 || (status === 409 && codeOf(answer.value) === 'BlobAlreadyExists')
    return isRace && !isLeased(answer.value)
      ? settleRefusedWrite(this, what, name, bytes, signal)
      : blobRefusal(what, answer.value)
  }

  async delete(what: string, name: string, expected: string, signal: AbortSignal): Promise<StateResult<'deleted' | 'refused'>> {
    const answer = await this.#send(what, 'DELETE', name, { 'if-match': expected }, undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 202 || status === 404) return ok('deleted')
    return status === 412 && !isLeased(answer.value) ? ok('refused') : blobRefusal(what, answer.value)
  }

  async list(what: string, signal: AbortSignal): Promise<StateResult<readonly string[]>> {
    const prefix = this.#name('')
    const names: string[] = []
    for (let marker = ''; ; ) {
      const query = { restype: 'container', comp: 'list', prefix, ...(marker === '' ? {} : { marker }) }
      const answer = await this.#send(what, 'GET', undefined, {}, undefined, signal, query)
      if (!answer.ok) return answer
      if (answer.value.status === 404) return this.#noContainer()
      if (answer.value.status !== 200) return blobRefusal(what, answer.value)
      const text = Buffer.from(answer.value.bytes).toString('utf8')
      for (const [, name] of text.matchAll(/<Blob>\s*<Name>([^<]*)<\/Name>/g)) {
        names.push(unescapeXml(name ?? '').slice(prefix.length))
      }
      marker = unescapeXml(/<NextMarker>([^<]*)<\/NextMarker>/.exec(text)?.[1] ?? '')
      if (marker === '') return ok(names)
    }
  }

  async #send(
    what: string,
    method: string,
    name: string | undefined,
    given: { readonly [name: string]: string },
    body: Uint8Array | undefined,
    signal: AbortSignal,
    query: { readonly [name: string]: string } = {},
  ): Promise<StateResult<HttpAnswer>> {
    const credentials = await this.#credentials(signal)
    if (!credentials.ok) return credentials
    const url = this.#url(name, query)
    if (credentials.value.kind === 'sas') {
      for (const [item, value] of new URLSearchParams(credentials.value.query)) url.searchParams.set(item, value)
    }
    url.search = url.search.replaceAll('+', '%20')
    const headers = { ...given, 'x-ms-version': VERSION }
    const length = body?.byteLength ?? 0
    let signedAt = 0
    const sign = () => {
      signedAt = this.#clock.now() + this.#exchange.skewMs
      const dated = { ...headers, 'x-ms-date': new Date(signedAt).toUTCString() }
      return { ...dated, ...authorization({ method, url, headers: dated, length }, this.#settings.account, credentials.value) }
    }
    // Azure has one word for a wrong signature and a wrong time, so the times are compared.
    const isSkewed = (answer: HttpAnswer) =>
      answer.status === 403 && codeOf(answer) === 'AuthenticationFailed' && Math.abs(answer.now - signedAt) > SKEW_MS
    const ask = { method, url, headers, signal, sign, ...(body === undefined ? {} : { body }) }
    return sendInTime(this.#exchange, what, ask, isSkewed)
  }

  #url(name: string | undefined, query: { readonly [name: string]: string }): URL {
    const { container, endpoint } = this.#settings
    const path = name === undefined ? '' : `/${this.#name(name).split('/').map(encodeURIComponent).join('/')}`
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${container}${path}`)
    for (const [item, value] of Object.entries(query)) url.searchParams.set(item, value)
    return url
  }

  #name(name: string): string {
    const { prefix } = this.#settings
    return prefix === '' ? name : `${prefix}/${name}`
  }

  #noContainer(): StateResult<never> {
    const { account, container } = this.#settings
    const message = `There is no container ${container} in the storage account ${account}. Make it first.`
    return refused({ kind: 'invalid-configuration', message })
  }
}

function authorization(
  request: {
    readonly method: string
    readonly url: URL
    readonly headers: { readonly [name: string]: string }
    readonly length: number
  },
  account: string,
  credentials: BlobCredentials,
): { readonly [name: string]: string } {
  switch (credentials.kind) {
    case 'shared-key':
      return { authorization: `SharedKey ${account}:${sharedKeySignature(request, account, credentials.key)}` }
    case 'sas':
      return {}
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` }
  }
}

/** The word that Azure has for an error; its text may hold what was signed, so it is not shown. */
function codeOf(answer: HttpAnswer): string {
  const code = answer.headers['x-ms-error-code']
  return code === undefined ? xmlErrorCode(answer) : wordOf(code)
}

function isMissingContainer(answer: HttpAnswer): boolean {
  return codeOf(answer) === 'ContainerNotFound'
}

function isLeased(answer: HttpAnswer): boolean {
  return codeOf(answer).startsWith('Lease')
}

function blobRefusal(what: string, answer: HttpAnswer): StateResult<never> {
  const code = codeOf(answer)
  if (isLeased(answer)) {
    return refused({ kind: 'backend', message: `${what}: the blob has a lease of somebody else's (${code}). Break it there.` })
  }
  return storeRefusal(what, answer, code)
}
