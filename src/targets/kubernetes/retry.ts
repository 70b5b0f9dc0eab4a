import { setMaxListeners } from 'node:events'
import type { Clock } from '../../state/clock.ts'
import type { ConcurrencyLimiter } from '../concurrency-limiter.ts'
import { isTransient } from './status-error.ts'
import { type Exchange, headerOf, type Transport, type TransportRequest, type TransportResponse } from './transport.ts'

/** How patient a target is. Times in milliseconds. */
export interface RetryPolicy {
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Tries of a request that is answered with an error which may pass. */
  readonly attempts: number
  /** How long a server that has answered before and does not answer now is waited for. */
  readonly patienceMs: number
  /** Tries while no server has ever answered: a wrong address should be told soon. */
  readonly firstContactAttempts: number
  /** A server that asks for more than this is taken to be down. */
  readonly longestRetryAfterMs: number
}

/** Two minutes of patience with a server that went away, as long as an upgrade takes; a second with one that never was there. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 250,
  longestDelayMs: 10_000,
  attempts: 9,
  patienceMs: 120_000,
  firstContactAttempts: 3,
  longestRetryAfterMs: 60_000,
}

/** Errors that no waiting cures before a server has ever answered. */
const HOPELESS_AT_FIRST = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ERR_INVALID_URL'])

/** A pause from this on is worth a word, and a word is enough for so long. */
const NOTABLE_PAUSE_MS = 1500
const SILENCE_MS = 10_000

/** Sends requests until they are answered for good: bounded, with growing pauses, obeying Retry-After. */
export class RetryingSender {
  readonly #transport: Transport
  readonly #limiter: ConcurrencyLimiter
  readonly #clock: Clock
  readonly #policy: RetryPolicy
  readonly #random: () => number
  #answeredOnce = false
  /** When the server first failed to answer since it last did: patience is for all requests together, not for each anew. */
  #awaySince: number | undefined
  #onWaiting: (reason: string) => void = () => {}
  #toldAt = Number.NEGATIVE_INFINITY

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

  /** Tells a listener why nothing goes on, now and then while that is so. */
  whenWaiting(listener: (reason: string) => void): void {
    this.#onWaiting = listener
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
      this.#tell(exchange, pause)
      await this.#clock.sleep(pause, request.signal)
      if (request.signal.aborted) return { ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } }
    }
  }

  #observe(exchange: Exchange): void {
    if (!exchange.ok) {
      const { kind } = exchange.failure
      if (kind === 'unreachable' || kind === 'timeout') this.#awaySince ??= this.#clock.now()
      return
    }
    this.#awaySince = undefined
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
    const now = this.#clock.now()
    const pause = this.backoff(attempt)
    if (now + pause - (this.#awaySince ?? now) <= policy.patienceMs) return pause
    // Given up: whatever is asked next is tried once, until the server answers again.
    this.#awaySince = Number.NEGATIVE_INFINITY
    return undefined
  }

  #tell(exchange: Exchange, pause: number): void {
    const now = this.#clock.now()
    if (pause < NOTABLE_PAUSE_MS || now - this.#toldAt < SILENCE_MS) return
    this.#toldAt = now
    this.#onWaiting(exchange.ok ? `the server answers with status ${exchange.response.status}` : exchange.failure.message)
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
