import type { FailureKind } from '../wire/failure.ts'
import type { Lane, LaneOwner } from '../wire/lane.ts'
import { statusIsExpected } from '../wire/prepared-request.ts'
import { type LatencyHistogram, recordMilliseconds } from './histogram.ts'
import { createLanePool, type LanePool } from './lane-pool.ts'
import type { LoadSpec } from './load-spec.ts'
import { type Pacer, SpinPacer, ThreadPacer } from './pacer.ts'
import { type PreparedLoad, prepareRequests } from './prepare-requests.ts'
import { Recorder, type Recording } from './recorder.ts'
import { planSchedule, type Schedule, type Share } from './schedule.ts'

/** What a running generator says about four times a second. */
export interface LoadProgress {
  /** Seconds since the start. */
  readonly elapsed: number
  readonly answered: number
  readonly errors: number
  /** Latencies of the last second. */
  readonly recent: LatencyHistogram
}

/** What a generator needs from outside. */
export interface GeneratorOptions {
  readonly signal: AbortSignal
  readonly share: Share
  /** Called once all connections are made (or have failed); the run starts when it resolves. A barrier between generators. */
  readonly ready?: () => Promise<void>
  readonly onProgress?: (progress: LoadProgress) => void
}

/** Why a generator ended. */
export type EndReason = 'complete' | 'aborted' | 'error-share'

/** What one generator did. Plain data. */
export interface GeneratorReport {
  readonly recording: Recording
  readonly ended: EndReason
  /** Requests that were due or started. */
  readonly planned: number
  /** Wall-clock start, milliseconds since the epoch. */
  readonly startedAt: number
  /** Seconds from the start to the last answer, at least the planned duration of a completed run. */
  readonly elapsed: number
  /** Share of the time that the generator's thread was working, 0 to 1. */
  readonly busy: number
  readonly connectionsMade: number
  readonly reconnects: number
  /** The most requests that waited for a connection at once. */
  readonly longestQueue: number
}

/** Requests sent before reads get their turn. */
const BATCH = 64
/** How often deadlines and abortion are looked at. */
const SUPERVISE_MS = 25
const PROGRESS_MS = 250
/** A closed loop does not knock at a door that doesn't open more often than this, growing to the second value. */
const RETRY_FIRST_MS = 10
const RETRY_LONGEST_MS = 500

/** Runs one generator's share of a load to its end. Never rejects for what the target does. */
export async function generateLoad(spec: LoadSpec, options: GeneratorOptions): Promise<GeneratorReport> {
  const generator = new Generator(spec, prepareRequests(spec), options)
  await generator.connect()
  await options.ready?.()
  return await generator.run()
}

class Generator implements LaneOwner {
  private readonly spec: LoadSpec
  private readonly load: PreparedLoad
  private readonly options: GeneratorOptions
  private pools: LanePool[] = []
  private schedule: Schedule | undefined = undefined
  private pacer: Pacer | undefined = undefined
  private recorder: Recorder
  private origin = 0
  private endAt = 0
  private lastEnd = 0
  private position = 0
  private planned = 0
  private inFlight = 0
  private queued = 0
  private longestQueue = 0
  private work = 0
  private made = 0
  private again = 0
  private started = false
  private stopping: EndReason | undefined = undefined
  private finish: (() => void) | undefined = undefined
  private readonly retryDelays = new Map<Lane, number>()
  private readonly retries = new Set<NodeJS.Timeout>()
  private readonly poolPositions: number[] = []

  constructor(spec: LoadSpec, load: PreparedLoad, options: GeneratorOptions) {
    this.spec = spec
    this.load = load
    this.options = options
    this.recorder = this.createRecorder(0)
  }

  private createRecorder(origin: number): Recorder {
    const { warmup, seconds, requests } = this.spec
    const drop = warmup.kind === 'auto' ? 'auto' : warmup.kind === 'fixed' ? warmup.seconds * 1000 : 0
    return new Recorder(
      origin,
      seconds,
      drop,
      requests.map((request) => request.name),
    )
  }

