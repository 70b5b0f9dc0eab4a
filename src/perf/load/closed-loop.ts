import type { Lane } from '../wire/lane.ts'
import type { LanePool } from './lane-pool.ts'
import type { LoopHost, RequestLoop } from './request-loop.ts'

/** A closed loop does not knock at a door that doesn't open more often than this, growing to the second value. */
const RETRY_FIRST_MS = 10
const RETRY_LONGEST_MS = 500

/** When a closed loop ends: at a time (`performance.now()` milliseconds) or after so many requests. */
export interface ClosedLoopEnd {
  readonly at: number
  readonly requests: number
}

/** Sends each lane's next request when its last one was answered. */
export class ClosedLoop implements RequestLoop {
  planned = 0
  readonly queued = 0
  readonly longestQueue = 0
  readonly idleMs = 0
  private readonly host: LoopHost
  private readonly end: ClosedLoopEnd
  private position = 0
  private stopped = false
  private readonly poolPositions: number[]
  private readonly retryDelays = new Map<Lane, number>()
  private readonly retries = new Set<NodeJS.Timeout>()

  constructor(host: LoopHost, end: ClosedLoopEnd) {
    this.host = host
    this.end = end
    this.poolPositions = host.pools.map(() => 0)
  }

  begin(now: number): void {
    const { host } = this
    for (const [index, pool] of host.pools.entries()) {
      const { broken } = pool
      if (broken !== undefined) {
        this.planned += 1
        host.fail(host.load.pools[index]?.requests[0]?.index ?? 0, now, broken.kind, broken.detail)
      }
      const lanes = [...pool.idle].reverse()
      pool.idle.length = 0
      for (const lane of lanes) this.next(lane, now)
    }
    host.finishWhenIdle()
  }

  free(lane: Lane, now: number): void {
    if (this.retryDelays.size > 0) this.retryDelays.delete(lane)
    this.next(lane, now)
  }

  freeAfterFailure(lane: Lane, now: number): void {
    if (this.stopped) {
      this.next(lane, now)
      return
    }
    const delay = this.retryDelays.get(lane) ?? RETRY_FIRST_MS
    this.retryDelays.set(lane, Math.min(delay * 2, RETRY_LONGEST_MS))
    const timer = setTimeout(() => {
      this.retries.delete(timer)
      if (this.host.running) this.next(lane, performance.now())
    }, delay)
    this.retries.add(timer)
  }

  private next(lane: Lane, now: number): void {
    const { host } = this
    if (this.stopped || now >= this.end.at || this.planned >= this.end.requests) {
      ;(host.pools[lane.pool] as LanePool).release(lane, now)
      if (host.inFlight === 0) host.finishWhenIdle()
      return
    }
    lane.request = this.requestFor(lane.pool)
    this.planned += 1
    host.send(lane, now, now)
  }

  private requestFor(pool: number): Lane['request'] {
    const { sequence, pools } = this.host.load
    if (pools.length === 1) {
      const entry = sequence[this.position]
      this.position = this.position + 1 === sequence.length ? 0 : this.position + 1
      return entry?.request
    }
    let position = this.poolPositions[pool] ?? 0
    for (let tried = 0; tried < sequence.length; tried += 1) {
      const entry = sequence[position]
      position = position + 1 === sequence.length ? 0 : position + 1
      if (entry?.pool === pool) {
        this.poolPositions[pool] = position
        return entry.request
      }
    }
    return undefined
  }

  exhausted(now: number): boolean {
    return now >= this.end.at || this.planned >= this.end.requests || this.host.pools.every((pool) => pool.lanes.length === 0)
  }

  giveUpWaiting(): void {
    // Nothing waits in a closed loop.
  }

  stop(): void {
    this.stopped = true
    for (const retry of this.retries) clearTimeout(retry)
    this.retries.clear()
  }
}
