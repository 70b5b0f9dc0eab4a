import { seededRandom } from '../load/random.ts'

/** Up to this many pairs every combination of signs is tried. */
const EXACT_PAIRS = 16
const DRAWS = 20_000

/**
 * The sign-flip permutation test on paired differences: the chance of a sum at least as great when each difference could as well
 * have had the other sign. For interleaved trials, where neighbours share the state of the machine. Exact up to 16 pairs.
 */
export function pairedPermutation(
  differences: readonly number[],
  seed = 1,
): { readonly pGreater: number; readonly pLess: number } {
  const count = differences.length
  if (count === 0) return { pGreater: 1, pLess: 1 }
  const observed = differences.reduce((sum, difference) => sum + difference, 0)
  const slack = 1e-12 * differences.reduce((sum, difference) => sum + Math.abs(difference), 0)
  let greater = 0
  let less = 0
  const weigh = (sum: number): void => {
    if (sum >= observed - slack) greater += 1
    if (sum <= observed + slack) less += 1
  }
  if (count <= EXACT_PAIRS) {
    const total = 2 ** count
    for (let signs = 0; signs < total; signs += 1) {
      weigh(differences.reduce((sum, difference, index) => sum + ((signs >> index) & 1 ? -difference : difference), 0))
    }
    return { pGreater: greater / total, pLess: less / total }
  }
  const random = seededRandom(seed)
  for (let draw = 0; draw < DRAWS; draw += 1) {
    weigh(differences.reduce((sum, difference) => sum + (random() < 0.5 ? -difference : difference), 0))
  }
  // The observed signs are one of the possible draws.
  return { pGreater: (greater + 1) / (DRAWS + 1), pLess: (less + 1) / (DRAWS + 1) }
}
