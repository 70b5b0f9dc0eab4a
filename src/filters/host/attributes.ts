import { toByteText } from '../abi/byte-text.ts'
import type { Guest } from './guest.ts'
import type { HeaderMap } from './header-map.ts'
import type { PropertyValue } from './property-value.ts'
import type { StreamInfo } from './stream-info.ts'

type Attribute = (info: StreamInfo, guest: Guest) => PropertyValue | undefined

function text(value: string | undefined): PropertyValue | undefined {
  return value === undefined ? undefined : { kind: 'text', text: value }
}

function integer(value: number | bigint): PropertyValue {
  return { kind: 'integer', value: BigInt(value) }
}

const requestHeader =
  (name: string): Attribute =>
  (info) =>
    text(info.requestHeaders?.get(name))

function pathParts(info: StreamInfo): { readonly path: string; readonly query: string } | undefined {
  const path = info.requestHeaders?.get(':path')
  if (path === undefined) return undefined
  const mark = path.indexOf('?')
  return mark < 0 ? { path, query: '' } : { path: path.slice(0, mark), query: path.slice(mark + 1) }
}

/** gRPC's status out of the trailers, or the headers of a response without a body. */
function grpcStatus(info: StreamInfo): PropertyValue | undefined {
  const value = info.responseTrailers?.get('grpc-status') ?? info.responseHeaders?.get('grpc-status')
  return value === undefined || !/^\d{1,3}$/.test(value) ? undefined : integer(Number(value))
}

/**
 * Envoy's attributes of a stream (docs, advanced/attributes) as a proxy in front of one service on this machine would have
 * them. Addresses are of the documentation range, so that no filter is proved on a real one.
 */
const streamAttributes: Readonly<Record<string, Attribute>> = {
  'request.path': requestHeader(':path'),
  'request.url_path': (info) => text(pathParts(info)?.path),
  'request.query': (info) => text(pathParts(info)?.query),
  'request.host': requestHeader(':authority'),
  'request.scheme': requestHeader(':scheme'),
  'request.method': requestHeader(':method'),
  'request.referer': requestHeader('referer'),
  'request.useragent': requestHeader('user-agent'),
  'request.id': requestHeader('x-request-id'),
  'request.protocol': () => text('HTTP/1.1'),
  'request.time': (info) => integer(info.startTime),
  'request.duration': (info, guest) => integer(guest.world.clock.now - info.startTime),
  'request.size': (info) => integer(info.requestSize),
  'request.total_size': (info) => integer(info.requestSize + (info.requestHeaders?.byteSize() ?? 0)),
  'response.code': (info) => {
    const status = info.responseHeaders?.get(':status')
    return status === undefined || !/^\d{1,4}$/.test(status) ? undefined : integer(Number(status))
  },
  'response.code_details': (info) =>
    text(info.responseHeaders === undefined ? undefined : (info.responseCodeDetails ?? 'via_upstream')),
  'response.flags': () => integer(0),
  'response.grpc_status': grpcStatus,
  'response.size': (info) => integer(info.responseSize),
  'response.total_size': (info) => integer(info.responseSize + (info.responseHeaders?.byteSize() ?? 0)),
  'connection.id': (info) => integer(info.connectionId),
  'connection.mtls': () => ({ kind: 'boolean', value: false }),
  'connection.requested_server_name': () => text(''),
  connection_id: (info) => integer(info.connectionId),
  'source.address': () => text('192.0.2.10:40000'),
  'source.port': () => integer(40_000),
  'destination.address': () => text('192.0.2.20:8080'),
  'destination.port': () => integer(8080),
  'upstream.address': () => text('192.0.2.30:8080'),
  'upstream.port': () => integer(8080),
  'upstream.local_address': () => text('192.0.2.20:50000'),
  cluster_name: () => text('upstream'),
  route_name: () => text('default'),
  'xds.cluster_name': () => text('upstream'),
  'xds.route_name': () => text('default'),
  'xds.virtual_host_name': () => text('default'),
  'xds.filter_chain_name': () => text('default'),
}

/** What a plugin may read with or without a stream. */
const pluginAttributes: Readonly<Record<string, (guest: Guest) => PropertyValue>> = {
  plugin_name: (guest) => ({ kind: 'text', text: toByteText(guest.settings.name) }),
  plugin_root_id: (guest) => ({ kind: 'text', text: toByteText(guest.settings.rootId) }),
  plugin_vm_id: (guest) => ({ kind: 'text', text: toByteText(guest.settings.vmId) }),
  listener_direction: () => integer(1), // inbound
  node: () => ({ kind: 'bytes', bytes: Buffer.alloc(0) }),
  'node.id': () => ({ kind: 'text', text: 'bench' }),
  'node.cluster': () => ({ kind: 'text', text: 'bench' }),
  'node.metadata': () => ({ kind: 'map', pairs: [] }),
  'xds.node': () => ({ kind: 'bytes', bytes: Buffer.alloc(0) }),
  'xds.node.id': () => ({ kind: 'text', text: 'bench' }),
  'xds.node.cluster': () => ({ kind: 'text', text: 'bench' }),
  'xds.node.metadata': () => ({ kind: 'map', pairs: [] }),
  'xds.listener_direction': () => integer(1),
  // Messages of protobuf with nothing in them: no bytes.
  listener_metadata: () => ({ kind: 'bytes', bytes: Buffer.alloc(0) }),
  'xds.listener_metadata': () => ({ kind: 'bytes', bytes: Buffer.alloc(0) }),
  'listener_metadata.filter_metadata': () => ({ kind: 'map', pairs: [] }),
}

const headerMaps: Readonly<Record<string, (info: StreamInfo) => HeaderMap | undefined>> = {
  'request.headers': (info) => info.requestHeaders,
  'request.trailers': (info) => info.requestTrailers,
  'response.headers': (info) => info.responseHeaders,
  'response.trailers': (info) => info.responseTrailers,
}

/** Every attribute that has a value now, by dotted path; header maps among them. */
export function knownAttributes(guest: Guest): readonly (readonly [path: string, value: PropertyValue])[] {
  const paths = [...Object.keys(pluginAttributes), ...Object.keys(streamAttributes), ...Object.keys(headerMaps)]
  return paths.flatMap((path) => {
    const value = wellKnownProperty(guest, path.split('.'))
    return value === undefined ? [] : [[path, value] as const]
  })
}

/** What the proxy itself answers for a property's path, or undefined. */
export function wellKnownProperty(guest: Guest, segments: readonly string[]): PropertyValue | undefined {
  const path = segments.join('.')
  if (Object.hasOwn(pluginAttributes, path)) return pluginAttributes[path]?.(guest)
  const context = guest.context()
  if (context.kind === 'root') return undefined
  const mapName = segments.slice(0, 2).join('.')
  if (Object.hasOwn(headerMaps, mapName)) {
    const map = headerMaps[mapName]?.(context.info)
    if (map === undefined) return undefined
    return segments.length === 2 ? { kind: 'map', pairs: map.pairs } : text(map.joined(segments.slice(2).join('.')))
  }
  return Object.hasOwn(streamAttributes, path) ? streamAttributes[path]?.(context.info, guest) : undefined
}
