import type { HeaderPair } from '../abi/header-pairs.ts'

/** What has come of a callout so far: `failed` is refused, reset or timed out. */
export type CalloutFate = 'open' | 'answered' | 'failed'

/** An HTTP request that a filter asked the proxy to make. */
export interface HttpCallout {
  readonly kind: 'http'
  readonly id: number
  readonly filter: string
  /** The cluster's name, as the proxy knows it. */
  readonly upstream: string
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly trailers: readonly HeaderPair[]
  /** 0 is without end. */
  readonly timeoutMilliseconds: number
  fate: CalloutFate
}

/** A gRPC call or stream that a filter asked for. A call has one message; a stream collects those that are sent. */
export interface GrpcCallout {
  readonly kind: 'grpc-call' | 'grpc-stream'
  readonly id: number
  readonly filter: string
  readonly upstream: string
  readonly service: string
  readonly method: string
  readonly metadata: readonly HeaderPair[]
  readonly messages: Buffer[]
  readonly timeoutMilliseconds: number
  fate: CalloutFate
}

export type Callout = HttpCallout | GrpcCallout

/** What came back for an HTTP callout. Headers hold `:status`. */
export interface HttpAnswer {
  readonly kind: 'http'
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly trailers: readonly HeaderPair[]
}

/** What came back for a gRPC callout. */
export interface GrpcAnswer {
  readonly kind: 'grpc'
  readonly initialMetadata: readonly HeaderPair[]
  readonly messages: readonly Buffer[]
  readonly trailingMetadata: readonly HeaderPair[]
  /** The gRPC status, 0 for OK. */
  readonly status: number
  readonly message: string
}

/** Nothing came back: refused, reset or timed out. */
export interface FailedAnswer {
  readonly kind: 'failure'
}

export type CalloutAnswer = HttpAnswer | GrpcAnswer | FailedAnswer

/**
 * The cluster that a gRPC upstream names. Envoy takes a serialised GrpcService (envoy.config.core.v3): the cluster stands in
 * field 1 of the message in field 1; the text is taken as it is when it is not one.
 */
export function grpcUpstreamName(upstream: Buffer): string {
  const [outerTag, outerSize, innerTag, innerSize] = upstream
  if (
    outerTag === 0x0a &&
    innerTag === 0x0a &&
    outerSize !== undefined &&
    innerSize !== undefined &&
    outerSize >= innerSize + 2
  ) {
    return upstream.toString('utf8', 4, 4 + innerSize)
  }
  return upstream.toString('utf8')
}
