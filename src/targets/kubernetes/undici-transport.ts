import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Dispatcher, Pool, ProxyAgent, Socks5ProxyAgent } from 'undici'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { redact } from './redact.ts'
import type {
  Exchange,
  StreamEvent,
  StreamExchange,
  Transport,
  TransportFailure,
  TransportHeaders,
  TransportRequest,
  TransportResponse,
} from './transport.ts'
import { headerOf, queryText } from './transport.ts'
import { type WholeAnswer, wholeAnswer } from './whole-answer.ts'

/** How a server is reached and known. */
export interface ServerAddress {
  /** With a path where the API stands behind a gateway. */
  readonly url: URL
  /** PEM of the authorities that may vouch for it; the system's when undefined. */
  readonly certificateAuthority: string | undefined
  /** Only when the kubeconfig says `insecure-skip-tls-verify`. */
  readonly insecure: boolean
  readonly serverName: string | undefined
  readonly proxy: URL | undefined
}

const CONNECT_TIMEOUT_MS = 10_000
/** Below the idle timeout of API servers and load balancers, so that a reused connection is rarely one that was just closed. */
const KEEP_ALIVE_MS = 15_000
/** What a server says to those who want HTTP/1.1 when it speaks HTTP/2 alone. */
const NO_COMMON_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'
/** No API server answers with more in one page. */
const LARGEST_BODY = 512 * 1024 * 1024
const LARGEST_EVENT = 64 * 1024 * 1024

const decompress = promisify(gunzip)

/** The connections of one identity. */
interface Pools {
  readonly identity: string
  readonly isHttp2: boolean
  readonly requests: Dispatcher
  readonly streams: Dispatcher
}

interface PreparedRequest {
  readonly ok: true
  readonly pools: Pools
  readonly options: Dispatcher.DispatchOptions
}

/**
 * HTTP/1.1 with kept connections: more connections answer sooner than the streams of one HTTP/2 connection, which share one
 * window and one lock. Watches have connections of their own and never wait behind requests.
 */
export class UndiciTransport implements Transport {
  readonly server: string
  readonly #address: ServerAddress
  readonly #credentials: CredentialSource
  readonly #userAgent: string
  readonly #connections: number
  readonly #prefix: string
  readonly #near: boolean
  /** For what the system says of connections without saying which. */
  readonly #whereabouts: string
  #pools: Pools | undefined
  #http2 = false
  readonly #closing: Promise<void>[] = []

  constructor(options: {
    readonly address: ServerAddress
    readonly credentials: CredentialSource
    readonly userAgent: string
    readonly connections: number
  }) {
    this.#address = options.address
    this.#credentials = options.credentials
    this.#userAgent = options.userAgent
    this.#connections = options.connections
    const { url } = options.address
    this.#prefix = url.pathname.replace(/\/+$/, '')
    this.#near = /^(localhost|127\.|\[?::1)/.test(url.hostname)
    this.server = `${url.origin}${this.#prefix}`
    const { proxy } = options.address
    this.#whereabouts = proxy === undefined ? this.server : `${this.server} through the proxy ${proxy.protocol}//${proxy.host}`
  }

