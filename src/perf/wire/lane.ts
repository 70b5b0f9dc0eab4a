import type { FailureKind } from './failure.ts'
import type { PreparedRequest } from './prepared-request.ts'

/**
 * What the drivers report to. A lane reports exactly one of `completed` and `failed` for each `start`, and may be started again
 * from within that call.
 */
export interface LaneOwner {
  /** A whole answer was read. `now` is `performance.now()` at the read that ended it, `bytes` the size of the answer. */
  completed(lane: Lane, status: number, bytes: number, now: number): void
  /** The request ended without a whole answer. */
  failed(lane: Lane, kind: FailureKind, now: number, detail: string): void
  /** A connection was made (`first` false: again). For counting. */
  connected(first: boolean): void
}

/**
 * One place in which one request can be under way: a connection of HTTP/1.1 and TCP, a stream of HTTP/2 and gRPC. The loop that
 * starts it keeps the request's times on it, so that no object is made for a request.
 */
export abstract class Lane {
  /** When the request was due, in `performance.now()` milliseconds; equal to `sent` in a closed loop. */
  planned = 0
  /** When it was handed to the driver. */
  sent = 0
  /** The request under way, undefined when idle. */
  request: PreparedRequest | undefined = undefined
  /** Which of the run's pools this lane belongs to. */
  readonly pool: number

  constructor(pool: number) {
    this.pool = pool
  }

  /** Connects ahead of the first request. Calls back once, with or without success. */
  abstract warm(done: () => void): void
  /** Sends the request in `this.request`, connecting first if need be. */
  abstract start(): void
  /** Gives the request under way up, reporting `kind`, and drops what it was on. */
  abstract abandon(kind: FailureKind, now: number): void
  /** True while the connection is being made, to tell a connect timeout from a slow answer. */
  abstract get connecting(): boolean
  /** Ends the connection; reports nothing. */
  abstract close(): void
}
