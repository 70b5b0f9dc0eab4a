import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { metricFamilies } from '../formats/metric-samples.ts'
import { writePrometheusText } from '../formats/prometheus-text.ts'
import { encodeRemoteWrite, REMOTE_WRITE_HEADERS } from '../formats/remote-write.ts'
import { below, httpCall, origin } from './http-call.ts'

/** What pushing needs from outside. */
export interface PushOptions {
  readonly url: string
  readonly token: string | undefined
  readonly signal: AbortSignal
}

/** Puts what checks found into a Pushgateway, a group for each check, in place of what was there. The problem, if there was one. */
export async function pushToGateway(checks: readonly PerfCheckResult[], options: PushOptions): Promise<string | undefined> {
  for (const check of checks) {
    const answer = await httpCall({
      method: 'PUT',
      url: below(options.url, `/metrics/job/meshform_perf/check@base64/${Buffer.from(check.name).toString('base64url')}`),
      headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: writePrometheusText(metricFamilies([check])),
      token: options.token,
      signal: options.signal,
    })
    if (!answer.ok) return answer.problem
    if (answer.status >= 300) return `${origin(options.url)} answered ${answer.status}: ${answer.text.slice(0, 300)}`
  }
  return undefined
}

/** Sends what checks found to a remote write receiver such as Prometheus (`/api/v1/write`), each at the end of its run. */
export async function remoteWrite(checks: readonly PerfCheckResult[], options: PushOptions): Promise<string | undefined> {
  for (const check of checks) {
    const end = Date.parse(check.result.startedAt) + check.result.elapsedSeconds * 1000
    const answer = await httpCall({
      method: 'POST',
      url: new URL(options.url).pathname === '/' ? below(options.url, '/api/v1/write') : options.url,
      headers: { ...REMOTE_WRITE_HEADERS, 'User-Agent': 'meshform' },
      body: encodeRemoteWrite(metricFamilies([check]), Math.round(end)),
      token: options.token,
      signal: options.signal,
    })
    if (!answer.ok) return answer.problem
    if (answer.status >= 300) return `${origin(options.url)} answered ${answer.status}: ${answer.text.slice(0, 300)}`
  }
  return undefined
}
