/** Nanoseconds in a millisecond. */
export const nanosecondsPerMillisecond = 1_000_000n

/**
 * The bench's time, which passes only when the bench says so: a test of a timer or of a time window gives the same answer on
 * every machine. The monotonic reading also creeps on by a microsecond a look, so that a guest that waits for it gets there.
 */
export class VirtualClock {
  #now: bigint
  #looks = 0n
  readonly #start: bigint

  /** `startMilliseconds` counts from 1970 in UTC. */
  constructor(startMilliseconds: number) {
    this.#now = BigInt(Math.trunc(startMilliseconds)) * nanosecondsPerMillisecond
    this.#start = this.#now
  }

  /** Nanoseconds since 1970 in UTC. */
  get now(): bigint {
    return this.#now
  }

  /** Milliseconds since the bench started. */
  get elapsedMilliseconds(): number {
    return Number((this.#now - this.#start) / nanosecondsPerMillisecond)
  }

  monotonic(): bigint {
    this.#looks += 1000n
    return this.#now - this.#start + this.#looks
  }

  advance(nanoseconds: bigint): void {
    if (nanoseconds > 0n) this.#now += nanoseconds
  }

  /** Moves to a later moment; an earlier one changes nothing. */
  advanceTo(moment: bigint): void {
    if (moment > this.#now) this.#now = moment
  }
}
