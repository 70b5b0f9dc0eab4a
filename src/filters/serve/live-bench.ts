import type { BenchCommand, BenchReply, BenchState, ExchangeStep, PlainMessage } from '../bench/bench-session.ts'
import { type BenchLauncher, describeSandboxProblem, type SandboxedBench } from '../bench/sandboxed-bench.ts'
import type { LogRecord } from '../host/bench-log.ts'
import { describeFailure } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import type { UpstreamClient } from './send-upstream.ts'

/** What there is to say while filters serve. */
export interface ServeEvents {
  readonly log: (record: LogRecord) => void
  readonly trouble: (text: string) => void
}

interface Waiting {
  readonly answered: (response: PlainMessage | undefined) => void
  readonly signal: AbortSignal
}

/** How often virtual time is brought up to real time, so that ticks run: milliseconds. */
const clockPeriod = 50

/**
 * Filters behind a real proxy: their clock goes with the real one, their callouts go out, and a filter that hangs or dies is started
 * anew for the next request.
 */
export class LiveBench {
  readonly #filters: readonly FilterSettings[]
  readonly #launch: BenchLauncher
  readonly #upstream: UpstreamClient
  readonly #events: ServeEvents
  readonly #signal: AbortSignal
  readonly #waiting = new Map<number, Waiting>()
  #bench: SandboxedBench | undefined
  #starting: Promise<boolean> | undefined
  #opened = 0
  #lastClock = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: {
    readonly filters: readonly FilterSettings[]
    readonly launch: BenchLauncher
    readonly upstream: UpstreamClient
    readonly events: ServeEvents
    readonly signal: AbortSignal
  }) {
    this.#filters = options.filters
    this.#launch = options.launch
    this.#upstream = options.upstream
    this.#events = options.events
    this.#signal = options.signal
  }

  /** Starts the filters, or finds them running. False, with words, when they won't start. */
  start(): Promise<boolean> {
    if (this.#bench !== undefined) return Promise.resolve(true)
    this.#starting ??= this.#begin().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  async #begin(): Promise<boolean> {
    const bench = this.#launch()
    const startMilliseconds = Date.now()
    const setup = { filters: this.#filters, properties: {}, callouts: [], foreignFunctions: {}, logLevel: 2, startMilliseconds }
    const result = await bench.send({ op: 'start', setup })
    const problem = !result.ok
      ? describeSandboxProblem(result.problem)
      : result.reply.kind === 'state'
        ? result.reply.state.startFailures.map(describeFailure).join('; ')
        : ''
    if (problem !== '' || !result.ok || result.reply.kind !== 'state') {
      this.#events.trouble(problem)
      await bench.close()
      return false
    }
    this.#bench = bench
    this.#opened = 0
    this.#lastClock = performance.now()
    this.#timer = setInterval(() => this.#tick(), clockPeriod)
    this.#see(result.reply.state)
    return true
  }

  /** Takes a request through the filters and the upstream. Undefined when the filters could not, or cut the stream. */
  async exchange(request: PlainMessage, signal: AbortSignal): Promise<PlainMessage | undefined> {
    if (!(await this.start())) return undefined
    return new Promise((settle) => {
      this.#opened += 1
      this.#waiting.set(this.#opened, { answered: settle, signal })
      void this.#send({ op: 'open', request })
    })
  }

  #tick(): void {
    const now = performance.now()
    const milliseconds = Math.trunc(now - this.#lastClock)
    if (milliseconds < 1) return
    this.#lastClock += milliseconds
    void this.#send({ op: 'advance', milliseconds })
  }

  async #send(command: BenchCommand): Promise<BenchReply | undefined> {
    const bench = this.#bench
    if (bench === undefined) return undefined
    const result = await bench.send(command)
    if (result.ok) {
      if (result.reply.kind === 'state') this.#see(result.reply.state)
      return result.reply
    }
    if (this.#bench === bench && result.problem.kind !== 'ended') {
      this.#events.trouble(`${describeSandboxProblem(result.problem)}; the filters are started anew`)
      await this.close()
    }
    return undefined
  }

  /** Does what a reply asks for: logs are shown, callouts and requests go out, answers go back. */
  #see(state: BenchState): void {
    for (const record of state.logs) this.#events.log(record)
    for (const callout of state.callouts) {
      const kind = callout.kind === 'http' ? 'http' : 'grpc'
      void this.#upstream
        .callout(callout, this.#signal)
        .then((answer) => this.#send({ op: 'deliver', filter: callout.filter, kind, id: callout.id, answer }))
    }
    for (const step of state.steps) this.#advance(step)
  }

  #advance(step: ExchangeStep): void {
    const waiting = this.#waiting.get(step.exchange)
    if (waiting === undefined) return
    if (step.phase === 'upstream' && step.upstreamRequest !== undefined) {
      void this.#upstream
        .request(step.upstreamRequest, waiting.signal)
        .then((response) => this.#send({ op: 'respond', exchange: step.exchange, response }))
    }
    if (step.phase !== 'over') return
    this.#waiting.delete(step.exchange)
    waiting.answered(step.response)
    void this.#finish(step.exchange)
  }

  async #finish(exchange: number): Promise<void> {
    const reply = await this.#send({ op: 'finish', exchange })
    if (reply?.kind !== 'report') return
    for (const record of reply.report.logs) this.#events.log(record)
    for (const failure of reply.report.failures) this.#events.trouble(describeFailure(failure))
    // An instance that has crashed refuses every stream: the next request gets a new one.
    if (reply.report.failures.length > 0) await this.close()
  }

  /** Lets the filters end as a proxy does that drains, and shows what they say; then as `close`. */
  async drain(): Promise<void> {
    clearInterval(this.#timer)
    await this.#send({ op: 'shutdown' })
    await this.close()
  }

  /** Ends the filters; streams that are open get no answer. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    const bench = this.#bench
    this.#bench = undefined
    for (const waiting of this.#waiting.values()) waiting.answered(undefined)
    this.#waiting.clear()
    await bench?.close()
  }
}
