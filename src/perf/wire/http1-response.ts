import type { AnswerReader } from './connection-lane.ts'
import { HeadMemory } from './head-memory.ts'
import type { PreparedRequest } from './prepared-request.ts'

/** Where the reader is inside a response. */
const HEAD = 0
const FIXED = 1
const CHUNK_SIZE = 2
const CHUNK_DATA = 3
const CHUNK_END = 4
const TRAILER = 5
const UNTIL_CLOSE = 6

/** A response head longer than this is not taken. */
const HEAD_LIMIT = 64 * 1024

const CR = 13
const LF = 10
const PREFIX = Buffer.from('HTTP/1.')
const CONTENT_LENGTH = Buffer.from('content-length:')
const TRANSFER_ENCODING = Buffer.from('transfer-encoding:')
const CONNECTION = Buffer.from('connection:')
const KEEP_ALIVE = Buffer.from(' keep-alive\r\n')

/** What the last head said. */
interface HeadMeaning {
  status: number
  keepAlive: boolean
  /** Content-Length, -1 when there is none. */
  length: number
  /** True when there is a Transfer-Encoding; `chunked` when that is the last one. */
  encoded: boolean
  chunked: boolean
}

function valueIs(buffer: Buffer, at: number, end: number, value: Buffer): boolean {
  if (at + value.length > end) return false
  for (let index = 0; index < value.length; index += 1) if (buffer[at + index] !== value[index]) return false
  return true
}

function matchesName(buffer: Buffer, at: number, end: number, name: Buffer): boolean {
  if (at + name.length > end) return false
  for (let index = 1; index < name.length; index += 1) {
    const byte = buffer[at + index] as number
    const lower = byte >= 65 && byte <= 90 ? byte | 32 : byte
    if (lower !== name[index]) return false
  }
  return true
}

/**
 * Reads HTTP/1.x responses out of whatever pieces a socket gives, keeping nothing but the status and the size. One reader serves
 * one connection; `begin` before each response. It allocates only when a head is cut in two (RFC 9112 framing: sections 6 and 7).
 */
export class Http1Response implements AnswerReader {
  status = 0
  /** Bytes of the response so far, head included. */
  size = 0
  /** True once the response is whole. */
  complete = false
  /** False when the connection can't carry another request. */
  keepAlive = true
  /** Why what was read is no response; '' while it is. */
  problem = ''
  readonly problemKind = 'malformed'
  private phase = HEAD
  private remaining = 0
  private lineLength = 0
  private digits = 0
  private inExtension = false
  private headOnly = false
  private carry: Buffer | undefined = undefined
  private readonly memory = new HeadMemory()
  private readonly head: HeadMeaning = { status: 0, keepAlive: true, length: -1, encoded: false, chunked: false }

  /** Forgets the last response. */
  begin(request: Pick<PreparedRequest, 'headOnly'>): void {
    this.status = 0
    this.size = 0
    this.complete = false
    this.keepAlive = true
    this.problem = ''
    this.phase = HEAD
    this.headOnly = request.headOnly
    this.carry = undefined
  }

  endOfInput(): boolean {
    if (this.phase !== UNTIL_CLOSE) return false
    this.complete = true
    return true
  }

