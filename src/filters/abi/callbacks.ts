import type { FunctionType } from '../wasm/module-parser.ts'
import type { AbiVersion } from './constants.ts'

/** What a filter may export for the host to call. */
export interface CallbackSpec {
  readonly name: string
  /** Parameter counts that are right, all i32. Two where the versions of the ABI differ. */
  readonly parameterCounts: readonly number[]
  /** Whether an i32 comes back. */
  readonly returns: boolean
  readonly family: 'context' | 'plugin' | 'http-request' | 'http-response' | 'tcp' | 'callout'
  /** The versions that have it; all unless told. */
  readonly abi?: readonly AbiVersion[]
}

/** Every callback of the three versions of the ABI, and those that only the SDKs and the C++ host know. */
export const callbacks: readonly CallbackSpec[] = [
  { name: 'proxy_on_context_create', parameterCounts: [2], returns: false, family: 'context' },
  { name: 'proxy_on_done', parameterCounts: [1], returns: true, family: 'context' },
  { name: 'proxy_on_log', parameterCounts: [1], returns: false, family: 'context' },
  { name: 'proxy_on_delete', parameterCounts: [1], returns: false, family: 'context' },
  { name: 'proxy_on_vm_start', parameterCounts: [2], returns: true, family: 'plugin' },
  { name: 'proxy_validate_configuration', parameterCounts: [2], returns: true, family: 'plugin' },
  { name: 'proxy_on_configure', parameterCounts: [2], returns: true, family: 'plugin' },
  { name: 'proxy_on_tick', parameterCounts: [1], returns: false, family: 'plugin' },
  { name: 'proxy_on_queue_ready', parameterCounts: [2], returns: false, family: 'plugin' },
  { name: 'proxy_on_foreign_function', parameterCounts: [3], returns: false, family: 'plugin', abi: ['0.2.0', '0.2.1'] },
  { name: 'proxy_on_request_headers', parameterCounts: [3, 2], returns: true, family: 'http-request' },
  { name: 'proxy_on_request_body', parameterCounts: [3], returns: true, family: 'http-request' },
  { name: 'proxy_on_request_trailers', parameterCounts: [2], returns: true, family: 'http-request' },
  { name: 'proxy_on_request_metadata', parameterCounts: [2], returns: true, family: 'http-request' },
  { name: 'proxy_on_response_headers', parameterCounts: [3, 2], returns: true, family: 'http-response' },
  { name: 'proxy_on_response_body', parameterCounts: [3], returns: true, family: 'http-response' },
  { name: 'proxy_on_response_trailers', parameterCounts: [2], returns: true, family: 'http-response' },
  { name: 'proxy_on_response_metadata', parameterCounts: [2], returns: true, family: 'http-response' },
  { name: 'proxy_on_new_connection', parameterCounts: [1], returns: true, family: 'tcp' },
  { name: 'proxy_on_downstream_data', parameterCounts: [3], returns: true, family: 'tcp' },
  { name: 'proxy_on_upstream_data', parameterCounts: [3], returns: true, family: 'tcp' },
  { name: 'proxy_on_downstream_connection_close', parameterCounts: [2], returns: false, family: 'tcp' },
  { name: 'proxy_on_upstream_connection_close', parameterCounts: [2], returns: false, family: 'tcp' },
  { name: 'proxy_on_http_call_response', parameterCounts: [5], returns: false, family: 'callout' },
  { name: 'proxy_on_grpc_create_initial_metadata', parameterCounts: [3], returns: false, family: 'callout' },
  { name: 'proxy_on_grpc_receive_initial_metadata', parameterCounts: [3], returns: false, family: 'callout' },
  { name: 'proxy_on_grpc_receive', parameterCounts: [3], returns: false, family: 'callout' },
  { name: 'proxy_on_grpc_receive_trailing_metadata', parameterCounts: [3], returns: false, family: 'callout' },
  { name: 'proxy_on_grpc_trailing_metadata', parameterCounts: [3], returns: false, family: 'callout' },
  { name: 'proxy_on_grpc_close', parameterCounts: [3], returns: false, family: 'callout' },
]

const byName: ReadonlyMap<string, CallbackSpec> = new Map(callbacks.map((callback) => [callback.name, callback]))

/** The callback of that name, if the ABI has one. */
export function findCallback(name: string): CallbackSpec | undefined {
  return byName.get(name)
}

/** True for the name of a callback of any time: the first ones were written `_proxy_onRequestHeaders`. */
export function isCallbackName(name: string): boolean {
  return /^_?proxy_on[_A-Z]/.test(name)
}

/** What is wrong with an exported callback's type, if anything: the C++ host refuses to load a module that has one such. */
export function callbackTypeProblem(spec: CallbackSpec, type: FunctionType): string | undefined {
  const counts = spec.parameterCounts
  if (!counts.includes(type.parameters.length) || type.parameters.some((parameter) => parameter !== 'i32')) {
    return `takes (${type.parameters.join(', ')}), expected ${counts.join(' or ')} of i32`
  }
  const results = type.results.join(', ')
  if (spec.returns ? results !== 'i32' : results !== '') {
    return `returns ${results === '' ? 'nothing' : results}, expected ${spec.returns ? 'i32' : 'nothing'}`
  }
  return undefined
}
