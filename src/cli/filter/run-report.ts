import { createHash } from 'node:crypto'
import type { ConnectionReport } from '../../filters/bench/bench-session.ts'
import type { ExchangeReport, ReportedCallout } from '../../filters/bench/report.ts'
import type { LogRecord } from '../../filters/host/bench-log.ts'
import type { FilterFailure } from '../../filters/host/failure.ts'
import type { MetricSnapshot } from '../../filters/host/metric-store.ts'
import type { RunKind, RunResult } from '../../filters/run/run-once.ts'

/** What `filter run --json` prints: the run as one object. Logs and callouts of starting come before those of the stream. */
export interface RunReport extends Partial<Omit<ExchangeReport, 'logs' | 'callouts' | 'metrics' | 'failures'>> {
  readonly source: string
  readonly sha256: string
  readonly kind: RunKind
  /** The filter started, took its configuration and its stream, and did not fail. */
  readonly ok: boolean
  /** It could be started and took its configuration. */
  readonly started: boolean
  /** What went wrong, as a sentence. */
  readonly problem?: string
  readonly logs: readonly LogRecord[]
  readonly callouts: readonly ReportedCallout[]
  readonly metrics: readonly MetricSnapshot[]
  readonly failures: readonly FilterFailure[]
  readonly warnings: readonly string[]
  readonly connection?: Pick<ConnectionReport, 'toService' | 'toClient' | 'closed'>
}

/** The report of a run. */
export function runReport(source: string, bytes: Uint8Array, result: RunResult): RunReport {
  const { kind, started, problem, warnings, failures, before, exchange, connection, after } = result
  const stream = exchange ?? connection
  const base = {
    source,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    kind,
    ok: started && problem === undefined,
    started,
    ...(problem === undefined ? {} : { problem }),
  }
  const rest = {
    logs: [...before.logs, ...(stream?.logs ?? []), ...(after?.logs ?? [])],
    callouts: [...before.callouts, ...(exchange?.callouts ?? []), ...(after?.callouts ?? [])],
    metrics: after?.metrics ?? stream?.metrics ?? before.metrics,
    failures,
    warnings,
  }
  if (exchange !== undefined) return { ...base, ...exchange, ...rest }
  if (connection === undefined) return { ...base, ...rest }
  const { toService, toClient, closed, callbacks } = connection
  return { ...base, callbacks, connection: { toService, toClient, closed }, ...rest }
}
