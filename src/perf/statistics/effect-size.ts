/** How large an effect is in the usual words (Romano et al. 2006: |δ| from 0.147, 0.33 and 0.474). */
export type EffectWord = 'negligible' | 'small' | 'medium' | 'large'

/** The size of a difference, apart from whether it is there. */
export interface EffectSize {
  /** Cliff's delta, -1 to 1: pairs in which the right value is greater less those in which it is smaller, as a share. */
  readonly delta: number
  /** The chance that a value of the right sample is greater than one of the left, ties half. */
  readonly chanceGreater: number
  readonly word: EffectWord
}

/** The effect size of two samples. */
export function effectSize(left: readonly number[], right: readonly number[]): EffectSize {
  let sum = 0
  for (const one of left) for (const other of right) sum += Math.sign(other - one)
  const pairs = left.length * right.length
  const delta = pairs === 0 ? 0 : sum / pairs
  const size = Math.abs(delta)
  const word = size < 0.147 ? 'negligible' : size < 0.33 ? 'small' : size < 0.474 ? 'medium' : 'large'
  return { delta, chanceGreater: (delta + 1) / 2, word }
}
