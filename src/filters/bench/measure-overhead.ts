import { benchOptions, FilterBench } from './filter-bench.ts'
import type { HttpMessage } from './http-exchange.ts'

/** What requests cost, in microseconds each. */
export interface CostFigures {
  readonly requests: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly maximum: number
  /** Processor time of this process, user and system. */
  readonly cpu: number
}

/** What a chain of filters costs, beside the same requests through no filters at all. */
export interface OverheadReport {
  readonly withFilters: CostFigures
  readonly without: CostFigures
  /** The difference of the two: what the filters add. Never below 0. */
  readonly added: { readonly mean: number; readonly p50: number; readonly p99: number; readonly cpu: number }
  /** Requests a second that one thread takes through the filters. */
  readonly requestsPerSecond: number
  /** How the exchanges ended, by outcome: figures of requests that all failed say nothing. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Bytes of the filters' linear memory at the end. */
  readonly memoryBytes: number
}

/** Requests before the clock is started, so that the engine has compiled what it will. */
const warmUp = 500

/** Measures a started bench on this thread: rounds with and without filters take turns, so that a noisy machine harms both alike. */
export function measureOverhead(
  bench: FilterBench,
  request: HttpMessage,
  upstream: HttpMessage,
  requests: number,
): OverheadReport {
  const bare = new FilterBench(benchOptions({ filters: [] }))
  const outcomes: Record<string, number> = {}
  const rounds = 10
  const perRound = Math.max(1, Math.ceil(requests / rounds))
  const filtered: number[] = []
  const plain: number[] = []
  let filteredCpu = 0
  let plainCpu = 0
  const count = (outcome: string): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  send(bench, request, upstream, Math.min(warmUp, requests), [], () => undefined)
  send(bare, request, upstream, Math.min(warmUp, requests), [], () => undefined)
  for (let round = 0; round < rounds; round += 1) {
    filteredCpu += send(bench, request, upstream, perRound, filtered, count)
    plainCpu += send(bare, request, upstream, perRound, plain, () => undefined)
  }
  const withFilters = figures(filtered, filteredCpu)
  const without = figures(plain, plainCpu)
  const over = (left: number, right: number): number => Math.max(0, left - right)
  return {
    withFilters,
    without,
    added: {
      mean: over(withFilters.mean, without.mean),
      p50: over(withFilters.p50, without.p50),
      p99: over(withFilters.p99, without.p99),
      cpu: over(withFilters.cpu, without.cpu),
    },
    requestsPerSecond: withFilters.mean > 0 ? 1e6 / withFilters.mean : 0,
    outcomes,
    memoryBytes: bench.links.reduce((total, link) => total + (link.vm?.memory.size ?? 0), 0),
  }
}

/** Sends requests and notes what each took, in microseconds; answers the processor time of all, in microseconds. */
function send(
  bench: FilterBench,
  request: HttpMessage,
  upstream: HttpMessage,
  times: number,
  into: number[],
  count: (outcome: string) => void,
): number {
  const before = process.cpuUsage()
  for (let sent = 0; sent < times; sent += 1) {
    // Copies: filters change headers in place.
    const message = { ...request, headers: request.headers.copy() }
    const begun = performance.now()
    const exchange = bench.request(message, () => ({ ...upstream, headers: upstream.headers.copy() }))
    into.push((performance.now() - begun) * 1000)
    count(exchange.outcome)
    if (sent % 500 === 499) forget(bench)
  }
  forget(bench)
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** Lets go of what has gathered for reports, which nobody will ask for here. */
function forget(bench: FilterBench): void {
  bench.world.log.drain()
  bench.drainCallouts()
}

function figures(times: readonly number[], cpu: number): CostFigures {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
  const total = sorted.reduce((sum, time) => sum + time, 0)
  const requests = sorted.length
  return {
    requests,
    mean: requests === 0 ? 0 : total / requests,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    maximum: sorted.at(-1) ?? 0,
    cpu: requests === 0 ? 0 : cpu / requests,
  }
}
