import { createHistogram, type LatencyHistogram, mergeHistograms } from '../load/histogram.ts'
import { seededRandom } from '../load/random.ts'

/** A 95 % interval. */
export interface Interval {
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2_000

/** The running counts of several histograms over the buckets that any of them fills, and those buckets' values in milliseconds. */
interface SparseTrials {
  readonly values: readonly number[]
  readonly trials: readonly Float64Array[]
}

/**
 * The bootstrap interval of the difference of a percentile, right less left, over trials: whole trials are drawn with replacement,
 * their histograms pooled, the percentiles taken and subtracted. Percentiles are never averaged. The same seed draws the same.
 */
export function bootstrapDifference(
  left: readonly LatencyHistogram[],
  right: readonly LatencyHistogram[],
  quantile: number,
  seed = 1,
): Interval {
  const random = seededRandom(seed)
  const sparse = sparseTrials([...left, ...right])
  const leftTrials = sparse.trials.slice(0, left.length)
  const rightTrials = sparse.trials.slice(left.length)
  const differences = new Float64Array(RESAMPLES)
  for (let draw = 0; draw < RESAMPLES; draw += 1) {
    differences[draw] =
      pooledQuantile(resample(rightTrials, random), sparse.values, quantile) -
      pooledQuantile(resample(leftTrials, random), sparse.values, quantile)
  }
  return centralInterval(differences)
}

/** The bootstrap interval of the difference of means, right less left, for figures that are one number a trial. */
export function bootstrapMeanDifference(left: readonly number[], right: readonly number[], seed = 1): Interval {
  const random = seededRandom(seed)
  const drawMean = (values: readonly number[]): number => {
    let sum = 0
    for (let index = 0; index < values.length; index += 1) sum += values[Math.floor(random() * values.length)] ?? 0
    return sum / values.length
  }
  const differences = new Float64Array(RESAMPLES)
  for (let draw = 0; draw < RESAMPLES; draw += 1) differences[draw] = drawMean(right) - drawMean(left)
  return centralInterval(differences)
}

function sparseTrials(histograms: readonly LatencyHistogram[]): SparseTrials {
  const pooled = histograms.length === 0 ? createHistogram() : mergeHistograms(histograms)
  const indexes: number[] = []
  const values: number[] = []
  for (let index = 0; index < pooled.countsArrayLength; index += 1) {
    if (pooled.getCountAtIndex(index) === 0) continue
    indexes.push(index)
    const low = pooled.valueFromIndex(index)
    values.push((low + pooled.highestEquivalentValue(low)) / 2000)
  }
  const running = (histogram: LatencyHistogram): Float64Array => {
    let sum = 0
    return Float64Array.from(indexes, (index) => {
      sum += histogram.getCountAtIndex(index)
      return sum
    })
  }
  return { values, trials: histograms.map(running) }
}

function resample(trials: readonly Float64Array[], random: () => number): readonly Float64Array[] {
  return trials.map(() => trials[Math.floor(random() * trials.length)] as Float64Array)
}

/** By bisection on the running counts: a bucket is far enough when the drawn trials' counts up to it reach the rank together. */
function pooledQuantile(trials: readonly Float64Array[], values: readonly number[], quantile: number): number {
  const upTo = (at: number): number => {
    let sum = 0
    for (const trial of trials) sum += trial[at] as number
    return sum
  }
  let high = values.length - 1
  if (high < 0) return 0
  const total = upTo(high)
  const wanted = Math.max(1, Math.ceil(quantile * total - 1e-9 * total))
  let low = 0
  while (low < high) {
    const middle = (low + high) >> 1
    if (upTo(middle) >= wanted) high = middle
    else low = middle + 1
  }
  return values[low] as number
}

function centralInterval(draws: Float64Array): Interval {
  draws.sort()
  const at = (share: number): number =>
    draws[Math.min(draws.length - 1, Math.max(0, Math.round(share * (draws.length - 1))))] as number
  return { low: at(0.025), high: at(0.975) }
}

/**
 * The interval of a percentile within one long run, by the moving-block bootstrap: blocks of neighbouring slices are drawn, about
 * √n long, since latencies that are close in time are alike. Milliseconds.
 */
export function blockBootstrap(slices: readonly LatencyHistogram[], quantile: number, seed = 1): Interval {
  const random = seededRandom(seed)
  const { values, trials } = sparseTrials(slices)
  const length = Math.max(1, Math.round(Math.sqrt(trials.length)))
  const starts = Math.max(1, trials.length - length + 1)
  const draws = new Float64Array(RESAMPLES)
  for (let draw = 0; draw < RESAMPLES; draw += 1) {
    const chosen: Float64Array[] = []
    while (chosen.length < trials.length) {
      const start = Math.floor(random() * starts)
      chosen.push(...trials.slice(start, Math.min(start + length, start + trials.length - chosen.length)))
    }
    draws[draw] = pooledQuantile(chosen, values, quantile)
  }
  return centralInterval(draws)
}
