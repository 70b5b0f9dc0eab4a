import { describe, expect, test } from 'vitest'
import type { LoadResult } from '../../src/perf/load/load-result.ts'
import { seededRandom } from '../../src/perf/load/random.ts'
import { COMPARISON_DEFAULTS, compareTrials } from '../../src/perf/statistics/compare-trials.ts'
import { resultWith } from './sample-result.ts'

const random = seededRandom(42)

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** A trial of 1,000 lognormal latencies around `centre` ms, shifted as a whole by `spread` (log) as trials of real machines are. */
function trial(centre: number, spread: number, changes: Partial<LoadResult> = {}): LoadResult {
  const shift = Math.exp(normal() * spread)
  return resultWith(
    Array.from({ length: 1000 }, () => centre * shift * Math.exp(0.3 * normal())),
    changes,
  )
}

const side = (count: number, centre: number, spread = 0.03): LoadResult[] =>
  Array.from({ length: count }, () => trial(centre, spread))

describe('comparing trials', () => {
  test('a clear slow-down is a regression in every figure', () => {
    const comparison = compareTrials(side(5, 20), side(5, 30))
    expect(comparison.verdict).toBe('regression')
    expect(comparison.metrics.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['p50', 'regression'],
      ['p90', 'regression'],
      ['p99', 'regression'],
    ])
    const [p50] = comparison.metrics
    expect(p50?.relativeDifference).toBeGreaterThan(0.3)
    expect(p50?.interval.low).toBeGreaterThan(p50?.margin ?? 0)
    expect(p50?.effect.word).toBe('large')
  })

  test('a clear gain is no regression, and said to be better', () => {
    const comparison = compareTrials(side(5, 30), side(5, 20))
    expect(comparison.verdict).toBe('no-regression')
    expect(comparison.metrics.every((metric) => metric.improved)).toBe(true)
  })

  test('a change inside the margin is no regression, however sure it is', () => {
    const comparison = compareTrials(side(6, 20, 0.003), side(6, 20.8, 0.003))
    expect(comparison.metrics[0]?.verdict).toBe('no-regression')
    expect(comparison.metrics[0]?.interval.low).toBeGreaterThan(0)
  })

  test('the margin is the larger of share and milliseconds', () => {
    const fast = compareTrials(side(5, 1, 0.005), side(5, 1.3, 0.005))
    expect(fast.metrics[0]?.margin).toBe(0.5)
    expect(fast.metrics[0]?.verdict).toBe('no-regression')
    const strict = compareTrials(side(5, 1, 0.005), side(5, 1.3, 0.005), { ...COMPARISON_DEFAULTS, absoluteMarginMs: 0.01 })
    expect(strict.metrics[0]?.verdict).toBe('regression')
  })

  test('too few trials settle nothing and say how many would', () => {
    const comparison = compareTrials(side(3, 20), side(3, 40))
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.metrics[0]?.settledBy).toContain('at least 4 trials a side')
    const single = compareTrials(side(1, 20), side(1, 20))
    expect(single.verdict).toBe('inconclusive')
    expect(single.metrics[0]?.detectable).toBe(Number.POSITIVE_INFINITY)
  })

  test('noisy trials near the margin ask for more of them or better ones', () => {
    const comparison = compareTrials(side(4, 20, 0.15), side(4, 22, 0.15))
    expect(comparison.verdict).toBe('inconclusive')
    expect(comparison.metrics[0]?.settledBy).toMatch(/trials/)
    expect(comparison.metrics[0]?.detectable).toBeGreaterThan(0.1)
  })

  test('too few answers do not resolve p99', () => {
    const few = (centre: number): LoadResult[] =>
      Array.from({ length: 5 }, () => resultWith(Array.from({ length: 200 }, () => centre + random())))
    const comparison = compareTrials(few(20), few(20))
    expect(comparison.metrics.find((metric) => metric.name === 'p99')).toMatchObject({
      verdict: 'inconclusive',
      settledBy: expect.stringContaining('at least 1000 answers'),
    })
  })

  test('interleaved pairs see through what both sides share', () => {
    const drift = [1, 1.6, 0.7, 1.3, 2, 0.9, 1.1, 1.8]
    const baseline = drift.map((factor) => trial(20 * factor, 0.002))
    const candidate = drift.map((factor) => trial(20 * factor + 8, 0.002))
    expect(compareTrials(baseline, candidate).metrics[0]?.verdict).not.toBe('regression')
    expect(compareTrials(baseline, candidate, { ...COMPARISON_DEFAULTS, paired: true }).metrics[0]?.verdict).toBe('regression')
  })

  test('in a closed loop a fall of the rate is what is worse', () => {
    const rated = (rate: number): LoadResult[] =>
      Array.from({ length: 5 }, (_, index) => trial(20, 0.01, { achievedRate: rate + index }))
    const options = { ...COMPARISON_DEFAULTS, metrics: [{ kind: 'rate' as const }] }
    const closed = (results: LoadResult[]): LoadResult[] =>
      results.map((result) => ({ ...result, load: { ...result.load, mode: 'closed', rate: null, profile: [] } }))
    expect(compareTrials(closed(rated(1000)), closed(rated(700)), options).verdict).toBe('regression')
    expect(compareTrials(closed(rated(700)), closed(rated(1000)), options).verdict).toBe('no-regression')
  })

  test.each([
    [
      'protocol',
      (result: LoadResult) => ({ ...result, load: { ...result.load, protocol: 'http2' as const } }),
      'differ in protocol',
    ],
    ['payload', (result: LoadResult) => ({ ...result, load: { ...result.load, requestBytes: 99 } }), 'payload bytes'],
    ['rate', (result: LoadResult) => ({ ...result, load: { ...result.load, rate: 200 }, achievedRate: 200 }), 'planned rate'],
    ['errors', (result: LoadResult) => ({ ...result, errors: 50, requests: 1050 }), 'error shares differ'],
    [
      'generator',
      (result: LoadResult) => ({ ...result, valid: false, invalidReasons: ['the generator was the bottleneck'] }),
      'is invalid',
    ],
    ['lag', (result: LoadResult) => ({ ...result, generator: { ...result.generator, pacingP99: 9 } }), 'late by its generator'],
    ['achieved', (result: LoadResult) => ({ ...result, achievedRate: 90 }), 'achieved 90.0/s of 100.0/s'],
  ])('sides that differ in %s are not compared', (_name, change, problem) => {
    const comparison = compareTrials(side(4, 20), side(4, 20).map(change))
    expect(comparison.verdict).toBe('invalid')
    expect(comparison.problems.join(' ')).toContain(problem)
  })

  test('identical sides are called a regression in at most 5 of 100 comparisons', () => {
    const strict = { ...COMPARISON_DEFAULTS, relativeMargin: 0, absoluteMarginMs: 0 }
    const light = (): LoadResult[] =>
      Array.from({ length: 5 }, () => {
        const shift = Math.exp(normal() * 0.1)
        const tail = Math.exp(normal() * 0.3)
        return resultWith(Array.from({ length: 1000 }, (_, index) => (index < 980 ? 5 : 20 * tail) * shift * (1 + index / 5000)))
      })
    let strictCalls = 0
    let defaultCalls = 0
    const runs = 100
    for (let index = 0; index < runs; index += 1) {
      const [left, right] = [light(), light()]
      if (compareTrials(left, right, strict).verdict === 'regression') strictCalls += 1
      if (compareTrials(left, right).verdict === 'regression') defaultCalls += 1
    }
    // Without any margin the level is what holds; with one it is far below.
    expect(strictCalls).toBeLessThanOrEqual(5)
    expect(defaultCalls).toBeLessThanOrEqual(2)
  })

  // Machines drift: each trial's state is much like the last one's (autoregressive, 0.9). Turn about, both sides share it.
  test('identical sides that drift together are called a regression in at most 5 of 100 interleaved comparisons', () => {
    const strict = {
      ...COMPARISON_DEFAULTS,
      metrics: [{ kind: 'percentile' as const, quantile: 0.5 }],
      relativeMargin: 0,
      absoluteMarginMs: 0,
      paired: true,
    }
    const wave = Array.from({ length: 100 }, (_, index) => 5 + index / 50)
    let calls = 0
    for (let run = 0; run < 100; run += 1) {
      let state = normal() * 0.2
      const trials = Array.from({ length: 12 }, () => {
        state = 0.9 * state + Math.sqrt(1 - 0.9 ** 2) * 0.2 * normal()
        return resultWith(wave.map((latency) => latency * Math.exp(state)))
      })
      const turn = (first: number): LoadResult[] =>
        trials.filter((_, index) => (index % 4 === 1 || index % 4 === 2 ? 1 : 0) === first)
      if (compareTrials(turn(0), turn(1), strict).metrics[0]?.verdict === 'regression') calls += 1
    }
    expect(calls).toBeLessThanOrEqual(5)
  })
})
