import { distance } from 'fastest-levenshtein'
import { FAILURE_KINDS } from '../wire/failure.ts'
import type { LatencyKind, Metric } from './metric.ts'
import { metricDimension } from './metric.ts'
import type { Dimension, Quantity } from './quantity.ts'
import { ThresholdProblem, type Token, tokenize } from './tokenize.ts'

/** A comparison operator. */
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!='

/** One side of a threshold. */
export type Expression =
  | { readonly kind: 'constant'; readonly quantity: Quantity }
  | { readonly kind: 'metric'; readonly metric: Metric; readonly baseline: boolean }
  | { readonly kind: 'binary'; readonly operator: '+' | '-' | '*' | '/'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: 'min' | 'max'; readonly values: readonly Expression[] }

/** A parsed threshold. Both sides measure the same. */
export interface Threshold {
  /** As it was written. */
  readonly text: string
  readonly left: Expression
  readonly comparison: Comparison
  readonly right: Expression
  /** Error metrics are counts, not shares, because they are compared with a plain number. */
  readonly errorsAsCount: boolean
  /** True when it needs a baseline. */
  readonly usesBaseline: boolean
}

/** A threshold, or what is wrong with the text and at which column (from 1). */
export type ParsedThreshold =
  | { readonly ok: true; readonly threshold: Threshold }
  | { readonly ok: false; readonly problem: string; readonly column: number; readonly hint: string | undefined }

/**
 * Parses a threshold such as `p99 < 250ms`, `errors < 0.1%`, `rate > 495/s` or `p99 < max(baseline * 1.1, baseline + 5ms)`.
 *
 *     threshold  = sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum
 *     sum        = product {("+" | "-") product}
 *     product    = value {("*" | "/") value}
 *     value      = number [unit] | metric | "baseline" ["." metric] | ("min" | "max") "(" sum {"," sum} ")" | "(" sum ")"
 *     metric     = [("latency" | "service" | "lag") "."] ("p" digits ["." digits] | "min" | "mean" | "max" | "stddev") ["[" request "]"]
 *                | "errors" ["." kind] | "requests" | "rate" | ("dataplane" | "controlplane") "." ("cpu" | "memory")
 *
 * A bare `baseline` is the other side's metric in the baseline.
 */
export function parseThreshold(text: string): ParsedThreshold {
  try {
    return { ok: true, threshold: new Parser(text).threshold() }
  } catch (error) {
    if (error instanceof ThresholdProblem) return { ok: false, problem: error.message, column: error.column, hint: error.hint }
    throw error
  }
}

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const
const STATISTICS = { min: 'min', mean: 'mean', avg: 'mean', max: 'max', stddev: 'stddev' } as const
const LATENCIES: readonly LatencyKind[] = ['latency', 'service', 'lag']
const PLANES = ['dataplane', 'controlplane'] as const
const METRIC_WORDS = [
  'p50',
  'p90',
  'p99',
  'p99.9',
  'min',
  'mean',
  'max',
  'stddev',
  'errors',
  'requests',
  'rate',
  ...LATENCIES,
  ...PLANES,
  'baseline',
]
const PERCENTILE = /^p(\d{1,2}|100)$/
/** `p999` and `p9999` are how 99.9 and 99.99 are commonly written. */
const NINES = /^p(99)(9{1,4})$/

interface Typed {
  readonly expression: Expression | { readonly kind: 'bare-baseline' } | Pending
  readonly dimension: Dimension | 'any'
  readonly column: number
}

/** A binary or call whose parts still hold a bare `baseline`. */
interface Pending {
  readonly kind: 'pending'
  readonly build: (baseline: Expression) => Expression
}

class Parser {
  private readonly text: string
  private readonly tokens: readonly Token[]
  private at = 0
  private readonly metrics: { metric: Metric; column: number }[] = []
  private usesBaseline = false

  constructor(text: string) {
    this.text = text
    this.tokens = tokenize(text)
  }

  threshold(): Threshold {
    const left = this.sum()
    const operator = this.take()
    const comparison = COMPARISONS.find((known) => known === operator.text)
    if (operator.kind !== 'symbol' || comparison === undefined) {
      throw new ThresholdProblem(
        operator.kind === 'end' ? 'a comparison is missing' : `a comparison was expected, not '${operator.text}'`,
        operator.column,
        `one of ${COMPARISONS.join(' ')}`,
      )
    }
    const right = this.sum()
    const rest = this.peek()
    if (rest.kind !== 'end')
      throw new ThresholdProblem(`'${rest.text}' is left over`, rest.column, 'a threshold is one comparison')
    const only = this.metrics[0]
    if (only === undefined)
      throw new ThresholdProblem('nothing measured is compared', left.column, `name a metric: ${METRIC_WORDS.join(', ')}`)
    const errorsAsCount = comparesErrorCount(left, right)
    this.check(left, right, errorsAsCount)
    return {
      text: this.text,
      left: this.settle(left, only.metric),
      comparison,
      right: this.settle(right, only.metric),
      errorsAsCount,
      usesBaseline: this.usesBaseline,
    }
  }

