import { parseDuration } from '../../perf/check/duration.ts'
import type { PerfCheckSpec } from '../../perf/check/perf-check-spec.ts'
import { fromRecord, type PerfRecord, recordComparison } from '../../perf/check/perf-record.ts'
import { baselineOf } from '../../perf/check/recorded-runs.ts'
import { trialsOf } from '../../perf/formats/read-results.ts'
import type { LoadResult } from '../../perf/load/load-result.ts'
import { runLoad } from '../../perf/load/run-load.ts'
import { comparisonMarkdown } from '../../perf/report/markdown-report.ts'
import { comparisonLines } from '../../perf/report/terminal-report.ts'
import { COMPARISON_DEFAULTS, type Comparison, compareTrials } from '../../perf/statistics/compare-trials.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { findPerfChecks } from './find-checks.ts'
import { LiveProgress } from './live-progress.ts'
import type { LoadOptions } from './perf-options.ts'
import { reportStyle } from './report-style.ts'
import { readResultFiles } from './result-files.ts'
import { runEnvironment } from './run-environment.ts'

/** Options of `perf compare`. */
export interface CompareOptions extends RunOptions, LoadOptions {
  readonly relativeMargin: number
  readonly absoluteMargin: string
  readonly alpha: number
  readonly paired?: boolean
  readonly strict?: boolean
  readonly markdown?: boolean
  readonly env: readonly string[]
}

/** Trials a side when both are run now: with fewer, pairs of three figures can't reach one in twenty. */
const TRIALS = 6

/**
 * `perf compare BEFORE AFTER`: two sides by their trials. A side is a result file or folder, `baseline:NAME` of the state, or an
 * address to load; two addresses are run now, turn about.
 */
export async function compareResults(io: CommandIo, before: string, after: string, options: CompareOptions): Promise<void> {
  const live = isLive(before) && isLive(after)
  const sides = live ? await runBoth(io, before, after, options) : await readBoth(io, before, after, options)
  if (sides === undefined) {
    io.setExitCode(1)
    return
  }
  const [left, right] = sides
  const closed = left[0]?.load.mode === 'closed'
  const comparison = compareTrials(left, right, {
    ...COMPARISON_DEFAULTS,
    ...(closed ? { metrics: [{ kind: 'rate' }, ...COMPARISON_DEFAULTS.metrics] } : {}),
    relativeMargin: options.relativeMargin,
    absoluteMarginMs: (parseDuration(options.absoluteMargin) ?? 0.0005) * 1000,
    alpha: options.alpha,
    paired: options.paired === true || live,
  })
  print(io, comparison, options)
  if (io.signal.aborted) io.setExitCode(130)
  else if (fails(comparison, options.strict === true)) io.setExitCode(1)
}

function fails(comparison: Comparison, strict: boolean): boolean {
  const { verdict } = comparison
  return verdict === 'regression' || verdict === 'invalid' || (strict && verdict === 'inconclusive')
}

function print(io: CommandIo, comparison: Comparison, options: CompareOptions): void {
  if (options.json === true) io.stdout.write(`${JSON.stringify(recordComparison(comparison), null, 2)}\n`)
  else if (options.markdown === true) io.stdout.write(`${comparisonMarkdown(comparison).join('\n')}\n`)
  else io.stdout.write(`${comparisonLines(comparison, reportStyle(io)).join('\n')}\n`)
}

function isLive(side: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(side) || /(^|\.)perfChecks\./.test(side)
}

type Sides = readonly [readonly LoadResult[], readonly LoadResult[]]

async function readBoth(io: CommandIo, before: string, after: string, options: CompareOptions): Promise<Sides | undefined> {
  const left = await readSide(io, before, options)
  const right = await readSide(io, after, options)
  return left === undefined || right === undefined ? undefined : [left, right]
}

async function readSide(io: CommandIo, side: string, options: CompareOptions): Promise<readonly LoadResult[] | undefined> {
  if (side.startsWith('baseline:')) {
    const { stateOfDesign } = await import('../state-of-design.ts')
    const found = await stateOfDesign(io, options)
    if (found === undefined) return undefined
    const name = side.slice('baseline:'.length)
    const baseline = baselineOf(found.state.baselines, name)
    if (baseline !== undefined) return baseline.trials
    terminalView(io).diagnostics([
      { severity: 'error', code: 'MF7011', summary: `There is no baseline ${name}`, hint: 'meshform perf baseline list' },
    ])
    return undefined
  }
  const read = await readResultFiles(io, [side])
  terminalView(io).diagnostics(read.diagnostics)
  if (hasErrors(read.diagnostics)) return undefined
  return trialsOf(read.records).map((record: PerfRecord) => fromRecord(record).result)
}

/** Runs both sides now, A B B A ..., so that what changes on the machine meanwhile falls on both. */
async function runBoth(io: CommandIo, before: string, after: string, options: CompareOptions): Promise<Sides | undefined> {
  const left = await findPerfChecks(io, before, options)
  const right = await findPerfChecks(io, after, options)
  const diagnostics = [...left.diagnostics, ...right.diagnostics]
  terminalView(io).diagnostics(diagnostics)
  const [one] = left.checks
  const [other] = right.checks
  if (hasErrors(diagnostics) || one === undefined || other === undefined) return undefined
  const environment = await runEnvironment(io, options.env)
  const progress = new LiveProgress(io, options.json === true)
  const results: [LoadResult[], LoadResult[]] = [[], []]
  const trials = options.trials ?? TRIALS
  const run = async (check: PerfCheckSpec, into: LoadResult[], trial: number): Promise<void> => {
    if (io.signal.aborted) return
    progress.event(check.name, { kind: 'trial', trial, trials, rate: null })
    into.push(
      await runLoad(check.spec, {
        signal: io.signal,
        name: check.name,
        environment: { ...check.written.environment, ...environment },
        onProgress: (one) => progress.event(check.name, { kind: 'progress', trial, progress: one }),
      }),
    )
    progress.close()
  }
  for (let trial = 1; trial <= trials; trial += 1) {
    const turns: readonly (readonly [PerfCheckSpec, LoadResult[]])[] = [
      [one, results[0]],
      [other, results[1]],
    ]
    for (const [check, into] of trial % 2 === 1 ? turns : [...turns].reverse()) await run(check, into, trial)
  }
  return results
}
