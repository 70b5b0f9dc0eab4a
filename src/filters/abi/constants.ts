/**
 * The numbers of the Proxy-Wasm ABI (proxy-wasm/spec, abi-versions/v0.1.0, v0.2.0 and v0.2.1), and those that its C++ host and
 * Envoy add.
 */

/** The versions of the ABI, oldest first. */
export const abiVersions = ['0.1.0', '0.2.0', '0.2.1'] as const
export type AbiVersion = (typeof abiVersions)[number]

/** What a host function answers. */
export const Status = {
  ok: 0,
  notFound: 1,
  badArgument: 2,
  serializationFailure: 3,
  parseFailure: 4,
  badExpression: 5,
  invalidMemoryAccess: 6,
  empty: 7,
  casMismatch: 8,
  resultMismatch: 9,
  internalFailure: 10,
  brokenConnection: 11,
  unimplemented: 12,
} as const
export type Status = (typeof Status)[keyof typeof Status]

/** Header maps by number. */
export const headerMapNames = [
  'requestHeaders',
  'requestTrailers',
  'responseHeaders',
  'responseTrailers',
  'grpcInitialMetadata',
  'grpcTrailingMetadata',
  'callResponseHeaders',
  'callResponseTrailers',
] as const
export type HeaderMapName = (typeof headerMapNames)[number]

/** Buffers by number. */
export const bufferNames = [
  'requestBody',
  'responseBody',
  'downstreamData',
  'upstreamData',
  'callResponseBody',
  'grpcMessage',
  'vmConfiguration',
  'pluginConfiguration',
  'callData',
] as const
/** Log levels by number. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'critical'] as const
export type LogLevel = (typeof logLevels)[number]

/** Metric types by number. */
export const metricTypes = ['counter', 'gauge', 'histogram'] as const
export type MetricType = (typeof metricTypes)[number]

/** Streams by number, for proxy_continue_stream and proxy_close_stream. */
export const streamNames = ['request', 'response', 'downstream', 'upstream'] as const
export type StreamName = (typeof streamNames)[number]

/** Who closed a TCP connection. */
export const Peer = { unknown: 0, local: 1, remote: 2 } as const

/** What a headers callback answers, by number. The ABI has the first two (as continue and pause); Envoy takes all. */
export const headersActions = [
  'continue',
  'pause',
  'continue-and-end-stream',
  'stop-all-and-buffer',
  'stop-all-and-watermark',
] as const
/** What a body callback answers, by number. The ABI has the first two. */
export const dataActions = ['continue', 'pause', 'stop-and-watermark', 'stop-no-buffer'] as const
export type HeadersAction = (typeof headersActions)[number]
export type DataAction = (typeof dataActions)[number]
export type Action = HeadersAction | DataAction

/** Limits of the C++ host (src/pairs_util.cc, src/exports.cc), which every Envoy-based mesh shares. */
export const hostLimits = {
  /** Bytes of one serialised header map. */
  pairsBytes: 1_048_576,
  /** Pairs in one serialised header map. */
  pairsCount: 1024,
  /** Bytes of linear memory. */
  memoryBytes: 1_073_741_824,
  /** Bytes that one random_get may ask for. */
  randomBytes: 65_536,
} as const
