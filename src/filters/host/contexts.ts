import type { HeaderPair } from '../abi/header-pairs.ts'
import type { ByteBuffer } from './byte-buffer.ts'
import type { HeaderMap } from './header-map.ts'
import type { StreamInfo } from './stream-info.ts'

/** The plugin's own context: configured once, ticks, gets callouts' answers. */
export interface RootContext {
  readonly kind: 'root'
  readonly id: number
  /** The guest said proxy_done for it, which matters once it was asked to end. */
  done: boolean
}

/** What a filter told the client instead of passing the request on. Text is a character a byte. */
export interface LocalResponse {
  readonly filter: string
  readonly status: number
  readonly details: string
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  /** -1 when the filter gave none. */
  readonly grpcStatus: number
}

/**
 * One HTTP stream as one filter sees it. A map or buffer is here only while the filter may touch it: Envoy takes them away once
 * a callback has let them pass.
 */
export interface HttpContext {
  readonly kind: 'http'
  readonly id: number
  readonly info: StreamInfo
  requestHeaders?: HeaderMap | undefined
  requestBody?: ByteBuffer | undefined
  requestTrailers?: HeaderMap | undefined
  responseHeaders?: HeaderMap | undefined
  responseBody?: ByteBuffer | undefined
  responseTrailers?: HeaderMap | undefined
  /** There while the end of a body without trailers is shown: makes trailers for whoever asks for them. */
  addRequestTrailers?: (() => HeaderMap) | undefined
  addResponseTrailers?: (() => HeaderMap) | undefined
  /** True while proxy_on_log runs: maps that were never there are then only empty. */
  logging?: boolean
  /** What the guest asked for during a call; carried out after it. */
  readonly orders: StreamOrders
}

/** One TCP connection as one filter sees it. */
export interface TcpContext {
  readonly kind: 'tcp'
  readonly id: number
  readonly info: StreamInfo
  downstreamData?: ByteBuffer | undefined
  upstreamData?: ByteBuffer | undefined
  readonly orders: StreamOrders
}

export type FilterContext = RootContext | HttpContext | TcpContext

/** What a guest asked for and the host does once the guest has returned. */
export interface StreamOrders {
  continueRequest: boolean
  continueResponse: boolean
  continueDownstream: boolean
  continueUpstream: boolean
  closed: 'request' | 'response' | 'downstream' | 'upstream' | undefined
  localResponse: LocalResponse | undefined
  done: boolean
}

/** No orders yet. */
export function noOrders(): StreamOrders {
  return {
    continueRequest: false,
    continueResponse: false,
    continueDownstream: false,
    continueUpstream: false,
    closed: undefined,
    localResponse: undefined,
    done: false,
  }
}
