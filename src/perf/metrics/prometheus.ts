import { isJsonObject } from '../../plan/json.ts'
import { objectField, objectsField, readNumber, textField } from '../formats/json-fields.ts'
import { below, httpCall, origin } from './http-call.ts'

/** A Prometheus (or what speaks its query API). */
export interface PrometheusSource {
  readonly url: string
  readonly token: string | undefined
}

/** One series of an answer: its labels and values, times in seconds since the epoch. */
export interface PrometheusSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly (readonly [number, number])[]
}

/** Series, or why there are none. */
export type PrometheusAnswer =
  | { readonly ok: true; readonly series: readonly PrometheusSeries[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/** Asks for the value of a query at one time (seconds since the epoch). */
export function queryInstant(
  source: PrometheusSource,
  query: string,
  time: number,
  signal: AbortSignal,
): Promise<PrometheusAnswer> {
  return ask(source, '/api/v1/query', { query, time: time.toFixed(3) }, signal)
}

/** A range query has at most this many points a series. */
const POINT_LIMIT = 11_000

/** Asks for the values of a query between two times (seconds since the epoch). */
export function queryRange(
  source: PrometheusSource,
  query: string,
  window: { readonly from: number; readonly to: number; readonly step: number },
  signal: AbortSignal,
): Promise<PrometheusAnswer> {
  const step = Math.max(window.step, (window.to - window.from) / POINT_LIMIT)
  return ask(
    source,
    '/api/v1/query_range',
    { query, start: window.from.toFixed(3), end: window.to.toFixed(3), step: step.toFixed(3) },
    signal,
  )
}

async function ask(
  source: PrometheusSource,
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<PrometheusAnswer> {
  const answer = await httpCall({
    method: 'POST',
    url: below(source.url, path),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
    token: source.token,
    signal,
  })
  if (!answer.ok) return answer
  const value = parseObject(answer.text)
  if (value === undefined || value.status !== 'success') {
    const error = value === undefined ? `status ${answer.status}` : (textField(value, 'error') ?? `status ${answer.status}`)
    return { ok: false, problem: `${origin(source.url)} answered ${error}` }
  }
  const data = objectField(value, 'data')
  const warnings = Array.isArray(value.warnings) ? value.warnings.map(String) : []
  if (data.resultType === 'scalar') {
    const point = pointOf(data.result)
    return { ok: true, series: point === undefined ? [] : [{ labels: {}, values: [point] }], warnings }
  }
  const series = objectsField(data, 'result').map((item) => {
    const one = pointOf(item.value)
    const values = Array.isArray(item.values)
      ? item.values.flatMap((point) => pointOfList(point))
      : one === undefined
        ? []
        : [one]
    const labels = Object.fromEntries(Object.entries(objectField(item, 'metric')).map(([name, label]) => [name, String(label)]))
    return { labels, values }
  })
  return { ok: true, series, warnings }
}

function pointOfList(value: unknown): (readonly [number, number])[] {
  const point = pointOf(value)
  return point === undefined ? [] : [point]
}

/** `[seconds, "value"]`; values may be NaN or infinite, which is no figure. */
function pointOf(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value)) return undefined
  const time = readNumber(value[0])
  const amount = readNumber(value[1])
  return time === undefined || amount === undefined ? undefined : [time, amount]
}

function parseObject(text: string) {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
