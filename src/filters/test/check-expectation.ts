import type { ConnectionReport } from '../bench/bench-session.ts'
import type { ExchangeReport, ReportedBody, ReportedCallout, ReportedHeaders } from '../bench/report.ts'
import type { LogRecord } from '../host/bench-log.ts'
import { describeFailure, type FilterFailure } from '../host/failure.ts'
import type { MetricSnapshot } from '../host/metric-store.ts'
import type { Expectation, TextMatch, TextMatches } from './filter-test.ts'
import { mismatch } from './match-text.ts'

/** Something that does not hold. */
export interface TestProblem {
  /** What was compared: `response.headers.x-user`. */
  readonly what: string
  /** One sentence without a full stop: `expected "a", found nothing`. */
  readonly detail: string
}

/** What a step did, as far as it can be compared. */
export interface StepObservation {
  readonly exchange?: ExchangeReport
  readonly connection?: ConnectionReport
  readonly logs: readonly LogRecord[]
  readonly callouts: readonly ReportedCallout[]
  readonly metrics: readonly MetricSnapshot[]
  readonly failures: readonly FilterFailure[]
}

/** Compares what a step did with what must hold. A filter that failed is a problem unless that was expected. */
export function checkExpectation(expected: Expectation, seen: StepObservation): readonly TestProblem[] {
  const { exchange, connection } = seen
  const found: TestProblem[] = []
  const note = (what: string, detail: string | undefined): void => {
    if (detail !== undefined) found.push({ what, detail })
  }
  const failed = seen.failures.length === 0 ? undefined : seen.failures.map(describeFailure).join('; ')
  if (expected.failure !== undefined) note('failure', mismatch(failed, expected.failure))
  else if (expected.outcome !== 'failed') note('failure', mismatch(failed, null))
  if (expected.outcome !== undefined) note('outcome', mismatch(exchange?.outcome, expected.outcome))
  if (expected.action !== undefined) note('action', mismatch(exchange?.action, expected.action))
  const { request, response } = expected
  if (request !== undefined) {
    if (request.reached !== undefined && exchange?.reachedUpstream !== request.reached) {
      note('request.reached', request.reached ? 'the request did not get to the upstream' : 'the request got to the upstream')
    }
    checkMessage('request', request, exchange?.request, note)
  }
  if (response !== undefined) {
    if (response.status !== undefined) note('response.status', mismatch(exchange?.response?.status.toString(), response.status))
    checkMessage('response', response, exchange?.response, note)
    const local = exchange?.localResponse
    if (response.details !== undefined) note('response.details', mismatch(local?.details, response.details))
    if (response.grpcStatus !== undefined)
      note('response.grpcStatus', mismatch(local?.grpcStatus?.toString(), response.grpcStatus))
  }
  checkLogs(expected.logs ?? [], seen.logs, note)
  checkMetrics(expected.metrics ?? {}, seen.metrics, note)
  if (expected.callouts !== undefined) checkCallouts(expected.callouts, seen.callouts, note)
  if (expected.connection !== undefined) {
    const { toService, toClient, closed } = expected.connection
    if (toService !== undefined) note('connection.toService', mismatch(bodyText(connection?.toService), toService))
    if (toClient !== undefined) note('connection.toClient', mismatch(bodyText(connection?.toClient), toClient))
    if (closed !== undefined) note('connection.closed', mismatch(String(connection?.closed), closed))
  }
  return found
}

type Note = (what: string, detail: string | undefined) => void

function bodyText(body: ReportedBody | undefined): string | undefined {
  if (body === undefined) return undefined
  return 'text' in body ? body.text : body.base64
}

function checkMessage(
  name: string,
  expected: { readonly headers?: TextMatches; readonly body?: TextMatch; readonly trailers?: TextMatches },
  message: { readonly headers: ReportedHeaders; readonly body: ReportedBody; readonly trailers?: ReportedHeaders } | undefined,
  note: Note,
): void {
  checkHeaders(`${name}.headers`, expected.headers, message?.headers, note)
  checkHeaders(`${name}.trailers`, expected.trailers, message?.trailers, note)
  if (expected.body !== undefined) note(`${name}.body`, mismatch(bodyText(message?.body), expected.body))
}

