/**
 * The standard normal distribution function, by W. J. Cody's rational approximation of erfc in the short form of Abramowitz and
 * Stegun 7.1.26; absolute error below 2e-7.
 */
export function normalDistribution(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x)
  return z >= 0 ? 1 - tail / 2 : tail / 2
}

/** z with 97.5 % below it: two-sided 95 %. */
export const Z_95 = 1.959964
/** z of two-sided 0.05 plus z of 80 % power: the usual planning constant. */
export const Z_PLANNING = 2.801585