  read(buffer: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && !this.complete && this.problem === '') {
      switch (this.phase) {
        case HEAD:
          at = this.readHead(buffer, at, to)
          break
        case FIXED:
        case CHUNK_DATA: {
          const taken = Math.min(this.remaining, to - at)
          this.remaining -= taken
          this.size += taken
          at += taken
          if (this.remaining === 0) {
            if (this.phase === FIXED) this.complete = true
            else this.phase = CHUNK_END
          }
          break
        }
        case UNTIL_CLOSE:
          this.size += to - at
          at = to
          break
        default:
          at = this.readChunkFraming(buffer, at, to)
      }
    }
    return at
  }

  private readHead(buffer: Buffer, from: number, to: number): number {
    const carry = this.carry
    if (carry === undefined) {
      if (from === 0 && this.memory.begins(buffer, to)) {
        this.size += this.memory.length
        this.headDone()
        return this.memory.length
      }
      const end = this.parseHead(buffer, from, to)
      if (end > 0) {
        this.size += end - from
        if (from === 0) this.memory.remember(buffer, end)
        else this.memory.length = 0
        return end
      }
      if (this.problem === '') this.keep(Buffer.from(buffer.subarray(from, to)))
      return to
    }
    const joined = Buffer.concat([carry, buffer.subarray(from, to)])
    this.memory.length = 0
    const end = this.parseHead(joined, 0, joined.length)
    if (end > 0) {
      this.carry = undefined
      this.size += end
      return from + end - carry.length
    }
    if (this.problem === '') this.keep(joined)
    return to
  }

  private keep(head: Buffer): void {
    if (head.length > HEAD_LIMIT) this.problem = 'the response head is longer than 64 KiB'
    else this.carry = head
  }

  /** Parses a whole head at `from`; returns the position after it, or 0 when it is not whole or is no head. */
  private parseHead(buffer: Buffer, from: number, to: number): number {
    const known = Math.min(PREFIX.length, to - from)
    for (let index = 0; index < known; index += 1) {
      if (buffer[from + index] !== PREFIX[index]) return this.reject('the answer does not begin with HTTP/1.')
    }
    if (to - from < 13) return 0
    const minor = (buffer[from + 7] as number) - 48
    const hundreds = (buffer[from + 9] as number) - 48
    const tens = (buffer[from + 10] as number) - 48
    const ones = (buffer[from + 11] as number) - 48
    if (buffer[from + 8] !== 32 || hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) {
      return this.reject('the status line has no status')
    }
    const status = hundreds * 100 + tens * 10 + ones
    let at = from + 12
    let length = -1
    let chunked = false
    let encoded = false
    let keepAlive = minor !== 0
    for (;;) {
      while (at < to && buffer[at] !== LF) at += 1
      at += 1
      if (at >= to) return 0
      const first = buffer[at] as number
      if (first === LF) {
        at += 1
        break
      }
      if (first === CR) {
        if (at + 1 >= to) return 0
        if (buffer[at + 1] === LF) {
          at += 2
          break
        }
        return this.reject('a header line begins with a bare carriage return')
      }
      const letter = first | 32
      if (letter === 99) {
        if (matchesName(buffer, at, to, CONTENT_LENGTH)) {
          const value = this.parseLength(buffer, at + CONTENT_LENGTH.length, to)
          if (value === -2) return 0
          if (value < 0 || (length >= 0 && length !== value)) return this.reject('content-length is not one number')
          length = value
        } else if (matchesName(buffer, at, to, CONNECTION)) {
          // What nearly every server says is told without making a text of it.
          if (valueIs(buffer, at + CONNECTION.length, to, KEEP_ALIVE)) keepAlive = true
          else {
            const value = lineText(buffer, at + CONNECTION.length, to)
            if (value === undefined) return 0
            if (value.includes('close')) keepAlive = false
            else if (value.includes('keep-alive')) keepAlive = true
          }
        }
      } else if (letter === 116 && matchesName(buffer, at, to, TRANSFER_ENCODING)) {
        const value = lineText(buffer, at + TRANSFER_ENCODING.length, to)
        if (value === undefined) return 0
        encoded = true
        chunked = value.endsWith('chunked')
      }
    }
    const { head } = this
    head.status = status
    head.keepAlive = keepAlive
    head.length = length
    head.encoded = encoded
    head.chunked = chunked
    this.headDone()
    return at
  }

  private headDone(): void {
    const { status, keepAlive, length, encoded, chunked } = this.head
    if (status < 200 && status !== 101) return
    this.status = status
    this.keepAlive = keepAlive
    if (this.headOnly || status === 204 || status === 304 || status === 101) {
      this.complete = true
    } else if (chunked) {
      this.phase = CHUNK_SIZE
      this.lineLength = 0
      this.remaining = 0
      this.digits = 0
      this.inExtension = false
    } else if (length >= 0 && !encoded) {
      this.remaining = length
      this.phase = FIXED
      if (length === 0) this.complete = true
    } else {
      this.keepAlive = false
      this.phase = UNTIL_CLOSE
    }
  }

  /** The number of a content-length line; -1 when it is none, -2 when the line isn't whole. */
  private parseLength(buffer: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && (buffer[at] === 32 || buffer[at] === 9)) at += 1
    let value = -1
    while (at < to) {
      const digit = (buffer[at] as number) - 48
      if (digit < 0 || digit > 9) break
      value = Math.max(value, 0) * 10 + digit
      if (value > Number.MAX_SAFE_INTEGER) return -1
      at += 1
    }
    while (at < to && (buffer[at] === 32 || buffer[at] === 9)) at += 1
    if (at >= to) return -2
    return buffer[at] === CR || buffer[at] === LF ? value : -1
  }

  private readChunkFraming(buffer: Buffer, from: number, to: number): number {
    let at = from
    while (at < to) {
      const byte = buffer[at] as number
      at += 1
      this.size += 1
      if (this.phase === CHUNK_END) {
        if (byte === LF) {
          this.phase = CHUNK_SIZE
          this.remaining = 0
          this.digits = 0
          this.inExtension = false
        } else if (byte !== CR) {
          this.problem = 'a chunk is longer than its size says'
          return at
        }
      } else if (this.phase === TRAILER) {
        if (byte === LF) {
          if (this.lineLength === 0) {
            this.complete = true
            return at
          }
          this.lineLength = 0
        } else if (byte !== CR) this.lineLength += 1
      } else if (byte === LF) {
        if (this.digits === 0) {
          this.problem = 'a chunk has no size'
          return at
        }
        if (this.remaining > 0) {
          this.phase = CHUNK_DATA
          return at
        }
        this.phase = TRAILER
        this.lineLength = 0
      } else if (byte === 59) this.inExtension = true
      else if (byte !== CR && !this.inExtension && byte !== 32 && byte !== 9) {
        const digit = hexDigit(byte)
        this.digits += 1
        if (digit < 0 || this.digits > 12) {
          this.problem = 'a chunk size is not a hexadecimal number'
          return at
        }
        this.remaining = this.remaining * 16 + digit
      }
    }
    return at
  }

  private reject(problem: string): 0 {
    this.problem = problem
    return 0
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

function lineText(buffer: Buffer, from: number, to: number): string | undefined {
  let at = from
  while (at < to && buffer[at] !== LF) at += 1
  if (at >= to) return undefined
  return buffer.toString('latin1', from, at).trim().toLowerCase()
}
