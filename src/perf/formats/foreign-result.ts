import { latencyOf } from '../load/assemble-result.ts'
import { createHistogram, type LatencyHistogram } from '../load/histogram.ts'
import { type LoadResult, type LoadSummary, RESULT_FORMAT, type RunEnvironment } from '../load/load-result.ts'
import { constantRate } from '../load/rate-profile.ts'
import { judgeValidity } from '../load/validity.ts'

/** What another tool's file says of a run, in our units: seconds for durations, a histogram of milliseconds. */
export interface ForeignRun {
  readonly engine: string
  readonly name: string
  readonly target: string
  readonly protocol: LoadSummary['protocol']
  /** Planned requests a second; undefined for a closed loop. */
  readonly rate: number | undefined
  readonly seconds: number
  readonly elapsedSeconds: number
  readonly connections: number
  readonly streams?: number
  readonly threads: number
  readonly keepAlive: boolean
  readonly tls: LoadSummary['tls']
  readonly requestBytes: number
  readonly startedAt: string
  readonly environment: RunEnvironment
  readonly achievedRate: number
  readonly requests: number
  readonly errors: number
  readonly failures: Readonly<Record<string, number>>
  readonly statuses: Readonly<Record<string, number>>
  readonly bytes: number
  readonly latency: LatencyHistogram
  /** The greatest latency where the file knows it exactly, milliseconds. */
  readonly max?: number
  readonly warnings: readonly string[]
}

/** Said of every latency that was not counted from the planned time. */
export const NOT_FROM_PLAN =
  'latency is counted from the actual sending, as the engine does it, so a stall is felt by few requests (coordinated omission)'

/**
 * A run of another tool as a result. What such a tool does not measure (service time apart from latency, schedule lag, its own
 * load) is empty rather than guessed.
 */
export function foreignResult(run: ForeignRun): LoadResult {
  const empty = createHistogram()
  const result: LoadResult = {
    format: RESULT_FORMAT,
    name: run.name,
    target: run.target,
    engine: run.engine,
    load: {
      protocol: run.protocol,
      mode: run.rate === undefined ? 'closed' : 'open',
      rate: run.rate ?? null,
      profile: run.rate === undefined ? [] : constantRate(run.rate, run.seconds).pieces.map((piece) => ({ ...piece })),
      arrival: run.rate === undefined ? null : 'uniform',
      seconds: run.seconds,
      connections: Math.max(1, run.connections),
      streams: Math.max(1, run.streams ?? 1),
      keepAlive: run.keepAlive,
      threads: Math.max(1, run.threads),
      tls: run.tls,
      requestBytes: run.requestBytes,
    },
    environment: run.environment,
    startedAt: run.startedAt,
    elapsedSeconds: run.elapsedSeconds,
    warmupSeconds: 0,
    settled: null,
    ended: 'complete',
    requests: run.requests,
    errors: run.errors,
    errorShare: run.requests === 0 ? 0 : run.errors / run.requests,
    failures: { ...run.failures },
    failureExamples: {},
    statuses: { ...run.statuses },
    achievedRate: run.achievedRate,
    bytes: run.bytes,
    latency: latencyOf(run.latency, run.max),
    serviceTime: latencyOf(empty),
    scheduleLag: latencyOf(empty),
    failureTime: latencyOf(empty),
    byRequest: [],
    overTime: [],
    sliceSeconds: 0,
    generator: { busy: 0, pacingP99: 0, longestQueue: 0, connectionsMade: run.connections, reconnects: 0 },
    valid: true,
    invalidReasons: [],
    warnings: [],
  }
  const judged = judgeValidity(result)
  return { ...result, ...judged, warnings: [...judged.warnings, ...run.warnings] }
}

/** `tls` when an address is one that is encrypted. */
export function tlsOf(url: string): LoadSummary['tls'] {
  return /^(?:https|grpcs|tls):/i.test(url) ? 'tls' : 'none'
}
