import { Status, type StreamName, streamNames } from '../abi/constants.ts'
import { decodePairs } from '../abi/header-pairs.ts'
import type { Guest, HostFunctionTable } from './guest.ts'

/** What the guest says of a stream is noted down and done after the guest returns, as in Envoy: a proxy never re-enters it. */
function continueStream(guest: Guest, stream: StreamName | undefined): Status {
  const context = guest.context()
  if (context.kind === 'root' || stream === undefined) return Status.badArgument
  switch (stream) {
    case 'request':
      context.orders.continueRequest = true
      return Status.ok
    case 'response':
      context.orders.continueResponse = true
      return Status.ok
    case 'downstream':
      context.orders.continueDownstream = true
      return Status.ok
    case 'upstream':
      context.orders.continueUpstream = true
      return Status.ok
  }
}

/** Host functions that steer a stream: go on, stop, or answer in the upstream's stead. */
export function streamFunctions(guest: Guest): HostFunctionTable {
  return {
    proxy_continue_stream: (stream: number) => continueStream(guest, streamNames[stream]),
    proxy_continue_request: () => continueStream(guest, 'request'),
    proxy_continue_response: () => continueStream(guest, 'response'),
    proxy_close_stream: (stream: number) => {
      const name = streamNames[stream]
      const context = guest.context()
      if (name === undefined || context.kind === 'root') return Status.badArgument
      context.orders.closed = name
      return Status.ok
    },
    proxy_clear_route_cache: () => {
      const context = guest.context()
      if (context.kind !== 'root') context.info.routeCacheClears += 1
      return Status.ok
    },
    proxy_send_local_response: (
      status: number,
      details: number,
      detailsLength: number,
      body: number,
      bodyLength: number,
      headers: number,
      headersLength: number,
      grpcStatus: number,
    ) => {
      const detailsText = guest.memory.text(details, detailsLength)
      const bodyBytes = guest.memory.copy(body, bodyLength)
      const headerBytes = guest.memory.view(headers, headersLength)
      if (detailsText === undefined || bodyBytes === undefined || headerBytes === undefined) return Status.invalidMemoryAccess
      const context = guest.context()
      // A root context has no stream to answer: Envoy takes the call and does nothing.
      if (context.kind !== 'http') return Status.ok
      context.orders.localResponse ??= {
        filter: guest.settings.name,
        status: status >>> 0,
        details: detailsText,
        headers: decodePairs(headerBytes).map(([name, value]) => [name.toLowerCase(), value]),
        body: bodyBytes,
        grpcStatus: grpcStatus | 0,
      }
      return Status.ok
    },
  }
}
