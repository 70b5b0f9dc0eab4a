import type { RecordedRun } from '../check/recorded-runs.ts'
import { bytes, milliseconds, percent, perSecond, signedPercent } from './format-number.ts'

/** A row of a history: a run, or all runs that share a value. */
interface HistoryGroup {
  readonly label: string
  readonly runs: readonly RecordedRun[]
}

/**
 * The history of a check as rows of a table, oldest first: every run, or with `by` (an environment key such as `meshVersion` or
 * `mesh`) one row for each value, with the medians of its valid runs. Changes are against the row above.
 */
export function historyRows(runs: readonly RecordedRun[], by: string | undefined): string[][] {
  const groups = by === undefined ? runs.map((run) => ({ label: run.at, runs: [run] })) : groupBy(runs, by)
  const withUse = runs.some((run) => run.dataplaneCpu !== undefined || run.controlplaneCpu !== undefined)
  const head = [
    by ?? 'when',
    ...(by === undefined ? ['verdict', 'environment'] : ['runs']),
    'rate',
    'errors',
    'p50',
    'change',
    'p99',
    'change',
    ...(withUse ? ['data plane', 'per 1,000/s', 'control plane'] : []),
  ]
  let before: { p50: number; p99: number } | undefined
  const rows = groups.map((group) => {
    const p50 = median(group.runs.map((run) => run.p50))
    const p99 = median(group.runs.map((run) => run.p99))
    const rate = median(group.runs.map((run) => run.rate))
    const change = (now: number, then: number | undefined): string =>
      then === undefined || then === 0 ? '' : signedPercent(now / then - 1)
    const row = [
      group.label,
      ...(by === undefined ? [group.runs[0]?.verdict ?? '', environmentText(group.runs[0])] : [String(group.runs.length)]),
      perSecond(rate),
      percent(median(group.runs.map((run) => run.errorShare))),
      milliseconds(p50),
      change(p50, before?.p50),
      milliseconds(p99),
      change(p99, before?.p99),
      ...(withUse ? useCells(group.runs, rate) : []),
    ]
    before = { p50, p99 }
    return row
  })
  return [head, ...rows]
}

function useCells(runs: readonly RecordedRun[], rate: number): string[] {
  const known = (pick: (run: RecordedRun) => number | undefined): number | undefined => {
    const values = runs.flatMap((run) => pick(run) ?? [])
    return values.length === 0 ? undefined : median(values)
  }
  const cpu = known((run) => run.dataplaneCpu)
  const memory = known((run) => run.dataplaneMemory)
  const control = known((run) => run.controlplaneCpu)
  const controlMemory = known((run) => run.controlplaneMemory)
  const cores = (value: number): string => `${Number(value.toPrecision(3))} cores`
  return [
    cpu === undefined ? '' : `${cores(cpu)}, ${bytes(memory ?? 0)}`,
    cpu === undefined || rate === 0 ? '' : cores((cpu / rate) * 1000),
    control === undefined ? '' : `${cores(control)}, ${bytes(controlMemory ?? 0)}`,
  ]
}

function groupBy(runs: readonly RecordedRun[], key: string): HistoryGroup[] {
  const groups = new Map<string, RecordedRun[]>()
  for (const run of runs) {
    if (run.verdict === 'invalid') continue
    const label = run.environment[key] ?? '(not said)'
    const group = groups.get(label)
    if (group === undefined) groups.set(label, [run])
    else group.push(run)
  }
  return [...groups].map(([label, members]) => ({ label, runs: members }))
}

function environmentText(run: RecordedRun | undefined): string {
  const { mesh, meshVersion, cluster, commit } = run?.environment ?? {}
  return [
    mesh === undefined ? '' : `${mesh}${meshVersion === undefined ? '' : ` ${meshVersion}`}`,
    cluster ?? '',
    commit?.slice(0, 8) ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
