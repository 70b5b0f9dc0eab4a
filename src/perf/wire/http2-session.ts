import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Endpoint, openSocket, type SocketOwner } from './endpoint.ts'
import { type FailureKind, failureKindOf, tlsFailure } from './failure.ts'
import { decodeHeaderBlock, HpackError } from './hpack-decode.ts'
import {
  clientPreface,
  DEFAULT_FRAME_SIZE,
  DEFAULT_WINDOW,
  FLAG,
  FRAME,
  FRAME_HEADER,
  frame,
  LARGEST_WINDOW,
  SETTING,
  windowUpdate,
  writeFrameHeader,
} from './http2-frame.ts'
import type { PreparedRequest } from './prepared-request.ts'

/** One request on a session, kept by its lane and used again for the lane's next request. */
export interface Http2Stream {
  id: number
  /** HTTP status of the answer, 0 before it came. */
  status: number
  /** gRPC status of the trailers, -1 before they came. */
  grpcStatus: number
  /** Bytes of the answer. */
  size: number
  /** Where the rest of a body stands that flow control holds back. */
  readonly unsent: { body: Buffer | undefined; offset: number; window: number }
  finished(now: number): void
  failed(kind: FailureKind, now: number, detail: string): void
  /** The peer has not looked at the request and never will: it may be sent again elsewhere. */
  refused(): void
}

/** What a session tells its link. */
export interface SessionOwner {
  /** The server's settings have come: requests may be sent. */
  opened(): void
  /** The session takes no more requests. */
  closing(session: Http2Session): void
}

const READ_BYTES = 64 * 1024
const OUTBOX_BYTES = 64 * 1024
/** The connection window is opened again after this many bytes. */
const WINDOW_STEP = 2 ** 20
/** Stream ids run out at 2^31; a session is left well before. */
const LAST_STREAM = 2 ** 31 - 1_000_001
const GRPC_STATUS = 'grpc-status'

/**
 * One HTTP/2 connection as a client speaks it, with framing of our own: requests are prepared bytes, answers are counted, not
 * kept. Everything sent within one read or one turn of the loop leaves in one write.
 */
export class Http2Session implements SocketOwner {
  /** False from GOAWAY or the end on: no new requests. */
  usable = true
  private readonly endpoint: Endpoint
  private readonly owner: SessionOwner
  private readonly grpc: boolean
  private readonly socket: Socket
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  private readonly streams = new Map<number, Http2Stream>()
  private waiting: { readonly stream: Http2Stream; readonly request: PreparedRequest; readonly variant: number }[] = []
  private blocked: Http2Stream[] = []
  private outbox = Buffer.allocUnsafeSlow(OUTBOX_BYTES)
  private outLength = 0
  private reading = false
  private flushPlanned = false
  private nextStream = 1
  private secure = false
  private settled = false
  private peerStreams = LARGEST_WINDOW
  private peerWindow = DEFAULT_WINDOW
  private peerFrame = DEFAULT_FRAME_SIZE
  private sendWindow = DEFAULT_WINDOW
  private unacknowledged = 0
  private carry: Buffer | undefined = undefined
  private dataLeft = 0
  private dataStream: Http2Stream | undefined = undefined
  private dataEnds = false
  private headerStream = 0
  private headerEnds = false
  private headerParts: Buffer[] = []
  private lastTrailers: Buffer | undefined = undefined
  private lastTrailersStatus = -1

  constructor(endpoint: Endpoint, grpc: boolean, owner: SessionOwner) {
    this.endpoint = endpoint
    this.grpc = grpc
    this.owner = owner
    this.socket = openSocket(endpoint, this.buffer, this)
  }

  /** True until the server's settings have come. */
  get opening(): boolean {
    return this.usable && !this.settled
  }

  /** Sends a request on a stream of its own, at once or when the server allows one more. */
  request(stream: Http2Stream, request: PreparedRequest, variant: number): void {
    stream.status = 0
    stream.grpcStatus = -1
    stream.size = 0
    stream.unsent.body = undefined
    if (!this.settled || this.streams.size >= this.peerStreams) this.waiting.push({ stream, request, variant })
    else this.send(stream, request, variant)
  }

  /** Takes a stream back: RST_STREAM when it is under way. Reports nothing. */
  cancel(stream: Http2Stream): void {
    if (this.streams.get(stream.id) === stream) {
      this.forget(stream)
      const code = Buffer.from([0, 0, 0, 8])
      this.put(frame(FRAME.resetStream, 0, stream.id, code))
      this.plan()
    } else this.waiting = this.waiting.filter((entry) => entry.stream !== stream)
  }

  /** Ends the connection; reports nothing. */
  close(): void {
    this.usable = false
    this.streams.clear()
    this.waiting = []
    this.socket.destroy()
  }

