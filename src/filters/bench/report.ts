import { fromByteText } from '../abi/byte-text.ts'
import type { HeaderPair } from '../abi/header-pairs.ts'
import type { LogRecord } from '../host/bench-log.ts'
import type { Callout, CalloutFate } from '../host/callout.ts'
import type { FilterFailure } from '../host/failure.ts'
import type { MetricSnapshot } from '../host/metric-store.ts'
import type { CallbackTrace } from './chain.ts'
import type { ExchangeOutcome } from './http-exchange.ts'

/** A body as a report shows it: text where it is UTF-8, else base64. */
export type ReportedBody = { readonly text: string } | { readonly base64: string }

/** Headers as a report shows them, in order. */
export type ReportedHeaders = readonly (readonly [name: string, value: string])[]

export interface ReportedMessage {
  readonly headers: ReportedHeaders
  readonly body: ReportedBody
  readonly trailers?: ReportedHeaders
}

/** A callout as a report shows it. */
export interface ReportedCallout {
  readonly kind: Callout['kind']
  readonly id: number
  readonly filter: string
  readonly upstream: string
  readonly headers: ReportedHeaders
  readonly body: ReportedBody
  readonly trailers?: ReportedHeaders
  readonly service?: string
  readonly method?: string
  readonly messages?: readonly ReportedBody[]
  readonly timeoutMilliseconds: number
  /** What had come of it when the report was made. */
  readonly fate: CalloutFate
}

/** A local response as a report shows it. */
export interface ReportedLocalResponse {
  readonly filter: string
  readonly status: number
  readonly details: string
  readonly headers: ReportedHeaders
  readonly body: ReportedBody
  readonly grpcStatus?: number
}

/** All that came of one request: plain data, fit for JSON and for another thread. */
export interface ExchangeReport {
  readonly outcome: ExchangeOutcome
  /** What the first filter answered to the request's headers; `continue` where it wasn't asked. */
  readonly action: string
  /** The filter that holds the stream, when it is held. */
  readonly heldBy?: string
  /** The request as the filters left it, whether or not it got to the upstream. */
  readonly request: ReportedMessage
  readonly reachedUpstream: boolean
  /** What the client got. */
  readonly response?: ReportedMessage & { readonly status: number }
  readonly localResponse?: ReportedLocalResponse
  readonly callbacks: readonly CallbackTrace[]
  readonly callouts: readonly ReportedCallout[]
  readonly logs: readonly LogRecord[]
  readonly droppedLogs: number
  readonly metrics: readonly MetricSnapshot[]
  readonly failures: readonly FilterFailure[]
  /** Milliseconds of the virtual clock that the exchange took. */
  readonly elapsedMilliseconds: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes as a report shows them. */
export function reportBody(bytes: Uint8Array): ReportedBody {
  try {
    return { text: utf8.decode(bytes) }
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') }
  }
}

/** Pairs of byte text as ordinary text. */
export function reportHeaders(pairs: readonly HeaderPair[]): ReportedHeaders {
  return pairs.map(([name, value]) => [fromByteText(name), fromByteText(value)])
}

/** A callout as a report shows it. */
export function reportCallout(callout: Callout): ReportedCallout {
  const { kind, id, filter, upstream, timeoutMilliseconds, fate } = callout
  const base = { kind, id, filter, upstream, timeoutMilliseconds, fate }
  if (callout.kind === 'http') {
    const trailers = callout.trailers.length > 0 ? { trailers: reportHeaders(callout.trailers) } : {}
    return { ...base, headers: reportHeaders(callout.headers), body: reportBody(callout.body), ...trailers }
  }
  return {
    ...base,
    headers: reportHeaders(callout.metadata),
    body: reportBody(callout.messages[0] ?? Buffer.alloc(0)),
    service: fromByteText(callout.service),
    method: fromByteText(callout.method),
    messages: callout.messages.map(reportBody),
  }
}
