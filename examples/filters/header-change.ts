// Sets, adds and removes headers of requests and responses.
// Configuration: {"request": {"set": {..}, "add": {..}, "remove": [..]}, "response": {..}}

import { CONTINUE, PLUGIN_CONFIGURATION, REQUEST_HEADERS, RESPONSE_HEADERS } from './sdk/abi'
import { Json, parseJson } from './sdk/json'
import { addHeader, bufferText, removeHeader, setHeader } from './sdk/stream'

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from './sdk/abi'

let request: Json = new Json()
let response: Json = new Json()

export function proxy_on_configure(_context: u32, size: u32): u32 {
  if (size === 0) return 1
  const parsed = parseJson(bufferText(PLUGIN_CONFIGURATION, size))
  if (parsed === null) return 0
  request = parsed.member('request')
  response = parsed.member('response')
  return 1
}

function change(map: u32, rules: Json): void {
  const remove = rules.member('remove')
  for (let index = 0; index < remove.items.length; index += 1) removeHeader(map, remove.items[index].text)
  const set = rules.member('set')
  for (let index = 0; index < set.keys.length; index += 1) setHeader(map, set.keys[index], set.items[index].text)
  const add = rules.member('add')
  for (let index = 0; index < add.keys.length; index += 1) addHeader(map, add.keys[index], add.items[index].text)
}

export function proxy_on_request_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  change(REQUEST_HEADERS, request)
  return CONTINUE
}

export function proxy_on_response_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  change(RESPONSE_HEADERS, response)
  return CONTINUE
}
