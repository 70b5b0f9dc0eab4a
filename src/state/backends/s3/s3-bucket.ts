import type { Clock } from '../../clock.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { CONDITIONS_ON_ETAGS, conditionOnETag, objectWithETag } from '../objects/etag-object.ts'
import type { ObjectStore, ObjectWrite, StoredObject } from '../objects/object-store.ts'
import { settleRefusedWrite } from '../objects/settle-write.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { escapeStrictly } from '../remote/escape-strictly.ts'
import type { HttpAnswer, HttpExchange } from '../remote/http-exchange.ts'
import { sendInTime } from '../remote/send-in-time.ts'
import { storeRefusal, xmlErrorCode } from '../remote/store-refusal.ts'
import { unescapeXml } from '../remote/unescape-xml.ts'
import { signRequest } from './sign-request.ts'

/** Where an S3-compatible store keeps states. */
export interface S3Settings {
  readonly bucket: string
  /** Before all keys, without slashes at its ends; may be ''. */
  readonly prefix: string
  readonly region: string
  /** Of another store than AWS, such as https://minio.example.org: then the bucket is part of the path. */
  readonly endpoint: string | undefined
}

/** Objects of one bucket, read and written under conditions. */
export class S3Bucket implements ObjectStore {
  readonly conditions = CONDITIONS_ON_ETAGS
  readonly #exchange: HttpExchange
  readonly #settings: S3Settings
  readonly #credentials: () => Promise<StateResult<AccessKey>>
  readonly #clock: Clock

  constructor(exchange: HttpExchange, settings: S3Settings, credentials: () => Promise<StateResult<AccessKey>>, clock: Clock) {
    this.#exchange = exchange
    this.#settings = settings
    this.#credentials = credentials
    this.#clock = clock
  }

  tokensToRefuse(): readonly (string | undefined)[] {
    return [undefined, '"00000000000000000000000000000000"']
  }

  /** `s3://bucket/prefix/name`, for people. */
  describe(name: string): string {
    return `s3://${this.#settings.bucket}/${this.#key(name)}`
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>> {
    const answer = await this.#send(what, 'GET', name, {}, new Uint8Array(), signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 404) return isMissingBucket(answer.value) ? this.#noBucket() : ok(undefined)
    return status === 200 ? objectWithETag(what, answer.value) : s3Refusal(what, answer.value)
  }

  async put(
    what: string,
    name: string,
    bytes: Uint8Array,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<ObjectWrite>> {
    const headers = { ...conditionOnETag(expected), 'content-type': 'application/json' }
    const answer = await this.#send(what, 'PUT', name, headers, bytes, signal)
    if (!answer.ok) return answer
    const { status, headers: answered } = answer.value
    if (status === 200 && answered.etag !== undefined) return ok({ kind: 'written', token: answered.etag })
    if (status === 404 && isMissingBucket(answer.value)) return this.#noBucket()
    if (status !== 412 && status !== 409 && status !== 404) return s3Refusal(what, answer.value)
    return settleRefusedWrite(this, what, name, bytes, signal)
  }

  /** Without a condition: not every store knows conditional deletes. */
  async delete(what: string, name: string, _expected: string, signal: AbortSignal): Promise<StateResult<'deleted'>> {
    const answer = await this.#send(what, 'DELETE', name, {}, new Uint8Array(), signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    return status === 204 || status === 200 || status === 404 ? ok('deleted') : s3Refusal(what, answer.value)
  }

  /** Names of all objects below the prefix, in the store's order. */
  async list(what: string, signal: AbortSignal): Promise<StateResult<readonly string[]>> {
    const prefix = this.#key('')
    const names: string[] = []
    for (let from = ''; ; ) {
      const query = { 'list-type': '2', prefix, ...(from === '' ? {} : { 'continuation-token': from }) }
      const answer = await this.#send(what, 'GET', undefined, {}, new Uint8Array(), signal, query)
      if (!answer.ok) return answer
      if (answer.value.status === 404) return this.#noBucket()
      if (answer.value.status !== 200) return s3Refusal(what, answer.value)
      const text = Buffer.from(answer.value.bytes).toString('utf8')
      for (const [, key] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) names.push(unescapeXml(key ?? '').slice(prefix.length))
      from = unescapeXml(/<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(text)?.[1] ?? '')
      if (from === '' || !/<IsTruncated>true<\/IsTruncated>/.test(text)) return ok(names)
    }
  }

  async #send(
    what: string,
    method: string,
    name: string | undefined,
    headers: { readonly [name: string]: string },
    body: Uint8Array,
    signal: AbortSignal,
    query: { readonly [name: string]: string } = {},
  ): Promise<StateResult<HttpAnswer>> {
    const credentials = await this.#credentials()
    if (!credentials.ok) return credentials
    const url = this.#url(name, query)
    const { region } = this.#settings
    const sign = () =>
      signRequest({ method, url, headers, body, region, now: this.#clock.now() + this.#exchange.skewMs }, credentials.value)
    const ask = { method, url, headers, signal, sign, ...(method === 'PUT' ? { body } : {}) }
    return sendInTime(this.#exchange, what, ask, isSkewed)
  }

  #url(name: string | undefined, query: { readonly [name: string]: string }): URL {
    const { bucket, region, endpoint } = this.#settings
    const key = name === undefined ? '' : this.#key(name).split('/').map(escapeStrictly).join('/')
    // A bucket with a dot does not fit the wildcard of the server's certificate.
    const inPath = endpoint !== undefined || bucket.includes('.')
    const base = endpoint ?? (inPath ? `https://s3.${region}.amazonaws.com` : `https://${bucket}.s3.${region}.amazonaws.com`)
    const url = new URL(`${base.replace(/\/+$/, '')}/${inPath ? `${bucket}/` : ''}${key}`)
    for (const [item, value] of Object.entries(query)) url.searchParams.set(item, value)
    // Spaces are %20 in what is signed, and so they must be in what is sent.
    url.search = url.search.replaceAll('+', '%20')
    return url
  }

  #key(name: string): string {
    const { prefix } = this.#settings
    return prefix === '' ? name : `${prefix}/${name}`
  }

  #noBucket(): StateResult<never> {
    return refused({ kind: 'invalid-configuration', message: `There is no bucket ${this.#settings.bucket}. Make it first.` })
  }
}

function isMissingBucket(answer: HttpAnswer): boolean {
  return xmlErrorCode(answer) === 'NoSuchBucket'
}

/** A signature is valid for 15 minutes of the server's time. */
function isSkewed(answer: HttpAnswer): boolean {
  return answer.status === 403 && xmlErrorCode(answer) === 'RequestTimeTooSkewed'
}

function s3Refusal(what: string, answer: HttpAnswer): StateResult<never> {
  return storeRefusal(what, answer, xmlErrorCode(answer))
}
