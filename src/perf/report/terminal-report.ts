import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { type HistogramBucket, histogramBuckets, type LatencyHistogram } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { histogramOf } from '../load/read-result.ts'
import type { Comparison, MetricComparison } from '../statistics/compare-trials.ts'
import { percentileInterval } from '../statistics/percentile-interval.ts'
import { bytes, grouped, milliseconds, percent, perSecond, signedPercent } from './format-number.ts'

/** How words are set off in a terminal; the identity where there is no colour. */
export interface TerminalStyle {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
  readonly strong: (text: string) => string
}

/** No colour. */
export const PLAIN_STYLE: TerminalStyle = { good: same, bad: same, faint: same, strong: same }

function same(text: string): string {
  return text
}

/** What a check found, for a person at a terminal. Ends with a line break. */
export function terminalReport(check: PerfCheckResult, style: TerminalStyle = PLAIN_STYLE): string {
  const { result } = check
  const lines = [
    `${style.strong(check.name)}  ${result.target}`,
    `  ${loadLine(result)}`,
    '',
    ...outcomeLines(result, style),
    '',
    ...latencyTable(result),
    ...histogramLines(histogramOf(result.latency)),
    ...searchLines(check),
    ...thresholdLines(check, style),
    ...(check.comparison === undefined ? [] : ['', ...comparisonLines(check.comparison, style)]),
    ...overheadLines(check),
    ...result.warnings.map((warning) => `  ${style.faint('note')} ${warning}`),
    '',
    verdictLine(check, style),
  ]
  return `${lines.join('\n')}\n`
}

/** The load in one line. */
export function loadLine(result: LoadResult): string {
  const { load } = result
  const rate = load.mode === 'closed' ? 'closed loop' : `open loop, ${load.rate === null ? '' : perSecond(load.rate)} planned`
  const secure = load.tls === 'none' ? '' : load.tls === 'tls' ? ' over TLS' : ' over mutual TLS'
  const streams = load.streams > 1 ? ` × ${load.streams} streams` : ''
  const engine = result.engine === 'meshform' ? '' : ` (${result.engine})`
  return `${load.protocol}${secure}, ${rate}, ${load.connections} connections${streams}, ${load.seconds} s${engine}`
}

function outcomeLines(result: LoadResult, style: TerminalStyle): string[] {
  const failures = Object.entries(result.failures)
  const errors =
    result.errors === 0 ? style.good('0 errors') : style.bad(`${grouped(result.errors)} errors (${percent(result.errorShare)})`)
  return [
    `  ${grouped(result.requests)} requests, ${errors}, ${perSecond(result.achievedRate)} achieved, ${bytes(result.bytes)} received`,
    ...failures.map(([kind, count]) => {
      const example = result.failureExamples[kind]
      return `    ${style.bad(kind)} ${grouped(count)}${example === undefined ? '' : style.faint(`  ${example}`)}`
    }),
    ...(result.warmupSeconds > 0 ? [`  the first ${result.warmupSeconds} s were dropped as warm-up`] : []),
  ]
}

const COLUMNS = ['min', 'p50', 'p90', 'p99', 'p999', 'max'] as const

function latencyTable(result: LoadResult): string[] {
  if (result.latency.count === 0) return ['  no latency: nothing was answered well']
  const rows = [
    ['', ...COLUMNS.map((column) => (column === 'p999' ? 'p99.9' : column))],
    ['latency', ...COLUMNS.map((column) => milliseconds(result.latency[column]))],
    ...(result.serviceTime.count === 0
      ? []
      : [['service time', ...COLUMNS.map((column) => milliseconds(result.serviceTime[column]))]]),
    ...(result.scheduleLag.count === 0 || result.load.mode === 'closed'
      ? []
      : [['schedule lag', ...COLUMNS.map((column) => milliseconds(result.scheduleLag[column]))]]),
  ]
  const interval = (quantile: number): string => {
    const found = percentileInterval(histogramOf(result.latency), quantile)
    return found.kind === 'resolved'
      ? `${milliseconds(found.low)} to ${milliseconds(found.high)}`
      : `not resolvable (${grouped(found.needed)} needed)`
  }
  return [
    ...alignRows(rows).map((row) => `  ${row}`),
    `  95 % intervals: p50 ${interval(0.5)}, p99 ${interval(0.99)}, p99.9 ${interval(0.999)}`,
  ]
}

/** Rows as lines with columns aligned: the first to the left, the rest to the right. */
export function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

const BAR_WIDTH = 40
const BAR_ROWS = 8

/** A small histogram, on a logarithmic axis between the smallest and greatest value. */
function histogramLines(histogram: LatencyHistogram): string[] {
  const bars = logarithmicBars(histogramBuckets(histogram), BAR_ROWS)
  if (bars.length < 2) return []
  const most = Math.max(...bars.map((bar) => bar.count))
  const rows = bars.map((bar) => [
    `≤ ${milliseconds(bar.high)}`,
    '█'.repeat(Math.ceil((bar.count / most) * BAR_WIDTH)).padEnd(BAR_WIDTH),
    grouped(bar.count),
  ])
  return ['', ...alignRows(rows).map((row) => `  ${row}`)]
}

/** Buckets gathered into `count` equal steps of the logarithm. */
export function logarithmicBars(buckets: readonly HistogramBucket[], count: number): HistogramBucket[] {
  const first = buckets[0]
  const last = buckets.at(-1)
  if (first === undefined || last === undefined || buckets.length < 2) return [...buckets]
  const low = Math.log(Math.max(first.high, 1e-3))
  const step = (Math.log(last.high) - low) / count
  const bars = Array.from({ length: count }, (_, index) => ({
    low: Math.exp(low + index * step),
    high: Math.exp(low + (index + 1) * step),
    count: 0,
  }))
  for (const bucket of buckets) {
    const at =
      step === 0
        ? 0
        : Math.min(count - 1, Math.max(0, Math.ceil((Math.log(Math.max(bucket.high, 1e-3)) - low) / step - 1e-9) - 1))
    const bar = bars[at]
    if (bar !== undefined) bar.count += bucket.count
  }
  return bars
}

