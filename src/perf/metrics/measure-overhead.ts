import type { MeasuredOverhead } from '../check/run-perf-check.ts'
import type { PlaneUse } from '../thresholds/metric.ts'
import { type PrometheusSource, queryInstant, queryRange } from './prometheus.ts'

/**
 * A mesh's queries for processor and memory use (a provider's MetricQueries): `$namespace`, `$workload` and `$window` stand for
 * what is measured. '' where the mesh has no such metric.
 */
export interface UsageQueries {
  readonly proxyCpu: string
  readonly proxyMemory: string
  readonly controlPlaneCpu: string
  readonly controlPlaneMemory: string
}

/** What is measured. */
export interface UsageScope {
  readonly namespace: string
  readonly workload: string
}

/** The use of both planes, and what could not be measured and why. */
export interface OverheadAnswer {
  readonly overhead: MeasuredOverhead
  readonly problems: readonly string[]
}

/** A rate needs two scrapes: windows shorter than this are asked for as this long, seconds. */
const SHORTEST_WINDOW = 30

/** The query with its placeholders filled; values are held to characters that can't end a label's text. */
export function fillQuery(query: string, scope: UsageScope, windowSeconds: number): string {
  const safe = (text: string): string => text.replaceAll(/[^A-Za-z0-9._:-]/g, '.')
  return query
    .replaceAll('$namespace', safe(scope.namespace))
    .replaceAll('$workload', safe(scope.workload))
    .replaceAll('$window', `${Math.max(SHORTEST_WINDOW, Math.ceil(windowSeconds))}s`)
}

/** Asks a Prometheus for the use of both planes over a window (milliseconds since the epoch): means over the window, summed over pods. */
export async function overheadFromPrometheus(
  source: PrometheusSource,
  queries: UsageQueries,
  scope: UsageScope,
  window: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<OverheadAnswer> {
  const problems: string[] = []
  const seconds = (window.to - window.from) / 1000
  const ask = async (query: string, what: string): Promise<number | undefined> => {
    if (query === '') return undefined
    const filled = fillQuery(query, scope, seconds)
    const answer = await queryInstant(source, filled, window.to / 1000, signal)
    if (!answer.ok) {
      problems.push(`${what}: ${answer.problem}`)
      return undefined
    }
    const values = answer.series.flatMap((series) => series.values.at(-1)?.[1] ?? [])
    if (values.length === 0) {
      problems.push(`${what}: Prometheus has no series for ${filled}`)
      return undefined
    }
    return values.reduce((sum, value) => sum + value, 0)
  }
  const [proxyCpu, proxyMemory, controlCpu, controlMemory] = await Promise.all([
    ask(queries.proxyCpu, 'data plane processor'),
    ask(queries.proxyMemory, 'data plane memory'),
    ask(queries.controlPlaneCpu, 'control plane processor'),
    ask(queries.controlPlaneMemory, 'control plane memory'),
  ])
  const dataplane = planeUse(proxyCpu, proxyMemory)
  const controlplane = planeUse(controlCpu, controlMemory)
  return {
    overhead: { ...(dataplane === undefined ? {} : { dataplane }), ...(controlplane === undefined ? {} : { controlplane }) },
    problems,
  }
}

function planeUse(cpu: number | undefined, memory: number | undefined): PlaneUse | undefined {
  return cpu === undefined || memory === undefined ? undefined : { cpu, memory }
}

/** Asks a Prometheus the check's own queries over a window (milliseconds since the epoch). */
export async function ownQueries(
  source: PrometheusSource,
  queries: Readonly<Record<string, string>>,
  scope: UsageScope,
  window: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<{ readonly metrics: NonNullable<MeasuredOverhead['metrics']>; readonly problems: readonly string[] }> {
  const seconds = (window.to - window.from) / 1000
  const range = { from: window.from / 1000, to: window.to / 1000, step: Math.max(1, seconds / 100) }
  const metrics: Record<string, { mean: number; max: number }> = {}
  const problems: string[] = []
  await Promise.all(
    Object.entries(queries).map(async ([name, query]) => {
      const answer = await queryRange(source, fillQuery(query, scope, seconds), range, signal)
      if (!answer.ok) {
        problems.push(`${name}: ${answer.problem}`)
        return
      }
      const sums = new Map<number, number>()
      for (const series of answer.series) {
        for (const [time, value] of series.values) sums.set(time, (sums.get(time) ?? 0) + value)
      }
      const values = [...sums.values()]
      if (values.length === 0) problems.push(`${name}: Prometheus has no series for it`)
      else metrics[name] = { mean: values.reduce((sum, value) => sum + value, 0) / values.length, max: Math.max(...values) }
    }),
  )
  return { metrics, problems }
}
