import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { type LatencyHistogram, quantileMilliseconds } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { histogramOf } from '../load/read-result.ts'
import type { Comparison, MetricComparison } from '../statistics/compare-trials.ts'
import { percentileInterval } from '../statistics/percentile-interval.ts'
import { bytes, grouped, milliseconds, percent, perSecond, signedPercent } from './format-number.ts'
import { type MeasuredMatrix, matrixRows } from './matrix-table.ts'
import { type ChartLine, escapeHtml, linearAxis, logarithmicAxis, svgChart } from './svg-chart.ts'
import { loadLine } from './terminal-report.ts'

/** What a page shows: a check, and the baseline it is drawn against. */
export interface ReportedCheck {
  readonly check: PerfCheckResult
  readonly baseline?: LoadResult
}

/**
 * Checks as one HTML page that needs nothing else: no script, no font, no image from elsewhere, and a policy that would refuse
 * them. Charts are SVG.
 */
export function htmlReport(reported: readonly ReportedCheck[], title: string, matrices: readonly MeasuredMatrix[] = []): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    ...matrices.map(matrixHtml),
    overview(reported.map((entry) => entry.check)),
    ...reported.map((entry, index) => section(entry, index)),
    '</body></html>',
    '',
  ].join('\n')
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--faint:#667085;--line:#d6dbe3;--paper:#fff;--good:#0a7d43;--bad:#c0262d;--one:#2563eb;--two:#d97706;--three:#7c3aed}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--faint:#98a2b3;--line:#344054;--paper:#12161d;--good:#3ccb7f;--bad:#f97066;--one:#7aa7ff;--two:#fdb022;--three:#bda4ff}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:920px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1.2rem}
table{border-collapse:collapse;margin:.8rem 0;font-variant-numeric:tabular-nums}td,th{padding:.25rem .8rem .25rem 0;text-align:right;border-bottom:1px solid var(--line);font-weight:400;white-space:nowrap}table{display:block;overflow-x:auto}
th{color:var(--faint)}td:first-child,th:first-child{text-align:left}
.passed{color:var(--good)}.failed,.invalid,.regression,.unmeasured{color:var(--bad)}.faint{color:var(--faint)}.narrow{display:inline-block;font-size:.85em;max-width:8rem;white-space:normal}td{vertical-align:top}
figure{margin:1.2rem 0}figcaption{color:var(--faint);margin-bottom:.3rem}svg{width:100%;height:auto}
.grid{stroke:var(--line);stroke-width:.6}.tick,.axis{fill:var(--faint);font-size:11px}.key{margin-left:1rem;white-space:nowrap}.key i{display:inline-block;width:.9rem;height:.2rem;margin-right:.35rem;vertical-align:middle}
code{font-size:.92em}ul{padding-left:1.2rem}
`

function matrixHtml(matrix: MeasuredMatrix): string {
  const [head = [], ...rows] = matrixRows(matrix.cells)
  const cells = rows.map((row) => row.map((cell, index) => (index === row.length - 1 ? verdictHtml(cell) : escapeHtml(cell))))
  return `<h2>${escapeHtml(matrix.name)}</h2>${tableHtml(head, cells)}`
}

function overview(checks: readonly PerfCheckResult[]): string {
  return tableHtml(
    ['check', 'verdict', 'rate', 'errors', 'p50', 'p99', 'max'],
    checks.map((check, index) => {
      const { result } = check
      return [
        `<a href="#check-${index}">${escapeHtml(check.name)}</a>`,
        verdictHtml(check.verdict),
        perSecond(result.achievedRate),
        result.errors === 0 ? '0' : `${grouped(result.errors)} (${percent(result.errorShare)})`,
        milliseconds(result.latency.p50),
        milliseconds(result.latency.p99),
        milliseconds(result.latency.max),
      ]
    }),
  )
}

function section({ check, baseline }: ReportedCheck, index: number): string {
  const { result } = check
  return [
    `<section><h2 id="check-${index}">${escapeHtml(check.name)} ${verdictHtml(check.verdict)}</h2>`,
    `<p><code>${escapeHtml(result.target)}</code><br><span class="faint">${escapeHtml(loadLine(result))}, ${escapeHtml(result.startedAt)}</span></p>`,
    listHtml(check.reasons, 'failed'),
    listHtml(result.warnings, 'faint'),
    thresholdsHtml(check),
    latencyHtml(result),
    distributionChart(result, baseline, index),
    timeChart(result, index),
    rateChart(result, index),
    check.comparison === undefined ? '' : comparisonHtml(check.comparison),
    failuresHtml(result),
    overheadHtml(check),
    environmentHtml(result),
    '</section>',
  ].join('\n')
}

function verdictHtml(verdict: string): string {
  return `<span class="${verdict}">${verdict}</span>`
}

function listHtml(items: readonly string[], kind: string): string {
  return items.length === 0 ? '' : `<ul class="${kind}">${items.map((item) => `<li>${proseHtml(item)}</li>`).join('')}</ul>`
}

/** Text in which what is between backticks is code. */
function proseHtml(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')
}

function thresholdsHtml(check: PerfCheckResult): string {
  if (check.thresholds.length === 0) return ''
  return tableHtml(
    ['threshold', 'outcome', 'measured', 'limit', ''],
    check.thresholds.map((threshold) => [
      `<code>${escapeHtml(threshold.text)}</code>`,
      verdictHtml(threshold.outcome),
      escapeHtml(threshold.left ?? ''),
      escapeHtml(threshold.right ?? ''),
      `<span class="faint">${escapeHtml(threshold.note ?? '')}</span>`,
    ]),
  )
}

function latencyHtml(result: LoadResult): string {
  if (result.latency.count === 0) return '<p class="failed">No latency: nothing was answered well.</p>'
  const histogram = histogramOf(result.latency)
  const row = (name: string, part: LoadResult['latency']): string[] => [
    name,
    ...[part.min, part.p50, part.p90, part.p99, part.p999, part.max].map(milliseconds),
  ]
  const interval = (quantile: number): string => {
    const found = percentileInterval(histogram, quantile)
    return found.kind === 'resolved'
      ? `${milliseconds(found.low)} to ${milliseconds(found.high)}`
      : `not resolvable (${grouped(found.needed)} needed)`
  }
  return tableHtml(
    ['', 'min', 'p50', 'p90', 'p99', 'p99.9', 'max'],
    [
      row('latency', result.latency),
      ['95 % interval', '', ...[0.5, 0.9, 0.99, 0.999].map(interval), ''].map(
        (cell) => `<span class="faint narrow">${cell}</span>`,
      ),
      ...(result.serviceTime.count > 0 ? [row('service time', result.serviceTime)] : []),
      ...(result.scheduleLag.count > 0 && result.load.mode === 'open' ? [row('schedule lag', result.scheduleLag)] : []),
    ],
  )
}

/** Quantiles of the distribution chart: even in the logarithm of what lies beyond them. */
function chartQuantiles(count: number): number[] {
  const nines = Math.max(1, Math.log10(Math.max(count, 10)))
  return Array.from({ length: 81 }, (_, step) => 1 - 10 ** (-(step / 80) * nines))
}

function distributionChart(result: LoadResult, baseline: LoadResult | undefined, index: number): string {
  if (result.latency.count < 2) return ''
  const quantiles = chartQuantiles(result.latency.count)
  const line = (name: string, color: string, histogram: LatencyHistogram, dashed = false): ChartLine => ({
    name,
    color,
    dashed,
    points: quantiles.map((quantile) => [-Math.log10(1 - quantile), Math.max(quantileMilliseconds(histogram, quantile), 1e-3)]),
  })
  const lines = [
    line('latency', 'var(--one)', histogramOf(result.latency)),
    ...(result.serviceTime.count > 1 && result.load.mode === 'open'
      ? [line('service time', 'var(--three)', histogramOf(result.serviceTime), true)]
      : []),
    ...(baseline === undefined || baseline.latency.count < 2
      ? []
      : [line('baseline', 'var(--two)', histogramOf(baseline.latency))]),
  ]
  const nines = quantiles.at(-1) === undefined ? 1 : -Math.log10(1 - (quantiles.at(-1) ?? 0))
  const marks = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].filter((mark) => -Math.log10(1 - mark) <= nines * 1.001)
  return svgChart({
    id: `distribution-${index}`,
    title: 'Latency by percentile',
    x: {
      title: 'percentile',
      scale: (value) => value / nines,
      ticks: marks.map((mark) => ({ value: -Math.log10(1 - mark), label: `${Number((mark * 100).toFixed(5))}` })),
    },
    y: logarithmicAxis(
      'latency',
      lines.flatMap((one) => one.points.map(([, value]) => value)),
      milliseconds,
    ),
    lines,
  })
}

function timeChart(result: LoadResult, index: number): string {
  const { overTime } = result
  if (overTime.length < 2) return ''
  const line = (name: string, color: string, pick: (slice: LoadResult['overTime'][number]) => number): ChartLine => ({
    name,
    color,
    points: overTime.filter((slice) => slice.requests > 0).map((slice) => [slice.second, Math.max(pick(slice), 1e-3)]),
  })
  const lines = [
    line('p50', 'var(--one)', (slice) => slice.p50),
    line('p99', 'var(--two)', (slice) => slice.p99),
    line('max', 'var(--bad)', (slice) => slice.max),
  ]
  const last = (overTime.at(-1)?.second ?? 0) + result.sliceSeconds
  return svgChart({
    id: `time-${index}`,
    title: 'Latency over time',
    x: linearAxis('seconds', last, (value) => String(Number(value.toPrecision(3)))),
    y: logarithmicAxis(
      'latency',
      lines.flatMap((one) => one.points.map(([, value]) => value)),
      milliseconds,
    ),
    lines,
  })
}

function rateChart(result: LoadResult, index: number): string {
  const { overTime, sliceSeconds } = result
  if (overTime.length < 2 || sliceSeconds <= 0) return ''
  const rates = overTime.map((slice) => slice.requests / sliceSeconds)
  const lines: ChartLine[] = [
    { name: 'requests', color: 'var(--one)', points: overTime.map((slice, at) => [slice.second, rates[at] ?? 0]) },
    ...(result.errors === 0
      ? []
      : [
          {
            name: 'errors',
            color: 'var(--bad)',
            points: overTime.map((slice): readonly [number, number] => [slice.second, slice.errors / sliceSeconds]),
          },
        ]),
  ]
  const last = (overTime.at(-1)?.second ?? 0) + sliceSeconds
  return svgChart({
    id: `rate-${index}`,
    title: 'Requests a second over time',
    x: linearAxis('seconds', last, (value) => String(Number(value.toPrecision(3)))),
    y: linearAxis('a second', Math.max(...rates), (value) => grouped(Number(value.toPrecision(3)))),
    lines,
  })
}

function comparisonHtml(comparison: Comparison): string {
  const show = (metric: MetricComparison, value: number): string =>
    metric.unit === 'ms' ? milliseconds(value) : perSecond(value)
  return [
    `<h3>Against the baseline: ${verdictHtml(comparison.verdict)} <span class="faint">(${comparison.trials.baseline} and ${comparison.trials.candidate} trials)</span></h3>`,
    listHtml(comparison.problems, 'failed'),
    tableHtml(
      ['', 'baseline', 'now', 'change', '95 % interval', 'margin', 'p worse', 'effect', 'detectable', ''],
      comparison.metrics.map((metric) => [
        metric.name,
        show(metric, metric.baseline),
        show(metric, metric.candidate),
        signedPercent(metric.relativeDifference),
        `${Number(metric.interval.low.toPrecision(3))} to ${Number(metric.interval.high.toPrecision(3))} ${metric.unit}`,
        show(metric, metric.margin),
        metric.pWorse.toPrecision(2),
        `${metric.effect.delta.toFixed(2)} ${metric.effect.word}`,
        Number.isFinite(metric.detectable) ? signedPercent(metric.detectable) : 'nothing',
        verdictHtml(metric.verdict) +
          (metric.settledBy === undefined ? '' : ` <span class="faint">settled by ${escapeHtml(metric.settledBy)}</span>`),
      ]),
    ),
  ].join('\n')
}

function failuresHtml(result: LoadResult): string {
  const kinds = Object.entries(result.failures)
  if (kinds.length === 0) return ''
  return tableHtml(
    ['failure', 'count', 'first seen'],
    kinds.map(([kind, count]) => [
      escapeHtml(kind),
      grouped(count),
      `<span class="faint">${escapeHtml(result.failureExamples[kind] ?? '')}</span>`,
    ]),
  )
}

function overheadHtml(check: PerfCheckResult): string {
  const { overhead, result } = check
  if (overhead === undefined) return ''
  const row = (name: string, use: { readonly cpu: number; readonly memory: number } | undefined): string[][] =>
    use === undefined
      ? []
      : [
          [
            name,
            `${Number(use.cpu.toPrecision(3))}`,
            result.achievedRate > 0 ? `${Number(((use.cpu / result.achievedRate) * 1000).toPrecision(3))}` : '',
            bytes(use.memory),
          ],
        ]
  return `<h3>Overhead</h3>${tableHtml(
    ['', 'cores', 'cores per 1,000/s', 'memory'],
    [...row('data plane', overhead.dataplane), ...row('control plane', overhead.controlplane)],
  )}`
}

function environmentHtml(result: LoadResult): string {
  const entries = Object.entries(result.environment)
  if (entries.length === 0) return ''
  return `<h3>Environment</h3>${tableHtml(
    ['', ''],
    entries.map(([key, value]) => [escapeHtml(key), escapeHtml(value ?? '')]),
  )}`
}

/** Cells are HTML already. */
function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<table>${head.some((cell) => cell !== '') ? cells(head, 'th') : ''}${rows.map((row) => cells(row, 'td')).join('')}</table>`
}
