import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici'
import type { Clock } from '../../clock.ts'
import { MAX_STATE_BYTES } from '../../parse-json.ts'
import { aborted, ok, refused, type StateResult } from '../../state-result.ts'
import { StatePatience, type StateRetryPolicy } from './retry-policy.ts'

/** One request to a state server. */
export interface HttpRequest {
  /** Any token: Terraform's protocol has LOCK and UNLOCK. */
  readonly method: string
  readonly url: URL
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Uint8Array
  readonly signal: AbortSignal
  /** Made anew for each try, for signatures that carry the time. */
  readonly sign?: () => { readonly [name: string]: string }
}

/** A whole answer of a state server. */
export interface HttpAnswer {
  readonly status: number
  /** First value of each header, names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly bytes: Uint8Array
  /** How often it was asked: above 1, an earlier try may have had its effect already. */
  readonly tries: number
  /** The server's clock where it says it, else ours; milliseconds since 1970. */
  readonly now: number
}

/** What TLS needs beyond what the system knows. PEM. */
export interface HttpTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The name that the server's certificate must be for, where it is not the address's. */
  readonly servername?: string
}

/** How a server is talked to. */
export interface HttpExchangeOptions {
  readonly clock: Clock
  readonly userAgent: string
  /** For proxies: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly environment: { readonly [name: string]: string | undefined }
  readonly tls?: HttpTls
  readonly retries?: StateRetryPolicy
  /** Told why nothing goes on, now and then while that is so. */
  readonly onWaiting?: (reason: string) => void
}

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT_MS = 30_000

/** Talks to a state server over HTTP: retries, time-outs, proxies, verified TLS. Never throws; never says a credential. */
export class HttpExchange {
  readonly #options: HttpExchangeOptions
  readonly #dispatcher: Dispatcher
  readonly #patience: StatePatience
  #skewMs = 0

  constructor(options: HttpExchangeOptions) {
    this.#options = options
    this.#patience = new StatePatience(options.clock, options.retries, options.onWaiting)
    const { environment } = options
    const httpProxy = environment.HTTP_PROXY ?? environment.http_proxy ?? ''
    this.#dispatcher = new EnvHttpProxyAgent({
      httpProxy,
      httpsProxy: environment.HTTPS_PROXY ?? environment.https_proxy ?? httpProxy,
      noProxy: environment.NO_PROXY ?? environment.no_proxy ?? '',
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      connect: { timeout: 10_000, ...options.tls },
      ...(options.tls === undefined ? {} : { requestTls: { ...options.tls } }),
    })
  }

  /** The server's clock less ours, by its last answer, to the second; in milliseconds. */
  get skewMs(): number {
    return this.#skewMs
  }

  /** Asks, again after a broken connection or an answer that says to come back later; the signal ends the waiting too. */
  async send(what: string, ask: HttpRequest): Promise<StateResult<HttpAnswer>> {
    const again = this.#patience.begin()
    for (let tries = 1; ; tries++) {
      const answer = await this.#once(what, ask, tries)
      if (!answer.ok && answer.error.kind !== 'unreachable') return answer
      const failed = answer.ok
        ? {
            status: answer.value.status,
            askedMs: retryAfter(answer.value),
            reason: `${what}: the server answers with status ${answer.value.status}`,
          }
        : { status: undefined, reason: answer.error.message }
      if (await again(failed, ask.signal)) continue
      return ask.signal.aborted && !(answer.ok && answer.value.status < 400) ? aborted(what) : answer
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.close()
  }

  async #once(what: string, ask: HttpRequest, tries: number): Promise<StateResult<HttpAnswer>> {
    try {
      const response = await request(ask.url, {
        dispatcher: this.#dispatcher,
        // undici types the methods it has heard of; the wire takes any token.
        method: ask.method as Dispatcher.HttpMethod,
        headers: { 'user-agent': this.#options.userAgent, ...ask.headers, ...ask.sign?.() },
        body: ask.body === undefined ? null : Buffer.from(ask.body.buffer, ask.body.byteOffset, ask.body.byteLength),
        signal: ask.signal,
      })
      const bytes = await readAll(response.body, MAX_STATE_BYTES)
      if (bytes === undefined) {
        return refused({ kind: 'too-large', message: `${what}: the answer is longer than ${MAX_STATE_BYTES} bytes.` })
      }
      this.#patience.answered()
      const headers = firstValues(response.headers)
      const date = Date.parse(headers.date ?? '')
      const ours = this.#options.clock.now()
      const now = Number.isNaN(date) ? ours : date
      this.#skewMs = now - ours
      return ok({ status: response.statusCode, headers, bytes, tries, now })
    } catch (error) {
      if (ask.signal.aborted) return aborted(what)
      return refused({ kind: 'unreachable', message: `${what}: ${ask.url.host} can not be reached: ${reasonOf(error)}.` })
    }
  }
}

/** Why an answer is no success, for states and locks alike. */
export function httpRefusal(what: string, answer: HttpAnswer): { readonly ok: false; readonly error: HttpStateError } {
  if (answer.status === 401) {
    return failure('unauthorized', `${what}: the server wants credentials, or does not accept those given (status 401).`)
  }
  if (answer.status === 403) {
    return failure('unauthorized', `${what}: the server forbids it to these credentials (status 403).`)
  }
  if (answer.status === 413) return failure('too-large', `${what}: the server does not take that much (status 413).`)
  const asked = retryAfter(answer)
  const later = asked === undefined || asked === 0 ? '' : ` It asks to come back in ${Math.ceil(asked / 1000)} s.`
  return failure('backend', `${what}: the server answered with status ${answer.status}${excerpt(answer.bytes)}.${later}`)
}

type HttpStateError = { readonly kind: 'unauthorized' | 'too-large' | 'backend'; readonly message: string }

function failure(kind: HttpStateError['kind'], message: string): { readonly ok: false; readonly error: HttpStateError } {
  return { ok: false, error: { kind, message } }
}

/** The wait that the server asks for: seconds, or a date by its own clock (RFC 9110, 10.2.3). */
function retryAfter({ headers, now }: HttpAnswer): number | undefined {
  const text = headers['retry-after'] ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

async function readAll(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.byteLength
    if (size > limit) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function firstValues(headers: { readonly [name: string]: string | string[] | undefined }): { readonly [name: string]: string } {
  const first: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'string' ? value : value?.[0]
    if (text !== undefined) first[name.toLowerCase()] = text
  }
  return first
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // The message of a failed connection to several addresses is empty; the code says it.
  const text = error.message === '' ? (code ?? error.name) : error.message
  return text.replace(/\.$/, '')
}

/** The first line of what the server said, without markup: it comes from elsewhere and goes to a terminal. */
function excerpt(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 2000))
    .toString('utf8')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160)
  return text === '' ? '' : ` (${text})`
}
