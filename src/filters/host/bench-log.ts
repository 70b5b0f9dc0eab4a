import type { LogLevel } from '../abi/constants.ts'

/** One line that a filter wrote, through proxy_log or to its standard output or error. */
export interface LogRecord {
  /** The filter's name in the chain. */
  readonly filter: string
  readonly level: LogLevel
  readonly message: string
  /** What wrote it: the ABI's own log, or a WASI stream. */
  readonly via: 'log' | 'stdout' | 'stderr'
}

const maximumRecords = 10_000
const maximumMessage = 16_384

/** What filters wrote, bounded: past 10,000 records only their number is kept, and long messages are cut. */
export class BenchLog {
  #records: LogRecord[] = []
  #dropped = 0
  /** Beginnings of lines on standard streams, by filter and stream. */
  readonly #partial = new Map<string, LogRecord>()

  /**
   * Text on a standard stream. It becomes a record a line: panics and print loops write their lines in many small pieces, and
   * who reads them wants lines.
   */
  writeStream(filter: string, stream: 'stdout' | 'stderr', text: string): void {
    const key = `${stream} ${filter}`
    const lines = ((this.#partial.get(key)?.message ?? '') + text).split('\n')
    const rest = lines.pop() ?? ''
    const level = stream === 'stdout' ? 'info' : 'error'
    for (const message of lines) this.write({ filter, level, message, via: stream })
    if (rest === '' || rest.length > maximumMessage) {
      this.#partial.delete(key)
      if (rest !== '') this.write({ filter, level, message: rest, via: stream })
    } else this.#partial.set(key, { filter, level, message: rest, via: stream })
  }

  /** True when whatever is written now is counted alone. */
  get full(): boolean {
    return this.#records.length >= maximumRecords
  }

  /** Counts a line that is not kept. */
  drop(): void {
    this.#dropped += 1
  }

  write(record: LogRecord): void {
    if (this.full) {
      this.drop()
      return
    }
    const message = record.message
    // A copy through bytes: a slice would keep the whole text alive.
    const cut = (): string => `${Buffer.from(message.slice(0, maximumMessage)).toString()}…`
    this.#records.push(message.length <= maximumMessage ? record : { ...record, message: cut() })
  }

  /** Takes out what was written since the last time. */
  drain(): { readonly records: readonly LogRecord[]; readonly dropped: number } {
    for (const record of this.#partial.values()) this.write(record)
    this.#partial.clear()
    const drained = { records: this.#records, dropped: this.#dropped }
    this.#records = []
    this.#dropped = 0
    return drained
  }
}
