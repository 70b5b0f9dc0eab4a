import { createHash } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { objectWithETag } from '../objects/etag-object.ts'
import type { StoredObject } from '../objects/object-store.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { escapeStrictly } from '../remote/escape-strictly.ts'
import type { HttpAnswer, HttpExchange } from '../remote/http-exchange.ts'
import { sendInTime } from '../remote/send-in-time.ts'
import { storeRefusal, xmlErrorCode } from '../remote/store-refusal.ts'
import { unescapeXml } from '../remote/unescape-xml.ts'
import type { CreateOnlyStore, ListedObject } from './create-only-store.ts'

/** Where such a bucket keeps states. */
export interface BucketSettings {
  readonly bucket: string
  /** Before all names, without slashes at its ends; may be ''. */
  readonly prefix: string
  readonly region: string
  /** Of the region, or of another server, such as https://oss-cn-hangzhou-internal.aliyuncs.com. */
  readonly endpoint: string
}

/** A request before it is signed. */
export interface BucketRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly bucket: string
  readonly region: string
  /** Of the object, as it is named; '' for the bucket itself. */
  readonly key: string
  /** Milliseconds since 1970 by the store's clock. */
  readonly now: number
}

/** What tells one store of this kind from another: the same requests and answers, other names and signatures. */
export interface BucketDialect {
  /** Of addresses. */
  readonly scheme: string
  /** What headers of its own begin with, such as `x-oss-`. */
  readonly prefix: string
  /** The headers that sign a request. */
  sign(request: BucketRequest, key: AccessKey): { readonly [name: string]: string }
}

/** Objects of a bucket of Alibaba's OSS or Tencent's COS, which can refuse to overwrite and know no other condition of a write. */
export class CreateOnlyBucket implements CreateOnlyStore {
  readonly conditions: string
  readonly #exchange: HttpExchange
  readonly #dialect: BucketDialect
  readonly #settings: BucketSettings
  readonly #key: () => Promise<StateResult<AccessKey>>
  readonly #clock: Clock

  constructor(
    exchange: HttpExchange,
    dialect: BucketDialect,
    settings: BucketSettings,
    key: () => Promise<StateResult<AccessKey>>,
    clock: Clock,
  ) {
    this.#exchange = exchange
    this.#dialect = dialect
    this.#settings = settings
    this.#key = key
    this.#clock = clock
    this.conditions = `${dialect.prefix}forbid-overwrite, which has no effect where the bucket's versioning is on or ever was`
  }

