import type { Socket } from 'node:net'
import { type Endpoint, openSocket, type SocketOwner } from './endpoint.ts'
import { type FailureKind, failureDetail, failureKindOf, tlsFailure } from './failure.ts'
import { Lane, type LaneOwner } from './lane.ts'
import { type PreparedRequest, takeVariant } from './prepared-request.ts'

/** Bytes a connection reads at a time. */
const READ_BYTES = 64 * 1024

/** Reads one protocol's answers out of whatever pieces a socket gives. `begin` comes before each answer. */
export interface AnswerReader {
  readonly status: number
  /** Bytes of the answer so far. */
  readonly size: number
  readonly complete: boolean
  /** False when the connection can't carry another request. */
  readonly keepAlive: boolean
  /** Why what was read is no answer; '' while it is. */
  readonly problem: string
  /** The kind of failure that a problem is. */
  readonly problemKind: FailureKind
  begin(request: PreparedRequest): void
  /** Reads `buffer[from, to)` until the answer is whole or the bytes are used up; returns where it stopped. */
  read(buffer: Buffer, from: number, to: number): number
  /** True when the end of the connection is the proper end of the answer. */
  endOfInput(): boolean
}

/**
 * One connection that carries one request at a time: HTTP/1.1 and TCP. Reconnects when the last connection ended; a connection that the peer closes
 * between requests is no failure. With `keepAlive` false every request has its own connection, whose making is part of its time.
 */
export class ConnectionLane extends Lane implements SocketOwner {
  private readonly endpoint: Endpoint
  private readonly owner: LaneOwner
  private readonly keepAlive: boolean
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  private readonly answer: AnswerReader
  private socket: Socket | undefined = undefined
  private connected = false
  private connectedBefore = false
  private warmed: (() => void) | undefined = undefined

  constructor(pool: number, endpoint: Endpoint, keepAlive: boolean, answer: AnswerReader, owner: LaneOwner) {
    super(pool)
    this.answer = answer
    this.endpoint = endpoint
    this.keepAlive = keepAlive
    this.owner = owner
  }

  get connecting(): boolean {
    return this.socket !== undefined && !this.connected
  }

  warm(done: () => void): void {
    if (!this.keepAlive) {
      done()
      return
    }
    this.warmed = done
    this.open()
  }

  start(): void {
    if (this.socket === undefined) this.open()
    else if (this.connected) this.send(this.socket)
  }

  abandon(kind: FailureKind, now: number): void {
    this.fail(kind, now, '')
  }

  close(): void {
    const socket = this.socket
    this.socket = undefined
    this.connected = false
    socket?.destroy()
  }

  private open(): void {
    this.connected = false
    // Each socket reports through its own owner, so that the last words of a dropped one are not taken for the next one's.
    const owner: SocketOwner = {
      ready: () => this.socket === socket && this.ready(),
      read: (count, buffer) => this.socket === socket && this.read(count, buffer),
      ended: () => this.socket === socket && this.ended(),
      gone: (error) => this.socket === socket && this.gone(error),
    }
    const socket = openSocket(this.endpoint, this.buffer, owner)
    this.socket = socket
  }

  ready(): void {
    this.connected = true
    this.owner.connected(!this.connectedBefore)
    this.connectedBefore = true
    this.finishWarming()
    if (this.request !== undefined && this.socket !== undefined) this.send(this.socket)
  }

  private send(socket: Socket): void {
    const request = this.request
    if (request === undefined) return
    this.answer.begin(request)
    const variant = takeVariant(request)
    socket.write(request.bytes[variant] as Buffer)
  }

  read(count: number, buffer: Buffer): void {
    const now = performance.now()
    const { answer } = this
    let at = 0
    while (at < count) {
      if (this.request === undefined || !this.connected) {
        // Bytes that nothing asked for: the connection is out of step and can't be used again.
        this.close()
        return
      }
      at = answer.read(buffer, at, count)
      if (answer.problem !== '') {
        this.fail(answer.problemKind, now, answer.problem)
        return
      }
      if (answer.complete) {
        const surplus = at < count
        this.finish(now, surplus)
        if (surplus) return
      }
    }
  }

  private finish(now: number, surplus: boolean): void {
    const { status, size } = this.answer
    if (surplus || !this.answer.keepAlive || !this.keepAlive) this.close()
    this.owner.completed(this, status, size, now)
  }

  ended(): void {
    if (this.request === undefined) return
    const now = performance.now()
    if (this.answer.endOfInput()) this.finish(now, true)
    else this.fail('closed', now, 'the peer ended the connection before the whole answer had come')
  }

  gone(error: NodeJS.ErrnoException | undefined): void {
    const wasConnected = this.connected
    this.socket = undefined
    this.connected = false
    this.finishWarming()
    if (this.request === undefined) return
    const now = performance.now()
    if (error === undefined) this.fail('closed', now, 'the connection was closed before the whole answer had come')
    else
      this.fail(
        !wasConnected && this.endpoint.tls !== undefined ? tlsFailure(error) : failureKindOf(error),
        now,
        failureDetail(error),
      )
  }

  private fail(kind: FailureKind, now: number, detail: string): void {
    this.close()
    this.owner.failed(this, kind, now, detail)
  }

  private finishWarming(): void {
    const warmed = this.warmed
    this.warmed = undefined
    warmed?.()
  }
}
