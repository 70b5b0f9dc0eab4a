import type { Lane } from '../wire/lane.ts'
import type { LanePool } from './lane-pool.ts'
import type { Pacer, PacerOwner } from './pacer.ts'
import type { PreparedLoad } from './prepare-requests.ts'
import type { LoopHost, RequestLoop } from './request-loop.ts'
import type { Schedule } from './schedule.ts'

/** Times of answers from here on are long beside what being woken adds to them. */
const LONG_ANSWER_MS = 5
/** How much of the newest answer's time goes into the typical one. */
const NEWEST_SHARE = 0.05

/** Requests sent before reads get their turn. */
const BATCH = 64

/** Sends requests when the schedule says, whatever the target does; those without a free connection wait for one. */
export class OpenLoop implements RequestLoop, PacerOwner {
  planned = 0
  queued = 0
  longestQueue = 0
  private readonly host: LoopHost
  private readonly schedule: Schedule
  private readonly origin: number
  private readonly pacer: Pacer
  private position = 0
  private stopped = false
  private lastSent = 0
  private typicalAnswerMs = 0

  /** `origin` is when the schedule begins, in `performance.now()` milliseconds. */
  constructor(host: LoopHost, schedule: Schedule, origin: number, makePacer: (owner: PacerOwner) => Pacer) {
    this.host = host
    this.schedule = schedule
    this.origin = origin
    this.pacer = makePacer(this)
  }

  get work(): number {
    return this.host.work
  }

  get idleMs(): number {
    return this.pacer.idleMs
  }

  answerIsNear(now: number): boolean {
    const { typicalAnswerMs } = this
    return this.host.inFlight > 0 && typicalAnswerMs < LONG_ANSWER_MS && now - this.lastSent < 2 * typicalAnswerMs
  }

  begin(): void {
    this.tick()
  }

  /** Sends what is due and plans the next wake-up. */
  tick(): void {
    const { schedule, pacer, host } = this
    if (!host.running) return
    let now = performance.now()
    let sent = 0
    for (;;) {
      const due = schedule.peek() + this.origin
      if (due > now) {
        if (due === Number.POSITIVE_INFINITY) host.finishWhenIdle()
        else pacer.wakeAt(due, now)
        return
      }
      if (sent === BATCH) {
        pacer.wakeAt(due, now)
        return
      }
      schedule.advance()
      this.dispatch(due, now)
      sent += 1
      if ((sent & 7) === 0) now = performance.now()
    }
  }

  /** Gives one due request to an idle lane, or lets it wait for one. */
  private dispatch(due: number, now: number): void {
    const { host } = this
    const { sequence } = host.load
    const entry = sequence[this.position] as PreparedLoad['sequence'][number]
    this.position = this.position + 1 === sequence.length ? 0 : this.position + 1
    this.planned += 1
    const pool = host.pools[entry.pool] as LanePool
    const lane = pool.idle.pop()
    if (lane !== undefined) {
      host.recorder.paced(now - Math.max(due, pool.idleSince))
      this.lastSent = now
      lane.request = entry.request
      host.send(lane, due, now)
      return
    }
    if (pool.broken !== undefined) {
      host.fail(entry.request.index, due, pool.broken.kind, pool.broken.detail)
      return
    }
    pool.waiting.push(due, entry.request)
    this.queued += 1
    if (this.queued > this.longestQueue) this.longestQueue = this.queued
  }

  free(lane: Lane, now: number): void {
    const answerMs = Math.min(now - lane.sent, 2 * LONG_ANSWER_MS)
    this.typicalAnswerMs += (answerMs - this.typicalAnswerMs) * (this.typicalAnswerMs === 0 ? 1 : NEWEST_SHARE)
    const pool = this.host.pools[lane.pool] as LanePool
    if (pool.waiting.size > 0 && !this.stopped) {
      const planned = pool.waiting.firstPlanned()
      lane.request = pool.waiting.shift()
      this.queued -= 1
      this.host.send(lane, planned, now)
      return
    }
    pool.release(lane, now)
    if (this.host.inFlight === 0) this.host.finishWhenIdle()
  }

  freeAfterFailure(lane: Lane, now: number): void {
    this.free(lane, now)
  }

  exhausted(): boolean {
    return this.queued === 0 && this.schedule.peek() === Number.POSITIVE_INFINITY
  }

  giveUpWaiting(now: number): void {
    for (const [index, pool] of this.host.pools.entries()) {
      const detail = `no connection to ${this.host.load.pools[index]?.origin ?? ''} became free`
      while (pool.waiting.size > 0) {
        const planned = pool.waiting.firstPlanned()
        const request = pool.waiting.shift()
        this.queued -= 1
        this.host.recorder.failure(request.index, planned, now, 'unsent', detail, false)
      }
    }
  }

  stop(): void {
    this.stopped = true
    this.pacer.stop()
    for (const pool of this.host.pools) {
      while (pool.waiting.size > 0) {
        pool.waiting.shift()
        this.queued -= 1
        this.planned -= 1
      }
    }
  }
}
