import type { PerfCheckResult } from '../check/run-perf-check.ts'
import { histogramBuckets } from '../load/histogram.ts'
import { histogramOf } from '../load/read-result.ts'

/** One sample of a time series. */
export interface Sample {
  /** Name as it is exposed, with the suffixes of histograms and summaries. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric with its samples. */
export interface MetricFamily {
  readonly name: string
  readonly type: 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly unit: 'seconds' | undefined
  readonly samples: readonly Sample[]
}

/** Upper bounds of the latency histogram, seconds: half a millisecond to ten seconds. */
export const LATENCY_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

const QUANTILES = [
  ['0.5', 'p50'],
  ['0.9', 'p90'],
  ['0.99', 'p99'],
  ['0.999', 'p999'],
] as const

/**
 * What a check found, as metrics: the latency as a histogram and per percentile, in seconds; counts, rates and the verdict as
 * gauges, since a run is a measurement and not a process that counts on. The dashboards read these names.
 */
export function metricFamilies(checks: readonly PerfCheckResult[]): MetricFamily[] {
  const labelled = checks.map((check) => ({ check, labels: labelsOf(check) }))
  const gauge = (name: string, help: string, value: (check: PerfCheckResult) => number | undefined): MetricFamily => ({
    name,
    type: 'gauge',
    help,
    unit: undefined,
    samples: labelled.flatMap(({ check, labels }) => {
      const amount = value(check)
      return amount === undefined ? [] : [{ name, labels, value: amount }]
    }),
  })
  const quantiles = (name: string, help: string, part: 'latency' | 'serviceTime' | 'scheduleLag'): MetricFamily => ({
    name,
    type: 'summary',
    help,
    unit: 'seconds',
    samples: labelled.flatMap(({ check, labels }) => {
      const latency = check.result[part]
      if (latency.count === 0) return []
      return [
        ...QUANTILES.map(([quantile, field]) => ({ name, labels: { ...labels, quantile }, value: latency[field] / 1000 })),
        { name: `${name}_sum`, labels, value: (latency.mean * latency.count) / 1000 },
        { name: `${name}_count`, labels, value: latency.count },
      ]
    }),
  })
  const families = [
    quantiles('perfcheck_latency_seconds', 'Latency from the planned time', 'latency'),
    quantiles('perfcheck_service_time_seconds', 'Time from sending to the answer', 'serviceTime'),
    quantiles('perfcheck_schedule_lag_seconds', 'Time from planned to sent', 'scheduleLag'),
    {
      name: 'perfcheck_latency_distribution_seconds',
      type: 'histogram' as const,
      help: 'Latency from the planned time, by buckets',
      unit: 'seconds' as const,
      samples: labelled.flatMap(({ check, labels }) => bucketSamples(check, labels)),
    },
    gauge('perfcheck_requests', 'Requests that ended', (check) => check.result.requests),
    gauge('perfcheck_errors', 'Requests that failed', (check) => check.result.errors),
    gauge('perfcheck_achieved_rate', 'Whole answers a second', (check) => check.result.achievedRate),
    gauge('perfcheck_planned_rate', 'Planned requests a second', (check) => check.result.load.rate ?? undefined),
    gauge('perfcheck_passed', '1 when the check passed', (check) => (check.verdict === 'passed' ? 1 : 0)),
    gauge('perfcheck_valid', '1 when the run measured the target and not the generator', (check) => (check.result.valid ? 1 : 0)),
    gauge('perfcheck_dataplane_cpu_cores', 'Processor use of the data plane', (check) => check.overhead?.dataplane?.cpu),
    gauge('perfcheck_dataplane_memory_bytes', 'Memory of the data plane', (check) => check.overhead?.dataplane?.memory),
    gauge('perfcheck_controlplane_cpu_cores', 'Processor use of the control plane', (check) => check.overhead?.controlplane?.cpu),
    gauge('perfcheck_controlplane_memory_bytes', 'Memory of the control plane', (check) => check.overhead?.controlplane?.memory),
  ]
  return families.filter((family) => family.samples.length > 0)
}

function bucketSamples(check: PerfCheckResult, labels: Readonly<Record<string, string>>): Sample[] {
  const { latency } = check.result
  if (latency.count === 0) return []
  const name = 'perfcheck_latency_distribution_seconds'
  const buckets = histogramBuckets(histogramOf(latency))
  return [
    ...LATENCY_BOUNDS.map((bound) => ({
      name: `${name}_bucket`,
      labels: { ...labels, le: String(bound) },
      value: buckets.reduce((sum, bucket) => (bucket.low <= bound * 1000 ? sum + bucket.count : sum), 0),
    })),
    { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: latency.count },
    { name: `${name}_sum`, labels, value: (latency.mean * latency.count) / 1000 },
    { name: `${name}_count`, labels, value: latency.count },
  ]
}

function labelsOf(check: PerfCheckResult): Record<string, string> {
  const { environment, load } = check.result
  const labels: Record<string, string> = { check: check.name, protocol: load.protocol }
  for (const [key, value] of Object.entries(environment)) {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll(/[^a-z0-9_]/g, '_')
    if (/^[a-z_]/.test(name) && value !== undefined && !Object.hasOwn(labels, name)) labels[name] = value
  }
  return labels
}
