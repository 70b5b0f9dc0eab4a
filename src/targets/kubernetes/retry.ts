import { setMaxListeners } from 'node:events'
import type { Clock } from '../../state/clock.ts'
import type { ConcurrencyLimiter } from '../concurrency-limiter.ts'
import { isTransient } from './status-error.ts'
import { type Exchange, headerOf, type Transport, type TransportRequest, type TransportResponse } from './transport.ts'
import { UnansweredRequests } from './unanswered-requests.ts'

/** How patient a target is. Times in milliseconds. */
export interface RetryPolicy {
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Tries of a request that is answered with an error which may pass, while other requests are answered well. */
  readonly attempts: number
  /** How long a server that has answered before and does not answer now, or asks for patience, is waited for. */
  readonly patienceMs: number
  /** How long one request is tried that the server fails at by itself (500): that is rarely the server's state. */
  readonly failurePatienceMs: number
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
  failurePatienceMs: 60_000,
  firstContactAttempts: 3,
  longestRetryAfterMs: 60_000,
}

/** An answer that ended in its middle although nothing said so, as gateways pass on what broke behind them. */
const CUT_SHORT: Exchange = {
  ok: false,
  failure: { kind: 'unreachable', message: 'The answer was cut short', code: 'CUT_SHORT' },
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
  readonly #unanswered: UnansweredRequests
  #answeredOnce = false
  /** When the server first failed to answer since it last did: patience is for all requests together, not for each anew. */
  #awaySince: number | undefined
  /** When a request was last answered well. */
  #wellAt = Number.NEGATIVE_INFINITY
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
    this.#unanswered = new UnansweredRequests(options.clock, (reason) => this.tellWaiting(reason))
  }

  /** Tells a listener why nothing goes on, now and then while that is so. */
  whenWaiting(listener: (reason: string) => void): void {
    this.#onWaiting = listener
  }

  /** Says why nothing goes on, unless something was said just now. */
  tellWaiting(reason: string): void {
    const now = this.#clock.now()
    if (now - this.#toldAt < SILENCE_MS) return
    this.#toldAt = now
    this.#onWaiting(reason)
  }

  /** Only for requests that may safely be sent twice. `mostTries` bounds those of one whose answer is no matter of life and death. */
  async send(request: TransportRequest, mostTries = Number.POSITIVE_INFINITY): Promise<Exchange> {
    // One signal stops any number of requests: many listeners are no leak.
    setMaxListeners(0, request.signal)
    let renewed = false
    let since: number | undefined
    for (let attempt = 1; ; attempt++) {
      const sent = this.#clock.now()
      const exchange = await this.#limiter.run(() => this.#exchange(request), request.signal)
      this.#observe(exchange)
      if (exchange.ok && exchange.response.status === 401 && !renewed) {
        renewed = true
        if (this.#transport.renewCredentials(sent)) continue
      }
      since ??= this.#clock.now()
      const pause = attempt < mostTries ? this.#pauseAfter(exchange, attempt, since) : undefined
      if (pause === undefined || request.signal.aborted) return exchange
      this.#tell(exchange, pause, since)
      await this.#clock.sleep(pause, request.signal)
      if (request.signal.aborted) return { ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } }
    }
  }

  async #exchange(request: TransportRequest): Promise<Exchange> {
    const answered = this.#unanswered.sent(request)
    const exchange = await this.#transport.request(request)
    answered()
    return exchange.ok && isCutShort(exchange.response, request) ? CUT_SHORT : exchange
  }

  #observe(exchange: Exchange): void {
    const now = this.#clock.now()
    if (!exchange.ok) {
      const { kind } = exchange.failure
      if (kind === 'unreachable' || kind === 'timeout') this.#awaySince ??= now
      return
    }
    this.#answeredOnce = true
    if (exchange.response.status === 429) this.#limiter.throttled()
    else this.#limiter.answered()
    if (isTransient(exchange.response)) this.#awaySince ??= now
    else {
      this.#awaySince = undefined
      this.#wellAt = now
    }
  }

  /** Milliseconds to wait before the next try of a request that first failed at `since`; undefined when there is none. */
  #pauseAfter(exchange: Exchange, attempt: number, since: number): number | undefined {
    if (exchange.ok) return this.#pauseAfterAnswer(exchange.response, attempt, since)
    const policy = this.#policy
    const { kind, code } = exchange.failure
    if (kind === 'aborted' || kind === 'tls' || kind === 'credentials') return undefined
    if (!this.#answeredOnce) {
      if (attempt >= policy.firstContactAttempts || (code !== undefined && HOPELESS_AT_FIRST.has(code))) return undefined
    }
    return this.#withinPatience(this.backoff(attempt))
  }

  #pauseAfterAnswer(response: TransportResponse, attempt: number, since: number): number | undefined {
    const policy = this.#policy
    if (!isTransient(response)) return undefined
    const now = this.#clock.now()
    const asked = retryAfter(response, now)
    if (asked !== undefined && asked > policy.longestRetryAfterMs) return undefined
    const pause = asked === undefined ? this.backoff(attempt) : asked + this.#random() * policy.firstDelayMs
    const spent = now + pause - since
    if (response.status === 500)
      return attempt < policy.attempts && spent <= policy.failurePatienceMs ? this.#withinPatience(pause) : undefined
    // A server that asks for patience gets it; one that answers others well and this request never is not away.
    const isAway = this.#wellAt > Number.NEGATIVE_INFINITY && now - this.#wellAt > policy.longestDelayMs
    const isWorthIt = attempt < policy.attempts || response.status === 429 || isAway
    return isWorthIt && spent <= policy.patienceMs ? this.#withinPatience(pause) : undefined
  }

  /** The pause, unless the server has been away for so long that nobody should wait for it any more. */
  #withinPatience(pause: number): number | undefined {
    const now = this.#clock.now()
    if (now + pause - (this.#awaySince ?? now) <= this.#policy.patienceMs) return pause
    // Given up: whatever is asked next is tried once, until the server answers again.
    this.#awaySince = Number.NEGATIVE_INFINITY
    return undefined
  }

  #tell(exchange: Exchange, pause: number, since: number): void {
    if (this.#clock.now() + pause - since < NOTABLE_PAUSE_MS) return
    const reason = exchange.ok ? `the server answers with status ${exchange.response.status}` : exchange.failure.message
    this.tellWaiting(`${reason}; trying again`)
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

/** True for an answer of JSON that has no end. Large ones are only looked at from behind: whoever asked parses them in due time. */
function isCutShort(response: TransportResponse, request: TransportRequest): boolean {
  const { status, headers, head } = response
  if (status >= 300 || headerOf(headers, 'content-type')?.includes('json') !== true) return false
  if (request.large !== true) return response.json() === undefined
  return head !== '' && !response.text().slice(-16).trimEnd().endsWith('}')
}
