import { dataActions, type HeadersAction, headersActions } from '../abi/constants.ts'
import { ByteBuffer } from '../host/byte-buffer.ts'
import type { HttpContext } from '../host/contexts.ts'
import { HeaderMap } from '../host/header-map.ts'
import type { CallbackTrace } from './chain.ts'

/** A part of a message on its way through the chain. */
export type MessagePart =
  | { readonly kind: 'headers'; readonly endOfStream: boolean }
  | { readonly kind: 'data'; readonly bytes: Buffer; readonly endOfStream: boolean }
  | { readonly kind: 'trailers' }

/** A filter as a direction needs it. `call` answers undefined when the filter has no such callback or has been left out. */
export interface DirectionFilter {
  readonly name: string
  readonly allowOnHeadersStopIteration: boolean
  /** Undefined when the filter takes no part in this direction. */
  context(): HttpContext | undefined
  call(callback: string, context: HttpContext, size: number, endOfStream: number): number | undefined
}

/** How far a filter lets parts pass: freely, held from a body on, held from headers on, or not even called any more. */
type Stop = 'none' | 'data' | 'headers' | 'all'

interface Stage {
  readonly filter: DirectionFilter
  readonly queue: MessagePart[]
  stop: Stop
  /** The filter asked for the whole body at once: each call shows all of it so far. */
  buffering: boolean
  heldHeaders: (MessagePart & { kind: 'headers' }) | undefined
  readonly heldData: ByteBuffer
  heldEnd: boolean
  heldTrailers: boolean
}

/** What has come out at the chain's end. */
export interface Sink {
  headers: boolean
  readonly body: Buffer[]
  complete: boolean
}

const callbackNames = {
  request: { headers: 'proxy_on_request_headers', body: 'proxy_on_request_body', trailers: 'proxy_on_request_trailers' },
  response: { headers: 'proxy_on_response_headers', body: 'proxy_on_response_body', trailers: 'proxy_on_response_trailers' },
} as const

/**
 * One direction of an HTTP stream: parts go through the filters one after the other, each of which may hold them, after the rules
 * of Envoy's filter manager (source/common/http/filter_manager.cc) and of the C++ host, which turns a pause at headers into a
 * stop of everything unless told otherwise.
 */
export class StreamDirection {
  readonly side: 'request' | 'response'
  readonly headers: HeaderMap
  /** The message's own, or those that a filter added at its body's end. */
  trailers: HeaderMap | undefined
  readonly sink: Sink = { headers: false, body: [], complete: false }
  readonly #callbacks: (typeof callbackNames)['request' | 'response']
  readonly #stages: readonly Stage[]
  readonly #trace: CallbackTrace[]
  readonly #afterCall: () => void
  /** True once the stream was answered or reset: nothing moves any more. */
  ended = false

