import { type LatencyHistogram, quantileMilliseconds } from '../load/histogram.ts'
import type { LoadResult } from '../load/load-result.ts'
import { histogramOf } from '../load/read-result.ts'
import { recordingsNeeded } from '../thresholds/metric.ts'
import { bootstrapDifference, bootstrapMeanDifference, type Interval } from './bootstrap.ts'
import { comparisonProblems } from './comparison-gates.ts'
import { detectableChange, trialsNeeded } from './detectable-change.ts'
import { type EffectSize, effectSize } from './effect-size.ts'
import { holmAdjust } from './holm.ts'
import { mannWhitney, smallestP } from './mann-whitney.ts'
import { pairedPermutation } from './permutation.ts'
import { median, pooledDeviation } from './sample.ts'

/**
 * What a comparison says. `regression`: worse by more than the margin; `no-regression`: not worse by the margin; `inconclusive`:
 * these trials can't tell; `invalid`: the sides must not be compared.
 */
export type Verdict = 'regression' | 'no-regression' | 'inconclusive' | 'invalid'

/** What is compared: percentiles of latency, or in a closed loop the rate. */
export type ComparedMetric = { readonly kind: 'percentile'; readonly quantile: number } | { readonly kind: 'rate' }

/** How a comparison decides. */
export interface ComparisonOptions {
  readonly metrics: readonly ComparedMetric[]
  /** A difference up to the larger of both is no regression: a share of the baseline, and milliseconds (for latencies). */
  readonly relativeMargin: number
  readonly absoluteMarginMs: number
  /** The level of all decisions of a kind together. */
  readonly alpha: number
  /** True when trial i of one side was run next to trial i of the other: differences are then taken pair by pair. */
  readonly paired: boolean
  readonly seed: number
}

/** The defaults: median, p90 and p99, a tenth or half a millisecond, one in twenty. */
export const COMPARISON_DEFAULTS: ComparisonOptions = {
  metrics: [
    { kind: 'percentile', quantile: 0.5 },
    { kind: 'percentile', quantile: 0.9 },
    { kind: 'percentile', quantile: 0.99 },
  ],
  relativeMargin: 0.1,
  absoluteMarginMs: 0.5,
  alpha: 0.05,
  paired: false,
  seed: 1,
}

/** The comparison of one figure. Differences are candidate less baseline; for the rate a fall is what is worse. */
export interface MetricComparison {
  readonly name: string
  readonly unit: 'ms' | '/s'
  readonly verdict: Exclude<Verdict, 'invalid'>
  /** Medians over trials. */
  readonly baseline: number
  readonly candidate: number
  readonly difference: number
  /** As a share of the baseline. */
  readonly relativeDifference: number
  /** 95 % bootstrap interval of the difference over trials. */
  readonly interval: Interval
  readonly margin: number
  /** Chance of what was seen if the candidate were worse by no more than the margin (Holm over the figures compared). */
  readonly pWorse: number
  /** Chance of what was seen if it were worse by the margin or more. */
  readonly pNotWorse: number
  readonly effect: EffectSize
  readonly improved: boolean
  /** The smallest relative change these trials would find four times in five. */
  readonly detectable: number
  /** For an inconclusive figure: what would settle it. */
  readonly settledBy: string | undefined
}

/** A whole comparison. */
export interface Comparison {
  readonly verdict: Verdict
  /** Why the sides must not be compared; empty otherwise. */
  readonly problems: readonly string[]
  readonly metrics: readonly MetricComparison[]
  readonly trials: { readonly baseline: number; readonly candidate: number }
}

/**
 * Compares two sides by their trials, never by their requests. A figure is a regression when an exact one-sided test says that it
 * is worse by more than the margin, and no regression when the same test says that it is not worse by the margin; so identical
 * sides are called a regression in at most `alpha` of all comparisons.
 */
export function compareTrials(
  baseline: readonly LoadResult[],
  candidate: readonly LoadResult[],
  options: ComparisonOptions = COMPARISON_DEFAULTS,
): Comparison {
  const trials = { baseline: baseline.length, candidate: candidate.length }
  const problems = comparisonProblems(baseline, candidate)
  if (baseline.length === 0 || candidate.length === 0) return { verdict: 'invalid', problems, metrics: [], trials }
  const sides: Sides = {
    baseline,
    candidate,
    baselineHistograms: baseline.map((trial) => histogramOf(trial.latency)),
    candidateHistograms: candidate.map((trial) => histogramOf(trial.latency)),
  }
  const measured = options.metrics.map((metric) => measure(metric, sides, options))
  const worse = holmAdjust(measured.map((one) => one.pWorse))
  const metrics = measured.map((one, index) => decide(one, worse[index] ?? 1, sides, options))
  if (problems.length > 0) return { verdict: 'invalid', problems, metrics, trials }
  return { verdict: overall(metrics.map((metric) => metric.verdict)), problems, metrics, trials }
}

function overall(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('regression')) return 'regression'
  return verdicts.every((verdict) => verdict === 'no-regression') ? 'no-regression' : 'inconclusive'
}

interface Sides {
  readonly baseline: readonly LoadResult[]
  readonly candidate: readonly LoadResult[]
  readonly baselineHistograms: readonly LatencyHistogram[]
  readonly candidateHistograms: readonly LatencyHistogram[]
}

