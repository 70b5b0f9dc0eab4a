import type { MatrixSettings } from '../check/matrix.ts'
import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { bytes, milliseconds, percent, perSecond } from './format-number.ts'

/** One cell of a matrix as it came out. */
export interface MeasuredCell {
  readonly settings: MatrixSettings
  readonly check: PerfCheckResult
}

/** A matrix as it came out, by the name of its check. */
export interface MeasuredMatrix {
  readonly name: string
  readonly cells: readonly MeasuredCell[]
}

/** Why cells do not hold: each reason once, and how many more cells have it with other figures. */
export function matrixReasons(cells: readonly MeasuredCell[]): string[] {
  const alike = new Map<string, string[]>()
  for (const reason of cells.flatMap(({ check }) => check.reasons)) {
    const kind = reason.replaceAll(/\d+(?:\.\d+)?/g, '#')
    alike.set(kind, [...(alike.get(kind) ?? []), reason])
  }
  return [...alike.values()].map(([first = '', ...others]) =>
    others.length === 0 ? first : `${first} (and ${others.length} more like this)`,
  )
}

/**
 * A matrix as the rows of a table, for the decision it is run for: latency and what a mesh adds to it, processor and memory it
 * takes. What is added is against the cell with the same settings and no mesh.
 */
export function matrixRows(cells: readonly MeasuredCell[]): string[][] {
  const varies = (pick: (settings: MatrixSettings) => unknown): boolean => cells.some((cell) => pick(cell.settings) !== undefined)
  const columns: readonly { readonly title: string; readonly cell: (cell: MeasuredCell) => string }[] = [
    ...(varies((settings) => settings.mesh)
      ? [{ title: 'mesh', cell: ({ settings }: MeasuredCell) => settings.mesh ?? '' }]
      : []),
    ...(varies((settings) => settings.protocol)
      ? [{ title: 'protocol', cell: ({ settings }: MeasuredCell) => settings.protocol ?? '' }]
      : []),
    ...(varies((settings) => settings.connections)
      ? [{ title: 'connections', cell: ({ settings }: MeasuredCell) => String(settings.connections ?? '') }]
      : []),
    ...(varies((settings) => settings.rate)
      ? [{ title: 'rate', cell: ({ settings }: MeasuredCell) => (settings.rate === undefined ? '' : perSecond(settings.rate)) }]
      : []),
    ...(varies((settings) => settings.payload)
      ? [
          {
            title: 'payload',
            cell: ({ settings }: MeasuredCell) => (settings.payload === undefined ? '' : bytes(settings.payload)),
          },
        ]
      : []),
    { title: 'achieved', cell: ({ check }) => perSecond(check.result.achievedRate) },
    { title: 'errors', cell: ({ check }) => percent(check.result.errorShare) },
    { title: 'p50', cell: ({ check }) => milliseconds(check.result.latency.p50) },
    { title: 'added', cell: (cell) => added(cell, cells, 'p50') },
    { title: 'p99', cell: ({ check }) => milliseconds(check.result.latency.p99) },
    { title: 'added', cell: (cell) => added(cell, cells, 'p99') },
    { title: 'data plane per 1,000/s', cell: ({ check }) => perThousand(check) },
    { title: 'memory', cell: ({ check }) => memoryOf(check.overhead?.dataplane) },
    { title: 'control plane', cell: ({ check }) => useOf(check.overhead?.controlplane) },
    { title: 'verdict', cell: ({ check }) => check.verdict },
  ]
  const rows = cells.map((cell) => columns.map((column) => column.cell(cell)))
  // A column that says nothing of any cell is left out.
  const kept = columns.map((_, index) => rows.some((row) => row[index] !== ''))
  return [columns.map((column) => column.title), ...rows].map((row) => row.filter((_, index) => kept[index]))
}

function added(cell: MeasuredCell, cells: readonly MeasuredCell[], figure: 'p50' | 'p99'): string {
  const { mesh } = cell.settings
  if (mesh === undefined || mesh === 'none') return ''
  const without = cells.find(
    ({ settings }) =>
      settings.mesh === 'none' &&
      settings.protocol === cell.settings.protocol &&
      settings.connections === cell.settings.connections &&
      settings.rate === cell.settings.rate &&
      settings.payload === cell.settings.payload,
  )
  if (without === undefined || without.check.result.latency.count === 0 || cell.check.result.latency.count === 0) return ''
  const difference = cell.check.result.latency[figure] - without.check.result.latency[figure]
  return `${difference < 0 ? '-' : '+'}${milliseconds(Math.abs(difference))}`
}

function perThousand({ overhead, result }: PerfCheckResult): string {
  if (overhead?.dataplane === undefined || result.achievedRate === 0) return ''
  return `${Number(((overhead.dataplane.cpu / result.achievedRate) * 1000).toPrecision(3))} cores`
}

function memoryOf(use: { readonly memory: number } | undefined): string {
  return use === undefined ? '' : bytes(use.memory)
}

function useOf(use: { readonly cpu: number; readonly memory: number } | undefined): string {
  return use === undefined ? '' : `${Number(use.cpu.toPrecision(3))} cores, ${bytes(use.memory)}`
}
