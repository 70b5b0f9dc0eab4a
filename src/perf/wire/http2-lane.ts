import type { Endpoint } from './endpoint.ts'
import type { FailureKind } from './failure.ts'
import { GrpcMessages } from './grpc-messages.ts'
import { Http2Session, type Http2Stream, type SessionOwner } from './http2-session.ts'
import { Lane, type LaneOwner } from './lane.ts'
import { takeVariant } from './prepared-request.ts'

/** The connection that several lanes share; a new session is opened when the last one ended or went away. */
export class Http2Link implements SessionOwner {
  readonly endpoint: Endpoint
  readonly grpc: boolean
  private readonly owner: LaneOwner
  private current: Http2Session | undefined = undefined
  private openedBefore = false
  private warmed: (() => void)[] = []

  constructor(endpoint: Endpoint, grpc: boolean, owner: LaneOwner) {
    this.endpoint = endpoint
    this.grpc = grpc
    this.owner = owner
  }

  /** The session that takes requests now. */
  session(): Http2Session {
    if (this.current === undefined || !this.current.usable) this.current = new Http2Session(this.endpoint, this.grpc, this)
    return this.current
  }

  get opening(): boolean {
    return this.current?.opening === true
  }

  warm(done: () => void): void {
    if (this.current !== undefined && !this.current.opening) {
      done()
      return
    }
    this.warmed.push(done)
    this.session()
  }

  opened(): void {
    this.owner.connected(!this.openedBefore)
    this.openedBefore = true
    this.finishWarming()
  }

  closing(session: Http2Session): void {
    if (this.current === session) this.current = undefined
    this.finishWarming()
  }

  close(): void {
    this.current?.close()
    this.current = undefined
  }

  private finishWarming(): void {
    const warmed = this.warmed
    this.warmed = []
    for (const done of warmed) done()
  }
}

/** One HTTP/2 stream at a time on a link. With `keepAlive` false every request has a connection of its own. */
export class Http2Lane extends Lane implements Http2Stream {
  id = 0
  status = 0
  grpcStatus = -1
  size = 0
  readonly unsent: { body: Buffer | undefined; offset: number; window: number } = { body: undefined, offset: 0, window: 0 }
  readonly messages: GrpcMessages | undefined
  private readonly link: Http2Link
  private readonly keepAlive: boolean
  private readonly owner: LaneOwner
  private session: Http2Session | undefined = undefined
  private variant = 0

  constructor(pool: number, link: Http2Link, keepAlive: boolean, owner: LaneOwner) {
    super(pool)
    this.link = link
    this.messages = link.grpc ? new GrpcMessages() : undefined
    this.keepAlive = keepAlive
    this.owner = owner
  }

  get connecting(): boolean {
    return this.session?.opening === true
  }

  warm(done: () => void): void {
    if (this.keepAlive) this.link.warm(done)
    else done()
  }

  start(): void {
    if (this.request === undefined) return
    this.variant = takeVariant(this.request)
    this.send()
  }

  private send(): void {
    if (this.request === undefined) return
    this.session = this.link.session()
    this.session.request(this, this.request, this.variant)
  }

  abandon(kind: FailureKind, now: number): void {
    const opening = this.session?.opening === true
    this.session?.cancel(this)
    // A connection that never got as far as settings is not worth waiting for again.
    if (opening || !this.keepAlive) this.link.close()
    this.owner.failed(this, kind, now, '')
  }

  finished(now: number): void {
    if (!this.keepAlive) this.link.close()
    if (this.link.grpc && this.status === 200) {
      const cutOff = this.grpcStatus === 0 && this.messages?.cutOff === true
      // A call that ends without grpc-status is broken (gRPC over HTTP/2, Responses); 2 is UNKNOWN.
      if (cutOff) this.owner.failed(this, 'malformed', now, 'the message of the gRPC answer is cut off')
      else this.owner.completed(this, this.grpcStatus < 0 ? 2 : this.grpcStatus, this.size, now)
    } else if (this.link.grpc) this.owner.failed(this, 'status', now, `HTTP status ${this.status} instead of a gRPC answer`)
    else if (this.status === 0) this.owner.failed(this, 'malformed', now, 'the answer ended without a status')
    else this.owner.completed(this, this.status, this.size, now)
  }

  failed(kind: FailureKind, now: number, detail: string): void {
    if (this.request !== undefined) this.owner.failed(this, kind, now, detail)
  }

  refused(): void {
    this.send()
  }

  close(): void {
    this.link.close()
  }
}
