import { bufferNames, Status } from '../abi/constants.ts'
import { ByteBuffer } from './byte-buffer.ts'
import type { Guest, HostFunctionTable } from './guest.ts'

/** The buffer of a number as the guest may see it now. Configurations are read only: a change of the copy changes nothing. */
function bufferOf(guest: Guest, number: number): ByteBuffer | undefined {
  const context = guest.context()
  const name = bufferNames[number]
  switch (name) {
    case 'requestBody':
      return context.kind === 'http' ? (context.requestBody ?? new ByteBuffer()) : undefined
    case 'responseBody':
      return context.kind === 'http' ? (context.responseBody ?? new ByteBuffer()) : undefined
    case 'downstreamData':
      return context.kind === 'tcp' ? (context.downstreamData ?? new ByteBuffer()) : undefined
    case 'upstreamData':
      return context.kind === 'tcp' ? (context.upstreamData ?? new ByteBuffer()) : undefined
    case 'callResponseBody':
      return guest.calloutView.callBody
    case 'grpcMessage':
      return guest.calloutView.grpcMessage
    case 'vmConfiguration':
      guest.asked.vm = true
      return new ByteBuffer(Buffer.from(guest.settings.vmConfiguration))
    case 'pluginConfiguration':
      guest.asked.plugin = true
      return guest.configuring ? new ByteBuffer(Buffer.from(guest.settings.configuration)) : undefined
    case 'callData':
    case undefined:
      return undefined
    default:
      return name satisfies never
  }
}

/** Host functions over bodies, streams' data, callouts' answers and configurations. */
export function bufferFunctions(guest: Guest): HostFunctionTable {
  return {
    proxy_get_buffer_bytes: (number: number, start: number, length: number, pointerOut: number, sizeOut: number) => {
      if (bufferNames[number] === undefined) return Status.badArgument
      const buffer = bufferOf(guest, number)
      if (buffer === undefined) return Status.notFound
      const from = start >>> 0
      const end = from + (length >>> 0)
      if (end > 0xffff_ffff && length >>> 0 !== 0xffff_ffff) return Status.badArgument
      const bytes = buffer.bytes.subarray(from, end)
      // The C++ host leaves the out-pointers alone for no bytes, and old SDKs count on it.
      return bytes.length === 0 ? Status.ok : guest.memory.giveBytes(bytes, pointerOut, sizeOut)
    },
    proxy_get_buffer_status: (number: number, lengthOut: number, flagsOut: number) => {
      if (bufferNames[number] === undefined) return Status.badArgument
      const buffer = bufferOf(guest, number)
      if (buffer === undefined) return Status.notFound
      const written = guest.memory.writeU32(lengthOut, buffer.length) && guest.memory.writeU32(flagsOut, 0)
      return written ? Status.ok : Status.invalidMemoryAccess
    },
    proxy_set_buffer_bytes: (number: number, start: number, length: number, pointer: number, size: number) => {
      if (bufferNames[number] === undefined) return Status.badArgument
      const buffer = bufferOf(guest, number)
      if (buffer === undefined) return Status.notFound
      const bytes = guest.memory.copy(pointer, size)
      if (bytes === undefined) return Status.invalidMemoryAccess
      return buffer.splice(start >>> 0, length >>> 0, bytes) ? Status.ok : Status.internalFailure
    },
    proxy_get_configuration: (pointerOut: number, sizeOut: number) => {
      guest.asked[guest.configuring ? 'plugin' : 'vm'] = true
      const bytes = guest.configuring ? guest.settings.configuration : guest.settings.vmConfiguration
      return guest.memory.giveBytes(bytes, pointerOut, sizeOut)
    },
  }
}
