import type { EndReason, GeneratorReport } from './generator.ts'
import {
  decodeHistogram,
  encodeHistogram,
  type LatencyHistogram,
  mergeHistograms,
  quantileMilliseconds,
  summarize,
} from './histogram.ts'
import { type Latency, type LoadResult, type LoadSummary, RESULT_FORMAT, type RunEnvironment } from './load-result.ts'
import type { LoadSpec } from './load-spec.ts'
import { meanRate, profileRequests } from './rate-profile.ts'
import { WARMUP_PARTS } from './recorder.ts'
import { judgeValidity } from './validity.ts'
import { isSettled, warmupLength } from './warmup.ts'

/** One latency of a result from its histogram; `max` where the exact greatest is known. */
export function latencyOf(histogram: LatencyHistogram, max?: number): Latency {
  const summary = summarize(histogram)
  return {
    ...summary,
    ...(max === undefined ? {} : { max: Math.round(max * 10_000) / 10_000 }),
    histogram: encodeHistogram(histogram),
  }
}

/** The load of a spec in brief, as results show it. */
export function summarizeLoad(spec: LoadSpec): LoadSummary {
  const secure = spec.requests.some((request) => /^(?:https|tls|grpcs):/.test(request.url))
  const { mode } = spec
  return {
    protocol: spec.protocol,
    mode: mode.kind,
    rate: mode.kind === 'open' ? meanRate(mode.profile) : null,
    profile: mode.kind === 'open' ? mode.profile.pieces.map((piece) => ({ ...piece })) : [],
    arrival: mode.kind === 'open' ? mode.arrival : null,
    seconds: spec.seconds,
    connections: spec.connections,
    streams: spec.streams,
    keepAlive: spec.keepAlive,
    threads: spec.threads,
    tls: secure ? (spec.tls?.certificate === undefined ? 'tls' : 'mtls') : 'none',
    requestBytes: spec.requests[0]?.body?.length ?? 0,
  }
}

/** What a result says beside what was measured. */
export interface ResultContext {
  readonly name: string
  readonly environment: RunEnvironment
}

/**
 * One result from the reports of all generators of a run. Histograms are added bucket by bucket, so nothing is lost; the warm-up
 * asked for (or found) is left out of every figure but the chart over time.
 */
export function assembleResult(spec: LoadSpec, reports: readonly GeneratorReport[], context: ResultContext): LoadResult {
  const recordings = reports.map((report) => report.recording)
  const overTime = mergeSlices(reports)
  const sliceSeconds = (recordings[0]?.sliceMs ?? 1000) / 1000
  const warm = findWarmup(spec, overTime, sliceSeconds)
  const parts = recordings.flatMap((recording) => recording.parts.slice(warm.dropParts))
  const merged = (pick: (part: (typeof parts)[number]) => string): LatencyHistogram =>
    mergeHistograms(parts.map((part) => decodeHistogram(pick(part))))
  const maximum = parts.reduce((max, part) => Math.max(max, part.maxResponse), 0)
  const answered = parts.reduce((sum, part) => sum + part.answered, 0)
  const errors = parts.reduce((sum, part) => sum + part.errors, 0)
  const good = parts.reduce((sum, part) => sum + decodeHistogram(part.response).totalCount, 0)
  const requests = good + errors
  const elapsed = Math.max(0, ...reports.map((report) => report.elapsed))
  const measured = Math.max(elapsed - warm.seconds, 1e-9)
  const pacing = mergeHistograms(recordings.map((recording) => decodeHistogram(recording.pacing)))
  const result: LoadResult = {
    format: RESULT_FORMAT,
    name: context.name,
    target: spec.requests[0]?.url ?? '',
    engine: 'meshform',
    load: effectiveLoad(spec),
    environment: context.environment,
    startedAt: new Date(Math.min(...reports.map((report) => report.startedAt))).toISOString(),
    elapsedSeconds: round(elapsed),
    warmupSeconds: round(warm.seconds),
    settled: warm.settled,
    ended: endOf(reports),
    requests,
    errors,
    errorShare: requests === 0 ? 0 : errors / requests,
    failures: sumCounts(recordings.map((recording) => recording.failures)),
    failureExamples: Object.assign({}, ...recordings.map((recording) => recording.examples).reverse()),
    statuses: sumCounts(recordings.map((recording) => recording.statuses)),
    achievedRate: round(answered / measured),
    bytes: recordings.reduce((sum, recording) => sum + recording.bytes, 0),
    latency: latencyOf(
      merged((part) => part.response),
      maximum,
    ),
    serviceTime: latencyOf(merged((part) => part.service)),
    scheduleLag: latencyOf(merged((part) => part.lag)),
    failureTime: latencyOf(mergeHistograms(recordings.map((recording) => decodeHistogram(recording.failureTime)))),
    byRequest: mergeRequests(reports),
    overTime: overTime.map(({ slice, requests: count, errors: failed }, index) => ({
      second: round(index * sliceSeconds),
      requests: count,
      errors: failed,
      p50: round(quantileMilliseconds(slice, 0.5)),
      p99: round(quantileMilliseconds(slice, 0.99)),
      max: round(quantileMilliseconds(slice, 1)),
    })),
    sliceSeconds,
    generator: {
      busy: round(Math.max(0, ...reports.map((report) => report.busy))),
      pacingP99: round(quantileMilliseconds(pacing, 0.99)),
      longestQueue: reports.reduce((sum, report) => sum + report.longestQueue, 0),
      connectionsMade: reports.reduce((sum, report) => sum + report.connectionsMade, 0),
      reconnects: reports.reduce((sum, report) => sum + report.reconnects, 0),
    },
    valid: true,
    invalidReasons: [],
    warnings: [],
  }
  return { ...result, ...judgeValidity(result) }
}

