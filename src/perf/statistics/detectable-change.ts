import { Z_PLANNING } from './normal.ts'

/**
 * The smallest relative change that trials like these would find four times in five at 0.05: exp(2.8·sd·√(2/n)) - 1, with the
 * standard deviation of the logarithms over trials and n trials a side. Infinity without any trials to speak of.
 */
export function detectableChange(logDeviation: number, trialsPerSide: number): number {
  if (trialsPerSide < 2) return Number.POSITIVE_INFINITY
  return Math.exp(Z_PLANNING * logDeviation * Math.sqrt(2 / trialsPerSide)) - 1
}

/** Trials a side with which a relative change of this size would be found four times in five at 0.05; at least 4. */
export function trialsNeeded(logDeviation: number, change: number): number {
  if (!(change > 0)) return Number.POSITIVE_INFINITY
  return Math.max(4, Math.ceil(2 * ((Z_PLANNING * logDeviation) / Math.log1p(change)) ** 2))
}
