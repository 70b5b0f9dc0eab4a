import type { LiveObject, TargetError } from './contract.ts'

/** How a wait ended. */
export interface WaitResult {
  /** The object is as it was waited for. */
  readonly healthy: boolean
  /** Time ran out; otherwise it failed, could not be watched, or the wait was stopped. */
  readonly timedOut: boolean
  /** Why not; '' when healthy. May have several lines. */
  readonly reason: string
  /** Set where the server did not let us watch: nothing is known of the object itself. */
  readonly unwatched?: true
  /** Set where the wait was ended by its stop signal, whatever would have become of the object. */
  readonly stopped?: true
  /** The object as it was when the wait ended well, where a watch showed it. */
  readonly seen?: LiveObject
}

/** How a wait ends that could not watch. */
export function unwatched(error: TargetError): WaitResult {
  return { healthy: false, timedOut: false, reason: `it can't be watched: ${error.message}`, unwatched: true }
}
