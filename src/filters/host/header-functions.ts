import { type HeaderMapName, headerMapNames, Status } from '../abi/constants.ts'
import { decodePairs, encodePairs } from '../abi/header-pairs.ts'
import type { Guest, HostFunctionTable } from './guest.ts'
import type { HeaderMap } from './header-map.ts'

const none = Buffer.alloc(0)

/** The map that a guest may read now; undefined when it is not there or its time is over. */
function readableMap(guest: Guest, name: HeaderMapName): HeaderMap | undefined {
  const context = guest.context()
  switch (name) {
    case 'grpcInitialMetadata':
      return guest.calloutView.grpcInitialMetadata
    case 'grpcTrailingMetadata':
      return guest.calloutView.grpcTrailingMetadata
    case 'callResponseHeaders':
      return guest.calloutView.callHeaders
    case 'callResponseTrailers':
      return guest.calloutView.callTrailers
    case 'requestHeaders':
    case 'requestTrailers':
    case 'responseHeaders':
    case 'responseTrailers':
      return context.kind === 'http' ? context[name] : undefined
  }
}

/** The map that a guest may change or measure now: those of its own stream only. */
function writableMap(guest: Guest, name: HeaderMapName | undefined): HeaderMap | undefined {
  const context = guest.context()
  if (context.kind !== 'http') return undefined
  switch (name) {
    case 'requestHeaders':
      return context.requestHeaders
    case 'requestTrailers':
      return context.requestTrailers ?? context.addRequestTrailers?.()
    case 'responseHeaders':
      return context.responseHeaders
    case 'responseTrailers':
      return context.responseTrailers ?? context.addResponseTrailers?.()
    default:
      return undefined
  }
}

/** Host functions over header and trailer maps, answering as Envoy does (source/extensions/common/wasm/context.cc). */
export function headerFunctions(guest: Guest): HostFunctionTable {
  /** Reads name and, where there is one, value, and hands both to a change of the map. */
  const change = (
    map: number,
    key: number,
    keyLength: number,
    value: number,
    valueLength: number,
    apply: (target: HeaderMap, name: string, text: string) => void,
  ): Status => {
    const name = guest.memory.text(key, keyLength)
    const text = guest.memory.text(value, valueLength)
    if (name === undefined || text === undefined) return Status.invalidMemoryAccess
    const target = writableMap(guest, headerMapNames[map])
    if (target === undefined) return Status.badArgument
    apply(target, name, text)
    return Status.ok
  }
  return {
    proxy_get_header_map_size: (map: number, sizeOut: number) => {
      const target = writableMap(guest, headerMapNames[map])
      if (target === undefined) return Status.badArgument
      return guest.memory.writeU32(sizeOut, target.byteSize()) ? Status.ok : Status.invalidMemoryAccess
    },
    proxy_get_header_map_pairs: (map: number, pointerOut: number, sizeOut: number) => {
      const name = headerMapNames[map]
      if (name === undefined) return Status.badArgument
      const pairs = readableMap(guest, name)?.pairs ?? []
      // No pairs are no bytes at all, which SDKs tell apart: Go's calls such a map not found.
      return guest.memory.giveBytes(pairs.length === 0 ? none : encodePairs(pairs), pointerOut, sizeOut)
    },
    proxy_set_header_map_pairs: (map: number, pointer: number, size: number) => {
      const bytes = guest.memory.view(pointer, size)
      if (bytes === undefined) return Status.invalidMemoryAccess
      const target = writableMap(guest, headerMapNames[map])
      if (target === undefined) return Status.badArgument
      target.replaceAll(decodePairs(bytes))
      return Status.ok
    },
    proxy_get_header_map_value: (map: number, key: number, keyLength: number, pointerOut: number, sizeOut: number) => {
      const mapName = headerMapNames[map]
      if (mapName === undefined) return Status.badArgument
      const name = guest.memory.text(key, keyLength)
      if (name === undefined) return Status.invalidMemoryAccess
      const target = readableMap(guest, mapName)
      const context = guest.context()
      if (target === undefined && !(context.kind === 'http' && context.logging === true)) return Status.badArgument
      const value = target?.get(name)
      if (value !== undefined) return guest.memory.giveText(value, pointerOut, sizeOut)
      // The first version of the ABI can't tell a header that is missing from one that is empty.
      return guest.abi === '0.1.0' ? guest.memory.giveText('', pointerOut, sizeOut) : Status.notFound
    },
    proxy_add_header_map_value: (map: number, key: number, keyLength: number, value: number, valueLength: number) =>
      change(map, key, keyLength, value, valueLength, (target, name, text) => target.add(name, text)),
    proxy_replace_header_map_value: (map: number, key: number, keyLength: number, value: number, valueLength: number) =>
      change(map, key, keyLength, value, valueLength, (target, name, text) => target.replace(name, text)),
    proxy_remove_header_map_value: (map: number, key: number, keyLength: number) =>
      change(map, key, keyLength, 0, 0, (target, name) => target.remove(name)),
  }
}
