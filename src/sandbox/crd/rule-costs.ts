import type { FieldErrors } from '../builtin/validation/field-errors.ts'

/** The most that one expression may cost as often as it may be evaluated. */
const mostForOne = 10_000_000
/** The most that all expressions of a schema may cost together. */
const mostForAll = 100_000_000
const shown = 4

interface RuleCost {
  readonly field: string
  readonly cost: number
}

/** What the rules of one schema cost together. */
export class RuleCosts {
  #total = 0
  readonly #expensive: RuleCost[] = []

  /** Counts an expression, and refuses it when it costs too much by itself. */
  observe(errors: FieldErrors, what: string, field: string, cost: number): void {
    if (cost > mostForOne) errors.forbidden(field, excess(what, cost / mostForOne))
    this.#total += cost
    if (cost < mostForAll / 100) return
    this.#expensive.push({ field, cost })
    this.#expensive.sort((left, right) => right.cost - left.cost)
    this.#expensive.splice(shown)
  }

  /** Refuses a schema whose rules cost too much together, and names those that cost most. */
  conclude(errors: FieldErrors, field: string): void {
    if (this.#total <= mostForAll) return
    const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    for (const each of this.#expensive) errors.forbidden(each.field, why)
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
    errors.forbidden(field, excess(what, this.#total / mostForAll))
  }
}

function excess(what: string, factor: number): string {
  const times = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`
  const advice = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength'
  return `${what} exceeds budget by factor of ${times} (${advice} where arrays, maps, and strings are declared)`
}
