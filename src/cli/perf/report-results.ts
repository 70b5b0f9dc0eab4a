import { fromRecord } from '../../perf/check/perf-record.ts'
import type { PerfCheckResult } from '../../perf/check/run-perf-check.ts'
import { trialsOf } from '../../perf/formats/read-results.ts'
import type { SmpDialect } from '../../perf/formats/smp-write.ts'
import type { LoadResult } from '../../perf/load/load-result.ts'
import { poolResults } from '../../perf/load/pool-results.ts'
import { annotateRun } from '../../perf/metrics/grafana.ts'
import { pushToGateway, remoteWrite } from '../../perf/metrics/push-metrics.ts'
import { COMPARISON_DEFAULTS, compareTrials } from '../../perf/statistics/compare-trials.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { formatOfFile, type ReportFormat } from './report-formats.ts'
import { readResultFiles } from './result-files.ts'
import { reportText, writeReport } from './write-report.ts'

/** Where results are sent besides. */
export interface PushTargets {
  readonly pushGateway?: string
  readonly remoteWrite?: string
  readonly grafana?: string
}

/** Options of `perf report`. */
export interface ReportOptions extends PushTargets {
  readonly format?: ReportFormat
  readonly output?: string
  readonly baseline: readonly string[]
  readonly dialect: SmpDialect
  readonly title: string
}

/** `perf report FILE...`: results of any known format, in any form. */
export async function reportResults(io: CommandIo, files: readonly string[], options: ReportOptions): Promise<void> {
  const view = terminalView(io)
  const read = await readResultFiles(io, files)
  const before = await readResultFiles(io, options.baseline)
  const diagnostics = [...read.diagnostics, ...before.diagnostics]
  view.diagnostics(diagnostics)
  if (hasErrors(diagnostics)) {
    io.setExitCode(1)
    return
  }
  const baseline = trialsOf(before.records).map((record) => fromRecord(record).result)
  const checks = read.records.map((record) => withBaseline(fromRecord(record), baseline))
  const [first, ...rest] = baseline
  const pooled = first === undefined ? undefined : poolResults([first, ...rest], false)
  const baselines = new Map<string, LoadResult>(pooled === undefined ? [] : checks.map((check) => [check.name, pooled] as const))
  const format = options.format ?? (options.output === undefined ? 'terminal' : (formatOfFile(options.output) ?? 'terminal'))
  const text = reportText(io, format, { checks, baselines, dialect: options.dialect, title: options.title })
  await writeReport(io, text, options.output)
  const problems = await pushResults(io, checks, options)
  view.diagnostics(problems)
  if (hasErrors(problems)) io.setExitCode(1)
}

function withBaseline(check: PerfCheckResult, baseline: readonly LoadResult[]): PerfCheckResult {
  return baseline.length === 0 ? check : { ...check, comparison: compareTrials(baseline, check.trials, COMPARISON_DEFAULTS) }
}

/** Sends results to the places that the options name. Tokens come from the environment, never from the command line. */
export async function pushResults(
  io: CommandIo,
  checks: readonly PerfCheckResult[],
  targets: PushTargets,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  const told = (where: string, problem: string | undefined): void => {
    if (problem === undefined) return
    diagnostics.push({
      severity: 'error',
      code: 'MF7014',
      summary: `The results could not be sent to ${where}`,
      detail: `${problem}.`,
    })
  }
  if (targets.pushGateway !== undefined) {
    const token = io.env.MESHFORM_PUSHGATEWAY_TOKEN
    told('the Pushgateway', await pushToGateway(checks, { url: targets.pushGateway, token, signal: io.signal }))
  }
  if (targets.remoteWrite !== undefined) {
    const token = io.env.MESHFORM_PROMETHEUS_TOKEN
    told('Prometheus', await remoteWrite(checks, { url: targets.remoteWrite, token, signal: io.signal }))
  }
  if (targets.grafana !== undefined) {
    const site = { url: targets.grafana, token: io.env.MESHFORM_GRAFANA_TOKEN, signal: io.signal }
    for (const check of checks) {
      const answer = await annotateRun(site, check)
      told('Grafana', answer.ok ? undefined : answer.problem)
      if (!answer.ok) break
    }
  }
  return diagnostics
}
