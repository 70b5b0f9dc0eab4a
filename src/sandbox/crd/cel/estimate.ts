/** The least and most that something may come to; both end at the largest 64-bit number. */
export interface Estimate {
  readonly min: number
  readonly max: number
}

const largest = 2 ** 64

function capped(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(largest, value)
}

/** The same least and most. */
export function fixed(value: number): Estimate {
  return { min: value, max: value }
}

/** Anything at all. */
export const unknownEstimate: Estimate = { min: 0, max: largest }

/** Nothing. */
export const nothing: Estimate = fixed(0)

/** Both together. */
export function sum(...estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((all, { min, max }) => ({ min: capped(all.min + min), max: capped(all.max + max) }), nothing)
}

/** One as often as the other. */
export function product(left: Estimate, right: Estimate): Estimate {
  return { min: capped(left.min * right.min), max: capped(left.max * right.max) }
}

/** So much a unit, rounded up. */
export function scaled({ min, max }: Estimate, factor: number): Estimate {
  return { min: capped(Math.ceil(min * factor)), max: capped(Math.ceil(max * factor)) }
}

/** Either of two. */
export function either(left: Estimate, right: Estimate): Estimate {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) }
}
