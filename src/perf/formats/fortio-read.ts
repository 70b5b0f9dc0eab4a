import type { JsonObject } from '../../plan/json.ts'
import { createHistogram, type LatencyHistogram, recordMany } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { foreignResult, NOT_FROM_PLAN, tlsOf } from './foreign-result.ts'
import { countsField, numberField, objectField, objectsField, textField } from './json-fields.ts'

/*
 * fortio's result JSON, the interchange form of the field: nighthawk writes it too, Istio and Meshery keep it. Durations of the run
 * are nanoseconds, of the histogram seconds. Source: fortio periodic.RunnerResults and stats.HistogramData.
 */

/** True for an object that is a result of fortio, bare or as Meshery keeps it (`runner_results`). */
export function isFortioResult(value: JsonObject): boolean {
  return fortioOf(value) !== undefined
}

function fortioOf(value: JsonObject): JsonObject | undefined {
  const inner = objectField(value, 'runner_results')
  const candidate = Object.keys(inner).length > 0 ? inner : value
  return Object.keys(objectField(candidate, 'DurationHistogram')).length > 0 ? candidate : undefined
}

/** Spreads a bucket of fortio's over so many points at most: it says no more than that its values lie in between. */
const POINTS_PER_BUCKET = 16

/** Reads a result of fortio. Undefined when it is none. */
export function readFortio(value: JsonObject): LoadResult | undefined {
  const result = fortioOf(value)
  if (result === undefined) return undefined
  const histogram = objectField(result, 'DurationHistogram')
  const url = textField(result, 'URL') ?? textField(result, 'Destination') ?? ''
  const requestedRate = Number.parseFloat(textField(result, 'RequestedQPS') ?? '')
  const elapsed = (numberField(result, 'ActualDuration') ?? 0) / 1e9
  const runType = textField(result, 'RunType') ?? 'HTTP'
  const statuses = countsField(result, 'RetCodes')
  const grpc = runType.toUpperCase().startsWith('GRPC')
  const tcp = runType.toUpperCase().startsWith('TCP')
  const count = numberField(histogram, 'Count') ?? 0
  const failed = Object.entries(statuses).filter(([status]) => !isGood(status, grpc || tcp))
  const failures: Record<string, number> = {}
  for (const [status, times] of failed) {
    const kind = status === '-1' ? 'closed' : grpc ? 'grpc-status' : 'status'
    failures[kind] = (failures[kind] ?? 0) + times
  }
  const errors = failed.reduce((sum, [, times]) => sum + times, 0)
  const max = numberField(histogram, 'Max')
  const threads = numberField(result, 'NumThreads') ?? numberField(result, 'NumConnections') ?? 1
  const streams = numberField(result, 'Streams') ?? 1
  const payload = textField(result, 'Payload')
  const target = grpc && url !== '' && !url.includes('://') ? `grpc://${url}` : url
  return foreignResult({
    engine: 'fortio',
    name: textField(result, 'Labels') || target || 'fortio',
    target,
    protocol: grpc ? 'grpc' : tcp ? 'tcp' : result.H2 === true ? 'http2' : 'http1',
    rate: Number.isFinite(requestedRate) && requestedRate > 0 ? requestedRate : undefined,
    seconds: goSeconds(textField(result, 'RequestedDuration')) ?? elapsed,
    elapsedSeconds: elapsed,
    connections: threads,
    streams,
    threads: 1,
    keepAlive: result.DisableKeepAlive !== true,
    tls: tlsOf(target),
    requestBytes: payload === undefined ? 0 : Buffer.byteLength(payload),
    startedAt: instant(textField(result, 'StartTime')),
    environment: {},
    achievedRate: numberField(result, 'ActualQPS') ?? (elapsed > 0 ? count / elapsed : 0),
    requests: count,
    errors,
    failures,
    statuses: Object.fromEntries(Object.entries(statuses).filter(([status]) => status !== '-1')),
    bytes: Math.round(numberField(objectField(result, 'Sizes'), 'Sum') ?? 0),
    latency: histogramOfBuckets(histogram),
    ...(max === undefined ? {} : { max: max * 1000 }),
    warnings: [NOT_FROM_PLAN],
  })
}

function isGood(status: string, named: boolean): boolean {
  if (named) return ['0', 'OK', 'SERVING', '200'].includes(status)
  const code = Number(status)
  return code >= 100 && code < 400
}

/** Seconds of Go's duration text; undefined for `exactly N calls`. */
function goSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:[\d.]+(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  const units: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    seconds += Number(amount) * (units[unit ?? ''] ?? 0)
  return seconds
}

function instant(text: string | undefined): string {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return new Date(Number.isNaN(time) ? 0 : time).toISOString()
}

/** The buckets as a histogram: values of a bucket are spread evenly over it, as fortio's own percentiles assume. */
function histogramOfBuckets(value: JsonObject): LatencyHistogram {
  const histogram = createHistogram()
  for (const bucket of objectsField(value, 'Data')) {
    const start = (numberField(bucket, 'Start') ?? 0) * 1000
    const end = (numberField(bucket, 'End') ?? 0) * 1000
    const count = numberField(bucket, 'Count') ?? 0
    const points = Math.min(count, POINTS_PER_BUCKET)
    for (let point = 0; point < points; point += 1) {
      const share = Math.floor(count / points) + (point < count % points ? 1 : 0)
      recordMany(histogram, start + ((end - start) * (point + 1)) / points, share)
    }
  }
  return histogram
}