/** Several headers of one name are compared joined by commas, as HTTP reads them. */
function checkHeaders(what: string, expected: TextMatches | undefined, headers: ReportedHeaders | undefined, note: Note): void {
  for (const [name, match] of Object.entries(expected ?? {})) {
    const values = (headers ?? []).filter(([key]) => key === name.toLowerCase()).map(([, value]) => value)
    note(`${what}.${name}`, mismatch(values.length === 0 ? undefined : values.join(','), match))
  }
}

function checkLogs(expected: NonNullable<Expectation['logs']>, logs: readonly LogRecord[], note: Note): void {
  let from = 0
  for (const [index, line] of expected.entries()) {
    const match: TextMatch = typeof line === 'string' ? { contains: line } : line.message
    const level = typeof line === 'string' ? undefined : line.level
    const at = logs.findIndex(
      (log, place) => place >= from && (level === undefined || log.level === level) && mismatch(log.message, match) === undefined,
    )
    if (at >= 0) {
      from = at + 1
      continue
    }
    const wanted = JSON.stringify(typeof line === 'string' ? line : line.message)
    const lines = logs.slice(from, from + 5).map((log) => `${log.level} ${JSON.stringify(log.message)}`)
    note(
      `logs[${index}]`,
      `expected a line ${level === undefined ? '' : `of level ${level} `}with ${wanted}, found ${lines.length === 0 ? 'none' : lines.join(', ')}`,
    )
  }
}

function checkMetrics(expected: NonNullable<Expectation['metrics']>, metrics: readonly MetricSnapshot[], note: Note): void {
  for (const [name, bound] of Object.entries(expected)) {
    const metric = metrics.find((entry) => entry.name === name)
    if (metric === undefined) {
      note(`metrics.${name}`, 'there is no such metric')
      continue
    }
    const { value, atLeast, atMost, sum } = typeof bound === 'number' ? ({ value: bound } as const) : bound
    if (value !== undefined && metric.value !== value) note(`metrics.${name}`, `expected ${value}, found ${metric.value}`)
    if (atLeast !== undefined && metric.value < atLeast)
      note(`metrics.${name}`, `expected at least ${atLeast}, found ${metric.value}`)
    if (atMost !== undefined && metric.value > atMost)
      note(`metrics.${name}`, `expected at most ${atMost}, found ${metric.value}`)
    if (sum !== undefined && metric.sum !== sum)
      note(`metrics.${name}`, `expected a sum of ${sum}, found ${metric.sum ?? 'none'}`)
  }
}

function checkCallouts(expected: NonNullable<Expectation['callouts']>, callouts: readonly ReportedCallout[], note: Note): void {
  if (expected.length !== callouts.length) {
    const made = callouts.map((callout) => `${callout.upstream} ${headerOf(callout, ':path') ?? callout.method ?? ''}`.trim())
    note('callouts', `expected ${expected.length}, found ${callouts.length}${made.length === 0 ? '' : `: ${made.join(', ')}`}`)
  }
  for (const [index, wanted] of expected.entries()) {
    const callout = callouts[index]
    if (callout === undefined) continue
    const what = `callouts[${index}]`
    const http = callout.kind === 'http'
    const texts = {
      cluster: callout.upstream,
      method: http ? headerOf(callout, ':method') : callout.method,
      path: headerOf(callout, ':path'),
      service: callout.service,
      body: bodyText(callout.body),
    }
    for (const name of ['cluster', 'method', 'path', 'service', 'body'] as const) {
      const match = wanted[name]
      if (match !== undefined) note(`${what}.${name}`, mismatch(texts[name], match))
    }
    checkHeaders(`${what}.headers`, wanted.headers, callout.headers, note)
  }
}

function headerOf(callout: ReportedCallout, name: string): string | undefined {
  return callout.headers.find(([key]) => key.toLowerCase() === name)?.[1]
}