  /** Resolves and connects everything, each connection within the request timeout. */
  async connect(): Promise<void> {
    const { pools } = this.load
    const totalWeight = pools.reduce((sum, pool) => sum + pool.weight, 0)
    this.pools = await Promise.all(
      pools.map((pool, index) => {
        const share = pools.length === 1 ? 1 : pool.weight / totalWeight
        const connections =
          this.spec.mode.kind === 'open' ? this.spec.connections : Math.max(1, Math.round(this.spec.connections * share))
        return createLanePool(index, pool, connections, this.spec, this, this.options.signal)
      }),
    )
    const lanes = this.pools.flatMap((pool) => pool.lanes)
    if (lanes.length === 0) return
    await new Promise<void>((resolve) => {
      let left = lanes.length
      const give = (): void => {
        clearTimeout(deadline)
        this.options.signal.removeEventListener('abort', give)
        resolve()
      }
      const deadline = setTimeout(give, this.spec.timeoutMs)
      this.options.signal.addEventListener('abort', give)
      for (const lane of lanes) {
        lane.warm(() => {
          left -= 1
          if (left === 0) give()
        })
      }
    })
  }

  async run(): Promise<GeneratorReport> {
    const { spec } = this
    const startedAt = Date.now()
    this.origin = performance.now()
    this.lastEnd = this.origin
    this.endAt = this.origin + spec.seconds * 1000
    this.recorder = this.createRecorder(this.origin)
    this.started = true
    const loopBefore = performance.eventLoopUtilization()
    if (spec.mode.kind === 'open') {
      const { profile, arrival } = spec.mode
      this.schedule = planSchedule(profile, arrival, this.options.share, spec.seed, spec.requestLimit)
      this.pacer = spec.pacing === 'spin' ? new SpinPacer(this.tick, () => this.work) : new ThreadPacer(this.tick)
    }
    await this.untilDone()
    const now = performance.now()
    const loop = performance.eventLoopUtilization(loopBefore)
    const idle = loop.idle + (this.pacer?.idleMs ?? 0)
    this.pacer?.stop()
    for (const retry of this.retries) clearTimeout(retry)
    for (const pool of this.pools) for (const lane of pool.lanes) lane.close()
    const planned = spec.requestLimit === undefined && this.stopping === undefined ? spec.seconds * 1000 : 0
    return {
      recording: this.recorder.finish(),
      ended: this.stopping ?? 'complete',
      planned: this.planned,
      startedAt,
      elapsed: Math.max(planned, this.lastEnd - this.origin) / 1000,
      busy: Math.min(1, Math.max(0, 1 - idle / (now - this.origin))),
      connectionsMade: this.made,
      reconnects: this.again,
      longestQueue: this.longestQueue,
    }
  }

  private async untilDone(): Promise<void> {
    await new Promise<void>((resolve) => {
      let progressAt = this.origin + PROGRESS_MS
      const supervisor = setInterval(() => {
        const now = performance.now()
        this.supervise(now)
        if (now >= progressAt && this.finish !== undefined) {
          progressAt = now + PROGRESS_MS
          this.reportProgress(now)
        }
      }, SUPERVISE_MS)
      this.finish = () => {
        this.finish = undefined
        clearInterval(supervisor)
        resolve()
      }
      if (this.options.signal.aborted) this.stop('aborted', this.origin)
      else this.begin()
    })
  }

  private begin(): void {
    const now = performance.now()
    for (const pool of this.pools) {
      pool.idleSince = now
      // The last lane is taken first; reversed, the first connection is.
      for (const lane of [...pool.lanes].reverse()) pool.idle.push(lane)
      this.poolPositions.push(0)
    }
    if (this.schedule !== undefined) this.tick()
    else this.beginClosed(now)
  }

