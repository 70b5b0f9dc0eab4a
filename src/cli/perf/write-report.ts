import { resolve } from 'node:path'
import { stringify } from 'yaml'
import { type PerfRecord, toRecord } from '../../perf/check/perf-record.ts'
import type { PerfCheckResult } from '../../perf/check/run-perf-check.ts'
import { writeFortio } from '../../perf/formats/fortio-write.ts'
import { writeHgrm, writeHlog } from '../../perf/formats/hdr-text.ts'
import { writeJunit } from '../../perf/formats/junit.ts'
import { metricFamilies } from '../../perf/formats/metric-samples.ts'
import { writeOpenMetrics, writePrometheusText } from '../../perf/formats/prometheus-text.ts'
import { type SmpDialect, writeSmpResult } from '../../perf/formats/smp-write.ts'
import type { LoadResult } from '../../perf/load/load-result.ts'
import { histogramOf } from '../../perf/load/read-result.ts'
import { htmlReport } from '../../perf/report/html-report.ts'
import { markdownReport } from '../../perf/report/markdown-report.ts'
import type { MeasuredMatrix } from '../../perf/report/matrix-table.ts'
import { terminalReport } from '../../perf/report/terminal-report.ts'
import type { CommandIo } from '../command-io.ts'
import { writeFileAtomically } from '../write-file.ts'
import type { ReportFormat } from './report-formats.ts'
import { reportStyle } from './report-style.ts'

/** What to write: the checks, and what they are drawn against. */
export interface ReportRequest {
  readonly checks: readonly PerfCheckResult[]
  readonly baselines: ReadonlyMap<string, LoadResult>
  readonly dialect: SmpDialect
  readonly title: string
  /** Matrices among the checks, shown as tables of their own. */
  readonly matrices?: readonly MeasuredMatrix[]
}

/** The text of a report. */
export function reportText(io: CommandIo, format: ReportFormat, request: ReportRequest): string {
  const { checks, baselines, matrices } = request
  switch (format) {
    case 'terminal':
      return checks.map((check) => terminalReport(check, reportStyle(io))).join('\n')
    case 'html':
      return htmlReport(
        checks.map((check) => {
          const baseline = baselines.get(check.name)
          return baseline === undefined ? { check } : { check, baseline }
        }),
        request.title,
        matrices,
      )
    case 'markdown':
      return markdownReport(checks, matrices)
    case 'json':
      return recordsText(checks.map(toRecord))
    case 'junit':
      return writeJunit(checks)
    case 'smp': {
      const records = checks.map((check) =>
        writeSmpResult(check.result, request.dialect, check.overhead === undefined ? {} : { overhead: check.overhead }),
      )
      return records.map((record) => stringify(record)).join('---\n')
    }
    case 'fortio': {
      const results = checks.map((check) => writeFortio(check.result))
      return `${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`
    }
    case 'hgrm':
      return checks.map((check) => writeHgrm(histogramOf(check.result.latency))).join('\n')
    case 'hlog':
      return checks.map((check) => writeHlog(check.result)).join('')
    case 'prometheus':
      return writePrometheusText(metricFamilies(checks))
    case 'openmetrics':
      return writeOpenMetrics(metricFamilies(checks))
  }
}

/** Writes a report to a file, or to standard output when none is named. */
export async function writeReport(io: CommandIo, text: string, file: string | undefined): Promise<void> {
  if (file === undefined) io.stdout.write(text)
  else await writeFileAtomically(resolve(io.cwd, file), text, 0o644)
}

/** One record as it is, several as a list. */
export function recordsText(records: readonly PerfRecord[]): string {
  const [first] = records
  return `${JSON.stringify(records.length === 1 ? first : records, null, 2)}\n`
}
