import type { ReportedBody, ReportedHeaders } from '../../filters/bench/report.ts'
import { printableStrings } from '../../views/terminal/printable-strings.ts'
import type { Style } from '../../views/terminal/style.ts'
import { shorten } from '../../views/terminal/text-width.ts'
import type { RunReport } from './run-report.ts'

const longestBody = 400

/** A run for people: what the filter did, in the order a proxy would see it. */
export function runText(given: RunReport, { colors }: Style): string {
  const report = printableStrings(given)
  const lines: string[] = []
  const head = (title: string): void => {
    lines.push('', colors.bold(title))
  }
  const verdict = report.ok ? colors.green('ok') : colors.red('failed')
  lines.push(`${verdict}  ${report.source}  ${outcomeText(report)}`)
  if (report.problem !== undefined) lines.push(`  ${colors.red(report.problem)}`)
  for (const failure of report.failures) {
    if (failure.kind === 'trap') for (const frame of failure.stack) lines.push(colors.dim(`    at ${frame}`))
  }
  for (const warning of report.warnings) lines.push(`  ${colors.yellow('warning')} ${warning}`)
  if (report.request !== undefined) {
    head(report.reachedUpstream === true ? 'request to the upstream' : 'request, as far as it came')
    lines.push(...messageLines(report.request))
  }
  if (report.response !== undefined) {
    const by = report.localResponse === undefined ? 'response' : `response of ${report.localResponse.filter} itself`
    head(by)
    lines.push(...messageLines(report.response))
  }
  if (report.connection !== undefined) {
    head('connection')
    lines.push(
      `  to the service  ${bodyText(report.connection.toService)}`,
      `  to the client   ${bodyText(report.connection.toClient)}`,
    )
  }
  if (report.callouts.length > 0) {
    head('callouts')
    for (const callout of report.callouts) {
      const header = (name: string): string => callout.headers.find(([key]) => key === name)?.[1] ?? ''
      const what = callout.kind === 'http' ? `${header(':method')} ${header(':path')}` : `${callout.service}/${callout.method}`
      const fate = callout.fate === 'answered' ? '' : colors.dim(callout.fate === 'failed' ? ' (failed)' : ' (no answer)')
      lines.push(`  ${callout.kind} to ${callout.upstream}: ${what}${fate}`)
    }
  }
  if (report.metrics.length > 0) {
    head('metrics')
    for (const metric of report.metrics) lines.push(`  ${metric.name} ${colors.dim(metric.type)} ${metric.value}`)
  }
  if (report.logs.length > 0) {
    head('logs')
    for (const log of report.logs) lines.push(`  ${colors.dim(log.level.padEnd(8))} ${log.message.trimEnd()}`)
  }
  return `${lines.join('\n')}\n`
}

function outcomeText(report: RunReport): string {
  if (!report.started) return 'did not start'
  switch (report.outcome) {
    case 'responded':
      return `let the request through (${report.action})`
    case 'local-response':
      return `answered ${report.localResponse?.status ?? ''} itself`
    case 'failed':
      return 'failed, so the proxy answered 503'
    case 'reset':
      return 'cut the stream'
    case 'paused':
      return `holds the stream (${report.action})`
    default:
      if (report.problem !== undefined && report.connection === undefined && report.kind !== 'service') return 'was stopped'
      return report.kind === 'service' ? 'ran without streams' : 'saw a connection'
  }
}

function messageLines(message: {
  readonly headers: ReportedHeaders
  readonly body: ReportedBody
  readonly trailers?: ReportedHeaders
}): string[] {
  const body = bodyText(message.body)
  return [
    ...message.headers.map(([name, value]) => `  ${name}: ${value}`),
    ...(body === ''
      ? []
      : [
          '',
          ...body
            .trimEnd()
            .split('\n')
            .map((line) => `  ${line}`),
        ]),
    ...(message.trailers ?? []).map(([name, value]) => `  ${name}: ${value} (trailer)`),
  ]
}

function bodyText(body: ReportedBody): string {
  return shorten('text' in body ? body.text : `base64 ${body.base64}`, longestBody)
}
