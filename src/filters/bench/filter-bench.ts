import type { JsonObject } from '../../plan/json.ts'
import { logLevels } from '../abi/constants.ts'
import type { CalloutAnswer } from '../host/callout.ts'
import { describeFailure, type FilterFailure, GuestFailed } from '../host/failure.ts'
import type { FilterSettings } from '../host/filter-settings.ts'
import { FilterVm } from '../host/filter-vm.ts'
import type { ForeignFunction } from '../host/foreign-functions.ts'
import type { MetricSnapshot } from '../host/metric-store.ts'
import { World } from '../host/world.ts'
import { deliverAnswer } from './callout-delivery.ts'
import type { ChainLink } from './chain.ts'
import { HttpExchange, type HttpMessage } from './http-exchange.ts'
import { type CalloutResponder, ProxyLoop } from './proxy-loop.ts'
import { type ReportedCallout, reportCallout } from './report.ts'
import { TcpExchange } from './tcp-exchange.ts'

/** How the bench plays the proxy. */
export interface BenchOptions {
  /** In the order that requests meet them. */
  readonly filters: readonly FilterSettings[]
  /** Where the virtual clock starts: milliseconds since 1970 in UTC. */
  readonly startMilliseconds: number
  /** For random_get. */
  readonly seed: number
  readonly clusters?: readonly string[]
  readonly properties: JsonObject
  readonly foreignFunctions: Readonly<Record<string, ForeignFunction>>
  readonly logLevel: number
  readonly responder: CalloutResponder
  /** Told of every call of a host function, by name. */
  readonly onHostCall?: (name: string) => void
  /** Told what of a guest runs now, by number. */
  readonly onGuestCall?: (number: number) => void
  /** How long a stream that is held may wait, on the virtual clock. */
  readonly maximumWaitMilliseconds: number
}

/** Options with everything not told at its default: 2026-01-01, any cluster, no answers, half a minute of waiting. */
export function benchOptions(given: Partial<BenchOptions> & Pick<BenchOptions, 'filters'>): BenchOptions {
  return {
    startMilliseconds: Date.UTC(2026, 0, 1),
    seed: 1,
    properties: {},
    foreignFunctions: {},
    logLevel: 0,
    responder: () => undefined,
    maximumWaitMilliseconds: 30_000,
    ...given,
  }
}

/** What the upstream answers to a request that has passed the filters. */
export type Upstream = (request: HttpMessage) => HttpMessage

/**
 * A chain of filters in a proxy that is not there: started, configured, and given one stream at a time. Everything happens in the
 * calling thread and nothing waits for real time, so a guest that never returns never returns here either: untrusted modules go
 * through the worker (bench-worker.ts), which can be ended.
 */
export class FilterBench {
  readonly world: World<FilterVm>
  readonly links: readonly ChainLink[]
  /** Filters that could not be started, with their chain links kept: their failure policy shows on every stream. */
  readonly startFailures: readonly FilterFailure[]
  /** What a proxy would trip over and the bench does not, each with its filter's name. */
  readonly warnings: readonly string[]
  readonly #loop: ProxyLoop
  readonly #maximumWait: number
  #lastContext = 1
  #lastConnection = 0

  constructor(options: BenchOptions) {
    const { clusters } = options
    this.world = new World<FilterVm>({
      startMilliseconds: options.startMilliseconds,
      seed: options.seed,
      properties: options.properties,
      foreignFunctions: options.foreignFunctions,
      logLevel: Math.min(Math.max(0, Math.trunc(options.logLevel)), logLevels.length - 1),
      ...(clusters === undefined ? {} : { clusters }),
      ...(options.onHostCall === undefined ? {} : { onHostCall: options.onHostCall }),
      ...(options.onGuestCall === undefined ? {} : { onGuestCall: options.onGuestCall }),
    })
    const links: ChainLink[] = []
    const failures: FilterFailure[] = []
    const warnings: string[] = []
    for (const settings of options.filters) {
      const loaded = FilterVm.load(settings, this.world)
      let failure = loaded.ok ? undefined : loaded.failure
      warnings.push(...loaded.warnings.map((warning) => `${settings.name}: ${warning}`))
      if (loaded.ok) {
        try {
          loaded.vm.configure()
        } catch (error) {
          if (!(error instanceof GuestFailed)) throw error
          failure = error.failure
        }
      }
      if (failure !== undefined) failures.push(failure)
      links.push({ settings, vm: loaded.ok ? loaded.vm : undefined, failure })
    }
    this.links = links
    this.startFailures = failures
    this.warnings = warnings
    this.#maximumWait = options.maximumWaitMilliseconds
    const vms = links.flatMap((link) => (link.vm === undefined ? [] : [link.vm]))
    this.#loop = new ProxyLoop(this.world, vms, options.responder)
  }

