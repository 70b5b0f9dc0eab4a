import { type Measured, type Metric, metricValue, recordingsNeeded } from './metric.ts'
import type { Comparison, Expression, Threshold } from './parse-threshold.ts'
import { formatQuantity, type Quantity } from './quantity.ts'

/**
 * What became of a threshold.
 *
 * - `passed`, `failed`: by the figures.
 * - `skipped`: it compares with a baseline and there is none yet.
 * - `unmeasured`: what it names was not measured, or the run was invalid; never counted as passed.
 */
export type ThresholdOutcome = 'passed' | 'failed' | 'skipped' | 'unmeasured'

/** A threshold with its outcome, in words and numbers. */
export interface EvaluatedThreshold {
  readonly text: string
  readonly outcome: ThresholdOutcome
  /** Both sides as they came out, such as `231ms` and `250ms`; undefined when a side has no value. */
  readonly left: string | undefined
  readonly right: string | undefined
  /** How far the left side is from the right, as a share of the right; undefined when that has no meaning. */
  readonly margin: number | undefined
  /** What a reader should know: why it was skipped, or that too few requests were made for the percentile. */
  readonly note: string | undefined
}

/** Evaluates thresholds on what was measured. Pure: the same figures give the same outcomes. */
export function evaluateThresholds(
  thresholds: readonly Threshold[],
  measured: Measured,
  baseline: Measured | undefined,
): EvaluatedThreshold[] {
  return thresholds.map((threshold) => evaluateThreshold(threshold, measured, baseline))
}

function evaluateThreshold(threshold: Threshold, measured: Measured, baseline: Measured | undefined): EvaluatedThreshold {
  const value = (expression: Expression): Quantity | undefined => evaluate(expression, threshold, measured, baseline)
  const left = value(threshold.left)
  const right = value(threshold.right)
  const base = {
    text: threshold.text,
    left: left === undefined ? undefined : formatQuantity(left),
    right: right === undefined ? undefined : formatQuantity(right),
    margin: left === undefined || right === undefined || right.value === 0 ? undefined : left.value / right.value - 1,
  }
  if (!measured.result.valid) {
    return { ...base, outcome: 'unmeasured', note: `the run is invalid: ${measured.result.invalidReasons.join('; ')}` }
  }
  if (threshold.usesBaseline && baseline === undefined)
    return { ...base, outcome: 'skipped', note: 'there is no baseline to compare with' }
  if (left === undefined || right === undefined || Number.isNaN(left.value) || Number.isNaN(right.value)) {
    return { ...base, outcome: 'unmeasured', note: unmeasuredNote(threshold, measured) }
  }
  const passed = compare(left.value, threshold.comparison, right.value)
  return { ...base, outcome: passed ? 'passed' : 'failed', note: resolutionNote(threshold, measured) }
}

function evaluate(
  expression: Expression,
  threshold: Threshold,
  measured: Measured,
  baseline: Measured | undefined,
): Quantity | undefined {
  switch (expression.kind) {
    case 'constant':
      return expression.quantity
    case 'metric': {
      const source = expression.baseline ? baseline : measured
      return source === undefined ? undefined : metricValue(expression.metric, source, threshold.errorsAsCount)
    }
    case 'call': {
      const values = expression.values.map((value) => evaluate(value, threshold, measured, baseline))
      const known = values.filter((value) => value !== undefined)
      const first = known[0]
      if (first === undefined || known.length < values.length) return undefined
      const numbers = known.map((quantity) => quantity.value)
      return { value: expression.name === 'max' ? Math.max(...numbers) : Math.min(...numbers), dimension: first.dimension }
    }
    case 'binary': {
      const left = evaluate(expression.left, threshold, measured, baseline)
      const right = evaluate(expression.right, threshold, measured, baseline)
      if (left === undefined || right === undefined) return undefined
      return {
        value: calculate(left.value, expression.operator, right.value),
        dimension: binaryDimension(left, expression.operator, right),
      }
    }
  }
}

function binaryDimension(left: Quantity, operator: '+' | '-' | '*' | '/', right: Quantity): Quantity['dimension'] {
  if (operator === '/' && left.dimension === right.dimension) return 'number'
  return left.dimension === 'number' ? right.dimension : left.dimension
}

function calculate(left: number, operator: '+' | '-' | '*' | '/', right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}

function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '==':
      return left === right
    case '!=':
      return left !== right
  }
}

function metricsOf(expression: Expression): Metric[] {
  switch (expression.kind) {
    case 'constant':
      return []
    case 'metric':
      return expression.baseline ? [] : [expression.metric]
    case 'call':
      return expression.values.flatMap(metricsOf)
    case 'binary':
      return [...metricsOf(expression.left), ...metricsOf(expression.right)]
  }
}

function unmeasuredNote(threshold: Threshold, measured: Measured): string {
  const metrics = [...metricsOf(threshold.left), ...metricsOf(threshold.right)]
  if (metrics.some((metric) => metric.kind === 'overhead')) return 'no processor and memory figures were taken'
  return measured.result.latency.count === 0 ? 'no request was answered well, so there is no latency' : 'it was not measured'
}

function resolutionNote(threshold: Threshold, measured: Measured): string | undefined {
  for (const metric of [...metricsOf(threshold.left), ...metricsOf(threshold.right)]) {
    if (metric.kind !== 'percentile') continue
    const needed = recordingsNeeded(metric.quantile)
    const { count } = measured.result.latency
    if (count < needed) return `${count} answers are too few to resolve this percentile; about ${needed} are needed`
  }
  return undefined
}

/** True when a check with these outcomes has passed: nothing failed and nothing was left unmeasured. */
export function thresholdsPass(evaluated: readonly EvaluatedThreshold[]): boolean {
  return evaluated.every((threshold) => threshold.outcome === 'passed' || threshold.outcome === 'skipped')
}