  ready(): void {
    if (this.endpoint.tls !== undefined && (this.socket as TLSSocket).alpnProtocol !== 'h2') {
      this.fail('tls', 'the server did not agree to HTTP/2 (ALPN h2)')
      return
    }
    this.secure = true
    this.socket.write(clientPreface())
  }

  ended(): void {
    this.fail('closed', 'the peer ended the connection')
  }

  gone(error: NodeJS.ErrnoException | undefined): void {
    if (error === undefined) this.fail('closed', 'the connection was closed')
    else this.fail(!this.secure && this.endpoint.tls !== undefined ? tlsFailure(error) : failureKindOf(error), error.message)
  }

  /** Everything that was asked of this session fails alike. */
  private fail(kind: FailureKind, detail: string): void {
    const now = performance.now()
    const lost = [...this.streams.values(), ...this.waiting.map((entry) => entry.stream)]
    const wasUsable = this.usable
    this.close()
    if (wasUsable) this.owner.closing(this)
    for (const stream of lost) stream.failed(kind, now, detail)
  }

  private send(stream: Http2Stream, request: PreparedRequest, variant: number): void {
    const block = request.bytes[variant] as Buffer
    const body = request.bodies[variant]
    const id = this.nextStream
    this.nextStream += 2
    stream.id = id
    this.streams.set(id, stream)
    this.sendHeaders(id, block, body === undefined || body.length === 0)
    if (body !== undefined && body.length > 0) {
      stream.unsent.body = body
      stream.unsent.offset = 0
      stream.unsent.window = this.peerWindow
      if (!this.sendBody(stream)) this.blocked.push(stream)
    }
    if (this.nextStream > LAST_STREAM) this.retire()
    this.plan()
  }

  private sendHeaders(id: number, block: Buffer, ends: boolean): void {
    const endStream = ends ? FLAG.endStream : 0
    if (block.length <= this.peerFrame) {
      const at = this.room(FRAME_HEADER + block.length)
      this.outLength =
        writeFrameHeader(this.outbox, at, block.length, FRAME.headers, FLAG.endHeaders | endStream, id) + block.length
      this.outbox.set(block, this.outLength - block.length)
      return
    }
    this.put(frame(FRAME.headers, endStream, id, block.subarray(0, this.peerFrame)))
    for (let at = this.peerFrame; at < block.length; at += this.peerFrame) {
      const last = at + this.peerFrame >= block.length
      this.put(frame(FRAME.continuation, last ? FLAG.endHeaders : 0, id, block.subarray(at, at + this.peerFrame)))
    }
  }

  /** Sends as much of a body as the windows allow; true when all of it is sent. */
  private sendBody(stream: Http2Stream): boolean {
    const { unsent } = stream
    const { body } = unsent
    if (body === undefined) return true
    while (unsent.offset < body.length) {
      const length = Math.min(body.length - unsent.offset, this.peerFrame, unsent.window, this.sendWindow)
      if (length <= 0) return false
      const ends = unsent.offset + length === body.length
      const at = this.room(FRAME_HEADER + length)
      this.outLength = writeFrameHeader(this.outbox, at, length, FRAME.data, ends ? FLAG.endStream : 0, stream.id) + length
      this.outbox.set(body.subarray(unsent.offset, unsent.offset + length), this.outLength - length)
      unsent.offset += length
      unsent.window -= length
      this.sendWindow -= length
    }
    unsent.body = undefined
    return true
  }

  private unblock(): void {
    if (this.blocked.length === 0) return
    const blocked = this.blocked
    this.blocked = []
    for (const stream of blocked) {
      if (this.streams.get(stream.id) === stream && !this.sendBody(stream)) this.blocked.push(stream)
    }
  }

  /** Makes room for `length` bytes in the outbox and returns where they go. */
  private room(length: number): number {
    if (this.outLength + length > this.outbox.length) this.flush()
    if (length > this.outbox.length) this.outbox = Buffer.allocUnsafeSlow(length)
    return this.outLength
  }

  private put(bytes: Buffer): void {
    const at = this.room(bytes.length)
    this.outbox.set(bytes, at)
    this.outLength = at + bytes.length
  }

  /** Sees to it that the outbox is written: after the read under way, or else after this turn. */
  private plan(): void {
    if (this.reading || this.flushPlanned) return
    this.flushPlanned = true
    queueMicrotask(() => {
      this.flushPlanned = false
      this.flush()
    })
  }

  private flush(): void {
    if (this.outLength === 0) return
    const bytes = this.outbox.subarray(0, this.outLength)
    this.outLength = 0
    if (this.socket.destroyed) return
    this.socket.write(bytes)
    // What the kernel did not take at once is still being read from: a fresh outbox, then.
    if (this.socket.writableLength > 0) this.outbox = Buffer.allocUnsafeSlow(OUTBOX_BYTES)
  }

