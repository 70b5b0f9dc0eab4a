import { type HttpContext, type LocalResponse, noOrders } from '../host/contexts.ts'
import { type FilterFailure, GuestFailed } from '../host/failure.ts'
import type { HeaderMap } from '../host/header-map.ts'
import { newStreamInfo, type StreamInfo } from '../host/stream-info.ts'
import type { CallbackTrace, ChainLink } from './chain.ts'
import { failedFilterReply, localReplyMessage } from './local-reply.ts'
import { type DirectionFilter, StreamDirection } from './stream-direction.ts'

/** A whole HTTP message. The body comes in the chunks that a filter sees one by one. */
export interface HttpMessage {
  readonly headers: HeaderMap
  readonly chunks: readonly Buffer[]
  readonly trailers: HeaderMap | undefined
}

/** Where an exchange stands: held by a filter, at the upstream's turn, or over. */
export type ExchangePhase = 'request' | 'upstream' | 'response' | 'over'

/** How an exchange ended. */
export type ExchangeOutcome =
  /** The upstream's response, filtered, reached the client. */
  | 'responded'
  /** A filter answered instead. */
  | 'local-response'
  /** A filter failed and the proxy answered 503. */
  | 'failed'
  /** A filter cut the stream. */
  | 'reset'
  /** A filter held the stream and nothing was left that could have let it go. */
  | 'paused'

/** A filter's part in one stream. */
class Participant implements DirectionFilter {
  readonly link: ChainLink
  readonly #exchange: HttpExchange
  httpContext: HttpContext | undefined
  /** Left out of the stream: it failed, and its policy is to go on without it. */
  leftOut = false

  constructor(link: ChainLink, exchange: HttpExchange) {
    this.link = link
    this.#exchange = exchange
  }

  get name(): string {
    return this.link.settings.name
  }

  get allowOnHeadersStopIteration(): boolean {
    return this.link.settings.allowOnHeadersStopIteration
  }

  context(): HttpContext | undefined {
    if (this.leftOut) return undefined
    if (this.httpContext === undefined && this.#exchange.phase === 'request') this.#exchange.join(this)
    return this.leftOut ? undefined : this.httpContext
  }

  call(callback: string, context: HttpContext, size: number, endOfStream: number): number | undefined {
    try {
      return this.link.vm?.call(callback, context, size, endOfStream)
    } catch (error) {
      if (!(error instanceof GuestFailed)) throw error
      this.#exchange.failed(this)
      return undefined
    }
  }
}

/**
 * One request and its response on their way through a chain of filters, as Envoy's connection manager takes them: the request
 * meets the filters in order and the response in reverse; a local response goes back through those filters that had joined.
 */
export class HttpExchange {
  readonly info: StreamInfo
  readonly trace: CallbackTrace[] = []
  readonly failures: FilterFailure[] = []
  phase: ExchangePhase = 'request'
  /** Set when something other than the upstream's response ends the stream. */
  #verdict: 'local-response' | 'failed' | 'reset' | undefined
  localResponse: LocalResponse | undefined
  readonly request: StreamDirection
  response: StreamDirection | undefined
  readonly #participants: readonly Participant[]
  /** Filters that answered proxy_on_done with "not yet". */
  readonly #lingering: (readonly [Participant, HttpContext])[] = []
  readonly #nextContextId: () => number

