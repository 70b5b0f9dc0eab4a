import type { JsonObject } from '../../plan/json.ts'
import { fromByteText } from '../abi/byte-text.ts'
import { Status } from '../abi/constants.ts'
import type { LogRecord } from '../host/bench-log.ts'
import type { FilterFailure } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import type { ForeignFunction } from '../host/foreign-functions.ts'
import { HeaderMap } from '../host/header-map.ts'
import type { MetricSnapshot } from '../host/metric-store.ts'
import type { MissingQueue } from '../host/shared-queues.ts'
import { type CalloutRule, calloutAnswer, type PlainAnswer, respondByRules } from './callout-rules.ts'
import type { CallbackTrace } from './chain.ts'
import { reportExchange } from './exchange-report.ts'
import { benchOptions, FilterBench } from './filter-bench.ts'
import { type FoundRoots, findRoots } from './find-roots.ts'
import type { ExchangePhase, HttpExchange, HttpMessage } from './http-exchange.ts'
import { measureOverhead, type OverheadReport } from './measure-overhead.ts'
import { type ExchangeReport, type ReportedBody, type ReportedCallout, type ReportedHeaders, reportBody } from './report.ts'

/** A message as plain data; pseudo-headers such as `:path` stand among the headers. */
export interface PlainMessage {
  readonly headers: ReportedHeaders
  readonly chunks: readonly Uint8Array[]
  readonly trailers?: ReportedHeaders
}

/** A bench as plain data. */
export interface BenchSetup {
  readonly filters: readonly FilterSettings[]
  readonly properties: JsonObject
  readonly callouts: readonly CalloutRule[]
  /** Foreign functions by name and what they return. */
  readonly foreignFunctions: Readonly<Record<string, Uint8Array>>
  readonly clusters?: readonly string[]
  readonly logLevel: number
  readonly startMilliseconds?: number
  readonly maximumWaitMilliseconds?: number
  /** How long a callout lives that has no timeout and no answer, as one to a service that can't be reached; without end when not told. */
  readonly unreachableMilliseconds?: number
}

/** One step of a TCP test. */
export type TcpStep =
  | { readonly kind: 'send' | 'receive'; readonly bytes: Uint8Array; readonly endOfStream: boolean }
  | { readonly kind: 'close'; readonly peer: 'client' | 'service' }

/** What a bench can be asked, as plain data. */
export type BenchCommand =
  | { readonly op: 'start'; readonly setup: BenchSetup }
  /** Looks for the root ids that a module registers; needs no start. */
  | {
      readonly op: 'find-roots'
      readonly filter: FilterSettings
      readonly request: PlainMessage
      readonly upstream: PlainMessage
      readonly extent: 'first' | 'all'
    }
  | { readonly op: 'run'; readonly request: PlainMessage; readonly upstream: PlainMessage }
  | { readonly op: 'measure'; readonly request: PlainMessage; readonly upstream: PlainMessage; readonly requests: number }
  | { readonly op: 'open'; readonly request: PlainMessage }
  | { readonly op: 'respond'; readonly exchange: number; readonly response: PlainMessage }
  | {
      readonly op: 'deliver'
      readonly filter: string
      readonly kind: 'http' | 'grpc'
      readonly id: number
      readonly answer: PlainAnswer
    }
  | { readonly op: 'finish'; readonly exchange: number }
  | { readonly op: 'advance'; readonly milliseconds: number }
  | { readonly op: 'connect'; readonly steps: readonly TcpStep[] }
  /** Ends the filters themselves: the last command of a bench. */
  | { readonly op: 'shutdown' }

/** How far an exchange that is taken step by step has come. */
export interface ExchangeStep {
  readonly exchange: number
  readonly phase: ExchangePhase
  /** The request for the upstream, when it is its turn. */
  readonly upstreamRequest?: PlainMessage
  /** What the client gets, when it is over. */
  readonly response?: PlainMessage
}

/** A filter that has not read its configuration. It never will: proxies show it only while they configure. */
export interface UnreadConfiguration {
  readonly filter: string
  readonly readsVmConfiguration: boolean
}

