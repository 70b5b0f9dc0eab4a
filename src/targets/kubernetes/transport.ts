import type { JsonObject, JsonValue } from '../../plan/json.ts'

/** One request to an API server, whatever carries it. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path below the server's own address, without a query: `/api/v1/namespaces`. Segments are already escaped. */
  readonly path: string
  readonly query?: readonly (readonly [name: string, value: string])[]
  /** Sent as JSON. Never changed afterwards, so that a transport in the process may pass it on as it is. */
  readonly body?: JsonObject | readonly JsonValue[]
  readonly contentType?: string
  readonly accept?: string
  /** Further headers, names in lower case. */
  readonly headers?: { readonly [name: string]: string }
  /** Worth compressing on the way back: large lists from far away. */
  readonly large?: boolean
  /** Longest wait for the headers, and between bytes of the body, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Response headers, names in lower case; several of one name as a list. */
export type TransportHeaders = { readonly [name: string]: string | readonly string[] | undefined }

/** Why no answer came. Messages never hold a credential. */
export interface TransportFailure {
  readonly kind: 'aborted' | 'timeout' | 'unreachable' | 'tls' | 'credentials'
  readonly message: string
  /** The system's or OpenSSL's code, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly code: string | undefined
}

/** A whole answer. */
export interface TransportResponse {
  readonly status: number
  readonly headers: TransportHeaders
  text(): string
  /** The first characters, where the answer came as text; '' where it came as a value. */
  readonly head: string
  /** The body as a value; undefined when it is no JSON. Shared: never to be changed. */
  json(): JsonValue | undefined
}

/** What a request came to. */
export type Exchange =
  | { readonly ok: true; readonly response: TransportResponse }
  | { readonly ok: false; readonly failure: TransportFailure }

/** One line of a watch. */
export interface StreamEvent {
  readonly type: string
  readonly object: JsonObject
}

/**
 * What a request for a stream came to: events, or an ordinary answer where the server did not start one. The events end when the
 * server ends them, the connection breaks or the signal aborts; the iteration itself never throws.
 */
export type StreamExchange =
  | { readonly ok: true; readonly kind: 'stream'; readonly events: AsyncIterable<StreamEvent> }
  | { readonly ok: true; readonly kind: 'answer'; readonly response: TransportResponse }
  | { readonly ok: false; readonly failure: TransportFailure }

/** Carries requests to one API server: over HTTP, or inside the process. Retries nothing; never rejects. */
export interface Transport {
  /** The server's address without credentials, for people. */
  readonly server: string
  request(request: TransportRequest): Promise<Exchange>
  stream(request: TransportRequest): Promise<StreamExchange>
  /**
   * Asks for credentials anew with the next request, after the server refused those of a request that was sent at `sent`: ones that
   * were had since then stay. False when they can't change.
   */
  renewCredentials(sent: number): boolean
  close(): Promise<void>
}

/** The query as it stands in a URL, with its `?`; empty without one. */
export function queryText(query: TransportRequest['query']): string {
  if (query === undefined || query.length === 0) return ''
  return `?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`
}

/** The first value of a header. */
export function headerOf(headers: TransportHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
