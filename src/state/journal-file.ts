import type { StoredJournal } from './backend.ts'
import { decodeEntry, decodeLine, type JournalHeader, type JournalLine, type NumberedEntry } from './journal-entry.ts'
import { corrupt, MAX_STATE_BYTES } from './parse-json.ts'
import type { StateCipher } from './sealed-text.ts'
import { ok, refused, type StateResult } from './state-result.ts'

/** A journal that was read. */
export interface Journal {
  readonly id: string
  /** Undefined when not even the first line was completed: then nothing was begun. */
  readonly header: JournalHeader | undefined
  readonly entries: readonly NumberedEntry[]
  /** A last line was cut off by the crash and dropped: nothing that it said had been acted on. */
  readonly torn: boolean
}

/**
 * Reads a journal. What a crash can leave is accepted: a last line without its end, or (after a power failure) a last batch with
 * holes of NUL bytes. Any other damage is an error, because entries that were durable are lost.
 */
export async function decodeJournal(stored: StoredJournal, cipher: StateCipher | undefined): Promise<StateResult<Journal>> {
  const { id, file, bytes } = stored
  if (bytes.byteLength > MAX_STATE_BYTES) {
    return refused({
      kind: 'too-large',
      message: `${file} is ${bytes.byteLength} bytes long; at most ${MAX_STATE_BYTES} are read.`,
    })
  }
  const lines = splitLines(id, bytes)
  const valid = lines.findIndex(({ line }, index) => line === undefined || line.number !== index + 1)
  const count = valid < 0 ? lines.length : valid
  if (count < lines.length && !isTorn(lines, count)) {
    return corrupt(file, 'That entry, or one before it, was changed or lost after it was written.', {
      line: count + 1,
      column: 1,
    })
  }
  const entries: NumberedEntry[] = []
  for (const { line } of lines.slice(0, count)) {
    if (line === undefined) break
    const decoded = await decodeEntry(id, line, file, cipher)
    if (!decoded.ok) return decoded
    const entry = decoded.value
    const misplaced = 'problem' in entry ? entry.problem : findMisplaced(entry.type === 'header', line.number)
    if ('problem' in entry || misplaced !== undefined) {
      return corrupt(file, misplaced ?? '', { line: line.number, column: 1 })
    }
    entries.push({ number: line.number, batch: line.batch, at: line.at, entry })
  }
  const first = entries[0]?.entry
  return ok({ id, header: first?.type === 'header' ? first.header : undefined, entries, torn: count < lines.length })
}

interface RawLine {
  readonly line: JournalLine | undefined
  readonly ended: boolean
  readonly hasHole: boolean
}

function splitLines(id: string, bytes: Uint8Array): RawLine[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lines: RawLine[] = []
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(0x0a, start)
    const end = newline < 0 ? buffer.length : newline
    const text = buffer.toString('utf8', start, end)
    lines.push({ line: decodeLine(id, text), ended: newline >= 0, hasHole: text.includes('\0') })
    start = end + 1
  }
  return lines
}

/** Whether what begins at `from` can be a batch that was never completed: nothing after it belongs to a later batch. */
function isTorn(lines: readonly RawLine[], from: number): boolean {
  const first = lines[from]
  if (first === undefined || first.line !== undefined) return false
  if (!first.ended) return true
  return first.hasHole && lines.slice(from + 1).every(({ line }) => line === undefined || line.batch <= from + 1)
}

function findMisplaced(isHeader: boolean, number: number): string | undefined {
  if (isHeader === (number === 1)) return undefined
  return isHeader ? 'A journal has one header, and this is another.' : 'A journal begins with its header.'
}