interface MeasuredMetric {
  readonly metric: ComparedMetric
  readonly name: string
  readonly left: readonly number[]
  readonly right: readonly number[]
  readonly margin: number
  readonly pWorse: number
  readonly pNotWorse: number
  readonly interval: Interval
}

function measure(metric: ComparedMetric, sides: Sides, options: ComparisonOptions): MeasuredMetric {
  const isRate = metric.kind === 'rate'
  const left = isRate
    ? sides.baseline.map((trial) => trial.achievedRate)
    : sides.baselineHistograms.map((histogram) => quantileMilliseconds(histogram, metric.quantile))
  const right = isRate
    ? sides.candidate.map((trial) => trial.achievedRate)
    : sides.candidateHistograms.map((histogram) => quantileMilliseconds(histogram, metric.quantile))
  const relative = Math.abs(median(left)) * options.relativeMargin
  const margin = isRate ? relative : Math.max(relative, options.absoluteMarginMs)
  // A greater latency is worse, a greater rate better: turned round, both sides are compared alike.
  const sign = isRate ? -1 : 1
  const worse = right.map((value) => sign * value)
  const reference = left.map((value) => sign * value)
  const shifted = worse.map((value) => value - margin)
  const paired = options.paired && left.length === right.length
  const tails = paired
    ? pairedPermutation(
        shifted.map((value, index) => value - (reference[index] ?? 0)),
        options.seed,
      )
    : mannWhitney(reference, shifted)
  return {
    metric,
    name: metricName(metric),
    left,
    right,
    margin,
    pWorse: tails.pGreater,
    pNotWorse: tails.pLess,
    interval: isRate
      ? bootstrapMeanDifference(left, right, options.seed)
      : bootstrapDifference(sides.baselineHistograms, sides.candidateHistograms, metric.quantile, options.seed),
  }
}

function decide(one: MeasuredMetric, pWorse: number, sides: Sides, options: ComparisonOptions): MetricComparison {
  const base = median(one.left)
  const now = median(one.right)
  const difference = now - base
  const isRate = one.metric.kind === 'rate'
  const worseBy = isRate ? -difference : difference
  const enough = recordingsNeeded(one.metric.kind === 'percentile' ? one.metric.quantile : 0)
  const resolvable =
    isRate || [...sides.baselineHistograms, ...sides.candidateHistograms].every((histogram) => histogram.totalCount >= enough)
  const logDeviation = pooledDeviation(one.left.map(logarithm), one.right.map(logarithm))
  const fewest = Math.min(one.left.length, one.right.length)
  const verdict: MetricComparison['verdict'] = !resolvable
    ? 'inconclusive'
    : pWorse <= options.alpha && worseBy > one.margin
      ? 'regression'
      : one.pNotWorse <= options.alpha && worseBy < one.margin
        ? 'no-regression'
        : 'inconclusive'
  const settledBy =
    verdict !== 'inconclusive'
      ? undefined
      : resolvable
        ? whatSettles({
            fewest,
            logDeviation,
            base,
            gap: Math.abs(worseBy - one.margin),
            metrics: options.metrics.length,
            alpha: options.alpha,
            paired: options.paired,
          })
        : `at least ${enough} answers a trial, for which trials have to be longer or faster`
  const effect = effectSize(one.left, one.right)
  return {
    name: one.name,
    unit: isRate ? '/s' : 'ms',
    verdict,
    baseline: base,
    candidate: now,
    difference,
    relativeDifference: base === 0 ? 0 : difference / base,
    interval: one.interval,
    margin: one.margin,
    pWorse,
    pNotWorse: one.pNotWorse,
    effect,
    improved: isRate ? one.interval.low > 0 : one.interval.high < 0,
    detectable: detectableChange(logDeviation, fewest),
    settledBy,
  }
}

function metricName(metric: ComparedMetric): string {
  return metric.kind === 'rate' ? 'rate' : `p${Number((metric.quantile * 100).toFixed(6))}`
}

function logarithm(value: number): number {
  return Math.log(Math.max(value, 1e-6))
}

interface Unsettled {
  readonly fewest: number
  readonly logDeviation: number
  readonly base: number
  readonly gap: number
  readonly metrics: number
  readonly alpha: number
  readonly paired: boolean
}

/** More trials than this are not worth suggesting: the trials themselves must get better. */
const MOST_TRIALS = 60

function whatSettles(unsettled: Unsettled): string {
  const { fewest, logDeviation, base, gap, metrics, alpha, paired } = unsettled
  const reachable = (trials: number): boolean => (paired ? 2 ** -trials : smallestP(trials, trials)) <= alpha / metrics
  if (!reachable(fewest)) {
    let least = fewest
    while (!reachable(least)) least += 1
    return `at least ${Math.max(4, least)} trials a side; ${fewest} can never be enough`
  }
  const needed = trialsNeeded(logDeviation, base > 0 ? gap / base : 0)
  if (needed > MOST_TRIALS) {
    return 'longer trials or a quieter machine: the difference is too close to the margin for these trials, however many'
  }
  return `about ${Math.max(needed, fewest + 1)} trials a side`
}
