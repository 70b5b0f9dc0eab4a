import type { LoadResult } from '../load/load-result.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { meanRate } from '../load/rate-profile.ts'
import { foreignResult, tlsOf } from './foreign-result.ts'
import { readHgrm } from './hdr-text.ts'

const TIME_UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/**
 * What wrk2 printed (with --latency) about a load, as a result. Its latency counts from the planned time, like ours. Undefined when
 * the text is not wrk2's.
 */
export function readWrk2(text: string, spec: LoadSpec, name: string, startedAt: string): LoadResult | undefined {
  const spectrum = text.slice(Math.max(0, text.indexOf('Detailed Percentile spectrum')))
  const histogram = readHgrm(spectrum)
  const summary = /([\d.]+) requests in ([\d.]+)(us|ms|s|m|h), ([\d.]+)(B|KB|MB|GB) read/.exec(text)
  if (histogram === undefined || summary === null) return undefined
  const [, count = '0', time = '0', timeUnit = 's', size = '0', sizeUnit = 'B'] = summary
  const elapsed = Number(time) * (TIME_UNITS[timeUnit] ?? 1)
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0)
  const [connect = 0, read = 0, write = 0, timeout = 0] = (sockets ?? []).slice(1).map(Number)
  const kinds = { status: bad, refused: connect, reset: read + write, timeout }
  const failures = Object.fromEntries(Object.entries(kinds).filter(([, times]) => times > 0))
  const errors = Object.values(failures).reduce((sum, times) => sum + times, 0)
  const answered = Number(count)
  const url = spec.requests[0]?.url ?? ''
  return foreignResult({
    engine: 'wrk2',
    name,
    target: url,
    protocol: 'http1',
    rate: spec.mode.kind === 'open' ? meanRate(spec.mode.profile) : undefined,
    seconds: spec.seconds,
    elapsedSeconds: elapsed,
    connections: spec.connections,
    threads: spec.threads,
    keepAlive: spec.keepAlive,
    tls: tlsOf(url),
    requestBytes: spec.requests[0]?.body?.length ?? 0,
    startedAt,
    environment: {},
    achievedRate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? (elapsed > 0 ? answered / elapsed : 0)),
    requests: answered + connect + read + write + timeout,
    errors,
    failures,
    statuses: {},
    bytes: Math.round(Number(size) * (SIZE_UNITS[sizeUnit] ?? 1)),
    latency: histogram,
    warnings: ['wrk2 keeps no recordings of its first 10 s, in which it calibrates'],
  })
}
