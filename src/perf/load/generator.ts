import { setTimeout as sleep } from 'node:timers/promises'
import type { FailureKind } from '../wire/failure.ts'
import type { Lane, LaneOwner } from '../wire/lane.ts'
import { statusIsExpected } from '../wire/prepared-request.ts'
import { ClosedLoop } from './closed-loop.ts'
import type { LatencyHistogram } from './histogram.ts'
import { createLanePool, type LanePool } from './lane-pool.ts'
import type { LoadSpec } from './load-spec.ts'
import { OpenLoop } from './open-loop.ts'
import { HIGHEST_SLEEPING_RATE, type Pacer, type PacerOwner, SpinPacer, ThreadPacer } from './pacer.ts'
import { type PreparedLoad, prepareRequests } from './prepare-requests.ts'
import { rateRange } from './rate-profile.ts'
import { Recorder, type Recording } from './recorder.ts'
import type { LoopHost, RequestLoop } from './request-loop.ts'
import { Schedule, type Share } from './schedule.ts'
import { type Sleeper, startSleeper } from './sleeper.ts'

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

/** How often deadlines and abortion are looked at. */
const SUPERVISE_MS = 25
const PROGRESS_MS = 250
/**
 * Between connecting and the first request: a connection counts as made before the server's process has taken it, so without a pause the
 * first requests would wait until all the others are taken as well.
 */
const SETTLE_MS = 50
/** Runs one generator's share of a load to its end. Never rejects for what the target does. */
export async function generateLoad(spec: LoadSpec, options: GeneratorOptions): Promise<GeneratorReport> {
  const generator = new Generator(spec, prepareRequests(spec), options)
  try {
    await generator.prepare()
    await pause(SETTLE_MS, options.signal)
    await options.ready?.()
    return await generator.run()
  } finally {
    generator.close()
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}

class Generator implements LaneOwner, LoopHost {
  readonly load: PreparedLoad
  pools: readonly LanePool[] = []
  recorder: Recorder
  inFlight = 0
  work = 0
  private readonly spec: LoadSpec
  private readonly options: GeneratorOptions
  private loop: RequestLoop | undefined = undefined
  private sleeper: Sleeper | undefined = undefined
  private origin = 0
  private endAt = 0
  private lastEnd = 0
  private made = 0
  private again = 0
  private started = false
  private stopping: EndReason | undefined = undefined
  private finish: (() => void) | undefined = undefined

  constructor(spec: LoadSpec, load: PreparedLoad, options: GeneratorOptions) {
    this.spec = spec
    this.load = load
    this.options = options
    this.recorder = this.createRecorder(0)
  }

  get running(): boolean {
    return this.finish !== undefined
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

  /** Makes ready what the run needs: each connection, within the request timeout, and what wakes an open loop. */
  async prepare(): Promise<void> {
    const [sleeper] = await Promise.all([this.sleeps() ? startSleeper() : undefined, this.connect()])
    this.sleeper = sleeper
  }

  private sleeps(): boolean {
    const { mode, pacing } = this.spec
    if (mode.kind === 'closed') return false
    return pacing === 'thread' || rateRange(mode.profile).lowest / this.options.share.count <= HIGHEST_SLEEPING_RATE
  }

  private async connect(): Promise<void> {
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
    const loop = this.createLoop()
    this.loop = loop
    await this.untilDone(loop)
    const now = performance.now()
    const turns = performance.eventLoopUtilization(loopBefore)
    const idle = turns.idle + loop.idleMs
    loop.stop()
    const planned = spec.requestLimit === undefined && this.stopping === undefined ? spec.seconds * 1000 : 0
    return {
      recording: this.recorder.finish(),
      ended: this.stopping ?? 'complete',
      planned: loop.planned,
      startedAt,
      elapsed: Math.max(planned, this.lastEnd - this.origin) / 1000,
      busy: Math.min(1, Math.max(0, 1 - idle / (now - this.origin))),
      connectionsMade: this.made,
      reconnects: this.again,
      longestQueue: loop.longestQueue,
    }
  }

  /** Ends connections and threads, also of a run that never began. */
  close(): void {
    this.loop?.stop()
    this.sleeper?.end()
    for (const pool of this.pools) for (const lane of pool.lanes) lane.close()
  }

  private createLoop(): RequestLoop {
    const { mode, seed, requestLimit } = this.spec
    const { share } = this.options
    switch (mode.kind) {
      case 'open':
        return new OpenLoop(this, new Schedule(mode.profile, mode.arrival, share, seed, requestLimit), this.origin, (owner) =>
          this.createPacer(owner),
        )
      case 'closed':
        return new ClosedLoop(this, {
          at: this.endAt,
          requests: requestLimit === undefined ? Number.POSITIVE_INFINITY : Math.ceil((requestLimit - share.index) / share.count),
        })
    }
  }

  private createPacer(owner: PacerOwner): Pacer {
    const { sleeper } = this
    return this.spec.pacing === 'thread' && sleeper !== undefined
      ? new ThreadPacer(owner, sleeper)
      : new SpinPacer(owner, sleeper)
  }

  private async untilDone(loop: RequestLoop): Promise<void> {
    await new Promise<void>((resolve) => {
      let progressAt = this.origin + PROGRESS_MS
      const supervisor = setInterval(() => {
        const now = performance.now()
        this.supervise(now)
        if (now >= progressAt && this.running) {
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
      else this.begin(loop)
    })
  }

  private begin(loop: RequestLoop): void {
    const now = performance.now()
    for (const pool of this.pools) {
      pool.idleSince = now
      // The last lane is taken first; reversed, the first connection is.
      for (const lane of [...pool.lanes].reverse()) pool.idle.push(lane)
    }
    loop.begin(now)
  }

  send(lane: Lane, planned: number, now: number): void {
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
    this.loop?.free(lane, now)
  }

  failed(lane: Lane, kind: FailureKind, now: number, detail: string): void {
    const { request } = lane
    if (request === undefined) return
    lane.request = undefined
    this.inFlight -= 1
    this.work += 1
    if (now > this.lastEnd) this.lastEnd = now
    this.recorder.failure(request.index, lane.planned, now, kind, detail, false)
    this.loop?.freeAfterFailure(lane, now)
  }

  connected(first: boolean): void {
    if (first) this.made += 1
    else if (this.started) this.again += 1
  }

  fail(request: number, planned: number, kind: FailureKind, detail: string): void {
    const now = performance.now()
    this.lastEnd = Math.max(this.lastEnd, now)
    this.recorder.failure(request, planned, now, kind, detail, false)
  }

  private supervise(now: number): void {
    if (!this.running) return
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
    // Requests that still wait when the planned time and a timeout's length after it have passed will not be sent any more.
    if (now > this.endAt + timeoutMs) this.loop?.giveUpWaiting(now)
    this.finishWhenIdle()
  }

  private stop(reason: EndReason, now: number): void {
    this.stopping = reason
    this.loop?.stop()
    for (const pool of this.pools) {
      for (const lane of pool.lanes) if (lane.request !== undefined) lane.abandon('canceled', now)
    }
    this.lastEnd = now
    this.finish?.()
  }

  finishWhenIdle(): void {
    if (this.inFlight === 0 && this.running && this.loop?.exhausted(performance.now()) === true) this.finish?.()
  }

  private reportProgress(now: number): void {
    const { answered, errors } = this.recorder
    this.options.onProgress?.({ elapsed: (now - this.origin) / 1000, answered, errors, recent: this.recorder.recent() })
  }
}
