import { toByteText } from '../abi/byte-text.ts'
import type { LocalResponse } from '../host/contexts.ts'
import { HeaderMap } from '../host/header-map.ts'

/** gRPC's status for an HTTP status (grpc/grpc, doc/http-grpc-status-mapping.md). */
const grpcStatusByHttp: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
}

/**
 * The message that a proxy makes of a filter's local response: a length and a type for a body, and for a gRPC request its status
 * in the headers with HTTP status 200 (Envoy's source/common/http/utility.cc).
 */
export function localReplyMessage(
  reply: LocalResponse,
  requestHeaders: HeaderMap,
): { readonly headers: HeaderMap; readonly body: Buffer } {
  const isGrpc = /^application\/grpc(?:[+;]|$)/.test(requestHeaders.get('content-type') ?? '')
  const headers = new HeaderMap([[':status', isGrpc ? '200' : String(reply.status)]], 'response')
  if (!isGrpc) {
    for (const [name, value] of reply.headers) headers.add(name, value)
    if (reply.body.length > 0) {
      headers.replace('content-length', String(reply.body.length))
      if (headers.get('content-type') === undefined) headers.add('content-type', 'text/plain')
    }
    return { headers, body: reply.body }
  }
  const status = reply.grpcStatus >= 0 ? reply.grpcStatus : (grpcStatusByHttp[reply.status] ?? (reply.status === 200 ? 0 : 2))
  headers.add('content-type', 'application/grpc')
  headers.add('grpc-status', String(status))
  if (reply.body.length > 0) headers.add('grpc-message', toByteText(encodeURI(reply.body.toString('utf8'))))
  for (const [name, value] of reply.headers) headers.add(name, value)
  return { headers, body: Buffer.alloc(0) }
}

/** What clients get when a filter that must not fail has failed. */
export function failedFilterReply(filter: string): LocalResponse {
  return { filter, status: 503, details: 'wasm_fail_stream', headers: [], body: Buffer.alloc(0), grpcStatus: -1 }
}