  /** `filters` in the order that this direction meets them; `afterCall` carries out what the guest asked for. */
  constructor(
    side: 'request' | 'response',
    message: { readonly headers: HeaderMap; readonly trailers: HeaderMap | undefined },
    filters: readonly DirectionFilter[],
    trace: CallbackTrace[],
    afterCall: () => void,
  ) {
    this.side = side
    this.#callbacks = callbackNames[side]
    this.headers = message.headers
    this.trailers = message.trailers
    this.#trace = trace
    this.#afterCall = afterCall
    this.#stages = filters.map((filter) => ({
      filter,
      queue: [],
      stop: 'none',
      buffering: false,
      heldHeaders: undefined,
      heldData: new ByteBuffer(),
      heldEnd: false,
      heldTrailers: false,
    }))
  }

  /** Lets a part in at the chain's beginning. */
  push(part: MessagePart): void {
    this.#pass(-1, part)
  }

  /** Moves every part as far as the filters let it. */
  run(): void {
    let moved = true
    while (moved && !this.ended) {
      moved = false
      for (const [index, stage] of this.#stages.entries()) {
        while (!this.ended && this.#step(index, stage)) moved = true
      }
    }
  }

  /** The filter that holds the message back, if one does. */
  get heldBy(): string | undefined {
    return this.#stages.find((stage) => stage.stop !== 'none')?.filter.name
  }

  /** A filter said to go on: what it held passes to the next one. */
  resume(filter: DirectionFilter): void {
    const index = this.#stages.findIndex((candidate) => candidate.filter === filter)
    const stage = this.#stages[index]
    if (stage === undefined) return
    const context = filter.context()
    if (context !== undefined) this.#show(context, undefined, undefined, undefined)
    this.#release(index, stage)
  }

  #release(index: number, stage: Stage): void {
    if (stage.stop === 'none') return
    stage.stop = 'none'
    stage.buffering = false
    if (stage.heldHeaders !== undefined) this.#pass(index, stage.heldHeaders)
    stage.heldHeaders = undefined
    if (stage.heldData.length > 0 || stage.heldEnd) {
      this.#pass(index, { kind: 'data', bytes: stage.heldData.drain(), endOfStream: stage.heldEnd })
    }
    stage.heldEnd = false
    if (stage.heldTrailers) this.#pass(index, { kind: 'trailers' })
    stage.heldTrailers = false
  }

  #pass(from: number, part: MessagePart): void {
    const next = this.#stages[from + 1]
    if (next !== undefined) {
      next.queue.push(part)
      return
    }
    switch (part.kind) {
      case 'headers':
        this.sink.headers = true
        this.sink.complete = part.endOfStream
        break
      case 'data':
        if (part.bytes.length > 0) this.sink.body.push(part.bytes)
        this.sink.complete = part.endOfStream
        break
      case 'trailers':
        this.sink.complete = true
        break
    }
  }

  /** Shows the guest what it may touch in this direction now. */
  #show(
    context: HttpContext,
    headers: HeaderMap | undefined,
    body: ByteBuffer | undefined,
    trailers: HeaderMap | undefined,
  ): void {
    if (this.side === 'request') {
      context.requestHeaders = headers
      context.requestBody = body
      context.requestTrailers = trailers
    } else {
      context.responseHeaders = headers
      context.responseBody = body
      context.responseTrailers = trailers
    }
  }

  /** Envoy makes trailers for a filter that asks for them at the end of a body that has none; later filters meet them. */
  #offerTrailers(context: HttpContext, offered: boolean): void {
    const make = (): HeaderMap => {
      const trailers = new HeaderMap([])
      this.trailers = trailers
      if (this.side === 'request') context.info.requestTrailers = context.requestTrailers = trailers
      else context.info.responseTrailers = context.responseTrailers = trailers
      return trailers
    }
    const offer = offered ? make : undefined
    if (this.side === 'request') context.addRequestTrailers = offer
    else context.addResponseTrailers = offer
  }

  /** Takes one part through a filter; false when there is none or the filter holds everything. */
  #step(index: number, stage: Stage): boolean {
    if (stage.stop === 'all') return false
    const part = stage.queue.shift()
    if (part === undefined) return false
    const context = stage.filter.context()
    if (context === undefined) {
      this.#pass(index, part)
      return true
    }
    switch (part.kind) {
      case 'headers':
        this.#headers(index, stage, context, part)
        break
      case 'data':
        this.#data(index, stage, context, part)
        break
      case 'trailers':
        this.#lastPart(index, stage, context)
        break
    }
    this.#afterCall()
    return true
  }

  #headers(index: number, stage: Stage, context: HttpContext, part: MessagePart & { kind: 'headers' }): void {
    this.#show(context, this.headers, undefined, undefined)
    const callback = this.#callbacks.headers
    const returned = stage.filter.call(callback, context, this.headers.length, part.endOfStream ? 1 : 0)
    const action: HeadersAction = headersActions[returned ?? 0] ?? 'stop-all-and-watermark'
    this.#note(stage, callback, action, returned)
    switch (action) {
      case 'continue':
      case 'continue-and-end-stream': // Envoy has no such answer of a Wasm filter: it goes on
        this.#show(context, undefined, undefined, undefined)
        this.#pass(index, part)
        break
      case 'pause':
        stage.heldHeaders = part
        stage.stop = stage.filter.allowOnHeadersStopIteration ? 'headers' : 'all'
        break
      case 'stop-all-and-buffer':
      case 'stop-all-and-watermark':
        stage.heldHeaders = part
        stage.stop = 'all'
        break
    }
  }

  #data(index: number, stage: Stage, context: HttpContext, part: MessagePart & { kind: 'data' }): void {
    const body = stage.buffering ? stage.heldData : new ByteBuffer()
    body.append(part.bytes)
    const heldHeaders = stage.heldHeaders === undefined ? undefined : this.headers
    this.#show(context, heldHeaders, body, undefined)
    const callback = this.#callbacks.body
    const before = this.trailers
    this.#offerTrailers(context, part.endOfStream && before === undefined)
    const returned = stage.filter.call(callback, context, body.length, part.endOfStream ? 1 : 0)
    this.#offerTrailers(context, false)
    const trailersAdded = this.trailers !== before
    const endOfStream = part.endOfStream && !trailersAdded
    const action = dataActions[returned ?? 0] ?? 'stop-no-buffer'
    this.#note(stage, callback, action, returned)
    if (action !== 'stop-no-buffer' && body !== stage.heldData && (stage.stop !== 'none' || action !== 'continue')) {
      stage.heldData.append(body.drain())
    }
    switch (action) {
      case 'continue':
        this.#show(context, undefined, undefined, undefined)
        if (stage.stop === 'none') this.#pass(index, { kind: 'data', bytes: body.drain(), endOfStream })
        else {
          stage.heldEnd = endOfStream
          this.#release(index, stage)
        }
        if (trailersAdded) this.#pass(index, { kind: 'trailers' })
        return
      case 'pause':
        stage.buffering = true
        this.#show(context, heldHeaders, stage.heldData, undefined)
        break
      case 'stop-and-watermark':
      case 'stop-no-buffer':
        stage.buffering = false
        break
    }
    stage.heldEnd = endOfStream
    stage.heldTrailers = trailersAdded
    if (stage.stop === 'none') stage.stop = 'data'
  }

  #lastPart(index: number, stage: Stage, context: HttpContext): void {
    const heldHeaders = stage.heldHeaders === undefined ? undefined : this.headers
    this.#show(context, heldHeaders, stage.buffering ? stage.heldData : undefined, this.trailers)
    const callback = this.#callbacks.trailers
    const returned = stage.filter.call(callback, context, this.trailers?.length ?? 0, 1)
    this.#note(stage, callback, returned === undefined || returned === 0 ? 'continue' : 'pause', returned)
    if (returned !== undefined && returned !== 0) {
      stage.heldTrailers = true
      if (stage.stop === 'none') stage.stop = 'data'
      return
    }
    this.#show(context, undefined, undefined, undefined)
    this.#release(index, stage)
    this.#pass(index, { kind: 'trailers' })
  }

  #note(stage: Stage, callback: string, action: CallbackTrace['action'], returned: number | undefined): void {
    if (returned === undefined || action === undefined || this.#trace.length >= 10_000) return
    this.#trace.push({ filter: stage.filter.name, callback, action, returned })
  }
}
