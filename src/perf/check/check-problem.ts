import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'

/** The codes of what can be wrong with a perf-check or a perf file. Stable; one line each in the documentation. */
export const PERF_DIAGNOSTICS = {
  MF7001: 'A perf-check has a value that its schema does not allow',
  MF7002: 'A threshold cannot be read',
  MF7003: 'A target or request address is not usable',
  MF7004: 'A header, method or path would break the request',
  MF7005: 'A file that a perf-check names cannot be used',
  MF7006: 'Parts of a load contradict each other',
  MF7007: 'A placeholder names a column that the data does not have',
  MF7008: 'A performance file is not of a known format',
  MF7009: 'A figure of a performance file is probably in another unit',
  MF7010: 'A performance file says something that has no counterpart here',
  MF7011: 'A perf-check or result that was asked for is not there',
  MF7012: 'A load can not be put on',
  MF7013: 'A baseline has a name that can not be used',
  MF7014: 'A metrics system can not be reached or refuses what it is sent',
  MF7015: 'A perf-check was not run',
  MF7016: 'A rollout has steps that can not be walked',
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
    summary: PERF_DIAGNOSTICS[code],
    detail,
    address: where.address,
    ...(location === undefined ? {} : { location }),
    ...(where.hint === undefined ? {} : { hint: where.hint }),
  }
}
