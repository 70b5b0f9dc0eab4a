import type { FailureKind } from '../wire/failure.ts'
import type { Lane } from '../wire/lane.ts'
import type { LanePool } from './lane-pool.ts'
import type { PreparedLoad } from './prepare-requests.ts'
import type { Recorder } from './recorder.ts'

/** What a loop works with: the generator that carries it. */
export interface LoopHost {
  readonly pools: readonly LanePool[]
  readonly load: PreparedLoad
  readonly recorder: Recorder
  /** Requests under way. */
  readonly inFlight: number
  /** Counts everything that is done, so that idle turns of the event loop can be told from busy ones. */
  readonly work: number
  /** False once the run has ended. */
  readonly running: boolean
  /** Sends the request that is on the lane. */
  send(lane: Lane, planned: number, now: number): void
  /** Records a request that can't even be sent. */
  fail(request: number, planned: number, kind: FailureKind, detail: string): void
  /** Ends the run if nothing is under way and nothing is left. */
  finishWhenIdle(): void
}

/** Decides when the next request is sent: when it is due, or when the last one was answered. */
export interface RequestLoop {
  /** Requests that were due or started so far. */
  readonly planned: number
  /** Due requests that wait for a connection. */
  readonly queued: number
  readonly longestQueue: number
  /** Milliseconds spent awake with nothing to do. */
  readonly idleMs: number
  begin(now: number): void
  /** A lane is free after a whole answer. */
  free(lane: Lane, now: number): void
  /** A lane is free after a failure. */
  freeAfterFailure(lane: Lane, now: number): void
  /** True when no request is left to send. Asked while none is under way. */
  exhausted(now: number): boolean
  /** Gives up the requests that still wait: no connection became free in time. */
  giveUpWaiting(now: number): void
  /** Starts nothing more and forgets what waits. */
  stop(): void
}
