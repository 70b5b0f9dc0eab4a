import { bytesOf, dataOut, OK, sizeOut, takeText } from './abi'
import {
  proxy_add_header_map_value,
  proxy_get_buffer_bytes,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_send_local_response,
  proxy_set_buffer_bytes,
} from './env'

/** A header's first value; empty when it isn't there. */
export function header(map: u32, name: string): string {
  const key = bytesOf(name)
  if (proxy_get_header_map_value(map, changetype<usize>(key), key.byteLength, dataOut, sizeOut) !== OK) return ''
  return takeText()
}

export function addHeader(map: u32, name: string, value: string): void {
  const key = bytesOf(name)
  const text = bytesOf(value)
  proxy_add_header_map_value(map, changetype<usize>(key), key.byteLength, changetype<usize>(text), text.byteLength)
}

export function setHeader(map: u32, name: string, value: string): void {
  const key = bytesOf(name)
  const text = bytesOf(value)
  proxy_replace_header_map_value(map, changetype<usize>(key), key.byteLength, changetype<usize>(text), text.byteLength)
}

export function removeHeader(map: u32, name: string): void {
  const key = bytesOf(name)
  proxy_remove_header_map_value(map, changetype<usize>(key), key.byteLength)
}

/** The whole of a buffer as text. */
export function bufferText(buffer: u32, size: u32): string {
  if (proxy_get_buffer_bytes(buffer, 0, size, dataOut, sizeOut) !== OK) return ''
  return takeText()
}

/** Puts text in a buffer's stead. */
export function replaceBuffer(buffer: u32, size: u32, text: string): void {
  const bytes = bytesOf(text)
  proxy_set_buffer_bytes(buffer, 0, size, changetype<usize>(bytes), bytes.byteLength)
}

/** Pairs as the ABI serialises them: a count, the lengths, then each name and value with a NUL after it. */
export function encodePairs(pairs: string[][]): ArrayBuffer {
  const names: ArrayBuffer[] = []
  const values: ArrayBuffer[] = []
  let size: i32 = 4
  for (let index = 0; index < pairs.length; index += 1) {
    names.push(bytesOf(pairs[index][0]))
    values.push(bytesOf(pairs[index][1]))
    size += 10 + names[index].byteLength + values[index].byteLength
  }
  const encoded = new ArrayBuffer(size)
  const start = changetype<usize>(encoded)
  store<u32>(start, <u32>pairs.length)
  let lengthAt = start + 4
  let textAt = start + 4 + <usize>(pairs.length * 8)
  for (let index = 0; index < pairs.length; index += 1) {
    const name = names[index]
    const value = values[index]
    store<u32>(lengthAt, <u32>name.byteLength)
    store<u32>(lengthAt + 4, <u32>value.byteLength)
    lengthAt += 8
    memory.copy(textAt, changetype<usize>(name), name.byteLength)
    textAt += <usize>name.byteLength + 1
    memory.copy(textAt, changetype<usize>(value), value.byteLength)
    textAt += <usize>value.byteLength + 1
  }
  return encoded
}

/** Answers the client in the upstream's stead. */
export function respond(status: u32, details: string, body: string, headers: string[][], grpcStatus: i32): void {
  const why = bytesOf(details)
  const text = bytesOf(body)
  const pairs = encodePairs(headers)
  proxy_send_local_response(
    status,
    changetype<usize>(why),
    why.byteLength,
    changetype<usize>(text),
    text.byteLength,
    changetype<usize>(pairs),
    pairs.byteLength,
    grpcStatus,
  )
}
