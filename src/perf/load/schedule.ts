import { seededRandom } from './random.ts'
import { profileRequests, type RateProfile, timeOfCount } from './rate-profile.ts'

/** Which part of the planned requests one generator of several sends: those whose number is `index` modulo `count`. */
export interface Share {
  readonly index: number
  readonly count: number
}

/** How arrivals are spread: evenly, or as independent users arrive (exponential gaps, the same average rate). */
export type Arrival = 'uniform' | 'poisson'

/** How many due times are worked out at a time. */
const BLOCK = 16_384

/**
 * The times at which requests are due, fixed before the run: what a request's latency is measured from, whatever the target does
 * in between. Times are milliseconds from the start of the run, never falling. Even arrivals are dealt out in turn, so the shares
 * together are exactly the whole; of Poisson arrivals each share draws its own with its part of the rate, which together are
 * Poisson with the whole rate.
 */
export class Schedule {
  /** Requests in this share of the schedule; with Poisson arrivals the most there can be. */
  readonly total: number
  private readonly profile: RateProfile
  private readonly share: Share
  private readonly random: (() => number) | undefined
  private readonly block: Float64Array
  private arrived = 0
  private filled = 0
  private cursor = 0
  private position = 0

  constructor(profile: RateProfile, arrival: Arrival, share: Share, seed: number, limit?: number) {
    const planned = Math.min(profileRequests(profile), limit ?? Number.POSITIVE_INFINITY)
    this.total = Math.max(0, Math.ceil((planned - share.index) / share.count))
    this.profile = profile
    this.share = share
    this.random = arrival === 'poisson' ? seededRandom(seed + share.index * 7919) : undefined
    this.block = new Float64Array(Math.min(BLOCK, Math.max(this.total, 1)))
    this.fill()
  }

  /** Due time of the next request, Infinity when there is none. */
  peek(): number {
    return this.cursor < this.filled ? (this.block[this.cursor] as number) : Number.POSITIVE_INFINITY
  }

  /** Moves on to the following request. */
  advance(): void {
    this.cursor += 1
    if (this.cursor === this.filled && this.position < this.total) this.fill()
  }

  private fill(): void {
    this.filled = Math.min(this.block.length, this.total - this.position)
    for (let index = 0; index < this.filled; index += 1) {
      this.block[index] = timeOfCount(this.profile, this.countBefore(this.position + index)) * 1000
    }
    this.position += this.filled
    this.cursor = 0
  }

  /** How many requests of the whole schedule come before the one at `position` of this share. */
  private countBefore(position: number): number {
    const { share, random } = this
    if (random === undefined) return share.index + position * share.count
    this.arrived += -Math.log(1 - random()) * share.count
    return this.arrived
  }
}
