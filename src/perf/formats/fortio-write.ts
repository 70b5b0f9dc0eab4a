import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { formatDuration } from '../check/duration.ts'
import { histogramBuckets, type LatencyHistogram, quantileMilliseconds } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { histogramOf } from '../load/read-result.ts'

const PERCENTILES = [50, 75, 90, 95, 99, 99.9]

/** A result as fortio would have written it: nanoseconds for the run, seconds in the histogram. */
export function writeFortio(result: LoadResult): JsonObject {
  const { load } = result
  const open = load.rate !== null
  const retCodes: Record<string, number> = { ...result.statuses }
  const unanswered = Object.entries(result.failures)
    .filter(([kind]) => kind !== 'status' && kind !== 'grpc-status')
    .reduce((sum, [, count]) => sum + count, 0)
  if (unanswered > 0) retCodes['-1'] = (retCodes['-1'] ?? 0) + unanswered
  return {
    RunType: load.protocol === 'grpc' ? 'GRPC' : load.protocol === 'tcp' ? 'TCP' : 'HTTP',
    Labels: result.name,
    StartTime: result.startedAt,
    RequestedQPS: open ? String(load.rate) : 'max',
    RequestedDuration: formatDuration(load.seconds),
    ActualQPS: result.achievedRate,
    ActualDuration: Math.round(result.elapsedSeconds * 1e9),
    NumThreads: load.connections,
    Version: `meshform ${result.engine}`,
    DurationHistogram: fortioHistogram(histogramOf(result.latency), result.latency.max),
    ErrorsDurationHistogram: fortioHistogram(histogramOf(result.failureTime), result.failureTime.max),
    Exactly: 0,
    Jitter: false,
    Uniform: load.arrival === 'uniform',
    NoCatchUp: false,
    RunID: 0,
    AccessLoggerInfo: '',
    ID: `${result.startedAt.replaceAll(/[:.]/g, '-')}_${result.name.replaceAll(/[^\w.-]+/g, '_')}`,
    RetCodes: retCodes,
    URL: result.target,
    NumConnections: load.connections,
    DisableFastClient: load.protocol === 'http2',
    H2: load.protocol === 'http2',
    DisableKeepAlive: !load.keepAlive,
    Sizes: constantHistogram(result.requests - result.errors, result.bytes),
    SocketCount: result.generator.connectionsMade + result.generator.reconnects,
    AbortOn: 0,
  }
}

function fortioHistogram(histogram: LatencyHistogram, max: number): JsonObject {
  const count = histogram.totalCount
  if (count === 0) return { Count: 0, Min: 0, Max: 0, Sum: 0, Avg: 0, StdDev: 0, Data: null, Percentiles: null }
  const buckets = histogramBuckets(histogram)
  let seen = 0
  const data: JsonValue[] = buckets.map((bucket) => {
    seen += bucket.count
    return {
      Start: seconds(bucket.low),
      End: seconds(Math.min(bucket.high, max)),
      Percent: (100 * seen) / count,
      Count: bucket.count,
    }
  })
  const mean = histogram.mean / 1e6
  return {
    Count: count,
    Min: seconds(buckets[0]?.low ?? 0),
    Max: seconds(max),
    Sum: mean * count,
    Avg: mean,
    StdDev: histogram.stdDeviation / 1e6,
    Data: data,
    Percentiles: PERCENTILES.map((percentile) => ({
      Percentile: percentile,
      Value: seconds(quantileMilliseconds(histogram, percentile / 100)),
    })),
  }
}

/** What is known of answer sizes: their number and sum. */
function constantHistogram(count: number, sum: number): JsonObject {
  const mean = count === 0 ? 0 : sum / count
  return {
    Count: count,
    Min: mean,
    Max: mean,
    Sum: sum,
    Avg: mean,
    StdDev: 0,
    Data: count === 0 ? null : [{ Start: mean, End: mean, Percent: 100, Count: count }],
  }
}

function seconds(milliseconds: number): number {
  return Number((milliseconds / 1000).toPrecision(10))
}