function searchLines(check: PerfCheckResult): string[] {
  const { search } = check
  if (search === undefined) return []
  const found =
    search.rate === undefined
      ? 'no rate meets the thresholds'
      : `highest rate that meets the thresholds: ${perSecond(search.rate)}`
  return [
    '',
    ...search.steps.map((step) => `  ${perSecond(step.rate)}  ${step.outcome}`),
    `  ${found} (limited by ${search.limitedBy})`,
  ]
}

function thresholdLines(check: PerfCheckResult, style: TerminalStyle): string[] {
  if (check.thresholds.length === 0) return []
  const mark = { passed: style.good('✓'), failed: style.bad('✗'), skipped: style.faint('-'), unmeasured: style.bad('?') }
  return [
    '',
    ...check.thresholds.map((threshold) => {
      const sides =
        threshold.left === undefined
          ? ''
          : `  ${threshold.left}${threshold.right === undefined ? '' : ` against ${threshold.right}`}`
      return `  ${mark[threshold.outcome]} ${threshold.text}${sides}${threshold.note === undefined ? '' : style.faint(`  ${threshold.note}`)}`
    }),
  ]
}

/** A comparison as lines. */
export function comparisonLines(comparison: Comparison, style: TerminalStyle = PLAIN_STYLE): string[] {
  const show = (metric: MetricComparison, value: number): string =>
    metric.unit === 'ms' ? milliseconds(value) : perSecond(value)
  if (comparison.trials.baseline === 1 && comparison.trials.candidate === 1) {
    const changes = comparison.metrics.map((metric) => `${metric.name} ${signedPercent(metric.relativeDifference)}`)
    return [`  against the last run: ${changes.join(', ')} ${style.faint('(single runs; four trials a side can tell more)')}`]
  }
  const rows = [
    ['', 'baseline', 'now', 'change', '95 % interval', 'margin', 'p worse', 'effect', 'detectable', ''],
    ...comparison.metrics.map((metric) => [
      metric.name,
      show(metric, metric.baseline),
      show(metric, metric.candidate),
      signedPercent(metric.relativeDifference),
      `${signed(metric.interval.low)} to ${signed(metric.interval.high)} ${metric.unit}`,
      show(metric, metric.margin),
      metric.pWorse.toPrecision(2),
      `${metric.effect.delta.toFixed(2)} ${metric.effect.word}`,
      Number.isFinite(metric.detectable) ? signedPercent(metric.detectable) : 'nothing',
      metric.verdict,
    ]),
  ]
  const settle = comparison.metrics.flatMap((metric) =>
    metric.settledBy === undefined ? [] : [`  ${metric.name} is inconclusive; what would settle it: ${metric.settledBy}`],
  )
  const word = comparison.verdict === 'regression' || comparison.verdict === 'invalid' ? style.bad : style.good
  return [
    `  compared with the baseline (${comparison.trials.baseline} and ${comparison.trials.candidate} trials): ${word(comparison.verdict)}`,
    ...comparison.problems.map((problem) => `  ${style.bad('!')} ${problem}`),
    ...alignRows(rows).map((row) => `  ${row}`),
    ...settle,
  ]
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${Number(value.toPrecision(3))}`
}

function overheadLines(check: PerfCheckResult): string[] {
  const { overhead, result } = check
  if (overhead === undefined) return []
  const line = (name: string, use: { readonly cpu: number; readonly memory: number } | undefined): string[] => {
    if (use === undefined) return []
    const per =
      result.achievedRate > 0 ? `, ${Number(((use.cpu / result.achievedRate) * 1000).toPrecision(3))} cores per 1,000/s` : ''
    return [`  ${name}: ${Number(use.cpu.toPrecision(3))} cores, ${bytes(use.memory)}${per}`]
  }
  const metrics = Object.entries(overhead.metrics ?? {}).map(
    ([name, { mean, max }]) => `  ${name}: mean ${Number(mean.toPrecision(4))}, max ${Number(max.toPrecision(4))}`,
  )
  const { meshMark } = overhead
  const mark =
    meshMark === undefined
      ? []
      : [
          `  MeshMark ${Number(meshMark.score.toPrecision(3))}: ${percent(meshMark.cpu)} of the processors and ${percent(meshMark.memory)} of the memory are left`,
        ]
  return ['', ...line('data plane', overhead.dataplane), ...line('control plane', overhead.controlplane), ...mark, ...metrics]
}

function verdictLine(check: PerfCheckResult, style: TerminalStyle): string {
  const word = check.verdict === 'passed' ? style.good('passed') : style.bad(check.verdict)
  return [`${word}${check.reasons.length === 0 ? '' : ':'}`, ...check.reasons.map((reason) => `  ${reason}`)].join('\n')
}

/** One line of progress, without a line break. */
export function progressLine(progress: {
  readonly elapsed: number
  readonly answered: number
  readonly errors: number
  readonly p50: number
  readonly p99: number
}): string {
  const { elapsed, answered, errors, p50, p99 } = progress
  const rate = elapsed > 0 ? (answered + errors) / elapsed : 0
  return `${elapsed.toFixed(1)} s  ${perSecond(rate)}  p50 ${milliseconds(p50)}  p99 ${milliseconds(p99)}  ${errors === 0 ? 'no errors' : `${grouped(errors)} errors`}`
}
