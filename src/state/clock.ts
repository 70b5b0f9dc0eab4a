import { setTimeout as delay } from 'node:timers/promises'

/** Time, passed in wherever it matters so that tests decide it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits; ends early, without an error, when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Calls again and again until the returned function is called. Never keeps the process alive by itself. */
  every(milliseconds: number, call: () => void): () => void
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, { signal })
    } catch {
      // Aborted: the caller looks at its signal.
    }
  },
  every: (milliseconds, call) => {
    const timer = setInterval(call, milliseconds)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/** Milliseconds since 1970 as RFC 3339 in UTC. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
