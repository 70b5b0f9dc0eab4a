import type { FunctionType, ValueType } from '../wasm/module-parser.ts'
import type { AbiVersion } from './constants.ts'

/** What the host offers to a filter under the module `env`. */
export interface HostFunctionSpec {
  readonly name: string
  /** One letter a parameter: `i` for i32, `I` for i64. All answer an i32 status, unless `result` says otherwise. */
  readonly parameters: string
  readonly abi: readonly AbiVersion[]
  readonly purpose: HostPurpose
}

/** What a host function is for, as a person would restrict it. */
export type HostPurpose =
  | 'log'
  | 'time'
  | 'stream'
  | 'buffer'
  | 'headers'
  | 'callout'
  | 'shared-data'
  | 'queue'
  | 'metric'
  | 'property'
  | 'context'
  | 'foreign'
  | 'runtime'

const all: readonly AbiVersion[] = ['0.1.0', '0.2.0', '0.2.1']
const first: readonly AbiVersion[] = ['0.1.0']
const second: readonly AbiVersion[] = ['0.2.0', '0.2.1']
const latest: readonly AbiVersion[] = ['0.2.1']

function hostFunction(
  name: string,
  parameters: string,
  purpose: HostPurpose,
  abi: readonly AbiVersion[] = all,
): HostFunctionSpec {
  return { name, parameters, abi, purpose }
}

/** Every host function of the three versions of the ABI (proxy-wasm/spec), and those that the C++ host adds. */
export const hostFunctions: readonly HostFunctionSpec[] = [
  hostFunction('proxy_log', 'iii', 'log'),
  hostFunction('proxy_get_log_level', 'i', 'log', latest),
  hostFunction('proxy_get_current_time_nanoseconds', 'i', 'time'),
  hostFunction('proxy_set_tick_period_milliseconds', 'i', 'time'),
  hostFunction('proxy_set_effective_context', 'i', 'context'),
  hostFunction('proxy_done', '', 'context'),
  hostFunction('proxy_get_status', 'iii', 'callout'),
  hostFunction('proxy_get_configuration', 'ii', 'buffer', first),
  hostFunction('proxy_get_buffer_bytes', 'iiiii', 'buffer'),
  hostFunction('proxy_get_buffer_status', 'iii', 'buffer'),
  hostFunction('proxy_set_buffer_bytes', 'iiiii', 'buffer'),
  hostFunction('proxy_get_header_map_size', 'ii', 'headers'),
  hostFunction('proxy_get_header_map_pairs', 'iii', 'headers'),
  hostFunction('proxy_set_header_map_pairs', 'iii', 'headers'),
  hostFunction('proxy_get_header_map_value', 'iiiii', 'headers'),
  hostFunction('proxy_add_header_map_value', 'iiiii', 'headers'),
  hostFunction('proxy_replace_header_map_value', 'iiiii', 'headers'),
  hostFunction('proxy_remove_header_map_value', 'iii', 'headers'),
  hostFunction('proxy_continue_stream', 'i', 'stream', second),
  hostFunction('proxy_close_stream', 'i', 'stream', second),
  hostFunction('proxy_continue_request', '', 'stream', first),
  hostFunction('proxy_continue_response', '', 'stream', first),
  hostFunction('proxy_clear_route_cache', '', 'stream', first),
  hostFunction('proxy_send_local_response', 'iiiiiiii', 'stream'),
  hostFunction('proxy_http_call', 'iiiiiiiiii', 'callout'),
  hostFunction('proxy_grpc_call', 'iiiiiiiiiiii', 'callout'),
  hostFunction('proxy_grpc_stream', 'iiiiiiiii', 'callout'),
  hostFunction('proxy_grpc_send', 'iiii', 'callout'),
  hostFunction('proxy_grpc_cancel', 'i', 'callout'),
  hostFunction('proxy_grpc_close', 'i', 'callout'),
  hostFunction('proxy_get_shared_data', 'iiiii', 'shared-data'),
  hostFunction('proxy_set_shared_data', 'iiiii', 'shared-data'),
  hostFunction('proxy_register_shared_queue', 'iii', 'queue'),
  hostFunction('proxy_resolve_shared_queue', 'iiiii', 'queue'),
  hostFunction('proxy_enqueue_shared_queue', 'iii', 'queue'),
  hostFunction('proxy_dequeue_shared_queue', 'iii', 'queue'),
  hostFunction('proxy_define_metric', 'iiii', 'metric'),
  hostFunction('proxy_increment_metric', 'iI', 'metric'),
  hostFunction('proxy_record_metric', 'iI', 'metric'),
  hostFunction('proxy_get_metric', 'ii', 'metric'),
  hostFunction('proxy_get_property', 'iiii', 'property'),
  hostFunction('proxy_set_property', 'iiii', 'property'),
  hostFunction('proxy_call_foreign_function', 'iiiiii', 'foreign'),
  hostFunction('pthread_equal', 'ii', 'runtime'),
  hostFunction('emscripten_notify_memory_growth', 'i', 'runtime'),
]

const byName: ReadonlyMap<string, HostFunctionSpec> = new Map(hostFunctions.map((spec) => [spec.name, spec]))

/** The host function of that name, if any proxy offers one. */
export function findHostFunction(name: string): HostFunctionSpec | undefined {
  return byName.get(name)
}

/** True when an import's type is the one that proxies link: another makes the module fail to load. */
export function hostFunctionTypeMatches(spec: HostFunctionSpec, type: FunctionType): boolean {
  const parameters: readonly ValueType[] = [...spec.parameters].map((letter) => (letter === 'I' ? 'i64' : 'i32'))
  const result = spec.name === 'emscripten_notify_memory_growth' ? '' : 'i32'
  return type.parameters.join() === parameters.join() && type.results.join() === result
}