  constructor(links: readonly ChainLink[], message: HttpMessage, now: bigint, connectionId: number, nextContextId: () => number) {
    this.info = newStreamInfo(now, connectionId)
    this.info.requestHeaders = message.headers
    if (message.trailers !== undefined) this.info.requestTrailers = message.trailers
    this.info.requestSize = message.chunks.reduce((size, chunk) => size + chunk.length, 0)
    this.#nextContextId = nextContextId
    this.#participants = links.map((link) => new Participant(link, this))
    this.request = new StreamDirection('request', message, this.#participants, this.trace, () => this.settle())
    pushMessage(this.request, message)
    this.#run()
  }

  /** Gives a filter its context for this stream, or finds out that it has failed. */
  join(participant: Participant): void {
    const { vm } = participant.link
    if (vm === undefined || vm.failure !== undefined) {
      this.failed(participant)
      return
    }
    const context: HttpContext = { kind: 'http', id: this.#nextContextId(), info: this.info, orders: noOrders() }
    participant.httpContext = context
    try {
      vm.open(context)
    } catch (error) {
      if (!(error instanceof GuestFailed)) throw error
      this.failed(participant)
    }
  }

  /** A filter has failed: the stream goes on without it or is refused, as its policy says. */
  failed(participant: Participant): void {
    if (participant.leftOut) return
    participant.leftOut = true
    const failure = participant.link.vm?.failure ?? participant.link.failure
    if (failure !== undefined) this.failures.push(failure)
    if (participant.link.settings.failurePolicy === 'fail-open') {
      this.request.resume(participant)
      this.response?.resume(participant)
      return
    }
    this.#verdict = 'failed'
    this.#answer(failedFilterReply(participant.name))
  }

  /** The upstream has answered. */
  respond(message: HttpMessage): void {
    if (this.phase !== 'upstream') return
    this.#openResponse(message, [...this.#participants].reverse())
    this.#run()
  }

  /** Carries out what guests asked for since they were called. Moves nothing: that is the directions' work. */
  settle(): void {
    for (const participant of this.#participants) {
      if (participant.httpContext !== undefined && participant.link.vm?.failure !== undefined) this.failed(participant)
      const orders = participant.httpContext?.orders
      if (orders === undefined || this.phase === 'over') continue
      const { localResponse: reply, closed, continueRequest, continueResponse } = orders
      orders.localResponse = undefined
      orders.continueRequest = false
      orders.continueResponse = false
      if (reply !== undefined) {
        this.#verdict = 'local-response'
        this.localResponse = reply
        this.#answer(reply)
      } else if (closed !== undefined) {
        this.#verdict = 'reset'
        this.#end()
      } else {
        if (continueRequest) this.request.resume(participant)
        if (continueResponse) this.response?.resume(participant)
      }
    }
  }

  /** Moves on as far as it goes: what the bench calls after a guest was called on the side, for a callout or a timer. */
  proceed(): void {
    this.settle()
    this.#run()
  }

  /** How the exchange has ended, or that it is held. */
  get outcome(): ExchangeOutcome {
    return this.#verdict ?? (this.phase === 'over' ? 'responded' : 'paused')
  }

  /** The filter that holds the stream, while one does. */
  get heldBy(): string | undefined {
    return this.phase === 'request' ? this.request.heldBy : this.phase === 'response' ? this.response?.heldBy : undefined
  }

  #run(): void {
    let before: StreamDirection | undefined
    do {
      before = this.response
      if (this.phase === 'request') {
        this.request.run()
        if (this.phase === 'request' && this.request.sink.complete) this.phase = 'upstream'
      }
      if (this.phase === 'response') {
        this.response?.run()
        if (this.phase === 'response' && this.response?.sink.complete === true) this.phase = 'over'
      }
    } while (this.response !== before)
  }

  /** Answers the client in the upstream's stead. During the response it goes straight out, past all filters. */
  #answer(reply: LocalResponse): void {
    const direct = this.phase === 'response'
    if (direct && this.response?.sink.headers === true) {
      this.#verdict = 'reset' // the client already has the beginning of another response
      this.#end()
      return
    }
    this.request.ended = true
    if (this.response !== undefined) this.response.ended = true
    this.info.responseCodeDetails = reply.details
    const { headers, body } = localReplyMessage(reply, this.request.headers)
    const chunks = body.length > 0 ? [body] : []
    this.#openResponse({ headers, chunks, trailers: undefined }, direct ? [] : [...this.#participants].reverse())
  }

  #openResponse(message: HttpMessage, filters: readonly DirectionFilter[]): void {
    this.phase = 'response'
    this.info.responseHeaders = message.headers
    if (message.trailers !== undefined) this.info.responseTrailers = message.trailers
    this.info.responseSize = message.chunks.reduce((size, chunk) => size + chunk.length, 0)
    this.response = new StreamDirection('response', message, filters, this.trace, () => this.settle())
    pushMessage(this.response, message)
  }

  #end(): void {
    this.request.ended = true
    if (this.response !== undefined) this.response.ended = true
    this.phase = 'over'
  }

  /** Ends the stream for the filters that joined it: done, log, delete, as the ABI orders them. */
  finish(): void {
    for (const participant of this.#participants) {
      const { httpContext: context } = participant
      if (context === undefined) continue
      context.requestHeaders = this.info.requestHeaders
      context.requestTrailers = this.info.requestTrailers
      context.responseHeaders = this.info.responseHeaders
      context.responseTrailers = this.info.responseTrailers
      const done = this.#last(participant, context, 'proxy_on_done')
      if (done === 0 && !context.orders.done) this.#lingering.push([participant, context])
      else this.#conclude(participant, context)
    }
  }

  /** Lets go of filters that answered "not done yet" and have said since that they are, or of all. True when none is left. */
  release(all: boolean): boolean {
    const waiting = this.#lingering.splice(0)
    for (const entry of waiting) {
      if (all || entry[1].orders.done || entry[0].link.vm?.failure !== undefined) this.#conclude(...entry)
      else this.#lingering.push(entry)
    }
    return this.#lingering.length === 0
  }

  #conclude(participant: Participant, context: HttpContext): void {
    context.logging = true
    this.#last(participant, context, 'proxy_on_log')
    context.logging = false
    this.#last(participant, context, 'proxy_on_delete')
    participant.link.vm?.close(context)
  }

  /** One of the calls after the stream's end; a failure in them harms nobody's stream. */
  #last(participant: Participant, context: HttpContext, callback: string): number | undefined {
    const { vm } = participant.link
    if (vm === undefined || vm.failure !== undefined) return undefined
    try {
      return vm.call(callback, context)
    } catch (error) {
      if (!(error instanceof GuestFailed)) throw error
      this.failures.push(error.failure)
      return undefined
    }
  }
}

function pushMessage(direction: StreamDirection, message: HttpMessage): void {
  const chunks = message.chunks
  const hasTrailers = message.trailers !== undefined
  direction.push({ kind: 'headers', endOfStream: chunks.length === 0 && !hasTrailers })
  for (const [index, bytes] of chunks.entries()) {
    direction.push({ kind: 'data', bytes, endOfStream: !hasTrailers && index === chunks.length - 1 })
  }
  if (hasTrailers) direction.push({ kind: 'trailers' })
}