  private check(left: Typed, right: Typed, errorsAsCount: boolean): void {
    const one = left.dimension
    const other = right.dimension
    if (one === other || one === 'any' || other === 'any' || errorsAsCount) return
    const countLike = (dimension: Dimension): boolean => dimension === 'count' || dimension === 'number'
    if (countLike(one) && countLike(other)) return
    if (other === 'number' || one === 'number') {
      const [bare, meant] = other === 'number' ? [right, one] : [left, other]
      throw new ThresholdProblem(`a ${meant} needs a unit`, bare.column, UNIT_HINTS[meant])
    }
    throw new ThresholdProblem(`a ${one} cannot be compared with a ${other}`, right.column)
  }

  /** Puts the metric in place of a bare `baseline`. */
  private settle(typed: Typed, metric: Metric): Expression {
    const baseline: Expression = { kind: 'metric', metric, baseline: true }
    const { expression } = typed
    if (expression.kind === 'bare-baseline') return this.singleMetric(baseline, typed.column)
    if (expression.kind === 'pending') return this.singleMetric(expression.build(baseline), typed.column)
    return expression
  }

  private singleMetric(expression: Expression, column: number): Expression {
    if (this.metrics.length > 1) {
      throw new ThresholdProblem('`baseline` could be that of several metrics', column, `say which, as in baseline.p99`)
    }
    return expression
  }

  private sum(): Typed {
    let left = this.product()
    for (let token = this.peek(); token.text === '+' || token.text === '-'; token = this.peek()) {
      this.take()
      const right = this.product()
      left = { expression: binary(token.text, left, right), dimension: sameDimension(left, right, token), column: left.column }
    }
    return left
  }

  private product(): Typed {
    let left = this.value()
    for (let token = this.peek(); token.text === '*' || token.text === '/'; token = this.peek()) {
      this.take()
      const right = this.value()
      left = { expression: binary(token.text, left, right), dimension: scaledDimension(left, right, token), column: left.column }
    }
    return left
  }

  private value(): Typed {
    const token = this.take()
    if (token.kind === 'quantity') {
      return {
        expression: { kind: 'constant', quantity: token.quantity },
        dimension: token.quantity.dimension,
        column: token.column,
      }
    }
    if (token.text === '(') {
      const inner = this.sum()
      this.expect(')')
      return { ...inner, column: token.column }
    }
    if (token.kind !== 'name') {
      throw new ThresholdProblem(
        token.kind === 'end' ? 'a value is missing' : `a value was expected, not '${token.text}'`,
        token.column,
      )
    }
    if (token.text === 'baseline') return this.baseline(token)
    if ((token.text === 'min' || token.text === 'max') && this.peek().text === '(') return this.call(token.text, token)
    const metric = this.metric(token)
    this.metrics.push({ metric, column: token.column })
    return { expression: { kind: 'metric', metric, baseline: false }, dimension: metricDimension(metric), column: token.column }
  }

  private baseline(token: Token): Typed {
    this.usesBaseline = true
    if (this.peek().text !== '.') return { expression: { kind: 'bare-baseline' }, dimension: 'any', column: token.column }
    this.take()
    const metric = this.metric(this.take())
    return { expression: { kind: 'metric', metric, baseline: true }, dimension: metricDimension(metric), column: token.column }
  }

  private call(name: 'min' | 'max', token: Token): Typed {
    this.take()
    const values = [this.sum()]
    while (this.peek().text === ',') {
      this.take()
      values.push(this.sum())
    }
    this.expect(')')
    const dimension = values.reduce(
      (left, right): Typed => ({
        ...right,
        dimension: sameDimension(left, right, token),
      }),
    ).dimension
    const expression = combine(values, (parts) => ({ kind: 'call', name, values: parts }))
    return { expression, dimension, column: token.column }
  }

  private metric(token: Token): Metric {
    if (token.kind !== 'name')
      throw new ThresholdProblem('a metric is missing', token.column, `one of ${METRIC_WORDS.join(', ')}`)
    const word = token.text
    const of = LATENCIES.find((kind) => kind === word)
    if (of !== undefined && this.peek().text === '.') {
      this.take()
      return this.latencyMetric(this.take(), of)
    }
    const plane = PLANES.find((known) => known === word)
    if (plane !== undefined) {
      this.expect('.')
      const what = this.take()
      if (what.text !== 'cpu' && what.text !== 'memory') throw new ThresholdProblem(`${word} has cpu and memory`, what.column)
      return { kind: 'overhead', plane, what: what.text }
    }
    if (word === 'requests' || word === 'rate') return { kind: word }
    if (word === 'errors') return { kind: 'errors', failure: this.failureKind() }
    return this.latencyMetric(token, 'latency')
  }

  private failureKind(): string | undefined {
    if (this.peek().text !== '.') return undefined
    this.take()
    const token = this.take()
    if (FAILURE_KINDS.some((kind) => kind === token.text)) return token.text
    throw new ThresholdProblem(`'${token.text}' is not a kind of failure`, token.column, `one of ${FAILURE_KINDS.join(', ')}`)
  }

