import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHistogram, recordMilliseconds } from '../../src/perf/load/histogram.ts'
import { seededRandom } from '../../src/perf/load/random.ts'
import { blockBootstrap, bootstrapDifference, bootstrapMeanDifference } from '../../src/perf/statistics/bootstrap.ts'
import { detectableChange, trialsNeeded } from '../../src/perf/statistics/detectable-change.ts'
import { effectSize } from '../../src/perf/statistics/effect-size.ts'
import { holmAdjust } from '../../src/perf/statistics/holm.ts'
import { mannWhitney, smallestP } from '../../src/perf/statistics/mann-whitney.ts'
import { normalDistribution } from '../../src/perf/statistics/normal.ts'
import { intervalRanks, percentileInterval, recordingsForInterval } from '../../src/perf/statistics/percentile-interval.ts'
import { pairedPermutation } from '../../src/perf/statistics/permutation.ts'
import { median, pooledDeviation, variance } from '../../src/perf/statistics/sample.ts'

describe('known cases', () => {
  test.each([
    [0, 0.5],
    [1.959964, 0.975],
    [-1, 0.158655],
    [3, 0.99865],
  ])('the normal distribution up to %f is %f', (z, share) => {
    expect(normalDistribution(z)).toBeCloseTo(share, 5)
  })

  // The smallest two-sided p for n values a side is 2 / C(2n, n).
  test.each([
    [2, 2 / 6],
    [3, 2 / 20],
    [4, 2 / 70],
    [5, 2 / 252],
    [6, 2 / 924],
  ])('%i values a side wholly apart have p = %f', (size, p) => {
    const low = Array.from({ length: size }, (_, index) => index)
    const high = low.map((value) => value + 100)
    expect(mannWhitney(low, high).p).toBeCloseTo(p, 12)
    expect(smallestP(size, size)).toBeCloseTo(p / 2, 12)
  })

  // Worked example of the classic tables: U = 25 - 2, two-sided p for 5 and 5 at U = 2 is 0.0317.
  test('Mann-Whitney of a sample from the tables', () => {
    const answer = mannWhitney([1, 2, 3, 4, 7], [5, 6, 8, 9, 10])
    expect(answer.u).toBe(23)
    expect(answer.p).toBeCloseTo(8 / 252, 12)
  })

  test('Mann-Whitney with ties is the exact permutation', () => {
    // Of the 20 ways to deal 1, 2, 2, 2, 3, 3 in threes, the right side wins at least 8 pairs in three.
    const answer = mannWhitney([1, 2, 2], [2, 3, 3])
    expect(answer.u).toBe(8)
    expect(answer.pGreater).toBeCloseTo(3 / 20, 12)
  })

  test.each([
    [0.5, 1000, 469, 532],
    [0.99, 1000, 983, 998],
    [0.99, 10_000, 9880, 9921],
  ])('the interval of quantile %f in %i recordings is the ranks %i to %i', (quantile, count, low, high) => {
    expect(intervalRanks(count, quantile)).toEqual({ low, high })
  })

  test.each([
    [0.5, 8],
    [0.99, 385],
    [0.999, 3842],
  ])('quantile %f needs %i recordings for an interval', (quantile, needed) => {
    expect(recordingsForInterval(quantile)).toBe(needed)
    const histogram = createHistogram()
    for (let index = 1; index < needed; index += 1) recordMilliseconds(histogram, index)
    expect(percentileInterval(histogram, quantile)).toEqual({ kind: 'unresolvable', recordings: needed - 1, needed })
    recordMilliseconds(histogram, needed)
    expect(percentileInterval(histogram, quantile).kind).toBe('resolved')
  })

  test('sign-flip permutation', () => {
    expect(pairedPermutation([1, 2, 3, 4, 5]).pGreater).toBeCloseTo(1 / 32, 12)
    expect(pairedPermutation([1, -1]).pGreater).toBeCloseTo(3 / 4, 12)
    expect(pairedPermutation(Array.from({ length: 30 }, () => 1)).pGreater).toBeLessThan(0.001)
  })

  test('Holm', () => {
    expect(holmAdjust([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
    expect(holmAdjust([0.5, 0.9])).toEqual([1, 1])
  })

  test.each([
    [[1, 2, 3], [4, 5, 6], 1, 'large'],
    [[1, 2, 3], [1, 2, 3], 0, 'negligible'],
    [[1, 2, 3, 4], [1, 2, 3, 5], 1 / 16, 'negligible'],
    [[1, 2, 3, 4], [2, 3, 4, 5], 7 / 16, 'medium'],
  ])('the effect from %j to %j is %f, %s', (left, right, delta, word) => {
    expect(effectSize(left, right)).toEqual({ delta, chanceGreater: (delta + 1) / 2, word })
  })

  // The measured deviations of 3 s trials at 2,000/s and what five of them a side can find.
  test.each([
    [0.035, 5, 0.06],
    [0.115, 5, 0.23],
    [0.288, 5, 0.67],
  ])('a deviation of %f over %i trials finds %f', (deviation, trials, change) => {
    expect(detectableChange(deviation, trials)).toBeCloseTo(change, 2)
    expect(trialsNeeded(deviation, detectableChange(deviation, trials))).toBeLessThanOrEqual(trials + 1)
  })

  test('means, medians, deviations', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(variance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12)
    expect(pooledDeviation([1, 3], [11, 13])).toBeCloseTo(Math.SQRT2, 12)
  })
})

describe('properties', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 })

  test('Mann-Whitney turns round with its sides, and its tails overlap in what was seen', () => {
    fc.assert(
      fc.property(sample, sample, (left, right) => {
        const one = mannWhitney(left, right)
        const other = mannWhitney(right, left)
        expect(one.u + other.u).toBeCloseTo(left.length * right.length, 9)
        expect(one.pGreater).toBeCloseTo(other.pLess, 9)
        expect(one.pGreater + one.pLess).toBeGreaterThanOrEqual(1 - 1e-9)
      }),
    )
  })

  test('counting orders and dealing values out agree without ties', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 9 }), fc.nat(), (values, cut) => {
        const size = 1 + (cut % (values.length - 1))
        const left = values.slice(0, size)
        const right = values.slice(size)
        const counted = mannWhitney(left, right)
        // A tie far from everything forces the other way and changes nothing: both copies are dealt to either side alike.
        const tails = dealt(left, right, counted.u)
        expect(counted.pGreater).toBeCloseTo(tails, 9)
      }),
    )
  })

  test('the interval of a percentile covers the true one about as often as it says', () => {
    const random = seededRandom(7)
    let covered = 0
    const runs = 400
    for (let run = 0; run < runs; run += 1) {
      const histogram = createHistogram()
      for (let index = 0; index < 1000; index += 1) recordMilliseconds(histogram, -Math.log(1 - random()) * 10)
      const interval = percentileInterval(histogram, 0.9)
      const truth = -Math.log(0.1) * 10
      if (interval.kind === 'resolved' && interval.low <= truth && truth <= interval.high) covered += 1
    }
    expect(covered / runs).toBeGreaterThan(0.92)
  })

  test('a bootstrap interval holds the difference that was put in', () => {
    const random = seededRandom(3)
    const trial = (shift: number): ReturnType<typeof createHistogram> => {
      const histogram = createHistogram()
      for (let index = 0; index < 500; index += 1) recordMilliseconds(histogram, 10 + shift + random())
      return histogram
    }
    const side = (shift: number): ReturnType<typeof createHistogram>[] => Array.from({ length: 6 }, () => trial(shift))
    const interval = bootstrapDifference(side(0), side(5), 0.5)
    expect(interval.low).toBeLessThanOrEqual(5)
    expect(interval.high).toBeGreaterThanOrEqual(5)
    expect(interval.high - interval.low).toBeLessThan(0.5)
    const [left, right] = [side(0), side(5)]
    expect(bootstrapDifference(left, right, 0.5, 9)).toEqual(bootstrapDifference(left, right, 0.5, 9))
    const means = bootstrapMeanDifference([100, 101, 99, 100], [110, 111, 109, 110])
    expect(means.low).toBeGreaterThan(8)
    expect(means.high).toBeLessThan(12)
  })

  test('blocks of slices give a wider interval when latency drifts', () => {
    const slices = (drift: number): ReturnType<typeof createHistogram>[] =>
      Array.from({ length: 36 }, (_, index) => {
        const histogram = createHistogram()
        for (let value = 0; value < 50; value += 1) recordMilliseconds(histogram, 10 + value / 50 + drift * Math.floor(index / 6))
        return histogram
      })
    const steady = blockBootstrap(slices(0), 0.5)
    const drifting = blockBootstrap(slices(1), 0.5)
    expect(drifting.high - drifting.low).toBeGreaterThan(steady.high - steady.low)
  })
})

/** The chance of a U of at least `u`, by dealing the values out in every way. */
function dealt(left: readonly number[], right: readonly number[], u: number): number {
  const all = [...left, ...right]
  let total = 0
  let reached = 0
  for (let mask = 0; mask < 2 ** all.length; mask += 1) {
    const chosen = all.filter((_, index) => (mask >> index) & 1)
    if (chosen.length !== right.length) continue
    const rest = all.filter((_, index) => !((mask >> index) & 1))
    const wins = rest.reduce((sum, one) => sum + chosen.filter((other) => other > one).length, 0)
    total += 1
    if (wins >= u) reached += 1
  }
  return reached / total
}
