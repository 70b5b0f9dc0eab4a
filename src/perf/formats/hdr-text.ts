import { createHistogram, decodeHistogram, encodeHistogram, type LatencyHistogram, recordMany } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { histogramOf } from '../load/read-result.ts'

/*
 * The text forms of the HdrHistogram family: `.hgrm` (percentile distribution, for plotters) and `.hlog` (interval log, which keeps
 * the whole histogram). Format version 1.3 of the log, as HistogramLogWriter of the Java library writes it.
 */

const TICKS_PER_HALF_DISTANCE = 5

/** The percentile distribution of a histogram, values in milliseconds. */
export function writeHgrm(histogram: LatencyHistogram): string {
  return histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, 1000)
}

/**
 * Reads a percentile distribution, values in milliseconds. What a row says of the recordings since the row before is taken to be at
 * its value. Undefined when the text has no such table.
 */
export function readHgrm(text: string): LatencyHistogram | undefined {
  const histogram = createHistogram()
  let before = 0
  let rows = 0
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([\d.]+)\s+([\d.]+)\s+(\d+)(?:\s+([\d.]+|inf))?\s*$/.exec(line)
    if (match === null) continue
    const [, value = '', percentile = '', total = ''] = match
    if (Number(percentile) > 1) continue
    rows += 1
    recordMany(histogram, Number(value), Number(total) - before)
    before = Math.max(before, Number(total))
  }
  return rows === 0 ? undefined : histogram
}

/** The log of a run: latency without a tag, service time and schedule lag with theirs. Times are seconds since the epoch. */
export function writeHlog(result: LoadResult): string {
  const start = Date.parse(result.startedAt) / 1000
  const line = (tag: string, histogram: LatencyHistogram): string =>
    `${tag === '' ? '' : `Tag=${tag},`}${start.toFixed(3)},${result.elapsedSeconds.toFixed(3)},${(histogram.maxValue / 1000).toFixed(3)},${encodeHistogram(histogram)}`
  return [
    `#[meshform ${result.name}; values in microseconds, Interval_Max in milliseconds]`,
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${start.toFixed(3)} (seconds since epoch), ${result.startedAt}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    line('', histogramOf(result.latency)),
    ...(result.serviceTime.count > 0 ? [line('service', histogramOf(result.serviceTime))] : []),
    ...(result.scheduleLag.count > 0 ? [line('lag', histogramOf(result.scheduleLag))] : []),
    '',
  ].join('\n')
}

/** What a log holds of one tag: all its intervals together. */
export interface HlogPart {
  readonly tag: string
  readonly histogram: LatencyHistogram
  /** Seconds since the epoch of the first interval, and seconds of all. */
  readonly start: number
  readonly seconds: number
}

/** Reads an interval log. Values may be nano-, micro- or milliseconds: Interval_Max, in milliseconds by custom, tells which. */
export function readHlog(text: string): HlogPart[] {
  const parts = new Map<string, { histogram: LatencyHistogram; start: number; seconds: number }>()
  let base = 0
  for (const line of text.split(/\r?\n/)) {
    const started = /^#\[(?:BaseTime|StartTime): ([\d.]+)/.exec(line)
    if (started !== null) base = Number(started[1])
    if (line === '' || line.startsWith('#') || line.startsWith('"')) continue
    const fields = line.split(',')
    const tag = fields[0]?.startsWith('Tag=') === true ? (fields.shift() ?? '').slice(4) : ''
    const [start = '', length = '', max = '', encoded = ''] = fields
    if (encoded === '') continue
    const read = inMicroseconds(decodeHistogram(encoded), Number(max))
    const begin = Number(start) < 1e6 ? base + Number(start) : Number(start)
    const part = parts.get(tag)
    if (part === undefined) parts.set(tag, { histogram: read, start: begin, seconds: Number(length) })
    else {
      part.histogram.add(read)
      part.seconds += Number(length)
    }
  }
  return [...parts].map(([tag, part]) => ({ tag, ...part }))
}

/** Powers of ten between a histogram's unit and the millisecond, by the names of the units. */
const UNITS = [1, 1_000, 1_000_000]

function inMicroseconds(read: LatencyHistogram, maxMilliseconds: number): LatencyHistogram {
  const ratio = maxMilliseconds > 0 ? read.maxValue / maxMilliseconds : 1_000
  const perMillisecond = UNITS.reduce((best, unit) =>
    Math.abs(Math.log(unit / ratio)) < Math.abs(Math.log(best / ratio)) ? unit : best,
  )
  const histogram = createHistogram()
  for (let index = 0; index < read.countsArrayLength; index += 1) {
    const count = read.getCountAtIndex(index)
    if (count > 0) recordMany(histogram, read.medianEquivalentValue(read.valueFromIndex(index)) / perMillisecond, count)
  }
  return histogram
}
