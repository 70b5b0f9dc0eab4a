import { type LatencyHistogram, quantileMilliseconds, rankMilliseconds } from '../load/histogram.ts'
import { Z_95 } from './normal.ts'

/** A percentile of one run with the 95 % interval of it, milliseconds; or that the sample is too small to have one. */
export type PercentileInterval =
  | { readonly kind: 'resolved'; readonly value: number; readonly low: number; readonly high: number }
  | { readonly kind: 'unresolvable'; readonly recordings: number; readonly needed: number }

/** The fewest recordings for which the upper rank of the interval exists: z² / (1 - q), 385 for p99 and 3,842 for p99.9. */
export function recordingsForInterval(quantile: number): number {
  const thinner = Math.min(quantile, 1 - quantile)
  return Math.ceil((Z_95 * Z_95) / Math.max(thinner, 1e-12))
}

/**
 * The interval from order statistics: the recordings at ranks nq ± z·√(nq(1 - q)), which needs no assumption about the
 * distribution. It covers the chance within a run only, not what differs between runs.
 */
export function percentileInterval(histogram: LatencyHistogram, quantile: number): PercentileInterval {
  const count = histogram.totalCount
  const needed = recordingsForInterval(quantile)
  if (count < needed) return { kind: 'unresolvable', recordings: count, needed }
  const { low, high } = intervalRanks(count, quantile)
  return {
    kind: 'resolved',
    value: quantileMilliseconds(histogram, quantile),
    low: rankMilliseconds(histogram, low),
    high: rankMilliseconds(histogram, high),
  }
}

/** The ranks, counted from 1, between which the quantile lies with 95 % confidence. */
export function intervalRanks(count: number, quantile: number): { readonly low: number; readonly high: number } {
  const centre = count * quantile
  const reach = Z_95 * Math.sqrt(count * quantile * (1 - quantile))
  return { low: Math.max(1, Math.floor(centre - reach)), high: Math.min(count, Math.ceil(centre + reach) + 1) }
}
