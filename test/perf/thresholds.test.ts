import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateThresholds, thresholdsPass } from '../../src/perf/thresholds/evaluate-thresholds.ts'
import type { Measured } from '../../src/perf/thresholds/metric.ts'
import { parseThreshold, type Threshold } from '../../src/perf/thresholds/parse-threshold.ts'
import { resultWith } from './sample-result.ts'

function parsed(text: string): Threshold {
  const answer = parseThreshold(text)
  if (!answer.ok) throw new Error(`${text}: ${answer.problem} at ${answer.column}`)
  return answer.threshold
}

/** 1 to 1000 ms, one each: percentiles are what they are called. */
const measured: Measured = {
  result: resultWith(
    Array.from({ length: 1000 }, (_, index) => index + 1),
    { errors: 2, failures: { refused: 2 }, achievedRate: 499 },
  ),
  overhead: { dataplane: { cpu: 0.25, memory: 80 * 2 ** 20 } },
}
const baseline: Measured = { result: resultWith(Array.from({ length: 1000 }, (_, index) => (index + 1) * 0.95)) }

describe('thresholds', () => {
  test.each([
    ['p99 < 1s', 'passed'],
    ['p99 < 250ms', 'failed'],
    ['p50 <= 501ms', 'passed'],
    ['p99.9 > 990ms', 'passed'],
    ['p999 > 990ms', 'passed'],
    ['errors < 0.1%', 'failed'],
    ['errors < 1%', 'passed'],
    ['errors <= 2', 'passed'],
    ['errors.refused == 2', 'passed'],
    ['errors.tls == 0', 'passed'],
    ['rate > 495/s', 'passed'],
    ['rate > 30000/m', 'failed'],
    ['requests >= 1000', 'passed'],
    ['p99 < baseline * 1.1', 'passed'],
    ['p99 < baseline * 110%', 'passed'],
    ['p99 < baseline', 'failed'],
    ['p99 < max(baseline * 1.01, baseline + 100ms)', 'passed'],
    ['p99 - p50 < 490.5ms', 'passed'],
    ['p99 / p50 < 2', 'passed'],
    ['250ms > p99', 'failed'],
    ['p99 < baseline.p50 * 3', 'passed'],
    ['mean < (200ms + 301ms)', 'passed'],
    ['max <= 1000.5ms', 'passed'],
    ['dataplane.cpu < 300mcores', 'passed'],
    ['dataplane.memory < 64Mi', 'failed'],
    ['controlplane.cpu < 1cores', 'unmeasured'],
    ['service.p99 < 2s', 'passed'],
    ['lag.p99 < 1ms', 'passed'],
    ['p99[checkout] < 1s', 'unmeasured'],
  ])('%s: %s', (text, outcome) => {
    expect(evaluateThresholds([parsed(text)], measured, baseline)[0]?.outcome).toBe(outcome)
  })

  test.each([
    ['', 1, 'a value is missing'],
    ['p99', 4, 'a comparison is missing'],
    ['p99 < ', 7, 'a value is missing'],
    ['p99 < 250', 7, 'a time needs a unit'],
    ['p99 < 250parsecs', 10, "'parsecs' is not a unit"],
    ['p98765 < 1s', 1, "'p98765' is not a metric"],
    ['latncy.p99 < 1s', 1, "'latncy' is not a metric"],
    ['p99 < 5%', 7, 'a time cannot be compared with a share'],
    ['p99 < 1s + 2', 10, "don't go together"],
    ['p99 < 1s 2s', 10, 'left over'],
    ['p99 < p50 + baseline', 7, 'several metrics'],
    ['1s < 2s', 1, 'nothing measured'],
    ['p99 < (1s', 10, "')' is missing"],
    ['errors.nothing < 1', 8, 'not a kind of failure'],
    ['p0 < 1s', 1, 'above 0'],
    ['p99 < $5', 7, "'$' has no meaning"],
    ['rate > 5ms', 8, 'a rate cannot be compared with a time'],
    ['p99 * p50 < 1s', 5, 'multiplied'],
    ['p99 = 5ms', 5, "'=' has no meaning"],
  ])('%j is wrong at column %i: %s', (text, column, problem) => {
    const answer = parseThreshold(text)
    expect(answer).toMatchObject({ ok: false, column, problem: expect.stringContaining(problem) })
  })

  test('offers the nearest metric', () => {
    expect(parseThreshold('error < 1%')).toMatchObject({ ok: false, hint: 'did you mean errors?' })
  })

  test('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const answer = parseThreshold(text)
        expect(answer.ok || answer.column >= 1).toBe(true)
      }),
    )
    const word = fc.constantFrom(
      'p99',
      'p99.9',
      'baseline',
      '<',
      '>',
      '(',
      ')',
      '+',
      '*',
      '250ms',
      '0.1%',
      'max',
      ',',
      'errors',
      '.',
      '[',
      'rate',
      '/s',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 9 }), (words) => {
        const text = words.join(' ')
        const answer = parseThreshold(text)
        if (answer.ok) expect(evaluateThresholds([answer.threshold], measured, baseline)).toHaveLength(1)
        else expect(answer.column).toBeLessThanOrEqual(text.length + 1)
      }),
    )
  })

  test('without a baseline a comparison with it is skipped, which fails nothing', () => {
    const evaluated = evaluateThresholds([parsed('p99 < baseline * 1.1')], measured, undefined)
    expect(evaluated[0]?.outcome).toBe('skipped')
    expect(thresholdsPass(evaluated)).toBe(true)
  })

  test('an invalid run passes nothing', () => {
    const invalid = { result: { ...measured.result, valid: false, invalidReasons: ['the generator was the bottleneck'] } }
    const evaluated = evaluateThresholds([parsed('p99 < 10s')], invalid, undefined)
    expect(evaluated[0]?.outcome).toBe('unmeasured')
    expect(thresholdsPass(evaluated)).toBe(false)
  })

  test('says when a percentile can not be resolved', () => {
    const few = { result: resultWith([1, 2, 3]) }
    expect(evaluateThresholds([parsed('p99 < 10ms')], few, undefined)[0]).toMatchObject({
      outcome: 'passed',
      note: expect.stringContaining('about 1000 are needed'),
    })
  })
})
