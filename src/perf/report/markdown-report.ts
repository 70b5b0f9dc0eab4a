import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { histogramOf } from '../load/read-result.ts'
import type { Comparison, MetricComparison } from '../statistics/compare-trials.ts'
import { percentileInterval } from '../statistics/percentile-interval.ts'
import { bytes, grouped, milliseconds, percent, perSecond, signedPercent } from './format-number.ts'
import { type MeasuredMatrix, matrixRows } from './matrix-table.ts'
import { loadLine } from './terminal-report.ts'

/** Checks in Markdown, for a pull request: the verdicts first, the figures folded away below them. */
export function markdownReport(checks: readonly PerfCheckResult[], matrices: readonly MeasuredMatrix[] = []): string {
  const failed = checks.filter((check) => check.verdict !== 'passed')
  const title =
    failed.length === 0
      ? `### ✅ Perf-checks passed (${checks.length})`
      : `### ❌ ${failed.length} of ${checks.length} perf-checks did not pass`
  return [title, '', ...matrices.flatMap(matrixLines), ...overview(checks), '', ...checks.flatMap(checkLines)]
    .join('\n')
    .replace(/\n*$/, '\n')
}

function matrixLines(matrix: MeasuredMatrix): string[] {
  const [head = [], ...rows] = matrixRows(matrix.cells)
  return [
    `**${escapeCell(matrix.name)}**`,
    '',
    ...table(
      head,
      rows.map((row) => row.map(escapeCell)),
    ),
    '',
  ]
}

function overview(checks: readonly PerfCheckResult[]): string[] {
  return table(
    ['check', 'verdict', 'rate', 'errors', 'p50', 'p99', 'max'],
    checks.map((check) => {
      const { result } = check
      return [
        escapeCell(check.name),
        check.verdict,
        perSecond(result.achievedRate),
        result.errors === 0 ? '0' : `${grouped(result.errors)} (${percent(result.errorShare)})`,
        milliseconds(result.latency.p50),
        milliseconds(result.latency.p99),
        milliseconds(result.latency.max),
      ]
    }),
  )
}

function checkLines(check: PerfCheckResult): string[] {
  const { result } = check
  const open = check.verdict === 'passed' ? '' : ' open'
  return [
    `<details${open}><summary><b>${escapeHtmlText(check.name)}</b> ${check.verdict}</summary>`,
    '',
    `\`${result.target.replaceAll('`', '')}\`: ${loadLine(result)}`,
    '',
    ...(check.reasons.length === 0 ? [] : [...check.reasons.map((reason) => `- ${escapeCell(reason)}`), '']),
    ...thresholdTable(check),
    ...latencyTable(check),
    ...(check.comparison === undefined ? [] : comparisonMarkdown(check.comparison)),
    ...overheadTable(check),
    ...environmentLine(check),
    ...(result.warnings.length === 0 ? [] : [result.warnings.map((warning) => `> ${escapeCell(warning)}`).join('\n>\n'), '']),
    '</details>',
    '',
  ]
}

function thresholdTable(check: PerfCheckResult): string[] {
  if (check.thresholds.length === 0) return []
  return [
    ...table(
      ['threshold', 'outcome', 'measured', 'limit'],
      check.thresholds.map((threshold) => [
        `\`${threshold.text.replaceAll('|', '\\|')}\``,
        threshold.outcome,
        threshold.left ?? '',
        threshold.right ?? '',
      ]),
    ),
    '',
  ]
}

function latencyTable(check: PerfCheckResult): string[] {
  const { result } = check
  if (result.latency.count === 0) return []
  const row = (name: string, part: 'latency' | 'serviceTime' | 'scheduleLag'): string[] => {
    const { p50, p90, p99, p999, max } = result[part]
    return [name, ...[p50, p90, p99, p999, max].map(milliseconds)]
  }
  const histogram = histogramOf(result.latency)
  const interval = (quantile: number): string => {
    const found = percentileInterval(histogram, quantile)
    return found.kind === 'resolved' ? `${milliseconds(found.low)} to ${milliseconds(found.high)}` : 'not resolvable'
  }
  return [
    ...table(
      ['', 'p50', 'p90', 'p99', 'p99.9', 'max'],
      [
        row('latency', 'latency'),
        ['95 % interval', interval(0.5), interval(0.9), interval(0.99), interval(0.999), ''],
        ...(result.serviceTime.count > 0 ? [row('service time', 'serviceTime')] : []),
        ...(result.scheduleLag.count > 0 && result.load.mode === 'open' ? [row('schedule lag', 'scheduleLag')] : []),
      ],
    ),
    '',
  ]
}

/** A comparison in Markdown. */
export function comparisonMarkdown(comparison: Comparison): string[] {
  const show = (metric: MetricComparison, value: number): string =>
    metric.unit === 'ms' ? milliseconds(value) : perSecond(value)
  return [
    `Compared with the baseline (${comparison.trials.baseline} and ${comparison.trials.candidate} trials): **${comparison.verdict}**`,
    '',
    ...comparison.problems.map((problem) => `- ${escapeCell(problem)}`),
    ...(comparison.problems.length > 0 ? [''] : []),
    ...table(
      ['', 'baseline', 'now', 'change', 'margin', 'p worse', 'smallest detectable', 'verdict'],
      comparison.metrics.map((metric) => [
        metric.name,
        show(metric, metric.baseline),
        show(metric, metric.candidate),
        signedPercent(metric.relativeDifference),
        show(metric, metric.margin),
        metric.pWorse.toPrecision(2),
        Number.isFinite(metric.detectable) ? signedPercent(metric.detectable) : 'nothing',
        metric.verdict + (metric.settledBy === undefined ? '' : ` (settled by ${metric.settledBy})`),
      ]),
    ),
    '',
  ]
}

function overheadTable(check: PerfCheckResult): string[] {
  const { overhead, result } = check
  if (overhead === undefined) return []
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
  return [
    ...table(
      ['', 'cores', 'cores per 1,000/s', 'memory'],
      [...row('data plane', overhead.dataplane), ...row('control plane', overhead.controlplane)],
    ),
    '',
  ]
}

function environmentLine(check: PerfCheckResult): string[] {
  const entries = Object.entries(check.result.environment)
  return entries.length === 0
    ? []
    : [entries.map(([key, value]) => `${escapeCell(key)} ${escapeCell(value ?? '')}`).join(', '), '']
}

/** A table of Markdown: the first column to the left, the rest to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)]
}

/** Text that may stand in a cell: no pipes, line breaks or markup of the user's. */
export function escapeCell(text: string): string {
  // Between backticks nothing is markup, and an entity would be shown as it is written.
  const parts = text.replaceAll(/\s*\n\s*/g, ' ').split(/(`[^`]*`)/)
  return parts
    .map((part, index) => (index % 2 === 1 ? part : escapeHtmlText(part)))
    .join('')
    .replaceAll('|', '\\|')
}

function escapeHtmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