  async request(request: TransportRequest): Promise<Exchange> {
    const prepared = await this.#prepare(request)
    if (!prepared.ok) return prepared
    try {
      const answer = await wholeAnswer(prepared.pools.requests, prepared.options, request.signal)
      return { ok: true, response: wholeResponse(answer.status, answer.headers, await textOfAnswer(answer)) }
    } catch (error) {
      if (this.#turnToHttp2(error, prepared.pools)) return this.request(request)
      return { ok: false, failure: failureOf(error, request.signal, this.#whereabouts) }
    }
  }

  async stream(request: TransportRequest): Promise<StreamExchange> {
    const prepared = await this.#prepare(request)
    if (!prepared.ok) return prepared
    try {
      const { statusCode, headers, body } = await prepared.pools.streams.request({ ...prepared.options, signal: request.signal })
      if (statusCode === 200) return { ok: true, kind: 'stream', events: eventsOf(body) }
      return { ok: true, kind: 'answer', response: wholeResponse(statusCode, headers, await body.text()) }
    } catch (error) {
      return { ok: false, failure: failureOf(error, request.signal, this.#whereabouts) }
    }
  }

  /** What stands before some servers speaks HTTP/2 and nothing else. True when the request is worth another try. */
  #turnToHttp2(error: unknown, pools: Pools): boolean {
    const root = rootOf(error)
    if (pools.isHttp2 || !('code' in root && root.code === NO_COMMON_PROTOCOL)) return false
    if (this.#pools === pools) this.#retire()
    this.#http2 = true
    return true
  }

  renewCredentials(sent: number): boolean {
    return this.#credentials.renew(sent)
  }

  async close(): Promise<void> {
    this.#retire()
    await Promise.all(this.#closing)
  }

  async #prepare(
    request: TransportRequest,
  ): Promise<PreparedRequest | { readonly ok: false; readonly failure: TransportFailure }> {
    const got = await this.#credentials.current(request.signal)
    if (!got.ok) return got
    const pools = this.#poolsFor(got.credentials)
    const headers: { [name: string]: string | string[] } = { 'user-agent': this.#userAgent, ...request.headers }
    for (const [name, value] of Object.entries(got.credentials.headers))
      headers[name] = typeof value === 'string' ? value : [...value]
    if (request.accept !== undefined) headers.accept = request.accept
    if (request.contentType !== undefined) headers['content-type'] = request.contentType
    if (request.large === true && !this.#near) headers['accept-encoding'] = 'gzip'
    return {
      ok: true,
      pools,
      options: {
        origin: this.#address.url.origin,
        method: request.method,
        path: `${this.#prefix}${request.path}${queryText(request.query)}`,
        headers,
        body: request.body === undefined ? null : JSON.stringify(request.body),
        headersTimeout: request.timeoutMs,
        bodyTimeout: request.timeoutMs,
      },
    }
  }

  /** Connections are made with a client certificate, so a new one takes new connections. */
  #poolsFor(credentials: Credentials): Pools {
    const identity = identityOf(credentials)
    if (this.#pools?.identity === identity) return this.#pools
    this.#retire()
    this.#pools = {
      identity,
      isHttp2: this.#http2,
      requests: dispatcherFor(this.#address, credentials, this.#connections, this.#http2),
      streams: dispatcherFor(this.#address, credentials, null, this.#http2),
    }
    return this.#pools
  }

  #retire(): void {
    if (this.#pools === undefined) return
    this.#closing.push(
      this.#pools.requests.close().catch(() => {}),
      this.#pools.streams.close().catch(() => {}),
    )
    this.#pools = undefined
  }
}

function identityOf(credentials: Credentials): string {
  if (credentials.certificate === undefined) return ''
  return createHash('sha256')
    .update(credentials.certificate)
    .update(credentials.key ?? '')
    .digest('hex')
}

function dispatcherFor(
  address: ServerAddress,
  credentials: Credentials,
  connections: number | null,
  allowH2: boolean,
): Dispatcher {
  const tls = {
    rejectUnauthorized: !address.insecure,
    ...(address.certificateAuthority === undefined ? {} : { ca: address.certificateAuthority }),
    ...(credentials.certificate === undefined ? {} : { cert: credentials.certificate }),
    ...(credentials.key === undefined ? {} : { key: credentials.key }),
    ...(address.serverName === undefined ? {} : { servername: address.serverName }),
    timeout: CONNECT_TIMEOUT_MS,
  }
  const shared = { connections, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS, allowH2 }
  const { proxy } = address
  if (proxy === undefined) return new Pool(address.url.origin, { ...shared, connect: tls })
  if (proxy.protocol.startsWith('socks')) {
    // `requestTls` is read but missing from undici's types.
    const options: Socks5ProxyAgent.Options & { readonly requestTls: object } = { ...shared, requestTls: tls }
    // Names are looked up by the proxy in either case, which the `h` stands for.
    const address = proxy.href.replace(/^socks5h:/, 'socks5:')
    return withoutWarning(() => new Socks5ProxyAgent(address, options))
  }
  return new ProxyAgent({ uri: proxy.href, requestTls: tls, ...shared })
}

/** undici tells whoever runs the program that its support of SOCKS is experimental, which is no news that helps them. */
function withoutWarning<Value>(make: () => Value): Value {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return make()
  } finally {
    process.emitWarning = emitWarning
  }
}

async function textOfAnswer({ headers, body }: WholeAnswer): Promise<string> {
  // What was not modified has no body, and some gateways name its encoding all the same.
  if (body.length === 0 || headerOf(headers, 'content-encoding') !== 'gzip') return body.toString('utf8')
  return (await decompress(body, { maxOutputLength: LARGEST_BODY })).toString('utf8')
}

function wholeResponse(status: number, headers: TransportHeaders, text: string): TransportResponse {
  let value: JsonValue | undefined
  let parsed = false
  return {
    status,
    headers,
    text: () => text,
    head: text.slice(0, 1024),
    json: () => {
      if (!parsed) {
        parsed = true
        value = parseJson(text)
      }
      return value
    },
  }
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

async function* eventsOf(body: Dispatcher.ResponseData['body']): AsyncIterable<StreamEvent> {
  const lines = createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })
  // readline does not pass the body's errors on to its iterator on every Node version: a broken connection just ends the lines.
  body.on('error', () => lines.close())
  try {
    for await (const line of lines) {
      if (line === '' || line.length > LARGEST_EVENT) continue
      const event = parseJson(line)
      if (!isJsonObject(event)) continue
      const { type, object } = event
      if (typeof type === 'string' && isJsonObject(object)) yield { type, object }
    }
  } catch {
    // The connection broke: the watch goes on with the next one.
  } finally {
    lines.close()
    body.destroy()
  }
}

const TLS_CODES =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH|EPROTO|INVALID_CA|PATH_LENGTH|CRL_)/

function failureOf(error: unknown, signal: AbortSignal, whereabouts: string): TransportFailure {
  if (signal.aborted) return { kind: 'aborted', message: 'Stopped', code: undefined }
  const root = rootOf(error)
  const code = 'code' in root && typeof root.code === 'string' ? root.code : undefined
  const message = `${redact(withoutSource(root.message) || code || 'the connection failed')} (${whereabouts})`
  if (code !== undefined && TLS_CODES.test(code)) return { kind: 'tls', message, code }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return { kind: 'timeout', message, code }
  return { kind: 'unreachable', message, code }
}

/** OpenSSL's words without the thread, the number, the library and the line of its source. */
function withoutSource(message: string): string {
  return /^(?:[0-9A-F]+:)?error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message
}

/** Libraries wrap the system's error, and an address with several numbers gives an error for each. */
function rootOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return rootOf(error.errors[0])
  return error.cause instanceof Error ? rootOf(error.cause) : error
}
