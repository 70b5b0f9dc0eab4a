import type { LoadSpec } from '../load/load-spec.ts'
import type { Threshold } from '../thresholds/parse-threshold.ts'
import type { PerfCheckDocument } from './perf-check-schema.ts'

/** A check with nothing left to read: what `runPerfCheck` runs. */
export interface PerfCheckSpec {
  readonly name: string
  readonly address: string
  readonly spec: LoadSpec
  readonly thresholds: readonly Threshold[]
  readonly onFail: 'fail' | 'warn' | 'rollback'
  readonly baseline: string | undefined
  readonly trials: number
  readonly relativeMargin: number
  readonly absoluteMarginMs: number
  readonly search: SearchRange | undefined
  readonly written: PerfCheckDocument
}

/** The search for the highest rate that still meets the thresholds. Rates a second, seconds. */
export interface SearchRange {
  readonly from: number
  readonly to: number
  readonly precision: number
  readonly holdSeconds: number
}
