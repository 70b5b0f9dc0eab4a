import { seededRandom } from './random.ts'
import { profileRequests, type RateProfile, timeOfCount } from './rate-profile.ts'

/**
 * The times at which requests are due, fixed before the run: what a request's latency is measured from, whatever the target does
 * in between. Times are milliseconds from the start of the run, never falling.
 */
export interface Schedule {
  /** Requests in this share of the schedule; with Poisson arrivals the most there can be. */
  readonly total: number
  /** Due time of the next request, Infinity when there is none. */
  peek(): number
  /** Moves on to the following request. */
  advance(): void
}

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
 * The schedule of one share. Even arrivals are dealt out in turn, so the shares together are exactly the whole; of Poisson
 * arrivals each share draws its own with its part of the rate, which together are Poisson with the whole rate.
 */
export function planSchedule(profile: RateProfile, arrival: Arrival, share: Share, seed: number, limit?: number): Schedule {
  const planned = Math.min(profileRequests(profile), limit ?? Number.POSITIVE_INFINITY)
  const total = Math.max(0, Math.ceil((planned - share.index) / share.count))
  const countOf = arrival === 'uniform' ? evenCounts(share) : poissonCounts(share, seed)
  return blockwise(total, (position) => timeOfCount(profile, countOf(position)) * 1000)
}

function evenCounts(share: Share): (position: number) => number {
  return (position) => share.index + position * share.count
}

function poissonCounts(share: Share, seed: number): (position: number) => number {
  const random = seededRandom(seed + share.index * 7919)
  let count = 0
  return () => {
    count += -Math.log(1 - random()) * share.count
    return count
  }
}

function blockwise(total: number, dueAt: (position: number) => number): Schedule {
  const block = new Float64Array(Math.min(BLOCK, Math.max(total, 1)))
  let filled = 0
  let cursor = 0
  let position = 0
  const fill = (): void => {
    filled = Math.min(block.length, total - position)
    for (let index = 0; index < filled; index += 1) block[index] = dueAt(position + index)
    position += filled
    cursor = 0
  }
  fill()
  return {
    total,
    peek: () => (cursor < filled ? (block[cursor] as number) : Number.POSITIVE_INFINITY),
    advance: () => {
      cursor += 1
      if (cursor === filled && position < total) fill()
    },
  }
}
