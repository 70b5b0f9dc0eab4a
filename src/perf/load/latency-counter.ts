import { createHistogram, HIGHEST_MICROSECONDS, type LatencyHistogram } from './histogram.ts'

/** Powers of two that fit a histogram's first, linear, bucket: 3 digits need 2,000 steps, 2 digits 200. */
const LINEAR_BITS = { 2: 8, 3: 11 } as const
/** Bits of the largest value that can be recorded. */
const VALUE_BITS = 32 - Math.clz32(HIGHEST_MICROSECONDS)

/** Whole microseconds of a time in milliseconds, held inside what a histogram takes. */
export function toMicroseconds(milliseconds: number): number {
  const microseconds = milliseconds * 1000 + 0.5
  return microseconds < 1 ? 0 : microseconds >= HIGHEST_MICROSECONDS ? HIGHEST_MICROSECONDS : microseconds >>> 0
}

/**
 * Counts latencies in the buckets of an HDR histogram while a run goes on: one shift and one addition a recording, nothing
 * allocated. `toHistogram` gives the histogram, count for count.
 */
export class LatencyCounter {
  readonly digits: 2 | 3
  private readonly counts: Uint32Array
  private readonly bits: number
  private readonly half: number

  constructor(digits: 2 | 3 = 3) {
    this.digits = digits
    this.bits = LINEAR_BITS[digits]
    this.half = 2 ** (this.bits - 1)
    this.counts = new Uint32Array((VALUE_BITS - this.bits + 2) * this.half)
  }

  /** Counts one latency of so many whole microseconds, as {@link toMicroseconds} gives them. */
  record(microseconds: number): void {
    const bucket = 32 - Math.clz32(microseconds) - this.bits
    const index = bucket <= 0 ? microseconds : bucket * this.half + (microseconds >>> bucket)
    this.counts[index] = (this.counts[index] as number) + 1
  }

  /** Counts everything that `other`, of the same resolution, has counted. */
  add(other: LatencyCounter): void {
    for (let index = 0; index < this.counts.length; index += 1) {
      this.counts[index] = (this.counts[index] as number) + (other.counts[index] ?? 0)
    }
  }

  /** What was counted so far. */
  toHistogram(): LatencyHistogram {
    const histogram = createHistogram(this.digits)
    for (let index = 0; index < this.counts.length; index += 1) {
      const count = this.counts[index] as number
      if (count > 0) histogram.recordValueWithCount(histogram.valueFromIndex(index), count)
    }
    return histogram
  }
}
