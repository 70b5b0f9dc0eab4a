import type { SearchRange } from './perf-check-spec.ts'

/** What came of one rate that was tried. `limited`: the generator itself could not do it, so it says nothing of the target. */
export type RateOutcome = 'met' | 'missed' | 'limited'

/** One rate that was tried. */
export interface RateStep {
  readonly rate: number
  readonly outcome: RateOutcome
}

/** Where a search stands: the next rate to try, or what was found. */
export type SearchState =
  | { readonly kind: 'try'; readonly rate: number }
  | {
      readonly kind: 'found'
      /** The highest rate that met the thresholds; undefined when none did. */
      readonly rate: number | undefined
      /** What ended it: a higher rate missed the thresholds, the range or the generator had no more, or the lowest already missed. */
      readonly limitedBy: 'thresholds' | 'range' | 'generator' | 'lowest'
    }

/**
 * The search for the highest rate that meets the thresholds, as a function of what was tried: doubling from the lowest rate until
 * one misses, then halving the gap until it is within the precision. Pure, so that it can be resumed and tested without a target.
 */
export function nextRate(steps: readonly RateStep[], range: SearchRange): SearchState {
  const met = steps.filter((step) => step.outcome === 'met').map((step) => step.rate)
  const failed = steps.filter((step) => step.outcome !== 'met')
  const highestMet = met.length === 0 ? undefined : Math.max(...met)
  if (steps.length === 0) return { kind: 'try', rate: range.from }
  if (failed.length === 0) {
    const highest = highestMet ?? range.from
    return highest >= range.to
      ? { kind: 'found', rate: highest, limitedBy: 'range' }
      : { kind: 'try', rate: Math.min(highest * 2, range.to) }
  }
  const lowest = failed.reduce((low, step) => (step.rate < low.rate ? step : low))
  if (highestMet === undefined) {
    return { kind: 'found', rate: undefined, limitedBy: lowest.outcome === 'limited' ? 'generator' : 'lowest' }
  }
  if (lowest.rate - highestMet <= range.precision * highestMet) {
    return { kind: 'found', rate: highestMet, limitedBy: lowest.outcome === 'limited' ? 'generator' : 'thresholds' }
  }
  return { kind: 'try', rate: roundRate((lowest.rate + highestMet) / 2) }
}

/** Three digits are plenty, and read better. */
function roundRate(rate: number): number {
  return Number(rate.toPrecision(4))
}