  read(count: number, buffer: Buffer): void {
    if (!this.usable && this.streams.size === 0) return
    const now = performance.now()
    this.reading = true
    try {
      this.consume(buffer, count, now)
    } finally {
      this.reading = false
    }
    this.flush()
  }

  private consume(buffer: Buffer, count: number, now: number): void {
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
        at += taken
        if (this.dataLeft === 0) this.endOfData(now)
        continue
      }
      if (end - at < FRAME_HEADER) break
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
      const type = bytes[at + 3] as number
      const flags = bytes[at + 4] as number
      if (!this.settled && type !== FRAME.settings) {
        this.fail('malformed', 'the answer is not HTTP/2')
        return
      }
      if (length > DEFAULT_FRAME_SIZE) {
        this.fail('malformed', 'a frame is larger than allowed')
        return
      }
      const id = bytes.readUInt32BE(at + 5) & 0x7fffffff
      if (type === FRAME.data) {
        at += FRAME_HEADER
        this.beginData(id, length, (flags & FLAG.endStream) !== 0, now)
        continue
      }
      if (end - at < FRAME_HEADER + length) break
      const problem = this.handle(type, flags, id, bytes, at + FRAME_HEADER, at + FRAME_HEADER + length, now)
      if (problem !== '') {
        this.fail('malformed', problem)
        return
      }
      at += FRAME_HEADER + length
    }
    if (at < end) this.carry = Buffer.from(bytes.subarray(at, end))
  }

  private beginData(id: number, length: number, ends: boolean, now: number): void {
    const stream = this.streams.get(id)
    if (stream !== undefined) stream.size += length
    this.unacknowledged += length
    if (this.unacknowledged >= WINDOW_STEP) {
      this.put(windowUpdate(0, this.unacknowledged))
      this.unacknowledged = 0
    }
    this.dataStream = stream
    this.dataEnds = ends
    this.dataLeft = length
    if (length === 0) this.endOfData(now)
  }

  private endOfData(now: number): void {
    const stream = this.dataStream
    this.dataStream = undefined
    if (this.dataEnds && stream !== undefined) this.finish(stream, now)
  }

  /** Handles one whole frame other than DATA; returns what is wrong with it, '' when nothing is. */
  private handle(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number, now: number): string {
    if (this.headerStream !== 0 && type !== FRAME.continuation) return 'a header block is interrupted'
    switch (type) {
      case FRAME.headers:
        return this.headers(flags, id, bytes, from, to, now)
      case FRAME.continuation:
        if (this.headerStream !== id) return 'a continuation continues nothing'
        this.headerParts.push(Buffer.from(bytes.subarray(from, to)))
        if ((flags & FLAG.endHeaders) === 0) return this.headerParts.length > 64 ? 'a header block does not end' : ''
        return this.endOfParts(now)
      case FRAME.settings:
        return this.settings(flags, bytes, from, to)
      case FRAME.ping:
        if ((flags & FLAG.ack) === 0) this.put(frame(FRAME.ping, FLAG.ack, 0, Buffer.from(bytes.subarray(from, to))))
        return ''
      case FRAME.windowUpdate:
        return this.windowOpened(id, bytes, from, to)
      case FRAME.resetStream: {
        const stream = this.streams.get(id)
        if (stream === undefined) return ''
        this.forget(stream)
        stream.failed(
          'stream-reset',
          now,
          `the server reset the stream (code ${to - from === 4 ? bytes.readUInt32BE(from) : '?'})`,
        )
        this.sendWaiting()
        return ''
      }
      case FRAME.goAway:
        return this.goAway(bytes, from, to, now)
      case FRAME.pushPromise:
        return 'the server pushes though that was turned off'
      default:
        return ''
    }
  }

  private headers(flags: number, id: number, bytes: Buffer, start: number, end: number, now: number): string {
    let from = start
    let to = end
    if ((flags & FLAG.padded) !== 0) {
      to -= bytes[from] ?? 0
      from += 1
    }
    if ((flags & FLAG.priority) !== 0) from += 5
    if (from > to) return 'a header frame is padded beyond its end'
    const ends = (flags & FLAG.endStream) !== 0
    if ((flags & FLAG.endHeaders) === 0) {
      this.headerStream = id
      this.headerEnds = ends
      this.headerParts = [Buffer.from(bytes.subarray(from, to))]
      return ''
    }
    return this.headerBlock(id, ends, bytes, from, to, now)
  }

  private endOfParts(now: number): string {
    const block = Buffer.concat(this.headerParts)
    const id = this.headerStream
    this.headerStream = 0
    this.headerParts = []
    return this.headerBlock(id, this.headerEnds, block, 0, block.length, now)
  }

  private headerBlock(id: number, ends: boolean, bytes: Buffer, from: number, to: number, now: number): string {
    const stream = this.streams.get(id)
    if (stream === undefined) return ''
    stream.size += to - from
    // `:status: 200` from the static table is one byte, and the first of nearly every answer.
    if (!this.grpc && stream.status === 0 && bytes[from] === 0x88) {
      stream.status = 200
    } else if (this.grpc && stream.status !== 0 && this.lastTrailers?.compare(bytes, from, to) === 0) {
      stream.grpcStatus = this.lastTrailersStatus
    } else {
      const problem = this.readFields(stream, bytes, from, to)
      if (problem !== '') return problem
    }
    if (ends) this.finish(stream, now)
    return ''
  }

  private readFields(stream: Http2Stream, bytes: Buffer, from: number, to: number): string {
    const trailers = stream.status !== 0
    try {
      for (const [name, value] of decodeHeaderBlock(bytes, from, to)) {
        if (name === ':status' && !trailers) {
          const status = Number(value)
          if (!(status >= 100 && status <= 999)) return 'a response has no status'
          stream.status = status < 200 ? 0 : status
        } else if (name === GRPC_STATUS) stream.grpcStatus = /^\d{1,4}$/.test(value) ? Number(value) : 2
      }
    } catch (error) {
      if (error instanceof HpackError) return error.message
      throw error
    }
    if (trailers) {
      this.lastTrailers = Buffer.from(bytes.subarray(from, to))
      this.lastTrailersStatus = stream.grpcStatus
    }
    return ''
  }

  private settings(flags: number, bytes: Buffer, from: number, to: number): string {
    if ((flags & FLAG.ack) !== 0) return ''
    for (let at = from; at + 6 <= to; at += 6) {
      const id = bytes.readUInt16BE(at)
      const value = bytes.readUInt32BE(at + 2)
      if (id === SETTING.maxConcurrentStreams) this.peerStreams = value
      else if (id === SETTING.maxFrameSize && value >= DEFAULT_FRAME_SIZE)
        this.peerFrame = Math.min(value, OUTBOX_BYTES - FRAME_HEADER)
      else if (id === SETTING.initialWindowSize) {
        if (value > LARGEST_WINDOW) return 'a window is larger than allowed'
        const change = value - this.peerWindow
        this.peerWindow = value
        for (const stream of this.blocked) stream.unsent.window += change
      }
    }
    this.put(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)))
    if (!this.settled) {
      this.settled = true
      this.owner.opened()
    }
    this.unblock()
    this.sendWaiting()
    return ''
  }

  private windowOpened(id: number, bytes: Buffer, from: number, to: number): string {
    if (to - from !== 4) return 'a window update has the wrong length'
    const increment = bytes.readUInt32BE(from) & 0x7fffffff
    if (id === 0) this.sendWindow += increment
    else {
      const stream = this.streams.get(id)
      if (stream !== undefined) stream.unsent.window += increment
    }
    this.unblock()
    return ''
  }

  private goAway(bytes: Buffer, from: number, to: number, now: number): string {
    if (to - from < 8) return 'a GOAWAY has the wrong length'
    const last = bytes.readUInt32BE(from) & 0x7fffffff
    const code = bytes.readUInt32BE(from + 4)
    this.retire()
    const waiting = this.waiting
    this.waiting = []
    for (const stream of [...this.streams.values()]) {
      if (stream.id <= last) continue
      this.forget(stream)
      // Requests above the last stream were not processed and may be sent again (section 6.8), unless the server complains.
      if (code === 0) stream.refused()
      else stream.failed('stream-reset', now, `the server went away (code ${code})`)
    }
    for (const { stream } of waiting) stream.refused()
    this.closeWhenIdle()
    return ''
  }

  private retire(): void {
    if (!this.usable) return
    this.usable = false
    this.owner.closing(this)
  }

  private finish(stream: Http2Stream, now: number): void {
    this.forget(stream)
    stream.finished(now)
    if (this.waiting.length > 0) this.sendWaiting()
    if (!this.usable) this.closeWhenIdle()
  }

  private closeWhenIdle(): void {
    if (this.streams.size === 0 && !this.usable) this.socket.end()
  }

  private forget(stream: Http2Stream): void {
    this.streams.delete(stream.id)
    stream.unsent.body = undefined
  }

  private sendWaiting(): void {
    while (this.waiting.length > 0 && this.usable && this.streams.size < this.peerStreams) {
      const entry = this.waiting.shift()
      if (entry !== undefined) this.send(entry.stream, entry.request, entry.variant)
    }
  }
}
