import { fromByteText } from '../abi/byte-text.ts'
import { Status } from '../abi/constants.ts'
import { decodePairs, type HeaderPair } from '../abi/header-pairs.ts'
import { grpcUpstreamName } from './callout.ts'
import type { Guest, HostFunctionTable } from './guest.ts'

const requiredHeaders = [':authority', ':method', ':path']

function pairsAt(guest: Guest, pointer: number, length: number): readonly HeaderPair[] | undefined {
  const bytes = guest.memory.view(pointer, length)
  return bytes === undefined ? undefined : decodePairs(bytes)
}

/** Host functions that ask the proxy to talk to another service. Their ids count by plugin, whichever stream asked. */
export function calloutFunctions(guest: Guest): HostFunctionTable {
  /** Ends a callout that the guest gave up; only the guest's own. */
  const abandon = (id: number): Status => {
    const pending = guest.world.pending.find(
      (entry) => entry.guest === guest && entry.callout.kind !== 'http' && entry.callout.id === id >>> 0,
    )
    if (pending === undefined) return Status.notFound
    guest.world.end(guest, pending.callout.id, pending.callout.kind)
    return Status.ok
  }

  const beginGrpc = (
    kind: 'grpc-call' | 'grpc-stream',
    parts: {
      readonly upstream: Buffer | undefined
      readonly service: string | undefined
      readonly method: string | undefined
      readonly metadata: readonly HeaderPair[] | undefined
      readonly message: Buffer | undefined
    },
    timeoutMilliseconds: number,
    idOut: number,
  ): Status => {
    const { upstream, service, method, metadata, message } = parts
    if (
      upstream === undefined ||
      service === undefined ||
      method === undefined ||
      metadata === undefined ||
      message === undefined
    ) {
      return Status.invalidMemoryAccess
    }
    const name = grpcUpstreamName(upstream)
    // Envoy takes what names no cluster for a service that it can't read, and SDKs know no other refusal.
    if (!guest.world.knowsCluster(name)) return Status.parseFailure
    if (!guest.memory.writeU32(idOut, 0)) return Status.invalidMemoryAccess
    const id = guest.nextGrpcCalloutId(kind)
    const messages = kind === 'grpc-call' ? [message] : []
    const { name: filter } = guest.settings
    const callout = {
      kind,
      id,
      filter,
      upstream: name,
      service,
      method,
      metadata,
      messages,
      timeoutMilliseconds,
      fate: 'open' as const,
    }
    if (!guest.world.begin(guest, callout)) return Status.internalFailure
    guest.memory.writeU32(idOut, id)
    return Status.ok
  }

  const empty = Buffer.alloc(0)
  return {
    proxy_http_call: (
      upstream: number,
      upstreamLength: number,
      headers: number,
      headersLength: number,
      body: number,
      bodyLength: number,
      trailers: number,
      trailersLength: number,
      timeout: number,
      idOut: number,
    ) => {
      const name = guest.memory.text(upstream, upstreamLength)
      const headerPairs = pairsAt(guest, headers, headersLength)
      const bodyBytes = guest.memory.copy(body, bodyLength)
      const trailerPairs = pairsAt(guest, trailers, trailersLength)
      if (name === undefined || headerPairs === undefined || bodyBytes === undefined || trailerPairs === undefined) {
        return Status.invalidMemoryAccess
      }
      if (!guest.memory.writeU32(idOut, 0)) return Status.invalidMemoryAccess
      if (timeout < 0 || !guest.world.knowsCluster(fromByteText(name))) return Status.badArgument
      const names = new Set(headerPairs.map(([header]) => header.toLowerCase()))
      if (names.has('host')) names.add(':authority')
      if (!requiredHeaders.every((required) => names.has(required))) return Status.badArgument
      const id = guest.nextHttpCalloutId()
      const begun = guest.world.begin(guest, {
        kind: 'http',
        id,
        filter: guest.settings.name,
        upstream: fromByteText(name),
        headers: headerPairs,
        body: bodyBytes,
        trailers: trailerPairs,
        timeoutMilliseconds: timeout,
        fate: 'open',
      })
      if (!begun) return Status.internalFailure
      guest.memory.writeU32(idOut, id)
      return Status.ok
    },
    proxy_grpc_call: (
      upstream: number,
      upstreamLength: number,
      service: number,
      serviceLength: number,
      method: number,
      methodLength: number,
      metadata: number,
      metadataLength: number,
      message: number,
      messageLength: number,
      timeout: number,
      idOut: number,
    ) =>
      beginGrpc(
        'grpc-call',
        {
          upstream: guest.memory.copy(upstream, upstreamLength),
          service: guest.memory.text(service, serviceLength),
          method: guest.memory.text(method, methodLength),
          metadata: pairsAt(guest, metadata, metadataLength),
          message: guest.memory.copy(message, messageLength),
        },
        timeout,
        idOut,
      ),
    proxy_grpc_stream: (
      upstream: number,
      upstreamLength: number,
      service: number,
      serviceLength: number,
      method: number,
      methodLength: number,
      metadata: number,
      metadataLength: number,
      idOut: number,
    ) =>
      beginGrpc(
        'grpc-stream',
        {
          upstream: guest.memory.copy(upstream, upstreamLength),
          service: guest.memory.text(service, serviceLength),
          method: guest.memory.text(method, methodLength),
          metadata: pairsAt(guest, metadata, metadataLength),
          message: empty,
        },
        0,
        idOut,
      ),
    proxy_grpc_send: (id: number, message: number, messageLength: number, _endOfStream: number) => {
      const bytes = guest.memory.copy(message, messageLength)
      if (bytes === undefined) return Status.invalidMemoryAccess
      const entry = guest.world.pending.find(
        ({ guest: owner, callout }) => owner === guest && callout.id === id >>> 0 && callout.kind !== 'http',
      )
      if (entry === undefined) return Status.notFound
      if (entry.callout.kind !== 'grpc-stream') return Status.badArgument
      if (entry.callout.messages.length >= 1_000 || !guest.world.claim(bytes.length)) return Status.internalFailure
      entry.callout.messages.push(bytes)
      return Status.ok
    },
    proxy_grpc_cancel: abandon,
    proxy_grpc_close: abandon,
    proxy_get_status: (codeOut: number, pointerOut: number, sizeOut: number) => {
      const { code, message } = guest.callStatus
      if (!guest.memory.writeU32(codeOut, code)) return Status.invalidMemoryAccess
      return guest.memory.giveText(message, pointerOut, sizeOut)
    },
  }
}
