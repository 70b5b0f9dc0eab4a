import { type PerfRecord, toRecord } from '../../perf/check/perf-record.ts'
import type { PerfCheckSpec } from '../../perf/check/read-perf-check.ts'
import { type PerfCheckOptions, type PerfCheckResult, runPerfCheck } from '../../perf/check/run-perf-check.ts'
import { type TerminalStyle, terminalReport } from '../../perf/report/terminal-report.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { findPerfChecks } from './find-checks.ts'
import { LiveProgress } from './live-progress.ts'
import type { LoadOptions } from './perf-options.ts'

/** Options of `perf run`. */
export interface PerfRunOptions extends RunOptions, LoadOptions {}

/** The recipe of `perf run`: find the checks, run each, print what it found, say by the exit code whether all passed. */
export async function runChecks(io: CommandIo, target: string | undefined, options: PerfRunOptions): Promise<void> {
  const found = await findPerfChecks(io, target, options)
  if (found.diagnostics.length > 0) terminalView(io).diagnostics(found.diagnostics)
  if (hasErrors(found.diagnostics) || found.checks.length === 0) {
    io.setExitCode(1)
    return
  }
  const progress = new LiveProgress(io, options.json === true)
  const records: PerfRecord[] = []
  let good = true
  for (const check of found.checks) {
    if (io.signal.aborted) break
    const result = await runOne(io, check, progress, {})
    if (options.json !== true) io.stdout.write(terminalReport(result, reportStyle(io)))
    records.push(toRecord(result))
    good &&= holds(result, found.adHoc)
  }
  if (options.json === true) io.stdout.write(recordsText(records))
  if (!good) io.setExitCode(1)
  if (io.signal.aborted) io.setExitCode(130)
}

/** Runs one check with its progress shown. */
export async function runOne(
  io: CommandIo,
  check: PerfCheckSpec,
  progress: LiveProgress,
  more: Partial<PerfCheckOptions>,
): Promise<PerfCheckResult> {
  try {
    return await runPerfCheck(check, {
      signal: io.signal,
      clock: Date.now,
      onProgress: (event) => progress.event(check.name, event),
      ...more,
    })
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

/** One record as it is, several as a list. */
export function recordsText(records: readonly PerfRecord[]): string {
  const [first] = records
  return `${JSON.stringify(records.length === 1 ? first : records, null, 2)}\n`
}

/** Colours of reports on standard output. */
export function reportStyle(io: CommandIo): TerminalStyle {
  const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
  return { good: colors.green, bad: colors.red, faint: colors.dim, strong: colors.bold }
}
