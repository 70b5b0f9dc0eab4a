import { SANDBOX_CLUSTER } from '../../design/design.ts'
import { expandMatrix } from '../../perf/check/matrix.ts'
import type { PerfCheckSpec } from '../../perf/check/perf-check-spec.ts'
import { toRecord } from '../../perf/check/perf-record.ts'
import { comparedTrials, type RecordedRuns, withRun } from '../../perf/check/recorded-runs.ts'
import { type PerfCheckOptions, type PerfCheckResult, runPerfCheck } from '../../perf/check/run-perf-check.ts'
import { EngineProblem } from '../../perf/engines/run-engine.ts'
import { poolResults } from '../../perf/load/pool-results.ts'
import { type MeasuredCell, type MeasuredMatrix, matrixReasons, matrixRows } from '../../perf/report/matrix-table.ts'
import { alignRows } from '../../perf/report/terminal-report.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { checkOptions } from './check-run.ts'
import { designEnvironment } from './design-environment.ts'
import { clusterRunner, LazyClusters, targetOf } from './distributed.ts'
import { type FoundChecks, findPerfChecks } from './find-checks.ts'
import { LiveProgress } from './live-progress.ts'
import type { LoadOptions } from './perf-options.ts'
import { formatOfFile, type ReportFormat } from './report-formats.ts'
import { type PushTargets, pushResults } from './report-results.ts'
import { runEnvironment } from './run-environment.ts'
import { recordsText, reportText, writeReport } from './write-report.ts'

/** Options of `perf run`. */
export interface PerfRunOptions extends RunOptions, LoadOptions, PushTargets {
  readonly env: readonly string[]
  readonly output: readonly string[]
  readonly record?: boolean
}

/** The recipe of `perf run`: find the checks, run each, print what it found, say by the exit code whether all passed. */
export async function runChecks(io: CommandIo, target: string | undefined, options: PerfRunOptions): Promise<void> {
  const view = terminalView(io)
  const found = await findPerfChecks(io, target, options)
  if (found.diagnostics.length > 0) view.diagnostics(found.diagnostics)
  if (hasErrors(found.diagnostics) || found.checks.length === 0) {
    io.setExitCode(1)
    return
  }
  const recorded = await recordedRuns(io, found, options)
  const environment = await runEnvironment(io, options.env)
  const progress = new LiveProgress(io, options.json === true)
  const results: PerfCheckResult[] = []
  const matrices: MeasuredMatrix[] = []
  const clusters = new LazyClusters(io, options, found.design)
  let expected = 0
  for (const check of found.checks) {
    const cells = expandMatrix(check)
    const measured: MeasuredCell[] = []
    expected += cells.length
    for (const { check: cell, settings } of cells) {
      if (io.signal.aborted) break
      const runner =
        cell.written.distributed === undefined
          ? undefined
          : clusterRunner(cell, homeOf(found, check), await clusters.connect(), (text) => view.note(text))
      const context = {
        ...(runner === undefined ? {} : { runner }),
        target: async () => targetOf((await clusters.connect()).get(homeOf(found, check))),
        environment: { ...environment, ...designEnvironment(found.design, check.address), ...cell.written.environment },
        baseline: comparedTrials(recorded, cell.name, cell.baseline),
        warn: (text: string) => view.note(text),
      }
      const result = await runOne(io, cell, progress, await checkOptions(io, cell, context))
      if (result === undefined) continue
      if (options.json !== true && cells.length === 1)
        await writeReport(io, textOf(io, 'terminal', [result], recorded), undefined)
      measured.push({ settings, check: result })
      results.push(result)
    }
    if (cells.length > 1) matrices.push({ name: check.name, cells: measured })
    if (cells.length > 1 && options.json !== true) {
      const rows = alignRows(matrixRows(measured)).map((row) => `  ${row}`)
      io.stdout.write(`${[check.name, ...rows, ...matrixReasons(measured).map((reason) => `  ${reason}`)].join('\n')}\n`)
    }
  }
  await clusters.close()
  if (options.json === true) io.stdout.write(recordsText(results.map(toRecord)))
  for (const file of options.output) {
    await writeReport(io, textOf(io, formatOfFile(file) ?? 'json', results, recorded, matrices), file)
  }
  if (options.record === true && results.length > 0) {
    const { changeRecordedRuns } = await import('./recorded-state.ts')
    await changeRecordedRuns(io, options, (runs) => results.reduce((all, result) => withRun(all, result), runs))
  }
  const problems = await pushResults(io, results, options)
  view.diagnostics(problems)
  const good = results.length === expected && results.every((result) => holds(result, found.adHoc))
  if (!good || hasErrors(problems)) io.setExitCode(1)
  if (io.signal.aborted) io.setExitCode(130)
}

/** The cluster that a check belongs to. */
function homeOf(found: FoundChecks, check: PerfCheckSpec): string {
  return found.design?.components.find((component) => component.address === check.address)?.cluster ?? SANDBOX_CLUSTER
}

/** What the state of the design keeps, to compare with; nothing for files and addresses without a design. */
async function recordedRuns(io: CommandIo, found: FoundChecks, options: RunOptions): Promise<RecordedRuns> {
  if (found.design === undefined) return {}
  const [{ openBackend }, { viewState }] = await Promise.all([import('../open-backend.ts'), import('../open-state.ts')])
  const opened = await openBackend(io, options, found.design)
  if (!opened.ok) return {}
  const viewed = await viewState(opened.value, { design: found.design.name, workspace: options.workspace }, io.signal)
  await opened.value.backend.close()
  return viewed.ok ? viewed.value.state.baselines : {}
}

/** Runs one check with its progress shown. Undefined, with the reason said, when its engine can't be used. */
export async function runOne(
  io: CommandIo,
  check: PerfCheckSpec,
  progress: LiveProgress,
  more: Partial<PerfCheckOptions>,
): Promise<PerfCheckResult | undefined> {
  try {
    return await runPerfCheck(check, {
      signal: io.signal,
      clock: Date.now,
      onProgress: (event) => progress.event(check.name, event),
      ...more,
    })
  } catch (error) {
    if (!(error instanceof EngineProblem)) throw error
    progress.close()
    terminalView(io).diagnostics([
      {
        severity: 'error',
        code: 'MF7012',
        summary: `The load of ${check.name} can not be put on`,
        detail: error.message,
        address: check.address,
        ...(check.written.distributed === undefined ? { hint: 'Install it, or leave `engine` out: our own needs nothing.' } : {}),
      },
    ])
    return undefined
  } finally {
    progress.close()
  }
}

/**
 * Whether a check holds. A bare address without thresholds asks for figures only: it fails when there are none, not when the
 * generator was the limit, which the result says.
 */
function holds(check: PerfCheckResult, adHoc: boolean): boolean {
  if (check.verdict === 'passed') return true
  return adHoc && check.thresholds.length === 0 && check.result.latency.count > 0
}

function textOf(
  io: CommandIo,
  format: ReportFormat,
  checks: readonly PerfCheckResult[],
  recorded: RecordedRuns,
  matrices: readonly MeasuredMatrix[] = [],
): string {
  const baselines = new Map(
    checks.flatMap((check) => {
      const [first, ...rest] = comparedTrials(recorded, check.name, undefined)
      return first === undefined ? [] : [[check.name, poolResults([first, ...rest], false)] as const]
    }),
  )
  return reportText(io, format, { checks, baselines, dialect: 'go', title: 'Perf-checks', matrices })
}
