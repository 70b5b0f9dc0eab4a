import type { Clock } from '../../clock.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { CONDITIONS_ON_ETAGS, conditionOnETag, objectWithETag } from '../objects/etag-object.ts'
import type { ObjectStore, ObjectWrite, StoredObject } from '../objects/object-store.ts'
import { settleRefusedWrite } from '../objects/settle-write.ts'
import { jsonOf } from '../remote/access-token.ts'
import { escapeStrictly } from '../remote/escape-strictly.ts'
import type { HttpAnswer, HttpExchange } from '../remote/http-exchange.ts'
import { sendInTime } from '../remote/send-in-time.ts'
import { storeRefusal, wordOf } from '../remote/store-refusal.ts'
import type { OracleKey } from './oracle-credentials.ts'
import { oracleAuthorization } from './sign-oracle.ts'

/** Where Oracle's Object Storage keeps states. */
export interface OracleSettings {
  /** Of the tenancy's buckets. */
  readonly namespace: string
  readonly bucket: string
  /** Before all names, without slashes at its ends; may be ''. */
  readonly prefix: string
  /** Undefined for the one of the profile that the key is from. */
  readonly region: string | undefined
  /** Of another realm or server, such as https://objectstorage.us-gov-ashburn-1.oraclegovcloud.com. */
  readonly endpoint: string | undefined
}

/** Waits before asking again for a bucket that Oracle says is not there, in milliseconds. */
const BUCKET_WAITS_MS = [500, 2_000]

/** Objects of one bucket by Oracle's own API, read, written and deleted under their ETags (`if-match`, `if-none-match`). */
export class OracleBucket implements ObjectStore {
  readonly conditions = CONDITIONS_ON_ETAGS
  readonly #exchange: HttpExchange
  readonly #settings: OracleSettings
  readonly #key: () => Promise<StateResult<OracleKey>>
  readonly #clock: Clock

  constructor(exchange: HttpExchange, settings: OracleSettings, key: () => Promise<StateResult<OracleKey>>, clock: Clock) {
    this.#exchange = exchange
    this.#settings = settings
    this.#key = key
    this.#clock = clock
  }

  /** Oracle's own servers heed them. */
  tokensToRefuse(): readonly (string | undefined)[] {
    return this.#settings.endpoint === undefined ? [] : [undefined, '00000000-0000-0000-0000-000000000000']
  }

  describe(name: string): string {
    const { namespace, bucket } = this.#settings
    return `ocistore://${namespace}/${bucket}/${this.#name(name)}`
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>> {
    const answer = await this.#send(what, 'GET', name, {}, undefined, signal)
    if (!answer.ok) return answer
    if (answer.value.status === 200) return objectWithETag(what, answer.value)
    return codeOf(answer.value) === 'ObjectNotFound' ? ok(undefined) : this.#refusal(what, answer.value)
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
    const isRace = status === 412 || status === 409 || codeOf(answer.value) === 'ObjectNotFound'
    return isRace ? settleRefusedWrite(this, what, name, bytes, signal) : this.#refusal(what, answer.value)
  }

  async delete(what: string, name: string, expected: string, signal: AbortSignal): Promise<StateResult<'deleted' | 'refused'>> {
    const answer = await this.#send(what, 'DELETE', name, { 'if-match': expected }, undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status === 204 || status === 200 || codeOf(answer.value) === 'ObjectNotFound') return ok('deleted')
    return status === 412 ? ok('refused') : this.#refusal(what, answer.value)
  }

  async list(what: string, signal: AbortSignal): Promise<StateResult<readonly string[]>> {
    const prefix = this.#name('')
    const names: string[] = []
    for (let start = ''; ; ) {
      const query = { prefix, fields: 'name', ...(start === '' ? {} : { start }) }
      const answer = await this.#send(what, 'GET', undefined, {}, undefined, signal, query)
      if (!answer.ok) return answer
      if (answer.value.status !== 200) return this.#refusal(what, answer.value)
      const { objects, nextStartWith } = jsonOf(answer.value) as { readonly objects?: unknown; readonly nextStartWith?: unknown }
      for (const object of Array.isArray(objects) ? (objects as readonly { readonly name?: unknown }[]) : []) {
        if (typeof object.name === 'string') names.push(object.name.slice(prefix.length))
      }
      if (typeof nextStartWith !== 'string' || nextStartWith === '') return ok(names)
      start = nextStartWith
    }
  }

  /** Now and then Oracle says of a bucket that is there that it is not: nothing was done then, and asking again helps. */
  async #send(
    what: string,
    method: string,
    name: string | undefined,
    headers: { readonly [name: string]: string },
    body: Uint8Array | undefined,
    signal: AbortSignal,
    query: { readonly [name: string]: string } = {},
  ): Promise<StateResult<HttpAnswer>> {
    for (let tries = 0; ; tries++) {
      const key = await this.#key()
      if (!key.ok) return key
      const url = this.#url(key.value, name, query)
      if (!url.ok) return url
      const sign = () => {
        const date = new Date(this.#clock.now() + this.#exchange.skewMs).toUTCString()
        return { date, authorization: oracleAuthorization({ method, url: url.value, date }, key.value) }
      }
      const ask = { method, url: url.value, headers, signal, sign, ...(body === undefined ? {} : { body }) }
      const answer = await sendInTime(this.#exchange, what, ask, isSkewed)
      const wait = BUCKET_WAITS_MS[tries]
      if (!answer.ok || wait === undefined || codeOf(answer.value) !== 'BucketNotFound') return answer
      await this.#clock.sleep(wait, signal)
    }
  }

  #url(key: OracleKey, name: string | undefined, query: { readonly [name: string]: string }): StateResult<URL> {
    const { namespace, bucket, endpoint } = this.#settings
    const region = this.#settings.region ?? key.region
    if (endpoint === undefined && region === undefined) {
      return refused({
        kind: 'invalid-configuration',
        message:
          "A state in Oracle's Object Storage needs its region: add ?region=REGION, set OCI_CLI_REGION, or name it in the profile.",
      })
    }
    const base = (endpoint ?? `https://objectstorage.${region}.oraclecloud.com`).replace(/\/+$/, '')
    const object = name === undefined ? '' : `/${this.#name(name).split('/').map(escapeStrictly).join('/')}`
    const url = new URL(`${base}/n/${namespace}/b/${escapeStrictly(bucket)}/o${object}`)
    for (const [item, value] of Object.entries(query)) url.searchParams.set(item, value)
    url.search = url.search.replaceAll('+', '%20')
    return ok(url)
  }

  #name(name: string): string {
    const { prefix } = this.#settings
    return prefix === '' ? name : `${prefix}/${name}`
  }

  #refusal(what: string, answer: HttpAnswer): StateResult<never> {
    const { namespace, bucket } = this.#settings
    const code = codeOf(answer)
    if (code === 'BucketNotFound' || code === 'NamespaceNotFound') {
      return refused({
        kind: 'invalid-configuration',
        message: `There is no bucket ${bucket} in the namespace ${namespace} in this region, or these credentials may not use it (Oracle does not say which). Make it first, or allow it.`,
      })
    }
    return storeRefusal(what, answer, code)
  }
}

function codeOf(answer: HttpAnswer): string {
  const { code } = answer.status < 400 ? {} : jsonOf(answer)
  return typeof code === 'string' ? wordOf(code) : ''
}

/** More than five minutes apart; the word is the same as for a wrong key, so that only the sentence tells. */
function isSkewed(answer: HttpAnswer): boolean {
  return answer.status === 401 && /clock skew/i.test(Buffer.from(answer.bytes).toString('utf8'))
}
