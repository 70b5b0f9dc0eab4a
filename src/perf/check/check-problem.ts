import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'

/** The codes of what can be wrong with a perf-check or a perf file. Stable; documented in docs/diagnostics.md. */
export const PERF_DIAGNOSTICS = {
  MF7001: {
    title: 'A perf-check has a value that its schema does not allow',
    explanation: 'A key is unknown, or its value is of another kind than the check’s schema says.',
  },
  MF7002: {
    title: 'A threshold cannot be read',
    explanation: 'The text is no comparison of figures with units; the column says where reading stopped.',
  },
  MF7003: {
    title: 'A target or request address is not usable',
    explanation: 'It has no host, a scheme that is not loaded, no port where one is needed, or a password in it.',
  },
  MF7004: {
    title: 'A header, method or path would break the request',
    explanation: 'It holds line breaks or blanks that would end the field and begin another.',
  },
  MF7005: {
    title: 'A file that a perf-check names cannot be used',
    explanation: 'It can not be read, or holds no rows, certificate or body. Paths are relative to the check’s own file.',
  },
  MF7006: {
    title: 'Parts of a load contradict each other',
    explanation: 'Such as a closed loop with a rate, streams without HTTP/2, or two requests of one name.',
  },
  MF7007: {
    title: 'A placeholder names a column that the data does not have',
    explanation: 'Every `{{column}}` of a request takes its value from a row of the data.',
  },
  MF7008: {
    title: 'A performance file is not of a known format',
    explanation: 'It is neither our JSON nor fortio’s, an SMP file or a text of HdrHistogram.',
  },
  MF7009: {
    title: 'A figure of a performance file is probably in another unit',
    explanation: 'Or the file says less than a result needs; what was made of it is said.',
  },
  MF7010: {
    title: 'A performance file says something that has no counterpart here',
    explanation: 'It was left out, and nothing was put in its place.',
  },
  MF7011: {
    title: 'A perf-check or result that was asked for is not there',
    explanation: 'The design has no check, or the state no run or baseline, of this name.',
  },
  MF7012: {
    title: 'A load can not be put on',
    explanation: 'The engine is not installed or can not make this load, or its pods did not come up.',
  },
  MF7013: {
    title: 'A baseline has a name that can not be used',
    explanation: 'Names take letters, digits, dots, dashes and underscores.',
  },
  MF7014: {
    title: 'A metrics system can not be reached or refuses what it is sent',
    explanation: 'Prometheus, a Pushgateway, Grafana, metrics-server or a kubelet did not do what it was asked.',
  },
  MF7015: {
    title: 'A perf-check was not run to its end',
    explanation:
      'What it measures was not applied, there is nothing at its address, as in the sandbox, or the apply was interrupted.',
  },
  MF7016: {
    title: 'A rollout has steps that can not be walked',
    explanation: 'Steps are percentages above 0 and up to 100, each larger than the one before.',
  },
} as const

/** One of the codes. */
export type PerfDiagnosticCode = keyof typeof PERF_DIAGNOSTICS

/** Finds the place of a value in the text it was read from; undefined when there is no text. */
export type Locate = (path: ValuePath) => SourceLocation | undefined

/** A diagnostic about the value at `path`. `offset` moves the column into a string (from 0). */
export function checkProblem(
  code: PerfDiagnosticCode,
  detail: string,
  where: {
    readonly address: string
    readonly path: ValuePath
    readonly locate: Locate
    readonly offset?: number
    readonly hint?: string
  },
): Diagnostic {
  const found = where.locate(where.path)
  const location = found !== undefined && where.offset !== undefined ? { ...found, column: found.column + where.offset } : found
  return {
    severity: 'error',
    code,
    summary: PERF_DIAGNOSTICS[code].title,
    detail,
    address: where.address,
    ...(location === undefined ? {} : { location }),
    ...(where.hint === undefined ? {} : { hint: where.hint }),
  }
}