/** The summary, with the rate that the request limit leaves of the planned one's duration. */
function effectiveLoad(spec: LoadSpec): LoadSummary {
  const summary = summarizeLoad(spec)
  const { mode, requestLimit } = spec
  if (mode.kind === 'closed' || requestLimit === undefined) return summary
  const planned = profileRequests(mode.profile)
  return planned <= requestLimit ? summary : { ...summary, seconds: round((summary.seconds * requestLimit) / planned) }
}

interface MergedSlice {
  readonly slice: LatencyHistogram
  requests: number
  errors: number
}

function mergeSlices(reports: readonly GeneratorReport[]): MergedSlice[] {
  const count = Math.max(0, ...reports.map((report) => report.recording.slices.length))
  return Array.from({ length: count }, (_, index) => {
    const slices = reports.flatMap((report) => report.recording.slices[index] ?? [])
    return {
      slice: mergeHistograms(
        slices.map((slice) => decodeHistogram(slice.response)),
        2,
      ),
      requests: slices.reduce((sum, slice) => sum + slice.requests, 0),
      errors: slices.reduce((sum, slice) => sum + slice.errors, 0),
    }
  })
}

interface FoundWarmup {
  readonly dropParts: number
  readonly seconds: number
  readonly settled: boolean | null
}

function findWarmup(spec: LoadSpec, slices: readonly MergedSlice[], sliceSeconds: number): FoundWarmup {
  if (spec.warmup.kind === 'none') return { dropParts: 0, seconds: 0, settled: null }
  const medians = slices.filter((slice) => slice.slice.totalCount > 0).map((slice) => quantileMilliseconds(slice.slice, 0.5))
  if (spec.warmup.kind === 'fixed') {
    const kept = medians.slice(Math.ceil(spec.warmup.seconds / sliceSeconds))
    return { dropParts: 1, seconds: Math.min(spec.warmup.seconds, spec.seconds), settled: isSettled(kept) }
  }
  const drop = warmupLength(medians)
  const partSeconds = spec.seconds / 2 / WARMUP_PARTS
  const dropParts = Math.min(WARMUP_PARTS, Math.ceil((drop * sliceSeconds) / partSeconds - 1e-9))
  return { dropParts, seconds: dropParts * partSeconds, settled: isSettled(medians.slice(drop)) }
}

function mergeRequests(reports: readonly GeneratorReport[]): LoadResult['byRequest'] {
  const first = reports[0]?.recording.requests ?? []
  return first.map((own, index) => {
    const all = reports.flatMap((report) => report.recording.requests[index] ?? [])
    return {
      name: own.name,
      errors: all.reduce((sum, request) => sum + request.errors, 0),
      latency: latencyOf(mergeHistograms(all.map((request) => decodeHistogram(request.response)))),
    }
  })
}

function endOf(reports: readonly GeneratorReport[]): EndReason {
  return reports.find((report) => report.ended !== 'complete')?.ended ?? 'complete'
}

function sumCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const counts of all) for (const [key, count] of Object.entries(counts)) sums[key] = (sums[key] ?? 0) + count
  return sums
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
