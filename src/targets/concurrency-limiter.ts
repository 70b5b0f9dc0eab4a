import { whenAborted } from './abort-listeners.ts'

/** Waits for a turn. */
interface Waiter {
  readonly start: () => void
  next: Waiter | undefined
}

/** Answers that went well before one more is let in at once, so that a server which throttles is approached slowly. */
const CALM_ANSWERS = 50

/**
 * Lets so many tasks run at once, first come first served. A throttled server halves the number, calm answers raise it again one
 * by one up to the most allowed.
 */
export class ConcurrencyLimiter {
  readonly #most: number
  #limit: number
  #running = 0
  #calm = 0
  #first: Waiter | undefined
  #last: Waiter | undefined

  constructor(most: number) {
    this.#most = Math.max(1, Math.floor(most))
    this.#limit = this.#most
  }

  /** How many may run at once now. */
  get limit(): number {
    return this.#limit
  }

  /** How many run. */
  get running(): number {
    return this.#running
  }

  /** Runs a task when its turn comes. A signal that aborts before that starts it at once: it sees the signal itself and gives up. */
  async run<Value>(task: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    if (this.#running < this.#limit && this.#first === undefined) this.#running++
    else await this.#turn(signal)
    try {
      return await task()
    } finally {
      this.#running--
      this.#wake()
    }
  }

  /** The server asked for less. */
  throttled(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2))
    this.#calm = 0
  }

  /** The server answered without complaint. */
  answered(): void {
    if (this.#limit === this.#most) return
    this.#calm++
    if (this.#calm < CALM_ANSWERS) return
    this.#calm = 0
    this.#limit++
    this.#wake()
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let waiting = true
      let leave = () => {}
      const start = () => {
        if (!waiting) return
        waiting = false
        leave()
        this.#running++
        resolve()
      }
      const waiter: Waiter = { start, next: undefined }
      if (this.#last === undefined) this.#first = waiter
      else this.#last.next = waiter
      this.#last = waiter
      leave = whenAborted(signal, start)
    })
  }

  #wake(): void {
    while (this.#running < this.#limit && this.#first !== undefined) {
      const waiter = this.#first
      this.#first = waiter.next
      if (this.#first === undefined) this.#last = undefined
      waiter.start()
    }
  }
}
