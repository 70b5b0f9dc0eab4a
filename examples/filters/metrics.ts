// Counts requests and responses by class, keeps how many are under way, and the sizes of request bodies.

import { CONTINUE, COUNTER, GAUGE, HISTOGRAM, RESPONSE_HEADERS } from './sdk/abi'
import { proxy_increment_metric, proxy_record_metric } from './sdk/env'
import { defineMetric } from './sdk/stores'
import { header } from './sdk/stream'

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from './sdk/abi'

let requests: u32 = 0
let active: u32 = 0
let bodySize: u32 = 0

export function proxy_on_vm_start(_context: u32, _size: u32): u32 {
  requests = defineMetric(COUNTER, 'requests')
  active = defineMetric(GAUGE, 'requests_active')
  bodySize = defineMetric(HISTOGRAM, 'request_body_bytes')
  return 1
}

export function proxy_on_request_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  proxy_increment_metric(requests, 1)
  proxy_increment_metric(active, 1)
  return CONTINUE
}

export function proxy_on_request_body(_context: u32, size: u32, endOfStream: u32): u32 {
  if (endOfStream !== 0) proxy_record_metric(bodySize, size)
  return CONTINUE
}

export function proxy_on_response_headers(_context: u32, _count: u32, _endOfStream: u32): u32 {
  const status = header(RESPONSE_HEADERS, ':status')
  proxy_increment_metric(defineMetric(COUNTER, `responses_${status.charAt(0)}xx`), 1)
  return CONTINUE
}

export function proxy_on_log(_context: u32): void {
  proxy_increment_metric(active, -1)
}
