import type { LoadResult } from './load-result.ts'

/**
 * When a run's figures are the generator's rather than the target's. Milliseconds and shares.
 */
export const VALIDITY_LIMITS = {
  /** A generator thread at work for more than this share has no time to spare. */
  busy: 0.95,
  /** Late departures (99th percentile) beyond this, and beyond `pacingShare` of the latency, spoil the latency. */
  pacingMs: 10,
  pacingShare: 0.25,
  /** From here on it is worth a warning. */
  warnPacingMs: 1,
  warnPacingShare: 0.1,
  /** An open loop that achieves less than this share of its plan did not put the planned load on. */
  achieved: 0.99,
} as const

type Measured = Pick<LoadResult, 'load' | 'latency' | 'generator' | 'requests' | 'errors' | 'achievedRate' | 'ended' | 'settled'>

/** What speaks against a run, and what a reader should know of one that stands. */
export interface Validity {
  readonly valid: boolean
  readonly invalidReasons: string[]
  readonly warnings: string[]
}

/** Judges a run by its own figures. A target that is slow or fails makes a run no less valid. */
export function judgeValidity(run: Measured): Validity {
  const reasons: string[] = []
  const warnings: string[] = []
  const { busy, pacingP99 } = run.generator
  const open = run.load.mode === 'open'
  if (run.requests === 0) reasons.push('no request ended, so nothing was measured')
  if (run.ended === 'aborted') reasons.push('the run was stopped before its end')
  const late = pacingP99 > VALIDITY_LIMITS.pacingMs && pacingP99 > VALIDITY_LIMITS.pacingShare * run.latency.p99
  if (open && late) {
    reasons.push(
      `the generator was the bottleneck: it sent requests ${text(pacingP99)} ms late (p99) though connections were free; use a lower rate, more threads or a quieter machine`,
    )
  } else if (open && pacingP99 > VALIDITY_LIMITS.warnPacingMs && pacingP99 > VALIDITY_LIMITS.warnPacingShare * run.latency.p99) {
    warnings.push(`the generator sent requests up to ${text(pacingP99)} ms late (p99), which is part of the latency shown`)
  }
  if (busy > VALIDITY_LIMITS.busy) {
    reasons.push(
      `the generator was the bottleneck: its thread was busy ${Math.round(busy * 100)} % of the time; use more threads or less load`,
    )
  }
  const planned = run.load.rate
  if (
    open &&
    planned !== null &&
    run.ended === 'complete' &&
    reasons.length === 0 &&
    run.achievedRate < VALIDITY_LIMITS.achieved * planned
  ) {
    warnings.push(`${text(run.achievedRate)} answers a second came of ${text(planned)} planned: the target did not keep up`)
  }
  if (run.ended === 'error-share') warnings.push('the run was ended early because too many requests failed')
  if (run.settled === false) warnings.push('latency did not settle within the run')
  if (run.latency.count > 0 && run.latency.count < 1000) {
    warnings.push(`${run.latency.count} good answers are too few to say much about p99 (1,000) and p99.9 (10,000)`)
  }
  return { valid: reasons.length === 0, invalidReasons: reasons, warnings }
}

function text(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}
