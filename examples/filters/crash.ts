// Fails on purpose, in the way that the header x-crash names, to show what a proxy and the test bench do then.

import { CONTINUE, REQUEST_HEADERS } from './sdk/abi'
import { header } from './sdk/stream'

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from './sdk/abi'

function recurse(depth: u32): u32 {
  return depth === 0xffff_ffff ? 0 : recurse(depth + 1) + 1
}

export function proxy_on_request_headers(context: u32, _count: u32, _endOfStream: u32): u32 {
  const how = header(REQUEST_HEADERS, 'x-crash')
  if (how === 'trap') unreachable()
  if (how === 'abort') assert(false, 'asked to abort')
  if (how === 'memory') store<u32>(<usize>0xffff_fff0, 1)
  if (how === 'stack') return recurse(context)
  if (how === 'memory-growth') while (memory.grow(16) >= 0);
  if (how === 'loop') while (context > 0);
  return CONTINUE
}
