import { Agent, type Dispatcher, request } from 'undici'
import type { TargetError } from '../contract.ts'

/** How a Consul server is reached. Namespace, partition and datacenter go with every request. */
export interface ConsulAddress {
  readonly url: URL
  readonly token: string | undefined
  readonly datacenter: string | undefined
  readonly namespace: string | undefined
  readonly partition: string | undefined
  readonly certificateAuthority: string | undefined
  readonly clientCertificate: { readonly cert: string; readonly key: string } | undefined
  readonly serverName: string | undefined
  readonly userAgent: string
}

/** One request; the query has beside these words what the address says. */
export interface ConsulRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal: AbortSignal
  /** Milliseconds; longer for blocking queries. */
  readonly timeoutMs?: number
}

/** What the server answered. */
export interface ConsulResponse {
  readonly status: number
  readonly text: string
  /** X-Consul-Index of a query that can block, 0 without. */
  readonly index: number
}

/** An answer of the server, or why there is none. */
export type ConsulExchange =
  | { readonly ok: true; readonly response: ConsulResponse }
  | { readonly ok: false; readonly error: TargetError }

/** Sends requests to Consul. */
export interface ConsulTransport {
  readonly server: string
  send(request: ConsulRequest): Promise<ConsulExchange>
  close(): Promise<void>
}

const TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000
const LARGEST_BODY = 64 * 1024 * 1024
/** What is tried again: reads always, writes where the server says that nothing happened. */
const MOST_TRIES = 4
const FIRST_PAUSE_MS = 100

/** HTTP with kept connections, TLS verified, and tries again while Consul has no leader or limits the rate. */
export class HttpTransport implements ConsulTransport {
  readonly server: string
  readonly #address: ConsulAddress
  readonly #agent: Agent

  constructor(address: ConsulAddress) {
    this.#address = address
    this.server = address.url.origin
    this.#agent = new Agent({
      connections: 16,
      maxResponseSize: LARGEST_BODY,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(address.certificateAuthority === undefined ? {} : { ca: address.certificateAuthority }),
        ...(address.clientCertificate ?? {}),
        ...(address.serverName === undefined ? {} : { servername: address.serverName }),
      },
    })
  }

  async send(wanted: ConsulRequest): Promise<ConsulExchange> {
    for (let tries = 1; ; tries++) {
      const exchange = await this.#once(wanted)
      if (tries >= MOST_TRIES || wanted.signal.aborted || !isWorthAnotherTry(exchange, wanted.method)) return exchange
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), wanted.signal)
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  async #once({ method, path, query, body, signal, timeoutMs = TIMEOUT_MS }: ConsulRequest): Promise<ConsulExchange> {
    const { url, token, userAgent } = this.#address
    const target = new URL(`${url.pathname.replace(/\/+$/, '')}${path}`, url.origin)
    for (const [name, value] of [...this.#scope(), ...Object.entries(query ?? {})]) target.searchParams.set(name, value)
    const deadline = AbortSignal.timeout(timeoutMs)
    try {
      const response: Dispatcher.ResponseData = await request(target, {
        dispatcher: this.#agent,
        method,
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...(token === undefined ? {} : { 'x-consul-token': token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, deadline]),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
      const index = Number(response.headers['x-consul-index'] ?? 0)
      return { ok: true, response: { status: response.statusCode, text: await response.body.text(), index } }
    } catch (error) {
      return { ok: false, error: errorOf(error, signal, deadline) }
    }
  }

  #scope(): readonly (readonly [string, string])[] {
    const { datacenter, namespace, partition } = this.#address
    return [
      ...(datacenter === undefined ? [] : [['dc', datacenter] as const]),
      ...(namespace === undefined ? [] : [['ns', namespace] as const]),
      ...(partition === undefined ? [] : [['partition', partition] as const]),
    ]
  }
}

/** No leader and a rate limit mean that nothing happened; a lost connection may have carried the write. */
function isWorthAnotherTry(exchange: ConsulExchange, method: string): boolean {
  if (!exchange.ok) return method === 'GET' && exchange.error.kind === 'unreachable'
  const { status, text } = exchange.response
  return status === 429 || (status === 500 && /No cluster leader/i.test(text)) || (status === 503 && method === 'GET')
}

function errorOf(error: unknown, signal: AbortSignal, deadline: AbortSignal): TargetError {
  const message = error instanceof Error ? error.message : String(error)
  if (signal.aborted) return { kind: 'aborted', message: 'the work was stopped' }
  if (deadline.aborted) return { kind: 'timeout', message: 'Consul did not answer in time' }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  if (typeof code !== 'string') return { kind: 'unreachable', message }
  const hint = TLS_HINTS.find(([pattern]) => pattern.test(code))?.[1]
  return { kind: 'unreachable', message, code, ...(hint === undefined ? {} : { hint }) }
}

/** Where a design says what OpenSSL misses. */
const TLS_HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/ALTNAME|HOSTNAME_MISMATCH/, "The server's certificate is for another name: `serverName` of the cluster names it."],
  [
    /SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO/,
    "The server's certificate was not issued by an authority known here: `caFile` of the cluster names it.",
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/,
    'The server asks for a certificate: `certFile` and `keyFile` of the cluster name it.',
  ],
]

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
