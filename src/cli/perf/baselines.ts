import { fromRecord } from '../../perf/check/perf-record.ts'
import {
  allBaselines,
  isBaselineName,
  lastTrials,
  recordedChecks,
  runsOf,
  withBaseline,
  withoutBaseline,
} from '../../perf/check/recorded-runs.ts'
import { trialsOf } from '../../perf/formats/read-results.ts'
import type { LoadResult } from '../../perf/load/load-result.ts'
import { milliseconds, perSecond } from '../../perf/report/format-number.ts'
import { historyRows } from '../../perf/report/history-table.ts'
import { table } from '../../perf/report/markdown-report.ts'
import { alignRows } from '../../perf/report/terminal-report.ts'
import { type Diagnostic, hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { stateOfDesign } from '../state-of-design.ts'
import { changeRecordedRuns } from './recorded-state.ts'
import { readResultFiles } from './result-files.ts'

/** Options of `perf baseline set`. */
export interface BaselineSetOptions extends RunOptions {
  readonly from: readonly string[]
  readonly check?: string
}

/** `perf baseline set NAME`: from result files, or from the last run of a check that passed. */
export async function setBaseline(io: CommandIo, name: string, options: BaselineSetOptions): Promise<void> {
  if (!isBaselineName(name)) {
    refuse(io, {
      severity: 'error',
      code: 'MF7013',
      summary: `"${name}" is no name for a baseline`,
      detail: 'It takes letters, digits, dots, dashes and underscores.',
    })
    return
  }
  let given: readonly LoadResult[] | undefined
  if (options.from.length > 0) {
    const read = await readResultFiles(io, options.from)
    terminalView(io).diagnostics(read.diagnostics)
    if (hasErrors(read.diagnostics)) {
      io.setExitCode(1)
      return
    }
    given = trialsOf(read.records).map((record) => fromRecord(record).result)
  }
  const check = options.check ?? name
  const setAt = new Date().toISOString()
  let count = 0
  const done = await changeRecordedRuns(io, options, (runs) => {
    const trials = given ?? lastTrials(runs, check)
    count = trials.length
    if (trials.length > 0) return withBaseline(runs, { name, setAt, check, trials })
    refuse(io, {
      severity: 'error',
      code: 'MF7011',
      summary: `There is no recorded run of ${check} to make a baseline of`,
      detail:
        recordedChecks(runs).length === 0
          ? 'No run of a perf-check is recorded yet.'
          : `Recorded are runs of ${recordedChecks(runs).join(', ')}.`,
      hint: 'Run `meshform apply` or `meshform perf run --record` first, name another check with --check, or give result files with --from.',
    })
    return undefined
  })
  if (done && count > 0) io.stdout.write(`Baseline ${name} is set (${count} ${count === 1 ? 'trial' : 'trials'}).\n`)
}

/** `perf baseline list`. */
export async function listBaselines(io: CommandIo, options: RunOptions): Promise<void> {
  const found = await stateOfDesign(io, options)
  if (found === undefined) return
  const baselines = allBaselines(found.state.baselines)
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(baselines, null, 2)}\n`)
    return
  }
  if (baselines.length === 0) {
    terminalView(io).note('There are no baselines.')
    return
  }
  const rows = baselines.map(({ name, check, setAt, trials }) => {
    const [first] = trials
    return [
      name,
      check,
      setAt,
      String(trials.length),
      perSecond(first?.achievedRate ?? 0),
      milliseconds(first?.latency.p50 ?? 0),
      milliseconds(first?.latency.p99 ?? 0),
    ]
  })
  io.stdout.write(`${alignRows([['name', 'check', 'set', 'trials', 'rate', 'p50', 'p99'], ...rows]).join('\n')}\n`)
}

/** `perf baseline rm NAME`. */
export async function removeBaseline(io: CommandIo, name: string, options: RunOptions): Promise<void> {
  let removed = false
  const done = await changeRecordedRuns(io, options, (runs) => {
    const known = allBaselines(runs).map((baseline) => baseline.name)
    if (known.includes(name)) {
      removed = true
      return withoutBaseline(runs, name)
    }
    refuse(io, {
      severity: 'error',
      code: 'MF7011',
      summary: `There is no baseline ${name}`,
      detail: known.length === 0 ? 'There are none.' : `There are ${known.join(', ')}.`,
    })
    return undefined
  })
  if (done && removed) io.stdout.write(`Baseline ${name} is removed.\n`)
}

/** Options of `perf history`. */
export interface HistoryOptions extends RunOptions {
  readonly by?: string
  readonly markdown?: boolean
}

/** `perf history [CHECK]`: runs over time, release to release or mesh to mesh. */
export async function showHistory(io: CommandIo, check: string | undefined, options: HistoryOptions): Promise<void> {
  const found = await stateOfDesign(io, options)
  if (found === undefined) return
  const runs = found.state.baselines
  const wanted = check?.replace(/^perfChecks\./, '')
  const checks = recordedChecks(runs).filter((name) => wanted === undefined || name === wanted)
  if (checks.length === 0) {
    terminalView(io).note(wanted === undefined ? 'No run of a perf-check is recorded.' : `No run of ${wanted} is recorded.`)
    return
  }
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(Object.fromEntries(checks.map((name) => [name, runsOf(runs, name)])), null, 2)}\n`)
    return
  }
  for (const name of checks) {
    const [head = [], ...rows] = historyRows(runsOf(runs, name), options.by)
    if (options.markdown === true) io.stdout.write(`### ${name}\n\n${table(head, rows).join('\n')}\n\n`)
    else
      io.stdout.write(
        `${name}\n${alignRows([head, ...rows])
          .map((row) => `  ${row}`)
          .join('\n')}\n`,
      )
  }
}

function refuse(io: CommandIo, diagnostic: Diagnostic): void {
  terminalView(io).diagnostics([diagnostic])
  io.setExitCode(1)
}
