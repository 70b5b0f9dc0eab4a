/** Notices when nobody has asked anything for a while. Costs one timer, set anew at most once a period however many requests come. */
export class IdleWatch {
  readonly #periodMs: number | undefined
  readonly #onIdle: () => void
  #open = 0
  #last = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(periodMs: number | undefined, onIdle: () => void) {
    this.#periodMs = periodMs
    this.#onIdle = onIdle
    this.#plan(periodMs)
  }

  /** A request came. */
  begin(): void {
    this.#open += 1
  }

  /** A request ended. */
  end(): void {
    this.#open -= 1
    this.#last = performance.now()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #plan(delayMs: number | undefined): void {
    if (delayMs === undefined || this.#periodMs === undefined) return
    const period = this.#periodMs
    this.#timer = setTimeout(() => {
      const idleFor = performance.now() - this.#last
      if (this.#open > 0) this.#plan(period)
      else if (idleFor < period) this.#plan(period - idleFor)
      else this.#onIdle()
    }, delayMs)
    this.#timer.unref()
  }
}
