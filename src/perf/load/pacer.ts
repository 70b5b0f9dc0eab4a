import { Worker } from 'node:worker_threads'

/** What a pacer wakes. */
export interface PacerOwner {
  /** Called when the next request is due. */
  tick(): void
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

/** A timer may be this late, so it is set this much before the due time and the rest is waited for awake. */
const TIMER_SLACK_MS = 1.5

/**
 * The exact pacer: a timer until shortly before the due time, then turns of the event loop. Keeps a core busy at high rates.
 */
export class SpinPacer implements Pacer {
  idleMs = 0
  private readonly owner: PacerOwner
  private timer: NodeJS.Timeout | undefined = undefined
  private immediate: NodeJS.Immediate | undefined = undefined
  private due = 0
  private turned = 0
  private workBefore = -1

  constructor(owner: PacerOwner) {
    this.owner = owner
  }

  wakeAt(due: number, now: number): void {
    this.due = due
    if (this.timer !== undefined || this.immediate !== undefined) return
    this.arm(now)
  }

  private arm(now: number): void {
    const wait = this.due - now - TIMER_SLACK_MS
    if (wait >= 1) {
      this.workBefore = -1
      this.timer = setTimeout(this.onTimer, Math.floor(wait))
    } else {
      this.turned = now
      this.workBefore = this.owner.work
      this.immediate = setImmediate(this.onTurn)
    }
  }

  private readonly onTimer = (): void => {
    this.timer = undefined
    this.turn(performance.now())
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
    clearTimeout(this.timer)
    clearImmediate(this.immediate)
    this.timer = undefined
    this.immediate = undefined
  }
}

/**
 * The pacer thread: sleeps on a shared word (which wakes to a tenth of a millisecond, unlike a timer) and then sends a message.
 * It has to be text, since it must run wherever the bundle does.
 */
const PACER_THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const word = new Int32Array(workerData)
parentPort.on('message', (wait) => {
  if (wait > 0) Atomics.wait(word, 0, 0, wait)
  parentPort.postMessage(0)
})
`

/** The frugal pacer: about 0.1 ms late, at a few per cent of a core. */
export class ThreadPacer implements Pacer {
  readonly idleMs = 0
  private readonly owner: PacerOwner
  private readonly worker: Worker
  private asleep = false
  private due = 0

  constructor(owner: PacerOwner) {
    this.owner = owner
    this.worker = new Worker(PACER_THREAD, { eval: true, workerData: new SharedArrayBuffer(4) })
    this.worker.on('message', () => {
      this.asleep = false
      const now = performance.now()
      if (now >= this.due) this.owner.tick()
      else this.wakeAt(this.due, now)
    })
  }

  wakeAt(due: number, now: number): void {
    this.due = due
    if (this.asleep) return
    this.asleep = true
    this.worker.postMessage(Math.max(0, due - now))
  }

  stop(): void {
    void this.worker.terminate()
  }
}