  describe(name: string): string {
    return `${this.#dialect.scheme}://${this.#settings.bucket}/${this.#keyOf(name)}`
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<StoredObject | undefined>> {
    const answer = await this.#send(what, 'GET', this.#keyOf(name), {}, undefined, signal)
    if (!answer.ok) return answer
    if (answer.value.status === 200) return objectWithETag(what, answer.value)
    return answer.value.status === 404 && xmlErrorCode(answer.value) !== 'NoSuchBucket'
      ? ok(undefined)
      : this.#refusal(what, answer.value)
  }

  async create(what: string, name: string, bytes: Uint8Array, signal: AbortSignal): Promise<StateResult<'created' | 'exists'>> {
    const headers = {
      'content-type': 'application/json',
      'content-md5': createHash('md5').update(bytes).digest('base64'),
      [`${this.#dialect.prefix}forbid-overwrite`]: 'true',
    }
    const answer = await this.#send(what, 'PUT', this.#keyOf(name), headers, bytes, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    // Of what a policy protects, nothing can be said but that.
    if (status === 409 && xmlErrorCode(answer.value) !== 'FileImmutable') return ok('exists')
    if (status !== 200) return this.#refusal(what, answer.value)
    if (answer.value.headers[`${this.#dialect.prefix}version-id`] === undefined) return ok('created')
    await this.remove(what, name, signal)
    return refused({
      kind: 'invalid-configuration',
      message: `The bucket ${this.#settings.bucket} has versioning, with which the store ignores ${this.#dialect.prefix}forbid-overwrite and can't keep two applies apart. Nothing is applied with a state there: take a bucket whose versioning never was on.`,
    })
  }

  async remove(what: string, name: string, signal: AbortSignal): Promise<StateResult<void>> {
    const answer = await this.#send(what, 'DELETE', this.#keyOf(name), {}, undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    return status === 204 || status === 200 || status === 404 ? ok(undefined) : this.#refusal(what, answer.value)
  }

  async list(what: string, beginning: string, signal: AbortSignal): Promise<StateResult<readonly ListedObject[]>> {
    const skipped = this.#keyOf('').length
    const objects: ListedObject[] = []
    for (let marker = ''; ; ) {
      const query = { 'encoding-type': 'url', prefix: this.#keyOf(beginning), ...(marker === '' ? {} : { marker }) }
      const answer = await this.#send(what, 'GET', '', {}, undefined, signal, query)
      if (!answer.ok) return answer
      if (answer.value.status !== 200) return this.#refusal(what, answer.value)
      const page = Buffer.from(answer.value.bytes).toString('utf8')
      for (const [, item = ''] of page.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
        objects.push({ name: decoded(item, 'Key').slice(skipped), size: Number(/<Size>(\d+)<\/Size>/.exec(item)?.[1] ?? 0) })
      }
      if (!/<IsTruncated>true<\/IsTruncated>/.test(page)) return ok(objects)
      const next = decoded(page, 'NextMarker')
      if (next === '' || next === marker) {
        return refused({ kind: 'backend', message: `${what}: the store's list of objects breaks off.` })
      }
      marker = next
    }
  }

  async #send(
    what: string,
    method: string,
    key: string,
    headers: { readonly [name: string]: string },
    body: Uint8Array | undefined,
    signal: AbortSignal,
    query: { readonly [name: string]: string } = {},
  ): Promise<StateResult<HttpAnswer>> {
    const accessKey = await this.#key()
    if (!accessKey.ok) return accessKey
    const { bucket, region } = this.#settings
    const url = this.#url(key, query)
    const sign = () => {
      const now = this.#clock.now() + this.#exchange.skewMs
      return this.#dialect.sign({ method, url, headers, bucket, region, key, now }, accessKey.value)
    }
    const ask = { method, url, headers, signal, sign, ...(body === undefined ? {} : { body }) }
    return sendInTime(this.#exchange, what, ask, isSkewed)
  }

  #url(key: string, query: { readonly [name: string]: string }): URL {
    const { bucket, endpoint } = this.#settings
    const url = new URL(endpoint)
    // A server of one's own has one name; the clouds want the bucket in it.
    const inPath = /^(localhost|[\d.]+|\[.*\])$/.test(url.hostname)
    if (!inPath && !url.hostname.startsWith(`${bucket}.`)) url.hostname = `${bucket}.${url.hostname}`
    url.pathname = `${inPath ? `/${bucket}` : ''}/${key.split('/').map(escapeStrictly).join('/')}`
    for (const [item, value] of Object.entries(query)) url.searchParams.set(item, value)
    // Spaces are %20 in what is signed, and so they must be in what is sent.
    url.search = url.search.replaceAll('+', '%20')
    return url
  }

  #keyOf(name: string): string {
    const { prefix } = this.#settings
    return prefix === '' ? name : `${prefix}/${name}`
  }

  #refusal(what: string, answer: HttpAnswer): StateResult<never> {
    const { bucket, region } = this.#settings
    const code = xmlErrorCode(answer)
    const elsewhere = /<Endpoint>([\w.-]{1,80})<\/Endpoint>/.exec(Buffer.from(answer.bytes).toString('utf8'))?.[1]
    if (code === 'NoSuchBucket') {
      return refused({
        kind: 'invalid-configuration',
        message: `There is no bucket ${bucket} in ${region}. Make it first, or name its region.`,
      })
    }
    if (answer.status === 403 && elsewhere !== undefined) {
      return refused({
        kind: 'invalid-configuration',
        message: `The bucket ${bucket} is not in ${region}: the store says that it is at ${elsewhere}.`,
      })
    }
    return storeRefusal(what, answer, code)
  }
}

function isSkewed(answer: HttpAnswer): boolean {
  return answer.status === 403 && ['RequestTimeTooSkewed', 'RequestExpired'].includes(xmlErrorCode(answer))
}

/** The first element of this name, whose text is encoded as in an address. */
function decoded(xml: string, element: string): string {
  const text = unescapeXml(new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? '').replaceAll('+', '%20')
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
