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

  write(record: LogRecord): void {
    if (this.#records.length >= maximumRecords) {
      this.#dropped += 1
      return
    }
    const message = record.message
    this.#records.push(message.length <= maximumMessage ? record : { ...record, message: `${message.slice(0, maximumMessage)}…` })
  }

  /** Takes out what was written since the last time. */
  drain(): { readonly records: readonly LogRecord[]; readonly dropped: number } {
    const drained = { records: this.#records, dropped: this.#dropped }
    this.#records = []
    this.#dropped = 0
    return drained
  }
}
