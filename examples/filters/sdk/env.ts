// The host functions, under the names and types of the Proxy-Wasm ABI 0.2.1. AssemblyScript imports a declared function from the
// module that its file is named after, so this file has to be called `env`.

export declare function proxy_log(level: u32, message: usize, size: usize): u32
export declare function proxy_get_current_time_nanoseconds(time: usize): u32
export declare function proxy_set_tick_period_milliseconds(period: u32): u32
export declare function proxy_set_effective_context(context: u32): u32
export declare function proxy_get_buffer_bytes(buffer: u32, start: u32, size: u32, data: usize, dataSize: usize): u32
export declare function proxy_set_buffer_bytes(buffer: u32, start: u32, size: u32, data: usize, dataSize: usize): u32
export declare function proxy_get_header_map_pairs(map: u32, data: usize, dataSize: usize): u32
export declare function proxy_get_header_map_value(map: u32, key: usize, keySize: usize, data: usize, dataSize: usize): u32
export declare function proxy_add_header_map_value(map: u32, key: usize, keySize: usize, value: usize, valueSize: usize): u32
export declare function proxy_replace_header_map_value(map: u32, key: usize, keySize: usize, value: usize, valueSize: usize): u32
export declare function proxy_remove_header_map_value(map: u32, key: usize, keySize: usize): u32
export declare function proxy_continue_stream(stream: u32): u32
export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): u32
export declare function proxy_http_call(
  upstream: usize,
  upstreamSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeout: u32,
  id: usize,
): u32
export declare function proxy_get_shared_data(key: usize, keySize: usize, data: usize, dataSize: usize, cas: usize): u32
export declare function proxy_set_shared_data(key: usize, keySize: usize, value: usize, valueSize: usize, cas: u32): u32
export declare function proxy_define_metric(type: u32, name: usize, nameSize: usize, id: usize): u32
export declare function proxy_increment_metric(id: u32, offset: i64): u32
export declare function proxy_record_metric(id: u32, value: u64): u32
export declare function proxy_get_property(path: usize, pathSize: usize, data: usize, dataSize: usize): u32
