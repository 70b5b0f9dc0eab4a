import { quantileMilliseconds } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { histogramOf } from '../load/read-result.ts'
import type { Dimension, Quantity } from './quantity.ts'

/** Which latency a percentile is of: from the planned time, from sending, or the time between. */
export type LatencyKind = 'latency' | 'service' | 'lag'

/** A figure of a result that a threshold can name. */
export type Metric =
  | { readonly kind: 'percentile'; readonly of: LatencyKind; readonly quantile: number; readonly request: string | undefined }
  | {
      readonly kind: 'statistic'
      readonly of: LatencyKind
      readonly name: 'min' | 'mean' | 'max' | 'stddev'
      readonly request: string | undefined
    }
  | { readonly kind: 'errors'; readonly failure: string | undefined }
  | { readonly kind: 'requests' }
  | { readonly kind: 'rate' }
  | { readonly kind: 'overhead'; readonly plane: 'dataplane' | 'controlplane'; readonly what: 'cpu' | 'memory' }

/** Processor and memory use measured while a check ran. */
export interface PlaneUse {
  /** Processor cores. */
  readonly cpu: number
  /** Bytes of working set. */
  readonly memory: number
}

/** All that thresholds are evaluated on. */
export interface Measured {
  readonly result: LoadResult
  readonly overhead?: { readonly dataplane?: PlaneUse; readonly controlplane?: PlaneUse }
}

/** What a metric measures. An error metric is a share when compared with a share and a count when compared with a number. */
export function metricDimension(metric: Metric): Dimension {
  switch (metric.kind) {
    case 'percentile':
    case 'statistic':
      return 'time'
    case 'errors':
      return 'share'
    case 'requests':
      return 'count'
    case 'rate':
      return 'rate'
    case 'overhead':
      return metric.what === 'cpu' ? 'cores' : 'bytes'
  }
}

/** The metric's value in a result, undefined when it was not measured. */
export function metricValue(metric: Metric, measured: Measured, errorsAsCount: boolean): Quantity | undefined {
  const { result } = measured
  switch (metric.kind) {
    case 'percentile': {
      const latency = latencyFor(metric.of, metric.request, result)
      if (latency === undefined || latency.count === 0) return undefined
      return { value: quantileMilliseconds(histogramOf(latency), metric.quantile), dimension: 'time' }
    }
    case 'statistic': {
      const latency = latencyFor(metric.of, metric.request, result)
      return latency === undefined || latency.count === 0 ? undefined : { value: latency[metric.name], dimension: 'time' }
    }
    case 'errors': {
      const failed = metric.failure === undefined ? result.errors : (result.failures[metric.failure] ?? 0)
      if (errorsAsCount) return { value: failed, dimension: 'count' }
      return { value: result.requests === 0 ? 0 : failed / result.requests, dimension: 'share' }
    }
    case 'requests':
      return { value: result.requests, dimension: 'count' }
    case 'rate':
      return { value: result.achievedRate, dimension: 'rate' }
    case 'overhead': {
      const use = measured.overhead?.[metric.plane]
      return use === undefined ? undefined : { value: use[metric.what], dimension: metricDimension(metric) }
    }
  }
}

function latencyFor(of: LatencyKind, request: string | undefined, result: LoadResult): LoadResult['latency'] | undefined {
  if (request !== undefined) return result.byRequest.find((entry) => entry.name === request)?.latency
  return of === 'latency' ? result.latency : of === 'service' ? result.serviceTime : result.scheduleLag
}

/** The fewest recordings with which a quantile means something: ten beyond it on its thinner side. */
export function recordingsNeeded(quantile: number): number {
  return Math.ceil(10 / Math.max(1 - quantile, 1e-9) - 1e-9)
}
