import { ok, refused, type StateResult } from '../../state-result.ts'
import type { ObjectStore, ObjectWrite, StoredObject } from '../objects/object-store.ts'
import { settleRefusedWrite } from '../objects/settle-write.ts'
import { jsonOf } from '../remote/access-token.ts'
import { type HttpAnswer, type HttpExchange, httpRefusal } from '../remote/http-exchange.ts'

/** Where Google Cloud Storage keeps states. */
export interface GcsSettings {
  readonly bucket: string
  /** Before all names, without slashes at its ends; may be ''. */
  readonly prefix: string
  /** Of another server than Google's, such as http://127.0.0.1:4443. */
  readonly endpoint: string | undefined
}

/** A bearer token; undefined for a server that wants none. */
export type GcsToken = (signal: AbortSignal) => Promise<StateResult<string | undefined>>

const GOOGLE = 'https://storage.googleapis.com'

/**
 * Objects of one bucket by the JSON API. Their tokens are generations: a write names the one it replaces (`ifGenerationMatch`, 0 for
 * none), so that of two writers one is refused.
 */
export class GcsBucket implements ObjectStore {
  readonly conditions = 'ifGenerationMatch'
  readonly #exchange: HttpExchange
  readonly #settings: GcsSettings
  readonly #token: GcsToken

  constructor(exchange: HttpExchange, settings: GcsSettings, token: GcsToken) {
    this.#exchange = exchange
    this.#settings = settings
    this.#token = token
  }

  /** Google's own servers heed them. */
  tokensToRefuse(): readonly (string | undefined)[] {
    return this.#settings.endpoint === undefined ? [] : [undefined, '1']
  }

  describe(name: string): string {
    return `gcs://${this.#settings.bucket}/${this.#name(name)}`
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>> {
    const answer = await this.#send(what, 'GET', this.#url(name, { alt: 'media' }), undefined, signal)
    if (!answer.ok) return answer
    const { status, headers, bytes, now } = answer.value
    if (status === 404) return this.#missing(answer.value)
    if (status !== 200) return httpRefusal(what, answer.value)
    const token = headers['x-goog-generation']
    if (token === undefined || !/^\d+$/.test(token)) {
      return refused({ kind: 'backend', message: `${what}: the store answers without a generation, which writes need.` })
    }
    const modified = Date.parse(headers['last-modified'] ?? '')
    if (!Number.isNaN(modified)) return ok({ bytes, token, modified, now })
    const updated = await this.#updated(what, name, token, signal)
    return updated.ok ? ok({ bytes, token, modified: updated.value ?? now, now }) : updated
  }

  async put(
    what: string,
    name: string,
    bytes: Uint8Array,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<ObjectWrite>> {
    const query = { uploadType: 'media', name: this.#name(name), ifGenerationMatch: expected ?? '0' }
    const answer = await this.#send(what, 'POST', this.#url(undefined, query, '/upload'), bytes, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    const { generation } = jsonOf(answer.value)
    if (status === 200 && typeof generation === 'string') return ok({ kind: 'written', token: generation })
    if (status === 404) {
      const missing = this.#missing(answer.value)
      return missing.ok ? httpRefusal(what, answer.value) : missing
    }
    return status === 412 ? settleRefusedWrite(this, what, name, bytes, signal) : httpRefusal(what, answer.value)
  }

  async delete(what: string, name: string, expected: string, signal: AbortSignal): Promise<StateResult<'deleted' | 'refused'>> {
    const answer = await this.#send(what, 'DELETE', this.#url(name, { ifGenerationMatch: expected }), undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 204 || status === 200 || status === 404) return ok('deleted')
    return status === 412 ? ok('refused') : httpRefusal(what, answer.value)
  }

  async list(what: string, signal: AbortSignal): Promise<StateResult<readonly string[]>> {
    const prefix = this.#name('')
    const names: string[] = []
    for (let pageToken = ''; ; ) {
      const query = { prefix, fields: 'items(name),nextPageToken', ...(pageToken === '' ? {} : { pageToken }) }
      const answer = await this.#send(what, 'GET', this.#url(undefined, query), undefined, signal)
      if (!answer.ok) return answer
      if (answer.value.status === 404) return this.#noBucket()
      if (answer.value.status !== 200) return httpRefusal(what, answer.value)
      const { items, nextPageToken } = jsonOf(answer.value) as { readonly items?: unknown; readonly nextPageToken?: unknown }
      for (const item of Array.isArray(items) ? (items as readonly { readonly name?: unknown }[]) : []) {
        if (typeof item.name === 'string') names.push(item.name.slice(prefix.length))
      }
      if (typeof nextPageToken !== 'string' || nextPageToken === '') return ok(names)
      pageToken = nextPageToken
    }
  }

  /** Of a server that says no time with the content. Undefined when it was replaced meanwhile: then it is as new as can be. */
  async #updated(what: string, name: string, generation: string, signal: AbortSignal): Promise<StateResult<number | undefined>> {
    const url = this.#url(name, { ifGenerationMatch: generation, fields: 'updated' })
    const answer = await this.#send(what, 'GET', url, undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 412 || status === 404) return ok(undefined)
    if (status !== 200) return httpRefusal(what, answer.value)
    const updated = Date.parse(String(jsonOf(answer.value).updated))
    return ok(Number.isNaN(updated) ? undefined : updated)
  }

  async #send(
    what: string,
    method: string,
    url: URL,
    body: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<HttpAnswer>> {
    const token = await this.#token(signal)
    if (!token.ok) return token
    const headers = {
      ...(token.value === undefined ? {} : { authorization: `Bearer ${token.value}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    return this.#exchange.send(what, { method, url, headers, signal, ...(body === undefined ? {} : { body }) })
  }

  #url(name: string | undefined, query: Readonly<Record<string, string>>, before = ''): URL {
    const { bucket, endpoint } = this.#settings
    const object = name === undefined ? '' : `/${encodeURIComponent(this.#name(name))}`
    const url = new URL(`${(endpoint ?? GOOGLE).replace(/\/+$/, '')}${before}/storage/v1/b/${bucket}/o${object}`)
    for (const [item, value] of Object.entries(query)) url.searchParams.set(item, value)
    return url
  }

  #name(name: string): string {
    const { prefix } = this.#settings
    return prefix === '' ? name : `${prefix}/${name}`
  }

  /** A 404 is for the object, or for the bucket: only the words tell. */
  #missing({ bytes }: HttpAnswer): StateResult<undefined> {
    return /bucket (does not exist|not found)|not found: bucket/i.test(Buffer.from(bytes).toString('utf8'))
      ? this.#noBucket()
      : ok(undefined)
  }

  #noBucket(): StateResult<never> {
    return refused({ kind: 'invalid-configuration', message: `There is no bucket ${this.#settings.bucket}. Make it first.` })
  }
}
