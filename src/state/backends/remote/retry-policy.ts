import type { Clock } from '../../clock.ts'

/** How patient a state server is asked. Times in milliseconds. */
export interface StateRetryPolicy {
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** How long one request is tried at a server that asks for patience, or has answered before and does not now. */
  readonly patienceMs: number
  /** Tries of a request that the server fails at by itself (500): that is rarely the server's state. */
  readonly failureTries: number
  /** Tries while no server has ever answered: a wrong address should be told soon. */
  readonly firstContactTries: number
}

/** Two minutes, as long as the upgrade of a server takes; the same as for clusters. */
export const STATE_RETRY_POLICY: StateRetryPolicy = {
  firstWaitMs: 500,
  longestWaitMs: 10_000,
  patienceMs: 120_000,
  failureTries: 3,
  firstContactTries: 3,
}

/** For servers that are near or not there at all, such as the metadata server of a machine. */
export const ASKED_ONCE: StateRetryPolicy = { ...STATE_RETRY_POLICY, patienceMs: 0, failureTries: 1, firstContactTries: 1 }

/** A word about a server that does not answer is enough for so long, in milliseconds. */
const SILENCE_MS = 10_000

/** A try that came to nothing. */
export interface FailedTry {
  /** The HTTP status; undefined where nobody answered. */
  readonly status: number | undefined
  /** The wait that the server asked for, in milliseconds. */
  readonly askedMs?: number | undefined
  /** For people. */
  readonly reason: string
}

/** Waits for one state server, as its policy says. */
export class StatePatience {
  readonly #clock: Clock
  readonly #policy: StateRetryPolicy
  readonly #onWaiting: (reason: string) => void
  #isKnown = false
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, policy: StateRetryPolicy = STATE_RETRY_POLICY, onWaiting: (reason: string) => void = () => {}) {
    this.#clock = clock
    this.#policy = policy
    this.#onWaiting = onWaiting
  }

  /** The server is there: from now on it is waited for. */
  answered(): void {
    this.#isKnown = true
  }

  /** Begins with one request. What it returns waits after a failed try; false: there is no other, or the signal has aborted. */
  begin(): (failed: FailedTry, signal: AbortSignal) => Promise<boolean> {
    const begun = this.#clock.now()
    let tries = 0
    return async (failed, signal) => {
      tries++
      const wait = signal.aborted ? undefined : this.#waitAfter(failed, tries, this.#clock.now() - begun)
      if (wait === undefined) return false
      this.#tell(failed.reason)
      await this.#clock.sleep(wait, signal)
      return !signal.aborted
    }
  }

  #waitAfter({ status, askedMs }: FailedTry, tries: number, spentMs: number): number | undefined {
    const { firstWaitMs, longestWaitMs, patienceMs, failureTries, firstContactTries } = this.#policy
    if (status === undefined ? !this.#isKnown && tries >= firstContactTries : !TRANSIENT.has(status)) return undefined
    if (status === 500 && tries >= failureTries) return undefined
    const wait = Math.max(firstWaitMs, askedMs ?? Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1)))
    return spentMs + wait <= patienceMs ? wait : undefined
  }

  #tell(reason: string): void {
    const now = this.#clock.now()
    if (now - this.#toldAt < SILENCE_MS) return
    this.#toldAt = now
    this.#onWaiting(`${reason.replace(/\.$/, '')}; trying again.`)
  }
}

const TRANSIENT: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])
