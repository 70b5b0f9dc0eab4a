import type { Clock } from '../../state/clock.ts'
import type { TransportRequest } from './transport.ts'

/** From here on a request that is not answered is worth a word. */
const LONG_MS = 5000
const LOOK_MS = 1000

/** Watches over requests that are under way, and says now and then which one has not been answered for long. */
export class UnansweredRequests {
  readonly #clock: Clock
  readonly #tell: (reason: string) => void
  /** In the order in which they were sent. */
  readonly #underWay = new Set<{ readonly request: TransportRequest; readonly since: number }>()
  #stopLooking: (() => void) | undefined

  constructor(clock: Clock, tell: (reason: string) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** A request is on its way until the returned function is called. */
  sent(request: TransportRequest): () => void {
    const entry = { request, since: this.#clock.now() }
    this.#underWay.add(entry)
    this.#stopLooking ??= this.#clock.every(LOOK_MS, () => this.#look())
    return () => this.#underWay.delete(entry)
  }

  #look(): void {
    const [oldest] = this.#underWay
    if (oldest === undefined) {
      this.#stopLooking?.()
      this.#stopLooking = undefined
      return
    }
    const waited = this.#clock.now() - oldest.since
    const { method, path } = oldest.request
    if (waited >= LONG_MS) this.#tell(`no answer to ${method} ${path} for ${Math.floor(waited / 1000)} s yet`)
  }
}