/** The state of things beside any stream. */
export interface BenchState {
  readonly startFailures: readonly FilterFailure[]
  readonly warnings: readonly string[]
  readonly failures: readonly string[]
  readonly logs: readonly LogRecord[]
  readonly metrics: readonly MetricSnapshot[]
  readonly callouts: readonly ReportedCallout[]
  /** Filters that were given a configuration and did not ask for it, and whether they asked for the VM's instead. */
  readonly unread: readonly UnreadConfiguration[]
  /** A queue that a filter asked for and nobody has. */
  readonly missingQueue?: MissingQueue
  /** The open exchanges that have come further since they were told last. */
  readonly steps: readonly ExchangeStep[]
}

/** What came of a TCP connection. */
export interface ConnectionReport {
  readonly toService: ReportedBody
  readonly toClient: ReportedBody
  readonly closed: boolean
  readonly callbacks: readonly CallbackTrace[]
  readonly logs: readonly LogRecord[]
  readonly metrics: readonly MetricSnapshot[]
  readonly failures: readonly FilterFailure[]
}

export type BenchReply =
  | { readonly kind: 'state'; readonly state: BenchState }
  | { readonly kind: 'report'; readonly report: ExchangeReport }
  | { readonly kind: 'connection'; readonly report: ConnectionReport }
  | { readonly kind: 'overhead'; readonly report: OverheadReport }
  | { readonly kind: 'roots'; readonly roots: FoundRoots }

/** Carries out commands on one bench. The same in the calling thread and in a worker; every reply is plain data. */
export class BenchSession {
  #bench: FilterBench | undefined
  readonly #open = new Map<number, HttpExchange>()
  /** The phase of each open exchange that was told last. */
  readonly #told = new Map<number, ExchangePhase>()
  #lastExchange = 0
  readonly #onGuestCall: ((number: number) => void) | undefined

  /** `onGuestCall` is told what of a guest runs, so that another thread can tell where one hangs. */
  constructor(onGuestCall?: (number: number) => void) {
    this.#onGuestCall = onGuestCall
  }

  /** Throws on a command that doesn't fit, which is its caller's bug; whatever a guest does is told in the reply. */
  handle(command: BenchCommand): BenchReply {
    if (command.op === 'start') {
      const onGuestCall = this.#onGuestCall
      this.#bench = new FilterBench({ ...optionsOf(command.setup), ...(onGuestCall === undefined ? {} : { onGuestCall }) })
      return this.#state(this.#bench)
    }
    if (command.op === 'find-roots') {
      const request = (): HttpMessage => httpMessage(command.request, 'request')
      const upstream = (): HttpMessage => httpMessage(command.upstream, 'response')
      return { kind: 'roots', roots: findRoots(command.filter, request, upstream, command.extent) }
    }
    const bench = this.#bench
    if (bench === undefined) throw new Error('the bench is not started')
    switch (command.op) {
      case 'run': {
        const upstream = httpMessage(command.upstream, 'response')
        // A copy each time: the filters change the headers in place.
        const exchange = bench.request(httpMessage(command.request, 'request'), () => ({
          ...upstream,
          headers: upstream.headers.copy(),
        }))
        return { kind: 'report', report: reportExchange(bench, exchange) }
      }
      case 'measure': {
        const report = measureOverhead(
          bench,
          httpMessage(command.request, 'request'),
          httpMessage(command.upstream, 'response'),
          command.requests,
        )
        return { kind: 'overhead', report }
      }
      case 'open':
        this.#lastExchange += 1
        this.#open.set(this.#lastExchange, bench.open(httpMessage(command.request, 'request')))
        return this.#state(bench)
      case 'respond':
        this.#exchange(command.exchange).respond(httpMessage(command.response, 'response'))
        return this.#state(bench)
      case 'deliver':
        bench.deliver(command.filter, command.kind, command.id, calloutAnswer(command.answer))
        return this.#state(bench)
      case 'finish': {
        const exchange = this.#exchange(command.exchange)
        bench.finish(exchange)
        this.#open.delete(command.exchange)
        this.#told.delete(command.exchange)
        return { kind: 'report', report: reportExchange(bench, exchange) }
      }
      case 'advance':
        bench.advance(command.milliseconds)
        return this.#state(bench)
      case 'shutdown':
        bench.shutdown()
        return this.#state(bench)
      case 'connect':
        return { kind: 'connection', report: connect(bench, command.steps) }
    }
  }

