// Lets so many requests of one client through in a window of time; clients are told apart by a header. The count stands in shared
// data, so that every worker thread of a proxy counts together; two that write at once see it and try again.
// Configuration: {"header": "x-user", "limit": 5, "windowSeconds": 60}

import { CAS_MISMATCH, CONTINUE, PAUSE, PLUGIN_CONFIGURATION, REQUEST_HEADERS, RESPONSE_HEADERS } from './sdk/abi'
import { parseJson } from './sdk/json'
import { now, setSharedValue, sharedValue } from './sdk/stores'
import { bufferText, header, respond, setHeader } from './sdk/stream'

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from './sdk/abi'

const attempts = 10

let name: string = 'x-user'
let limit: i32 = 5
let windowMilliseconds: u64 = 60_000

export function proxy_on_configure(_context: u32, size: u32): u32 {
  if (size === 0) return 1
  const parsed = parseJson(bufferText(PLUGIN_CONFIGURATION, size))
  if (parsed === null) return 0
  name = parsed.memberText('header', name)
  limit = parsed.memberNumber('limit', limit)
  windowMilliseconds = <u64>parsed.memberNumber('windowSeconds', 60) * 1000
  return limit > 0 && windowMilliseconds > 0 ? 1 : 0
}

/** Counts this request and says how many there were in the window. A count that can't be written is not held against a client. */
function count(client: string): i32 {
  const key = `rate-limit/${(now() / windowMilliseconds).toString()}/${client}`
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const known = sharedValue(key)
    const next = known.text.length > 0 ? I32.parseInt(known.text) + 1 : 1
    if (setSharedValue(key, next.toString(), known.cas) !== CAS_MISMATCH) return next
  }
  return 0
}

export function proxy_on_request_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  const client = header(REQUEST_HEADERS, name)
  const used = count(client.length > 0 ? client : 'anonymous')
  if (used <= limit) return CONTINUE
  const retryAfter = (windowMilliseconds - (now() % windowMilliseconds) + 999) / 1000
  respond(429, 'rate_limited', 'too many requests\n', [['retry-after', retryAfter.toString()]], 8)
  return PAUSE
}

export function proxy_on_response_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  setHeader(RESPONSE_HEADERS, 'x-rate-limit', limit.toString())
  return CONTINUE
}
