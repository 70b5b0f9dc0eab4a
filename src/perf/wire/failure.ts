/**
 * Why a request did not end in an answer we count as good. Stable words: they are keys in results, reports and metrics.
 *
 * - `refused`, `reset`, `unreachable`, `dns`, `tls`: the connection could not be made or was cut.
 * - `closed`: the peer ended the connection before the whole answer had come (half-close included).
 * - `malformed`: what came back is not the protocol.
 * - `connect-timeout`, `timeout`: no connection, or no whole answer, within the request's deadline.
 * - `status`: a whole answer with a status that was not expected; `grpc-status`: a gRPC status other than OK.
 * - `stream-reset`: HTTP/2 RST_STREAM or GOAWAY took the request; `mismatch`: a TCP answer other than the expected bytes.
 * - `unsent`: planned, but no connection became free before the run had to end; `canceled`: the run was stopped.
 * - `other`: anything else the system reported.
 */
export const FAILURE_KINDS = [
  'refused',
  'reset',
  'closed',
  'malformed',
  'connect-timeout',
  'timeout',
  'tls',
  'dns',
  'unreachable',
  'status',
  'grpc-status',
  'stream-reset',
  'mismatch',
  'unsent',
  'canceled',
  'other',
] as const

/** One of {@link FAILURE_KINDS}. */
export type FailureKind = (typeof FAILURE_KINDS)[number]

const KIND_OF_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'connect-timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOENT: 'refused',
  EPROTO: 'tls',
}

const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|CRL_|ERR_OSSL)/

/** The kind of a socket error, by its code. */
export function failureKindOf(error: NodeJS.ErrnoException): FailureKind {
  const code = error.code ?? ''
  const known = Object.hasOwn(KIND_OF_CODE, code) ? KIND_OF_CODE[code] : undefined
  if (known !== undefined) return known
  return TLS_CODE.test(code) ? 'tls' : 'other'
}

/** What a socket error says, without the TLS library's own file names and codes, which come before and after its reason. */
export function failureDetail(error: NodeJS.ErrnoException): string {
  const [, reason] = /^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(error.message) ?? []
  if (reason === undefined) return error.message
  return REASONS[reason] ?? `TLS: ${reason}`
}

const REASONS: Readonly<Record<string, string>> = {
  'wrong version number': 'the answer is not TLS',
  'tlsv1 alert no application protocol': 'the server speaks none of the protocols that were offered (ALPN)',
  'tlsv13 alert certificate required': 'the server wants a client certificate',
}

/** A cut in the middle of a handshake is a TLS failure to the person who asked for TLS; a refused connection is not. */
export function tlsFailure(error: NodeJS.ErrnoException): FailureKind {
  const kind = failureKindOf(error)
  return kind === 'reset' || kind === 'other' || kind === 'closed' ? 'tls' : kind
}