  private beginClosed(now: number): void {
    for (const [index, pool] of this.pools.entries()) {
      const { broken } = pool
      if (broken !== undefined) {
        this.planned += 1
        this.fail(this.load.pools[index]?.requests[0]?.index ?? 0, now, broken.kind, broken.detail)
      }
      const lanes = [...pool.idle].reverse()
      pool.idle.length = 0
      for (const lane of lanes) this.next(lane, now)
    }
    this.finishWhenIdle()
  }

  /** Sends what is due and plans the next wake-up. */
  private readonly tick = (): void => {
    const { schedule, pacer } = this
    if (schedule === undefined || pacer === undefined || this.finish === undefined) return
    let now = performance.now()
    let sent = 0
    for (;;) {
      const due = schedule.peek() + this.origin
      if (due > now) {
        if (due === Number.POSITIVE_INFINITY) this.finishWhenIdle()
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
    const { sequence } = this.load
    const entry = sequence[this.position] as PreparedLoad['sequence'][number]
    this.position = this.position + 1 === sequence.length ? 0 : this.position + 1
    this.planned += 1
    const pool = this.pools[entry.pool] as LanePool
    const lane = pool.idle.pop()
    if (lane !== undefined) {
      recordMilliseconds(this.recorder.pacing, now - Math.max(due, pool.idleSince))
      lane.request = entry.request
      this.send(lane, due, now)
      return
    }
    if (pool.broken !== undefined) {
      this.fail(entry.request.index, due, pool.broken.kind, pool.broken.detail)
      return
    }
    pool.waiting.push(due, entry.request)
    this.queued += 1
    if (this.queued > this.longestQueue) this.longestQueue = this.queued
  }

  private send(lane: Lane, planned: number, now: number): void {
    lane.planned = planned
    lane.sent = now
    this.inFlight += 1
    this.work += 1
    lane.start()
  }

  completed(lane: Lane, status: number, bytes: number, now: number): void {
    const { request } = lane
    if (request === undefined) return
    lane.request = undefined
    this.inFlight -= 1
    this.work += 1
    if (now > this.lastEnd) this.lastEnd = now
    const { recorder } = this
    recorder.status(status, bytes)
    const grpc = this.spec.protocol === 'grpc'
    const good = grpc && request.expectStatus.length === 0 ? status === 0 : statusIsExpected(request, status)
    if (good) recorder.success(request.index, lane.planned, lane.sent, now)
    else {
      const what = grpc ? `gRPC status ${status}` : `status ${status}`
      recorder.failure(request.index, lane.planned, now, grpc ? 'grpc-status' : 'status', what, true)
    }
    if (this.retryDelays.size > 0) this.retryDelays.delete(lane)
    this.next(lane, now)
  }

  failed(lane: Lane, kind: FailureKind, now: number, detail: string): void {
    const { request } = lane
    if (request === undefined) return
    lane.request = undefined
    this.inFlight -= 1
    this.work += 1
    if (now > this.lastEnd) this.lastEnd = now
    this.recorder.failure(request.index, lane.planned, now, kind, detail, false)
    if (this.schedule === undefined && this.stopping === undefined) this.retryLater(lane)
    else this.next(lane, now)
  }

  connected(first: boolean): void {
    if (first) this.made += 1
    else if (this.started) this.again += 1
  }

  private fail(request: number, planned: number, kind: FailureKind, detail: string): void {
    const now = performance.now()
    this.lastEnd = Math.max(this.lastEnd, now)
    this.recorder.failure(request, planned, now, kind, detail, false)
  }

  /** Starts a lane's next request if there is one for it. */
  private next(lane: Lane, now: number): void {
    const pool = this.pools[lane.pool] as LanePool
    if (this.schedule === undefined) {
      this.nextClosed(lane, pool, now)
      return
    }
    if (pool.waiting.size > 0 && this.stopping === undefined) {
      const planned = pool.waiting.firstPlanned()
      lane.request = pool.waiting.shift()
      this.queued -= 1
      this.send(lane, planned, now)
      return
    }
    pool.release(lane, now)
    if (this.inFlight === 0) this.finishWhenIdle()
  }

  private nextClosed(lane: Lane, pool: LanePool, now: number): void {
    const limit = this.spec.requestLimit
    const { share } = this.options
    const mine = limit === undefined ? Number.POSITIVE_INFINITY : Math.ceil((limit - share.index) / share.count)
    if (this.stopping !== undefined || now >= this.endAt || this.planned >= mine) {
      pool.release(lane, now)
      if (this.inFlight === 0) this.finishWhenIdle()
      return
    }
    lane.request = this.nextOfPool(lane.pool)
    this.planned += 1
    this.send(lane, now, now)
  }

  private nextOfPool(pool: number): Lane['request'] {
    const { sequence, pools } = this.load
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

  private retryLater(lane: Lane): void {
    const delay = this.retryDelays.get(lane) ?? RETRY_FIRST_MS
    this.retryDelays.set(lane, Math.min(delay * 2, RETRY_LONGEST_MS))
    const timer = setTimeout(() => {
      this.retries.delete(timer)
      if (this.finish !== undefined) this.next(lane, performance.now())
    }, delay)
    this.retries.add(timer)
  }

  private supervise(now: number): void {
    if (this.finish === undefined) return
    if (this.options.signal.aborted) {
      this.stop('aborted', now)
      return
    }
    const { timeoutMs, stopOnErrors } = this.spec
    for (const pool of this.pools) {
      for (const lane of pool.lanes) {
        if (lane.request !== undefined && now - lane.sent > timeoutMs)
          lane.abandon(lane.connecting ? 'connect-timeout' : 'timeout', now)
      }
    }
    if (stopOnErrors !== undefined) {
      const { answered, errors } = this.recorder
      if (answered + errors >= stopOnErrors.after && errors > stopOnErrors.share * (answered + errors)) {
        this.stop('error-share', now)
        return
      }
    }
    if (this.pastEnd(now)) this.giveUpWaiting(now)
    this.finishWhenIdle()
  }

  /** True when the planned time and a timeout's length after it have passed. */
  private pastEnd(now: number): boolean {
    return now > this.endAt + this.spec.timeoutMs
  }

  private giveUpWaiting(now: number): void {
    for (const [index, pool] of this.pools.entries()) {
      while (pool.waiting.size > 0) {
        const planned = pool.waiting.firstPlanned()
        const request = pool.waiting.shift()
        this.queued -= 1
        this.recorder.failure(
          request.index,
          planned,
          now,
          'unsent',
          `no connection to ${this.load.pools[index]?.origin ?? ''} became free`,
          false,
        )
      }
    }
  }

  private stop(reason: EndReason, now: number): void {
    this.stopping = reason
    this.pacer?.stop()
    for (const pool of this.pools) {
      for (const lane of pool.lanes) if (lane.request !== undefined) lane.abandon('canceled', now)
      while (pool.waiting.size > 0) {
        pool.waiting.shift()
        this.queued -= 1
        this.planned -= 1
      }
    }
    this.lastEnd = now
    this.finish?.()
  }

  private finishWhenIdle(): void {
    if (this.finish === undefined || this.inFlight > 0 || this.queued > 0) return
    const { schedule } = this
    if (schedule !== undefined) {
      if (schedule.peek() === Number.POSITIVE_INFINITY) this.finish()
      return
    }
    const limit = this.spec.requestLimit
    const done = performance.now() >= this.endAt || (limit !== undefined && this.planned >= this.limitOfShare(limit))
    if (done || this.pools.every((pool) => pool.lanes.length === 0)) this.finish()
  }

  private limitOfShare(limit: number): number {
    const { share } = this.options
    return Math.ceil((limit - share.index) / share.count)
  }

  private reportProgress(now: number): void {
    const { answered, errors } = this.recorder
    this.options.onProgress?.({ elapsed: (now - this.origin) / 1000, answered, errors, recent: this.recorder.recent() })
  }
}
