// Replaces text in response bodies: waits for the whole body, rewrites it, and lets it go.
// Configuration: {"replace": {"<text>": "<other text>"}}

import { CONTINUE, PAUSE, PLUGIN_CONFIGURATION, RESPONSE_BODY, RESPONSE_HEADERS } from './sdk/abi'
import { Json, parseJson } from './sdk/json'
import { bufferText, removeHeader, replaceBuffer } from './sdk/stream'

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from './sdk/abi'

let replace: Json = new Json()

export function proxy_on_configure(_context: u32, size: u32): u32 {
  const parsed = size === 0 ? new Json() : parseJson(bufferText(PLUGIN_CONFIGURATION, size))
  if (parsed === null) return 0
  replace = parsed.member('replace')
  return 1
}

export function proxy_on_response_headers(_context: u32, _count: u32, endOfStream: u32): u32 {
  // The length changes with the body, and headers leave before the body is known.
  if (endOfStream === 0) removeHeader(RESPONSE_HEADERS, 'content-length')
  return CONTINUE
}

export function proxy_on_response_body(_context: u32, size: u32, endOfStream: u32): u32 {
  if (endOfStream === 0) return PAUSE
  let text = bufferText(RESPONSE_BODY, size)
  for (let index = 0; index < replace.keys.length; index += 1) {
    text = text.replaceAll(replace.keys[index], replace.items[index].text)
  }
  replaceBuffer(RESPONSE_BODY, size, text)
  return CONTINUE
}
