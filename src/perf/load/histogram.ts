import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, JsHistogram } from 'hdr-histogram-js'

/** Histograms hold whole microseconds with three significant digits, from 1 µs to an hour. */
export type LatencyHistogram = JsHistogram

/** Microseconds in a millisecond: histograms hold the former, people read the latter. */
const MICROSECONDS = 1_000
/** The largest latency that can be recorded, an hour, in microseconds. Longer ones are recorded as this. */
export const HIGHEST_MICROSECONDS = 3_600_000_000

/** An empty histogram. `digits` 3 is the resolution of results; 2 serves for charts over time. */
export function createHistogram(digits: 2 | 3 = 3): LatencyHistogram {
  return scripted(
    build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: HIGHEST_MICROSECONDS,
      numberOfSignificantValueDigits: digits,
      bitBucketSize: 32,
      useWebAssembly: false,
    }),
  )
}

function scripted(histogram: unknown): LatencyHistogram {
  if (histogram instanceof JsHistogram) return histogram
  throw new TypeError('the histogram library gave a histogram of another kind')
}

/** Records a time in milliseconds, rounded to the microsecond; times below zero count as zero. */
export function recordMilliseconds(histogram: LatencyHistogram, milliseconds: number): void {
  const microseconds = Math.round(milliseconds * MICROSECONDS)
  histogram.recordValue(Math.min(Math.max(microseconds, 0), HIGHEST_MICROSECONDS))
}

/** Records `count` times of so many milliseconds. */
export function recordMany(histogram: LatencyHistogram, milliseconds: number, count: number): void {
  const microseconds = Math.min(Math.max(Math.round(milliseconds * MICROSECONDS), 0), HIGHEST_MICROSECONDS)
  if (count > 0) histogram.recordValueWithCount(microseconds, count)
}

/** The histogram as text: base64 of the zlib-compressed V2 encoding, which the HdrHistogram family reads. Loses nothing. */
export function encodeHistogram(histogram: LatencyHistogram): string {
  return encodeIntoCompressedBase64(histogram)
}

/** Reads {@link encodeHistogram}'s text. Throws when it is not such a text. */
export function decodeHistogram(text: string): LatencyHistogram {
  return scripted(decodeFromCompressedBase64(text, 32, false))
}

/** All counts of `parts` in one new histogram. Equal layouts add without loss. */
export function mergeHistograms(parts: readonly LatencyHistogram[], digits: 2 | 3 = 3): LatencyHistogram {
  const merged = createHistogram(digits)
  for (const part of parts) merged.add(part)
  return merged
}

/**
 * The value in milliseconds at a quantile between 0 and 1: the middle of the bucket that holds the order statistic, no larger
 * than the greatest value recorded. 0 for an empty histogram.
 */
export function quantileMilliseconds(histogram: LatencyHistogram, quantile: number): number {
  const total = histogram.totalCount
  // An exact product such as 0.99 * 1000 may come out a hair above its integer; it must not skip to the next rank.
  return rankMilliseconds(histogram, Math.ceil(quantile * total - 1e-9 * total))
}

/** The value in milliseconds of the `rank`-th smallest recording, counted from 1 and held inside the recordings there are. */
export function rankMilliseconds(histogram: LatencyHistogram, rank: number): number {
  const total = histogram.totalCount
  if (total === 0) return 0
  const wanted = Math.min(Math.max(rank, 1), total)
  let seen = 0
  for (let index = 0; index < histogram.countsArrayLength; index += 1) {
    seen += histogram.getCountAtIndex(index)
    if (seen >= wanted) return middleMilliseconds(histogram, index)
  }
  return histogram.maxValue / MICROSECONDS
}

function middleMilliseconds(histogram: LatencyHistogram, index: number): number {
  const low = histogram.valueFromIndex(index)
  const high = histogram.highestEquivalentValue(low)
  return Math.min((low + high) / 2, histogram.maxValue) / MICROSECONDS
}

/** The smallest value recorded, in milliseconds, to the histogram's resolution. */
export function minimumMilliseconds(histogram: LatencyHistogram): number {
  if (histogram.totalCount === 0 || histogram.getCountAtIndex(0) > 0) return 0
  return histogram.minNonZeroValue / MICROSECONDS
}

/** The greatest value recorded, in milliseconds. */
export function maximumMilliseconds(histogram: LatencyHistogram): number {
  return histogram.totalCount === 0 ? 0 : histogram.maxValue / MICROSECONDS
}

/** One bucket with something in it: from `low` to below `high` milliseconds, and how many recordings. */
export interface HistogramBucket {
  readonly low: number
  readonly high: number
  readonly count: number
}

/** The filled buckets in rising order. */
export function histogramBuckets(histogram: LatencyHistogram): HistogramBucket[] {
  const buckets: HistogramBucket[] = []
  for (let index = 0; index < histogram.countsArrayLength; index += 1) {
    const count = histogram.getCountAtIndex(index)
    if (count === 0) continue
    const low = histogram.valueFromIndex(index)
    buckets.push({ low: low / MICROSECONDS, high: (histogram.highestEquivalentValue(low) + 1) / MICROSECONDS, count })
  }
  return buckets
}

/** What a table shows of a histogram, in milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p75: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** The summary of a histogram; all zero when it is empty. */
export function summarize(histogram: LatencyHistogram): LatencySummary {
  const count = histogram.totalCount
  const at = (quantile: number): number => rounded(quantileMilliseconds(histogram, quantile))
  return {
    count,
    min: rounded(minimumMilliseconds(histogram)),
    mean: count === 0 ? 0 : rounded(histogram.mean / MICROSECONDS),
    stddev: count === 0 ? 0 : rounded(histogram.stdDeviation / MICROSECONDS),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: rounded(maximumMilliseconds(histogram)),
  }
}

/** Milliseconds to a tenth of a microsecond: the histogram knows no more, and results stay readable. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10_000) / 10_000
}
