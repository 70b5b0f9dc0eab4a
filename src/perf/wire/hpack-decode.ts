import { HUFFMAN_LENGTHS, STATIC_HEADERS } from './hpack-table.ts'

/** A header block that breaks the rules, or uses the dynamic table that we announced as empty. */
export class HpackError extends Error {}

interface Cursor {
  readonly buffer: Buffer
  at: number
  readonly end: number
}

/**
 * The fields of a header block in `buffer[from, to)`. Stateless: our SETTINGS_HEADER_TABLE_SIZE is 0, so a block may only use the
 * static table. Throws {@link HpackError} on anything else.
 */
export function decodeHeaderBlock(buffer: Buffer, from: number, to: number): [string, string][] {
  const cursor: Cursor = { buffer, at: from, end: to }
  const fields: [string, string][] = []
  while (cursor.at < to) {
    const byte = buffer[cursor.at] as number
    if (byte >= 0x80) {
      const entry = staticEntry(readInteger(cursor, 7))
      fields.push([entry[0], entry[1]])
    } else if (byte >= 0x40) fields.push(readLiteral(cursor, 6))
    else if (byte >= 0x20) {
      if (readInteger(cursor, 5) !== 0) throw new HpackError('the dynamic table is to be empty')
    } else fields.push(readLiteral(cursor, 4))
  }
  return fields
}

function staticEntry(index: number): readonly [string, string] {
  const entry = STATIC_HEADERS[index - 1]
  if (entry === undefined) throw new HpackError(`header index ${index} is not in the static table`)
  return entry
}

function readLiteral(cursor: Cursor, bits: number): [string, string] {
  const index = readInteger(cursor, bits)
  const name = index === 0 ? readString(cursor) : staticEntry(index)[0]
  return [name, readString(cursor)]
}

function readInteger(cursor: Cursor, bits: number): number {
  const limit = 2 ** bits - 1
  let value = (cursor.buffer[cursor.at] as number) & limit
  cursor.at += 1
  if (value < limit) return value
  for (let shift = 0; shift <= 28; shift += 7) {
    if (cursor.at >= cursor.end) break
    const byte = cursor.buffer[cursor.at] as number
    cursor.at += 1
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return value
  }
  throw new HpackError('a header integer does not end')
}

function readString(cursor: Cursor): string {
  if (cursor.at >= cursor.end) throw new HpackError('a header string is missing')
  const coded = (cursor.buffer[cursor.at] as number) >= 0x80
  const length = readInteger(cursor, 7)
  const start = cursor.at
  if (start + length > cursor.end) throw new HpackError('a header string is longer than its block')
  cursor.at = start + length
  return coded ? decodeHuffman(cursor.buffer, start, cursor.at) : cursor.buffer.toString('latin1', start, cursor.at)
}

/** For each code length: the first code, how many there are, and where their symbols begin in `SYMBOLS`. */
const CODES = canonicalCode()

function canonicalCode(): {
  readonly symbols: readonly number[]
  readonly lengths: readonly { first: number; count: number; offset: number }[]
} {
  const symbols: number[] = []
  const lengths: { first: number; count: number; offset: number }[] = []
  let code = 0
  for (let length = 1; length <= 30; length += 1) {
    code *= 2
    const offset = symbols.length
    HUFFMAN_LENGTHS.forEach((bits, symbol) => {
      if (bits === length) symbols.push(symbol)
    })
    const count = symbols.length - offset
    lengths.push({ first: code, count, offset })
    code += count
  }
  return { symbols, lengths }
}

/** Text in HPACK's Huffman code. Throws {@link HpackError} when the padding is not ones, or a whole byte of it. */
export function decodeHuffman(buffer: Buffer, from: number, to: number): string {
  const bytes: number[] = []
  let code = 0
  let length = 0
  let ones = true
  for (let at = from; at < to; at += 1) {
    const byte = buffer[at] as number
    for (let bit = 7; bit >= 0; bit -= 1) {
      const one = (byte >> bit) & 1
      code = code * 2 + one
      length += 1
      ones = length === 1 ? one === 1 : ones && one === 1
      const entry = CODES.lengths[length - 1]
      if (entry === undefined) throw new HpackError('a header string has no such code')
      const position = code - entry.first
      if (position < entry.count) {
        const symbol = CODES.symbols[entry.offset + position] as number
        if (symbol === 256) throw new HpackError('a header string holds the end symbol')
        bytes.push(symbol)
        code = 0
        length = 0
      }
    }
  }
  if (length > 7 || (length > 0 && !ones)) throw new HpackError('a header string is padded wrongly')
  return Buffer.from(bytes).toString('latin1')
}
