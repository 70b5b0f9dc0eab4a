/** The way to a store: counts the requests, and loses the answer to one of them after it was carried out. */
export class LossyWire {
  #carried = 0
  #lost = 0

  /** Requests since the last `lose`. */
  get carried(): number {
    return this.#carried
  }

  /** Begins to count anew: the answer to the nth request from now on is lost; to none with 0. */
  lose(nth: number): void {
    this.#carried = 0
    this.#lost = nth
  }

  /** Counts a request that was carried out. True when its answer is the one to lose. */
  carry(): boolean {
    this.#carried++
    return this.#carried === this.#lost
  }
}
