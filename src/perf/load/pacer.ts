import type { Sleeper } from './sleeper.ts'

/** What a pacer wakes. */
export interface PacerOwner {
  /** Called when the next request is due. */
  tick(): void
  /** True while an answer may come so soon that being woken for it, some 0.05 ms, would be seen in its time. */
  answerIsNear(now: number): boolean
  /** Counts what has been done, so that turns without work can be told from busy ones. */
  readonly work: number
}

/** Wakes the loop when the next request is due. At most one wake-up is planned at a time. */
export interface Pacer {
  /** Plans a wake-up at `due` (`performance.now()` milliseconds); at once, but after pending reads, when that has passed. */
  wakeAt(due: number, now: number): void
  /** Milliseconds so far spent awake with nothing to do. */
  readonly idleMs: number
  stop(): void
}

/** Sleeping ends this much before the due time, since waking takes a tenth of a millisecond or two; the rest is waited for awake. */
const LEAD_MS = 0.3
/** It does not pay to go to sleep for less than this. */
const SHORTEST_SLEEP_MS = 0.3

/** The highest constant rate of one generator at which the exact pacer sleeps at all, requests a second. */
export const HIGHEST_SLEEPING_RATE = 1000 / (LEAD_MS + SHORTEST_SLEEP_MS)

/**
 * The exact pacer: turns of the event loop shortly before the due time and while a quick answer is awaited, asleep between. At a hundred
 * requests a second it takes a few per cent of a core; where they are due every few tenths of a millisecond it never sleeps and takes all.
 */
export class SpinPacer implements Pacer {
  idleMs = 0
  private readonly owner: PacerOwner
  private readonly sleeper: Sleeper | undefined
  private immediate: NodeJS.Immediate | undefined = undefined
  private due = 0
  private turned = 0
  private workBefore = -1

  /** Without a sleeper it stays awake. */
  constructor(owner: PacerOwner, sleeper: Sleeper | undefined) {
    this.owner = owner
    this.sleeper = sleeper
    sleeper?.onWake(() => this.turn(performance.now()))
  }

  wakeAt(due: number, now: number): void {
    this.due = due
    if (this.sleeper?.asleep === true || this.immediate !== undefined) return
    this.arm(now)
  }

  private arm(now: number): void {
    const { sleeper } = this
    const wait = this.due - now - LEAD_MS
    if (sleeper !== undefined && wait >= SHORTEST_SLEEP_MS && !this.owner.answerIsNear(now)) sleeper.sleep(wait)
    else {
      this.turned = now
      this.workBefore = this.owner.work
      this.immediate = setImmediate(this.onTurn)
    }
  }

  private readonly onTurn = (): void => {
    this.immediate = undefined
    const now = performance.now()
    if (this.owner.work === this.workBefore) this.idleMs += now - this.turned
    this.turn(now)
  }

  private turn(now: number): void {
    if (now >= this.due) this.owner.tick()
    else this.arm(now)
  }

  stop(): void {
    clearImmediate(this.immediate)
    this.immediate = undefined
    this.sleeper?.end()
  }
}

/** The frugal pacer: about 0.1 ms late, at a few per cent of a core. */
export class ThreadPacer implements Pacer {
  readonly idleMs = 0
  private readonly sleeper: Sleeper
  private due = 0

  constructor(owner: PacerOwner, sleeper: Sleeper) {
    this.sleeper = sleeper
    sleeper.onWake(() => {
      const now = performance.now()
      if (now >= this.due) owner.tick()
      else sleeper.sleep(this.due - now)
    })
  }

  wakeAt(due: number, now: number): void {
    this.due = due
    if (!this.sleeper.asleep) this.sleeper.sleep(Math.max(0, due - now))
  }

  stop(): void {
    this.sleeper.end()
  }
}