  /** Begins a request and takes it as far as it goes without waiting. The caller goes on with `run`, or step by step. */
  open(message: HttpMessage): HttpExchange {
    this.#lastConnection += 1
    const links = this.links.filter((link) => link.settings.kind === 'http')
    const exchange = new HttpExchange(links, message, this.world.clock.now, this.#lastConnection, () => this.#nextContext())
    this.#loop.runDue()
    exchange.proceed()
    return exchange
  }

  /** Takes a whole exchange to its end: waits where filters hold it, asks the upstream, answers the client. */
  request(message: HttpMessage, upstream: Upstream): HttpExchange {
    const exchange = this.open(message)
    for (;;) {
      this.#wait(exchange)
      if (exchange.phase !== 'upstream') break
      exchange.respond(upstream(this.upstreamRequest(exchange)))
    }
    this.finish(exchange)
    return exchange
  }

  /** Ends the stream for its filters, and waits for those that are not done with it yet. */
  finish(exchange: HttpExchange): void {
    this.#loop.runDue()
    exchange.finish()
    if (!exchange.release(false)) {
      this.#loop.run(this.#maximumWait, () => exchange.release(false), 'stop')
      exchange.release(true)
    }
    this.#loop.runDue()
  }

  /** The request as it leaves for the upstream. */
  upstreamRequest(exchange: HttpExchange): HttpMessage {
    const { headers, trailers, sink } = exchange.request
    return { headers, chunks: sink.body, trailers }
  }

  #wait(exchange: HttpExchange): void {
    const held = (): boolean => exchange.phase === 'request' || exchange.phase === 'response'
    if (!held()) return
    this.#loop.run(
      this.#maximumWait,
      () => {
        exchange.proceed()
        return !held()
      },
      'stop',
    )
  }

  /** Gives an answer that came from outside to the callout that waits for it; false when none does. */
  deliver(filter: string, kind: 'http' | 'grpc', calloutId: number, answer: CalloutAnswer): boolean {
    const pending = this.world.pending.find(
      (entry) =>
        entry.guest.settings.name === filter &&
        entry.callout.id === calloutId &&
        (entry.callout.kind === 'http') === (kind === 'http'),
    )
    if (pending === undefined) return false
    try {
      deliverAnswer(pending, answer)
    } catch (error) {
      if (!(error instanceof GuestFailed)) throw error
    }
    this.#loop.runDue()
    return true
  }

  /** Lets virtual time pass: ticks run, callouts time out. */
  advance(milliseconds: number): void {
    this.#loop.run(milliseconds, () => false, 'pass')
  }

  /**
   * Ends the filters themselves, as a proxy does that drains: each is told, may ask for time until it says that it is done, and
   * goes. Nothing can be sent through them afterwards.
   */
  shutdown(): void {
    const running = this.links.flatMap(({ vm }) => (vm === undefined || vm.failure !== undefined ? [] : [vm]))
    const lingering = running.filter((vm) => endRoot(vm, 'proxy_on_done') === 0 && !vm.root.done)
    if (lingering.length > 0) {
      const done = (): boolean => lingering.every((vm) => vm.root.done || vm.failure !== undefined)
      this.#loop.run(this.#maximumWait, done, 'stop')
    }
    for (const vm of running) endRoot(vm, 'proxy_on_delete')
  }

  /** Begins a TCP connection. */
  connect(): TcpExchange {
    this.#lastConnection += 1
    const links = this.links.filter((link) => link.settings.kind === 'network')
    return new TcpExchange(links, this.world.clock.now, this.#lastConnection, () => this.#nextContext())
  }

  #nextContext(): number {
    this.#lastContext += 1
    return this.#lastContext
  }

  metrics(): readonly MetricSnapshot[] {
    return this.world.metrics.snapshot()
  }

  /** Takes out the callouts that were begun since the last time. */
  drainCallouts(): readonly ReportedCallout[] {
    return this.world.takeBegun().map(reportCallout)
  }

  /** Filters that run without having read the configuration that they were given. */
  unreadConfigurations(): readonly { readonly filter: string; readonly readsVmConfiguration: boolean }[] {
    return this.links.flatMap(({ settings, vm }) =>
      vm === undefined || vm.asked.plugin || settings.configuration.length === 0
        ? []
        : [{ filter: settings.name, readsVmConfiguration: vm.asked.vm }],
    )
  }

  /** The failures so far, one a filter, as sentences. */
  failureTexts(): readonly string[] {
    return this.links.flatMap((link) => {
      const failure = link.vm?.failure ?? link.failure
      return failure === undefined ? [] : [describeFailure(failure)]
    })
  }
}

/** One of the calls that end a root context; a failure in them is kept in the filter. */
function endRoot(vm: FilterVm, callback: 'proxy_on_done' | 'proxy_on_delete'): number | undefined {
  try {
    return vm.failure === undefined ? vm.call(callback, vm.root) : undefined
  } catch (error) {
    if (!(error instanceof GuestFailed)) throw error
    return undefined
  }
}
