import { DEFAULT_FRAME_SIZE, FLAG, FRAME, FRAME_HEADER } from './http2-frame.ts'

/** A header block in more frames than this is not taken. */
const CONTINUATION_LIMIT = 64

/** What is told of the frames read. Methods that return text return what is wrong with the frame, '' when nothing is. */
export interface FrameOwner {
  /** A DATA frame begins, with so many bytes of payload. */
  dataBegins(id: number, length: number, padded: boolean): void
  /** Some of its payload. */
  data(id: number, bytes: Buffer, from: number, to: number): void
  /** All of a DATA frame has come. */
  dataEnds(id: number, endsStream: boolean): void
  /** A header block, whole, however many frames it came in. */
  headerBlock(id: number, endsStream: boolean, bytes: Buffer, from: number, to: number): string
  /** Any other frame. */
  frame(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): string
}

/**
 * Cuts what a socket gives into HTTP/2 frames (RFC 9113 section 4). Payloads of DATA frames are shown, not kept; header blocks are
 * put together. Allocates only for frames that are cut in two.
 */
export class Http2FrameReader {
  private readonly owner: FrameOwner
  private carry: Buffer | undefined = undefined
  private settled = false
  private dataLeft = 0
  private dataStream = 0
  private dataEnds = false
  private headerStream = 0
  private headerEnds = false
  private headerParts: Buffer[] = []

  constructor(owner: FrameOwner) {
    this.owner = owner
  }

  /** Reads the first `count` bytes of `buffer`; returns what is wrong with them, '' when nothing is. */
  read(buffer: Buffer, count: number): string {
    let bytes = buffer
    let at = 0
    let end = count
    if (this.carry !== undefined) {
      bytes = Buffer.concat([this.carry, buffer.subarray(0, count)])
      end = bytes.length
      this.carry = undefined
    }
    while (at < end) {
      if (this.dataLeft > 0) {
        const taken = Math.min(this.dataLeft, end - at)
        this.dataLeft -= taken
        this.owner.data(this.dataStream, bytes, at, at + taken)
        at += taken
        if (this.dataLeft === 0) this.owner.dataEnds(this.dataStream, this.dataEnds)
        continue
      }
      if (end - at < FRAME_HEADER) break
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
      const type = bytes[at + 3] as number
      const flags = bytes[at + 4] as number
      if (!this.settled && type !== FRAME.settings) return 'the answer is not HTTP/2'
      if (length > DEFAULT_FRAME_SIZE) return 'a frame is larger than allowed'
      const id = bytes.readUInt32BE(at + 5) & 0x7fffffff
      if (type === FRAME.data) {
        if (this.headerStream !== 0) return 'a header block is interrupted'
        at += FRAME_HEADER
        this.beginData(id, length, flags)
        continue
      }
      if (end - at < FRAME_HEADER + length) break
      const problem = this.whole(type, flags, id, bytes, at + FRAME_HEADER, at + FRAME_HEADER + length)
      if (problem !== '') return problem
      at += FRAME_HEADER + length
    }
    if (at < end) this.carry = Buffer.from(bytes.subarray(at, end))
    return ''
  }

  private beginData(id: number, length: number, flags: number): void {
    const ends = (flags & FLAG.endStream) !== 0
    this.owner.dataBegins(id, length, (flags & FLAG.padded) !== 0)
    if (length === 0) {
      this.owner.dataEnds(id, ends)
      return
    }
    this.dataStream = id
    this.dataEnds = ends
    this.dataLeft = length
  }

  private whole(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): string {
    if (this.headerStream !== 0 && type !== FRAME.continuation) return 'a header block is interrupted'
    switch (type) {
      case FRAME.headers:
        return this.headers(flags, id, bytes, from, to)
      case FRAME.continuation:
        if (this.headerStream === 0 || this.headerStream !== id) return 'a continuation continues nothing'
        this.headerParts.push(Buffer.from(bytes.subarray(from, to)))
        if ((flags & FLAG.endHeaders) !== 0) return this.endOfParts()
        return this.headerParts.length > CONTINUATION_LIMIT ? 'a header block does not end' : ''
      case FRAME.settings:
        this.settled = true
        return this.owner.frame(type, flags, id, bytes, from, to)
      default:
        return this.owner.frame(type, flags, id, bytes, from, to)
    }
  }

  private headers(flags: number, id: number, bytes: Buffer, start: number, end: number): string {
    let from = start
    let to = end
    if ((flags & FLAG.padded) !== 0) {
      to -= bytes[from] ?? 0
      from += 1
    }
    if ((flags & FLAG.priority) !== 0) from += 5
    if (from > to) return 'a header frame is padded beyond its end'
    const ends = (flags & FLAG.endStream) !== 0
    if ((flags & FLAG.endHeaders) !== 0) return this.owner.headerBlock(id, ends, bytes, from, to)
    this.headerStream = id
    this.headerEnds = ends
    this.headerParts = [Buffer.from(bytes.subarray(from, to))]
    return ''
  }

  private endOfParts(): string {
    const block = Buffer.concat(this.headerParts)
    const id = this.headerStream
    this.headerStream = 0
    this.headerParts = []
    return this.owner.headerBlock(id, this.headerEnds, block, 0, block.length)
  }
}