  private latencyMetric(token: Token, of: LatencyKind): Metric {
    const name = token.text
    const statistic = Object.hasOwn(STATISTICS, name) ? STATISTICS[name as keyof typeof STATISTICS] : undefined
    if (statistic !== undefined) return { kind: 'statistic', of, name: statistic, request: this.request() }
    const nines = NINES.exec(name)
    const whole = PERCENTILE.exec(name)
    if (nines !== null) return { kind: 'percentile', of, quantile: Number(`0.99${nines[2]}`), request: this.request() }
    if (whole === null) throw new ThresholdProblem(`'${name}' is not a metric`, token.column, metricHint(name))
    // Worked out from decimal text, so that p99.9 is 0.999 and not a neighbour of it.
    const quantile = Number(`${whole[1]}${this.fraction(token)}e-2`)
    if (quantile <= 0 || quantile > 1) throw new ThresholdProblem('a percentile lies above 0 and up to 100', token.column)
    return { kind: 'percentile', of, quantile, request: this.request() }
  }

  /** The `.9` of `p99.9`, which the tokenizer sees as a number that begins right where the name ends. */
  private fraction(token: Token): string {
    const next = this.peek()
    if (next.kind !== 'quantity' || !next.text.startsWith('.') || next.column !== token.column + token.text.length) return ''
    this.take()
    return next.text
  }

  private request(): string | undefined {
    if (this.peek().text !== '[') return undefined
    this.take()
    const name = this.take()
    if (name.kind !== 'name') throw new ThresholdProblem('the name of a request is missing', name.column)
    this.expect(']')
    return name.text
  }

  private peek(): Token {
    return this.tokens[this.at] as Token
  }

  private take(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.at += 1
    return token
  }

  private expect(symbol: string): void {
    const token = this.take()
    if (token.kind !== 'symbol' || token.text !== symbol) throw new ThresholdProblem(`'${symbol}' is missing`, token.column)
  }
}

const UNIT_HINTS: Readonly<Record<Dimension, string>> = {
  time: 'such as 250ms or 1.5s',
  share: 'such as 0.1%',
  rate: 'such as 495/s',
  bytes: 'such as 64Mi',
  cores: 'such as 0.5cores or 200mcores',
  count: 'a plain number',
  number: 'a plain number',
}

function metricHint(name: string): string {
  const nearest = METRIC_WORDS.map((word) => ({ word, far: distance(word, name) })).sort((left, right) => left.far - right.far)[0]
  return nearest !== undefined && nearest.far <= 2 ? `did you mean ${nearest.word}?` : `metrics are ${METRIC_WORDS.join(', ')}`
}

/** Puts parts together now, or once the bare baselines among them are known. */
function combine(parts: readonly Typed[], build: (parts: readonly Expression[]) => Expression): Expression | Pending {
  const open = parts.some(({ expression }) => expression.kind === 'pending' || expression.kind === 'bare-baseline')
  const fill = (baseline: Expression): Expression =>
    build(
      parts.map(({ expression }) => {
        if (expression.kind === 'pending') return expression.build(baseline)
        return expression.kind === 'bare-baseline' ? baseline : expression
      }),
    )
  return open ? { kind: 'pending', build: fill } : fill({ kind: 'constant', quantity: { value: 0, dimension: 'number' } })
}

function binary(operator: string, left: Typed, right: Typed): Expression | Pending {
  const known = operator as '+' | '-' | '*' | '/'
  return combine([left, right], ([one, other]) => ({
    kind: 'binary',
    operator: known,
    left: one as Expression,
    right: other as Expression,
  }))
}

function sameDimension(left: Typed, right: Typed, token: Token): Dimension | 'any' {
  if (left.dimension === right.dimension) return left.dimension
  if (left.dimension === 'any') return right.dimension === 'number' ? 'any' : right.dimension
  if (right.dimension === 'any') return left.dimension === 'number' ? 'any' : left.dimension
  throw new ThresholdProblem(`a ${left.dimension} and a ${right.dimension} don't go together`, token.column)
}

function scaledDimension(left: Typed, right: Typed, token: Token): Dimension | 'any' {
  if (right.dimension === 'number') return left.dimension
  if (left.dimension === 'number' && token.text === '*') return right.dimension
  // A percentage of something is that something: baseline * 110%.
  if (right.dimension === 'share' && token.text === '*') return left.dimension
  if (left.dimension === right.dimension && left.dimension !== 'any' && token.text === '/') return 'number'
  throw new ThresholdProblem(
    `a ${left.dimension} cannot be ${token.text === '*' ? 'multiplied' : 'divided'} by a ${right.dimension}`,
    token.column,
  )
}

/** `errors < 5` means five requests, `errors < 5%` a share of them. */
function comparesErrorCount(left: Typed, right: Typed): boolean {
  const isErrors = (typed: Typed): boolean => typed.expression.kind === 'metric' && typed.expression.metric.kind === 'errors'
  const isPlain = (typed: Typed): boolean => typed.dimension === 'number' || typed.dimension === 'count'
  return (isErrors(left) && isPlain(right)) || (isErrors(right) && isPlain(left))
}
