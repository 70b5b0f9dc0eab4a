import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import { createHistogram, recordMilliseconds } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import type { LoadSpec } from '../load/load-spec.ts'
import { meanRate } from '../load/rate-profile.ts'
import { foreignResult, NOT_FROM_PLAN, tlsOf } from './foreign-result.ts'
import { numberField, objectField, textField } from './json-fields.ts'

/**
 * The points that k6 writes with `--out json=FILE`, one JSON object a line, as a result. Every request is there, so nothing is lost.
 * Undefined when there is no request among them.
 */
export function readK6Points(lines: Iterable<string>, spec: LoadSpec, name: string): LoadResult | undefined {
  const histogram = createHistogram()
  const statuses: Record<string, number> = {}
  const failures: Record<string, number> = {}
  let requests = 0
  let errors = 0
  let bytes = 0
  let dropped = 0
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const line of lines) {
    const point = pointOf(line)
    if (point === undefined) continue
    const { metric, value, time, tags } = point
    if (metric === 'data_received') bytes += value
    if (metric === 'dropped_iterations') dropped += value
    if (metric !== 'http_req_duration') continue
    requests += 1
    first = Math.min(first, time - value)
    last = Math.max(last, time)
    const status = textField(tags, 'status') ?? '0'
    if (status !== '0') statuses[status] = (statuses[status] ?? 0) + 1
    if (textField(tags, 'expected_response') === 'true') recordMilliseconds(histogram, value)
    else {
      errors += 1
      const kind = status === '0' ? 'closed' : 'status'
      failures[kind] = (failures[kind] ?? 0) + 1
    }
  }
  if (requests === 0) return undefined
  const elapsed = Math.max((last - first) / 1000, spec.seconds)
  const url = spec.requests[0]?.url ?? ''
  return foreignResult({
    engine: 'k6',
    name,
    target: url,
    protocol: spec.protocol,
    rate: spec.mode.kind === 'open' ? meanRate(spec.mode.profile) : undefined,
    seconds: spec.seconds,
    elapsedSeconds: elapsed,
    connections: spec.connections,
    threads: 1,
    keepAlive: spec.keepAlive,
    tls: tlsOf(url),
    requestBytes: spec.requests[0]?.body?.length ?? 0,
    startedAt: new Date(first).toISOString(),
    environment: {},
    achievedRate: (requests - errors) / elapsed,
    requests,
    errors,
    failures,
    statuses,
    bytes,
    latency: histogram,
    warnings: [NOT_FROM_PLAN, ...(dropped > 0 ? [`k6 dropped ${dropped} iterations that it had no free user for`] : [])],
  })
}

interface Point {
  readonly metric: string
  readonly value: number
  readonly time: number
  readonly tags: JsonObject
}

function pointOf(line: string): Point | undefined {
  if (!line.includes('"Point"')) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isJsonObject(value) || value.type !== 'Point') return undefined
  const data = objectField(value, 'data')
  const metric = textField(value, 'metric')
  const amount = numberField(data, 'value')
  const time = Date.parse(textField(data, 'time') ?? '')
  return metric === undefined || amount === undefined || Number.isNaN(time)
    ? undefined
    : { metric, value: amount, time, tags: objectField(data, 'tags') }
}
