import type { SandboxRequest, SandboxResponse, SandboxStream, WatchEvent } from '../api/exchange.ts'
import { jsonAnswer, textAnswer } from '../api/exchange.ts'
import { StatusError } from '../api/status-error.ts'
import type { RequestFailureKind } from './failure-table.ts'

/** One failure of requests: percent of the requests, or milliseconds, by its kind. */
export interface RequestFailure {
  readonly kind: RequestFailureKind
  readonly amount: number
  /** Only requests that this answers true for; all when left out. */
  readonly concerns?: (request: SandboxRequest) => boolean
  /** How many requests it hits before it ends by itself; any number when left out. */
  readonly times?: number
}

interface Active {
  readonly failure: RequestFailure
  /** Share of a request that is due to fail: what is due is spread evenly, without chance. */
  due: number
  left: number
}

/** Failures of requests that are switched on. Costs nothing while none is. */
export class RequestFailures {
  #active: readonly Active[] = []

  /** Makes requests fail from now on. Answers how to end it. */
  fail(failure: RequestFailure): () => void {
    const added: Active = { failure, due: 0, left: failure.times ?? Number.POSITIVE_INFINITY }
    this.#active = [...this.#active, added]
    return () => this.#end(added)
  }

  /** True while no failure is switched on. */
  get isQuiet(): boolean {
    return this.#active.length === 0
  }

  /** Answers in the server's place where a failure is due; undefined when the request may go on, after the time it was to lose. */
  async before(request: SandboxRequest): Promise<SandboxResponse | undefined> {
    for (const active of this.#active) {
      const { kind, amount } = active.failure
      if (!this.#isHit(active, request)) continue
      switch (kind) {
        case 'throttle':
          return tooManyRequests
        case 'server-error':
          return serverError
        case 'slow':
          await delay(amount, request.signal)
          break
        case 'drop-watches':
          break
      }
    }
    return undefined
  }

  /** The answer, its events cut off where that is asked for. */
  after(request: SandboxRequest, response: SandboxResponse): SandboxResponse {
    if (response.kind === 'answer') return response
    const drop = this.#active.find((active) => active.failure.kind === 'drop-watches' && this.#concerns(active, request))
    return drop === undefined ? response : cutOff(response, drop.failure.amount)
  }

  #isHit(active: Active, request: SandboxRequest): boolean {
    const { kind, amount } = active.failure
    if (kind === 'drop-watches' || !this.#concerns(active, request)) return false
    if (kind !== 'slow') {
      active.due += amount / 100
      if (active.due < 1) return false
      active.due -= 1
    }
    active.left -= 1
    if (active.left <= 0) this.#end(active)
    return true
  }

  #concerns({ failure }: Active, request: SandboxRequest): boolean {
    return !isProbe(request) && (failure.concerns?.(request) ?? true)
  }

  #end(active: Active): void {
    this.#active = this.#active.filter((each) => each !== active)
  }
}

/** Probes tell whether the sandbox runs at all: they never fail by a switch. */
function isProbe(request: SandboxRequest): boolean {
  return ['/readyz', '/livez', '/healthz'].includes(request.path)
}

/** As a real server's filter for too many requests in flight answers: plain text, and when to come back. */
const throttled = textAnswer(429, 'Too many requests, please try again later.\n')
const tooManyRequests: SandboxResponse = { ...throttled, headers: { ...throttled.headers, 'retry-after': '1' } }

const serverError: SandboxResponse = jsonAnswer(
  500,
  new StatusError({
    code: 500,
    message: 'Internal error occurred: the sandbox was asked to fail',
    reason: 'InternalError',
    details: { causes: [{ message: 'the sandbox was asked to fail' }] },
  }).status,
)

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted === true) end()
  })
}

function cutOff(stream: SandboxStream, afterMs: number): SandboxStream {
  const iterator = stream.events[Symbol.asyncIterator]()
  const timer = setTimeout(() => void iterator.return?.(), afterMs)
  timer.unref()
  const events: AsyncIterableIterator<WatchEvent> = {
    next: () => iterator.next(),
    return: async () => {
      clearTimeout(timer)
      return (await iterator.return?.()) ?? { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => events,
  }
  return { ...stream, events }
}
