import { latencyOf, summarizeLoad } from '../../src/perf/load/assemble-result.ts'
import { createHistogram, recordMilliseconds } from '../../src/perf/load/histogram.ts'
import { type LoadResult, RESULT_FORMAT } from '../../src/perf/load/load-result.ts'
import { completeLoadSpec } from '../../src/perf/load/load-spec.ts'
import { atRate } from './run-spec.ts'

/** A valid result with these latencies (milliseconds), as if they had been measured at 100 requests a second. */
export function resultWith(latencies: readonly number[], changes: Partial<LoadResult> = {}): LoadResult {
  const histogram = createHistogram()
  for (const latency of latencies) recordMilliseconds(histogram, latency)
  const lag = createHistogram()
  for (const _latency of latencies) recordMilliseconds(lag, 0.1)
  const seconds = latencies.length / 100
  const spec = completeLoadSpec({
    requests: [{ url: 'http://reviews.shop:9080/reviews/1' }],
    mode: atRate(100, seconds),
    connections: 4,
  })
  const errors = changes.errors ?? 0
  const requests = latencies.length + errors
  return {
    format: RESULT_FORMAT,
    name: 'reviews',
    target: 'http://reviews.shop:9080/reviews/1',
    engine: 'meshform',
    load: summarizeLoad(spec),
    environment: { mesh: 'istio', cluster: 'east' },
    startedAt: '2026-01-02T03:04:05.000Z',
    elapsedSeconds: seconds,
    warmupSeconds: 0,
    settled: null,
    ended: 'complete',
    requests,
    errors,
    errorShare: requests === 0 ? 0 : errors / requests,
    failures: {},
    failureExamples: {},
    statuses: { '200': latencies.length },
    achievedRate: 100,
    bytes: latencies.length * 200,
    latency: latencyOf(histogram),
    serviceTime: latencyOf(histogram),
    scheduleLag: latencyOf(lag),
    failureTime: latencyOf(createHistogram()),
    byRequest: [],
    overTime: [],
    sliceSeconds: 1,
    generator: { busy: 0.2, pacingP99: 0.1, longestQueue: 0, connectionsMade: 4, reconnects: 0 },
    valid: true,
    invalidReasons: [],
    warnings: [],
    ...changes,
  }
}
