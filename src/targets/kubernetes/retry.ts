import { setMaxListeners } from 'node:events'
import type { Clock } from '../../state/clock.ts'
import type { ConcurrencyLimiter } from '../concurrency-limiter.ts'
import { isTransient } from './status-error.ts'
import { type Exchange, headerOf, type Transport, type TransportRequest, type TransportResponse } from './transport.ts'

/** How patient a target is. Times in milliseconds. */
export interface RetryPolicy {
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Tries of a request to a server that has answered before. */
  readonly attempts: number
  /** Tries while no server has ever answered: a wrong address should be told soon. */
  readonly firstContactAttempts: number
  /** A server that asks for more than this is taken to be down. */
  readonly longestRetryAfterMs: number
}

/** About half a minute of patience with a server that went away, a second with one that never was there. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 250,
  longestDelayMs: 10_000,
  attempts: 9,
  firstContactAttempts: 3,
  longestRetryAfterMs: 60_000,
}

/** Errors that no waiting cures before a server has ever answered. */
const HOPELESS_AT_FIRST = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ERR_INVALID_URL'])

/** Sends requests until they are answered for good: bounded, with growing pauses, obeying Retry-After. */
export class RetryingSender {
  readonly #transport: Transport
  readonly #limiter: ConcurrencyLimiter
  readonly #clock: Clock
  readonly #policy: RetryPolicy
  readonly #random: () => number
  #answeredOnce = false

  constructor(options: {
    readonly transport: Transport
    readonly limiter: ConcurrencyLimiter
    readonly clock: Clock
    readonly policy: RetryPolicy
    /** 0 to 1: spreads the retries of many requests over time. */
    readonly random: () => number
  }) {
    this.#transport = options.transport
    this.#limiter = options.limiter
    this.#clock = options.clock
    this.#policy = options.policy
    this.#random = options.random
  }

  /** Only for requests that may safely be sent twice. */
  async send(request: TransportRequest): Promise<Exchange> {
    // One signal stops any number of requests: many listeners are no leak.
    setMaxListeners(0, request.signal)
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      const exchange = await this.#limiter.run(() => this.#transport.request(request), request.signal)
      this.#observe(exchange)
      if (exchange.ok && exchange.response.status === 401 && !renewed) {
        renewed = true
        if (this.#transport.renewCredentials()) continue
      }
      const pause = this.#pauseAfter(exchange, attempt)
      if (pause === undefined || request.signal.aborted) return exchange
      await this.#clock.sleep(pause, request.signal)
      if (request.signal.aborted) return { ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } }
    }
  }

  #observe(exchange: Exchange): void {
    if (!exchange.ok) return
    this.#answeredOnce = true
    if (exchange.response.status === 429) this.#limiter.throttled()
    else this.#limiter.answered()
  }

  /** Milliseconds to wait before the next try; undefined when there is none. */
  #pauseAfter(exchange: Exchange, attempt: number): number | undefined {
    const policy = this.#policy
    if (exchange.ok) {
      if (!isTransient(exchange.response) || attempt >= policy.attempts) return undefined
      const asked = retryAfter(exchange.response, this.#clock.now())
      if (asked !== undefined && asked > policy.longestRetryAfterMs) return undefined
      return asked === undefined ? this.backoff(attempt) : asked + this.#random() * policy.firstDelayMs
    }
    const { kind, code } = exchange.failure
    if (kind === 'aborted' || kind === 'tls' || kind === 'credentials') return undefined
    if (!this.#answeredOnce) {
      if (attempt >= policy.firstContactAttempts || (code !== undefined && HOPELESS_AT_FIRST.has(code))) return undefined
    }
    return attempt >= policy.attempts ? undefined : this.backoff(attempt)
  }

  /** Milliseconds before try number `attempt` + 1: doubles, and never less than half of it. */
  backoff(attempt: number): number {
    const { firstDelayMs, longestDelayMs } = this.#policy
    const full = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1))
    return full / 2 + (this.#random() * full) / 2
  }
}

/** The pause a server asks for, in milliseconds: a number of seconds or a date. */
export function retryAfter(response: TransportResponse, now: number): number | undefined {
  const header = headerOf(response.headers, 'retry-after')
  if (header === undefined) return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
