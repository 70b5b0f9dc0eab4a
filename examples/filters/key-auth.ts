// Lets a request through when a header holds one of the configured keys, and says who it is to the upstream.
// Configuration: {"header": "x-api-key", "keys": {"<key>": "<consumer>"}}

import { CONTINUE, INFO, log, PAUSE, PLUGIN_CONFIGURATION, REQUEST_HEADERS, RESPONSE_HEADERS, WARN } from './sdk/abi'
import { Json, parseJson } from './sdk/json'
import { addHeader, bufferText, header, removeHeader, respond, setHeader } from './sdk/stream'

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from './sdk/abi'

let configuration: Json = new Json()

export function proxy_on_configure(_context: u32, size: u32): u32 {
  const parsed = parseJson(bufferText(PLUGIN_CONFIGURATION, size))
  if (parsed === null || parsed.member('keys').keys.length === 0) {
    log(WARN, 'key-auth needs at least one key')
    return 0
  }
  configuration = parsed
  return 1
}

export function proxy_on_request_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  const name = configuration.memberText('header', 'x-api-key')
  const key = header(REQUEST_HEADERS, name)
  const consumer = configuration.member('keys').memberText(key, '')
  if (key.length === 0 || consumer.length === 0) {
    log(WARN, key.length === 0 ? 'no key' : 'unknown key')
    respond(401, 'key_auth_denied', 'a valid key is needed\n', [['www-authenticate', `Key header="${name}"`]], 16)
    return PAUSE
  }
  removeHeader(REQUEST_HEADERS, name)
  setHeader(REQUEST_HEADERS, 'x-consumer', consumer)
  log(INFO, `let ${consumer} through`)
  return CONTINUE
}

export function proxy_on_response_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  addHeader(RESPONSE_HEADERS, 'x-filtered-by', 'key-auth')
  return CONTINUE
}