  #exchange(id: number): HttpExchange {
    const exchange = this.#open.get(id)
    if (exchange === undefined) throw new Error(`exchange ${id} is not open`)
    return exchange
  }

  #state(bench: FilterBench): BenchReply {
    const steps = [...this.#open].flatMap(([id, exchange]): readonly ExchangeStep[] => {
      exchange.proceed()
      const { phase, response } = exchange
      if (this.#told.get(id) === phase) return []
      this.#told.set(id, phase)
      if (phase === 'upstream') return [{ exchange: id, phase, upstreamRequest: plainMessage(bench.upstreamRequest(exchange)) }]
      if (phase !== 'over' || response === undefined || !response.sink.headers) return [{ exchange: id, phase }]
      const { headers, trailers, sink } = response
      return [{ exchange: id, phase, response: plainMessage({ headers, chunks: sink.body, trailers }) }]
    })
    const { missing } = bench.world.queues
    const state: BenchState = {
      startFailures: bench.startFailures,
      warnings: bench.warnings,
      failures: bench.failureTexts(),
      logs: bench.world.log.drain().records,
      metrics: bench.metrics(),
      callouts: bench.drainCallouts(),
      unread: bench.unreadConfigurations(),
      ...(missing === undefined ? {} : { missingQueue: { vmId: fromByteText(missing.vmId), name: fromByteText(missing.name) } }),
      steps,
    }
    return { kind: 'state', state }
  }
}

function optionsOf(setup: BenchSetup): Parameters<typeof benchOptions>[0] & ReturnType<typeof benchOptions> {
  const { filters, properties, callouts, clusters, logLevel, startMilliseconds, maximumWaitMilliseconds } = setup
  const { unreachableMilliseconds } = setup
  const byRules = respondByRules(callouts)
  const foreignFunctions: Record<string, ForeignFunction> = Object.fromEntries(
    Object.entries(setup.foreignFunctions).map(([name, bytes]) => [
      name,
      () => ({ status: Status.ok, bytes: Buffer.from(bytes) }),
    ]),
  )
  return benchOptions({
    filters,
    properties,
    responder: (callout) => {
      const given = byRules(callout)
      if (given !== undefined || unreachableMilliseconds === undefined || callout.timeoutMilliseconds > 0) return given
      return { answer: { kind: 'failure' }, delayMilliseconds: unreachableMilliseconds }
    },
    foreignFunctions,
    logLevel,
    ...(clusters === undefined ? {} : { clusters }),
    ...(startMilliseconds === undefined ? {} : { startMilliseconds }),
    ...(maximumWaitMilliseconds === undefined ? {} : { maximumWaitMilliseconds }),
  })
}

function connect(bench: FilterBench, steps: readonly TcpStep[]): ConnectionReport {
  const connection = bench.connect()
  for (const step of steps) {
    if (step.kind === 'close') connection.close(step.peer)
    else if (step.kind === 'send') connection.send(Buffer.from(step.bytes), step.endOfStream)
    else connection.receive(Buffer.from(step.bytes), step.endOfStream)
  }
  if (!steps.some((step) => step.kind === 'close')) connection.close('client')
  return {
    toService: reportBody(Buffer.concat(connection.toService)),
    toClient: reportBody(Buffer.concat(connection.toClient)),
    closed: connection.closed,
    callbacks: connection.trace,
    logs: bench.world.log.drain().records,
    metrics: bench.metrics(),
    failures: connection.failures,
  }
}

function httpMessage(message: PlainMessage, kind: 'request' | 'response'): HttpMessage {
  return {
    headers: HeaderMap.fromText(message.headers, kind),
    chunks: message.chunks.map((chunk) => Buffer.from(chunk)),
    trailers: message.trailers === undefined ? undefined : HeaderMap.fromText(message.trailers),
  }
}

function plainMessage(message: HttpMessage): PlainMessage {
  const { headers, chunks, trailers } = message
  return { headers: headers.toText(), chunks, ...(trailers === undefined ? {} : { trailers: trailers.toText() }) }
}
