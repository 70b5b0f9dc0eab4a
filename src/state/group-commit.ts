import type { JournalAppender } from './backend.ts'
import { ok, refused, type StateResult } from './state-result.ts'

/** How long something that nobody waits for may stay unwritten, in milliseconds. */
const LAZY_MS = 50
/** At this many unwritten lines they are written without waiting for more. */
const LAZY_LINES = 256

/** Makes one line once its number and its batch are known. */
export type LineMaker = (number: number, batch: number) => string

interface QueuedLine {
  readonly number: number
  readonly make: LineMaker
  /** Called once it is durable or refused; undefined where nobody waits. */
  readonly settle: ((result: StateResult<void>) => void) | undefined
}

/**
 * Appends lines to a journal so that everything asked for while one write is being made durable goes out together with the next:
 * many concurrent intents cost one fsync. After a failed write nothing is written any more.
 */
export class GroupCommit {
  readonly #appender: JournalAppender
  readonly #check: () => StateResult<void>
  #queue: QueuedLine[] = []
  /** Somebody waits for a line of the queue. */
  #isAwaited = false
  #last = 0
  #writing: Promise<void> | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #failure: StateResult<void> | undefined = undefined

  /** `check` is asked before each write: a refusal fails everything that waits. */
  constructor(appender: JournalAppender, check: () => StateResult<void>) {
    this.#appender = appender
    this.#check = check
  }

  /** Number of the last entry, written or not; the first is 1. */
  get last(): number {
    return this.#last
  }

  /** Resolves once the line is durable. */
  commit(make: LineMaker): Promise<StateResult<void>> {
    return new Promise((resolve) => {
      this.#push(make, resolve)
      this.#start()
    })
  }

  /** Queues a line that nobody waits for: it goes out with the next one that somebody does, or soon. */
  add(make: LineMaker): void {
    this.#push(make, undefined)
    if (this.#queue.length >= LAZY_LINES) this.#start()
    else this.#soon()
  }

  /** Resolves once everything queued is durable. */
  async flush(): Promise<StateResult<void>> {
    while (this.#queue.length > 0 || this.#writing !== undefined) {
      this.#start()
      await this.#writing
    }
    return this.#failure ?? ok(undefined)
  }

  /** Flushes and closes the journal. */
  async close(): Promise<StateResult<void>> {
    const flushed = await this.flush()
    await this.#appender.close()
    return flushed
  }

  #push(make: LineMaker, settle: QueuedLine['settle']): void {
    this.#last++
    this.#queue.push({ number: this.#last, make, settle })
    if (settle !== undefined) this.#isAwaited = true
  }

  #soon(): void {
    if (this.#writing === undefined) this.#timer ??= setTimeout(() => this.#start(), LAZY_MS)
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // A turn of the event loop lets everyone who was woken by the same event ask too.
    this.#writing ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.#drain())
      .finally(() => {
        this.#writing = undefined
        if (this.#isAwaited) this.#start()
        else if (this.#queue.length > 0) this.#soon()
      })
  }

  /** Writes until nobody waits: what came meanwhile and can wait is not worth a write of its own. */
  async #drain(): Promise<void> {
    for (let first = true; first || this.#isAwaited || this.#queue.length >= LAZY_LINES; first = false) {
      const batch = this.#queue
      this.#queue = []
      this.#isAwaited = false
      const result = this.#failure ?? (await this.#write(batch))
      if (!result.ok) this.#failure = result
      for (const { settle } of batch) settle?.(result)
    }
  }

  async #write(batch: readonly QueuedLine[]): Promise<StateResult<void>> {
    const allowed = this.#check()
    if (!allowed.ok) return allowed
    try {
      const text = batch.map(({ number, make }) => make(number, batch[0]?.number ?? number)).join('')
      return await this.#appender.append(Buffer.from(text))
    } catch (error) {
      return refused({
        kind: 'io',
        message: `The journal could not be written: ${error instanceof Error ? error.message : String(error)}`,
      })
    }
  }
}
