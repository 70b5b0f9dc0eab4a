import type { Socket } from 'node:net'
import { DEFAULT_FRAME_SIZE, DEFAULT_WINDOW, FLAG, FRAME, FRAME_HEADER, frame, writeFrameHeader } from './http2-frame.ts'

const OUTBOX_BYTES = 64 * 1024

/** The body of a stream that flow control holds back. Kept by the stream and used again for its next request. */
export interface UnsentBody {
  body: Buffer | undefined
  offset: number
  window: number
}

/** A stream as the sender knows it. */
export interface SendingStream {
  readonly id: number
  readonly unsent: UnsentBody
}

/**
 * The sending half of an HTTP/2 connection: frames gather in one buffer, so that everything sent within one read or one turn of the
 * loop leaves in one write, and bodies go out as the peer's windows allow (RFC 9113 section 5.2).
 */
export class Http2Sender {
  private readonly socket: Socket
  private outbox = Buffer.allocUnsafeSlow(OUTBOX_BYTES)
  private length = 0
  private held = false
  private flushPlanned = false
  private blocked: SendingStream[] = []
  private peerFrame = DEFAULT_FRAME_SIZE
  private peerWindow = DEFAULT_WINDOW
  private window = DEFAULT_WINDOW

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Keeps back what is sent until `release`. */
  hold(): void {
    this.held = true
  }

  release(): void {
    this.held = false
    this.flush()
  }

  /** The largest frame that the peer takes. */
  allowFrames(bytes: number): void {
    if (bytes >= DEFAULT_FRAME_SIZE) this.peerFrame = Math.min(bytes, OUTBOX_BYTES - FRAME_HEADER)
  }

  /** The window that the peer gives every stream: changes those of streams under way too (section 6.9.2). */
  allowStreams(bytes: number): void {
    const change = bytes - this.peerWindow
    this.peerWindow = bytes
    for (const stream of this.blocked) stream.unsent.window += change
  }

  /** Opens the connection's window. */
  allowMore(bytes: number): void {
    this.window += bytes
  }

  /** Sends a request's header block and as much of its body as may be sent. */
  request(stream: SendingStream, block: Buffer, body: Buffer | undefined): void {
    const whole = body === undefined || body.length === 0
    this.headers(stream.id, block, whole)
    if (!whole) {
      stream.unsent.body = body
      stream.unsent.offset = 0
      stream.unsent.window = this.peerWindow
      if (!this.body(stream)) this.blocked.push(stream)
    }
    this.plan()
  }

  /** Sends a frame on its own account. */
  frame(type: number, flags: number, id: number, payload: Buffer): void {
    this.put(frame(type, flags, id, payload))
    this.plan()
  }

  /** Goes on with the bodies that waited for a window; those of streams that are `gone` by now are dropped. */
  unblock(gone: (stream: SendingStream) => boolean): void {
    if (this.blocked.length === 0) return
    const { blocked } = this
    this.blocked = []
    for (const stream of blocked) if (!gone(stream) && !this.body(stream)) this.blocked.push(stream)
    this.plan()
  }

  private headers(id: number, block: Buffer, ends: boolean): void {
    const endStream = ends ? FLAG.endStream : 0
    if (block.length <= this.peerFrame) {
      const at = this.room(FRAME_HEADER + block.length)
      const from = writeFrameHeader(this.outbox, at, block.length, FRAME.headers, FLAG.endHeaders | endStream, id)
      this.outbox.set(block, from)
      this.length = from + block.length
      return
    }
    this.put(frame(FRAME.headers, endStream, id, block.subarray(0, this.peerFrame)))
    for (let at = this.peerFrame; at < block.length; at += this.peerFrame) {
      const last = at + this.peerFrame >= block.length
      this.put(frame(FRAME.continuation, last ? FLAG.endHeaders : 0, id, block.subarray(at, at + this.peerFrame)))
    }
  }

  /** Sends as much of a body as the windows allow; true when all of it is sent. */
  private body(stream: SendingStream): boolean {
    const { unsent } = stream
    const { body } = unsent
    if (body === undefined) return true
    while (unsent.offset < body.length) {
      const length = Math.min(body.length - unsent.offset, this.peerFrame, unsent.window, this.window)
      if (length <= 0) return false
      const ends = unsent.offset + length === body.length
      const at = this.room(FRAME_HEADER + length)
      const from = writeFrameHeader(this.outbox, at, length, FRAME.data, ends ? FLAG.endStream : 0, stream.id)
      this.outbox.set(body.subarray(unsent.offset, unsent.offset + length), from)
      this.length = from + length
      unsent.offset += length
      unsent.window -= length
      this.window -= length
    }
    unsent.body = undefined
    return true
  }

  /** Makes room for `length` bytes in the outbox and returns where they go. */
  private room(length: number): number {
    if (this.length + length > this.outbox.length) this.flush()
    if (length > this.outbox.length) this.outbox = Buffer.allocUnsafeSlow(length)
    return this.length
  }

  private put(bytes: Buffer): void {
    const at = this.room(bytes.length)
    this.outbox.set(bytes, at)
    this.length = at + bytes.length
  }

  /** Sees to it that the outbox is written: on release, or else after this turn. */
  private plan(): void {
    if (this.held || this.flushPlanned) return
    this.flushPlanned = true
    queueMicrotask(this.flushSoon)
  }

  private readonly flushSoon = (): void => {
    this.flushPlanned = false
    this.flush()
  }

  private flush(): void {
    if (this.length === 0) return
    const bytes = this.outbox.subarray(0, this.length)
    this.length = 0
    if (this.socket.destroyed) return
    this.socket.write(bytes)
    // What the kernel did not take at once is still being read from: a fresh outbox, then.
    if (this.socket.writableLength > 0) this.outbox = Buffer.allocUnsafeSlow(OUTBOX_BYTES)
  }
}
