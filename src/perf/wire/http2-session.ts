import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Endpoint, openSocket, type SocketOwner } from './endpoint.ts'
import { type FailureKind, failureDetail, failureKindOf, tlsFailure } from './failure.ts'
import type { GrpcMessages } from './grpc-messages.ts'
import { decodeHeaderBlock, HpackError } from './hpack-decode.ts'
import { clientPreface, FLAG, FRAME, LARGEST_WINDOW, SETTING, windowIncrement } from './http2-frame.ts'
import { type FrameOwner, Http2FrameReader } from './http2-frame-reader.ts'
import { Http2Sender, type SendingStream, type UnsentBody } from './http2-sender.ts'
import type { PreparedRequest } from './prepared-request.ts'

/** One request on a session, kept by its lane and used again for the lane's next request. */
export interface Http2Stream extends SendingStream {
  id: number
  /** HTTP status of the answer, 0 before it came. */
  status: number
  /** gRPC status of the trailers, -1 before they came. */
  grpcStatus: number
  /** Bytes of the answer. */
  size: number
  readonly unsent: UnsentBody
  /** gRPC: the messages of the answer. */
  readonly messages: GrpcMessages | undefined
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
/** The connection window is opened again after this many bytes. */
const WINDOW_STEP = 2 ** 20
/** Stream ids run out at 2^31; a session is left well before. */
const LAST_STREAM = 2 ** 31 - 1_000_001
const CANCEL = Buffer.from([0, 0, 0, 8])
const NOTHING = Buffer.alloc(0)
const GRPC_STATUS = 'grpc-status'

/**
 * One HTTP/2 connection as a client speaks it, with framing of our own: requests are prepared bytes, answers are counted, not
 * kept.
 */
export class Http2Session implements SocketOwner, FrameOwner {
  /** False from GOAWAY or the end on: no new requests. */
  usable = true
  private readonly endpoint: Endpoint
  private readonly owner: SessionOwner
  private readonly grpc: boolean
  private readonly socket: Socket
  private readonly sender: Http2Sender
  private readonly reader: Http2FrameReader
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  private readonly streams = new Map<number, Http2Stream>()
  private waiting: { readonly stream: Http2Stream; readonly request: PreparedRequest; readonly variant: number }[] = []
  private nextStream = 1
  private secure = false
  private settled = false
  private peerStreams = LARGEST_WINDOW
  private unacknowledged = 0
  private lastTrailers: Buffer | undefined = undefined
  private lastTrailersStatus = -1
  /** When the read under way began. */
  private now = 0

  constructor(endpoint: Endpoint, grpc: boolean, owner: SessionOwner) {
    this.endpoint = endpoint
    this.grpc = grpc
    this.owner = owner
    this.socket = openSocket(endpoint, this.buffer, this)
    this.sender = new Http2Sender(this.socket)
    this.reader = new Http2FrameReader(this)
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
    stream.messages?.begin()
    stream.unsent.body = undefined
    if (!this.settled || this.streams.size >= this.peerStreams) this.waiting.push({ stream, request, variant })
    else this.send(stream, request, variant)
  }

  /** Takes a stream back: RST_STREAM when it is under way. Reports nothing. */
  cancel(stream: Http2Stream): void {
    if (this.streams.get(stream.id) === stream) {
      this.forget(stream)
      this.sender.frame(FRAME.resetStream, 0, stream.id, CANCEL)
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
    else
      this.fail(!this.secure && this.endpoint.tls !== undefined ? tlsFailure(error) : failureKindOf(error), failureDetail(error))
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
    const id = this.nextStream
    this.nextStream += 2
    stream.id = id
    this.streams.set(id, stream)
    this.sender.request(stream, request.bytes[variant] as Buffer, request.bodies[variant])
    if (this.nextStream > LAST_STREAM) this.retire()
  }

  read(count: number, buffer: Buffer): void {
    if (!this.usable && this.streams.size === 0) return
    this.now = performance.now()
    this.sender.hold()
    try {
      const problem = this.reader.read(buffer, count)
      if (problem !== '') this.fail('malformed', problem)
    } finally {
      this.sender.release()
    }
  }

  dataBegins(id: number, length: number, padded: boolean): void {
    const stream = this.streams.get(id)
    if (stream !== undefined) {
      stream.size += length
      if (padded) stream.messages?.giveUp()
    }
    this.unacknowledged += length
    if (this.unacknowledged >= WINDOW_STEP) {
      this.sender.frame(FRAME.windowUpdate, 0, 0, windowIncrement(this.unacknowledged))
      this.unacknowledged = 0
    }
  }

  data(id: number, bytes: Buffer, from: number, to: number): void {
    if (this.grpc) this.streams.get(id)?.messages?.read(bytes, from, to)
  }

  dataEnds(id: number, endsStream: boolean): void {
    if (!endsStream) return
    const stream = this.streams.get(id)
    if (stream !== undefined) this.finish(stream, this.now)
  }

  frame(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): string {
    switch (type) {
      case FRAME.settings:
        return this.settings(flags, bytes, from, to)
      case FRAME.ping:
        if ((flags & FLAG.ack) === 0) this.sender.frame(FRAME.ping, FLAG.ack, 0, Buffer.from(bytes.subarray(from, to)))
        return ''
      case FRAME.windowUpdate:
        return this.windowOpened(id, bytes, from, to)
      case FRAME.resetStream: {
        const stream = this.streams.get(id)
        if (stream === undefined) return ''
        this.forget(stream)
        const code = to - from === 4 ? bytes.readUInt32BE(from) : '?'
        stream.failed('stream-reset', this.now, `the server reset the stream (code ${code})`)
        this.sendWaiting()
        return ''
      }
      case FRAME.goAway:
        return this.goAway(bytes, from, to, this.now)
      case FRAME.pushPromise:
        return 'the server pushes though that was turned off'
      default:
        return ''
    }
  }

  headerBlock(id: number, ends: boolean, bytes: Buffer, from: number, to: number): string {
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
    if (ends) this.finish(stream, this.now)
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
      else if (id === SETTING.maxFrameSize) this.sender.allowFrames(value)
      else if (id === SETTING.initialWindowSize) {
        if (value > LARGEST_WINDOW) return 'a window is larger than allowed'
        this.sender.allowStreams(value)
      }
    }
    this.sender.frame(FRAME.settings, FLAG.ack, 0, NOTHING)
    if (!this.settled) {
      this.settled = true
      this.owner.opened()
    }
    this.sender.unblock(this.isGone)
    this.sendWaiting()
    return ''
  }

  private windowOpened(id: number, bytes: Buffer, from: number, to: number): string {
    if (to - from !== 4) return 'a window update has the wrong length'
    const increment = bytes.readUInt32BE(from) & 0x7fffffff
    if (id === 0) this.sender.allowMore(increment)
    else {
      const stream = this.streams.get(id)
      if (stream !== undefined) stream.unsent.window += increment
    }
    this.sender.unblock(this.isGone)
    return ''
  }

  private readonly isGone = (stream: SendingStream): boolean => this.streams.get(stream.id) !== stream

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
