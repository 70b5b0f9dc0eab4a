import type { TlsMaterial } from '../wire/endpoint.ts'
import type { RateProfile } from './rate-profile.ts'
import type { Arrival } from './schedule.ts'

/** The protocols with a driver of our own. `grpc` is unary calls over HTTP/2. */
export const LOAD_PROTOCOLS = ['http1', 'http2', 'grpc', 'tcp'] as const
/** One of {@link LOAD_PROTOCOLS}. */
export type LoadProtocol = (typeof LOAD_PROTOCOLS)[number]

/**
 * How requests are started.
 *
 * - `open`: when they are due, whatever the target does; latency counts from the due time, so a stall is felt by every request
 *   that was due in it (no coordinated omission).
 * - `closed`: each connection sends the next when the last was answered; finds throughput, hides stalls.
 */
export type LoadMode =
  | { readonly kind: 'open'; readonly profile: RateProfile; readonly arrival: Arrival }
  | { readonly kind: 'closed' }

/** One kind of request. `url` may differ from the others', which makes it an endpoint of its own. */
export interface RequestSpec {
  readonly name: string
  /** Share of the requests, relative to the other weights. */
  readonly weight: number
  /** `http://host/path`, `https://...`, or `tcp://host:port`, `tls://host:port` for TCP. */
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array | undefined
  /** Statuses that count as good; empty means below 400. For gRPC the gRPC statuses, empty means 0. */
  readonly expectStatus: readonly number[]
  /** TCP: bytes of answer that end a request; by default as many as were sent. */
  readonly answerBytes: number | undefined
  /** TCP: the answer expected, byte for byte. */
  readonly answer: Uint8Array | undefined
}

/** What to drop from the front of the run. `auto` finds where the latency settles; the result says how much that was. */
export type Warmup = { readonly kind: 'none' } | { readonly kind: 'fixed'; readonly seconds: number } | { readonly kind: 'auto' }

/** Ends a run early when more than `share` of at least `after` ended requests have failed. */
export interface StopOnErrors {
  readonly share: number
  readonly after: number
}

/**
 * A load, complete: no default is left to fill in, nothing is left to read. The same spec plans the same requests at the same
 * times. Plain data, so that it can be handed to another thread.
 */
export interface LoadSpec {
  readonly protocol: LoadProtocol
  readonly mode: LoadMode
  readonly requests: readonly RequestSpec[]
  /** Rows that `{{column}}` placeholders of the requests take their values from, used in turn. */
  readonly rows: readonly Readonly<Record<string, string>>[]
  readonly connections: number
  /** HTTP/2 and gRPC: requests under way at once on one connection. */
  readonly streams: number
  readonly keepAlive: boolean
  /** Seconds that requests are planned or started for. */
  readonly seconds: number
  /** Stops after so many requests, if earlier. */
  readonly requestLimit: number | undefined
  readonly warmup: Warmup
  /** Milliseconds a request may take from sending, and a connection from opening. */
  readonly timeoutMs: number
  readonly stopOnErrors: StopOnErrors | undefined
  readonly threads: number
  /** `spin` is awake shortly before each request for exact times, `thread` sleeps until it is due and wakes about 0.1 ms late. */
  readonly pacing: 'spin' | 'thread'
  readonly tls: TlsMaterial | undefined
  readonly seed: number
}

/** What a spec may leave out. `requests` need only a URL. */
export type LoadSpecInput = Partial<Omit<LoadSpec, 'requests' | 'mode'>> & {
  readonly requests: readonly (Partial<RequestSpec> & Pick<RequestSpec, 'url'>)[]
  readonly mode: LoadMode
}

/** The defaults, in one place. */
export const LOAD_DEFAULTS = {
  protocol: 'http1',
  connections: 16,
  streams: 1,
  keepAlive: true,
  seconds: 10,
  timeoutMs: 10_000,
  threads: 1,
  pacing: 'spin',
  seed: 1,
} as const

/** A complete spec from what was given. */
export function completeLoadSpec(input: LoadSpecInput): LoadSpec {
  const protocol = input.protocol ?? LOAD_DEFAULTS.protocol
  const profileLength =
    input.mode.kind === 'open' ? input.mode.profile.pieces.reduce((sum, piece) => sum + piece.seconds, 0) : undefined
  return {
    protocol,
    mode: input.mode,
    requests: input.requests.map((request, index) => ({
      name: request.name ?? (index === 0 ? 'default' : `request-${index + 1}`),
      weight: request.weight ?? 1,
      url: request.url,
      method: request.method ?? (protocol === 'grpc' || request.body !== undefined ? 'POST' : 'GET'),
      headers: request.headers ?? [],
      body: request.body,
      expectStatus: request.expectStatus ?? [],
      answerBytes: request.answerBytes,
      answer: request.answer,
    })),
    rows: input.rows ?? [],
    connections: input.connections ?? LOAD_DEFAULTS.connections,
    streams: protocol === 'http2' || protocol === 'grpc' ? (input.streams ?? LOAD_DEFAULTS.streams) : 1,
    keepAlive: input.keepAlive ?? LOAD_DEFAULTS.keepAlive,
    seconds: profileLength ?? input.seconds ?? LOAD_DEFAULTS.seconds,
    requestLimit: input.requestLimit,
    warmup: input.warmup ?? { kind: 'none' },
    timeoutMs: input.timeoutMs ?? LOAD_DEFAULTS.timeoutMs,
    stopOnErrors: input.stopOnErrors,
    threads: input.threads ?? LOAD_DEFAULTS.threads,
    pacing: input.pacing ?? LOAD_DEFAULTS.pacing,
    tls: input.tls,
    seed: input.seed ?? LOAD_DEFAULTS.seed,
  }
}
