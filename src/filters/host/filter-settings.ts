/** One filter in a chain: its module and everything a proxy tells it. */
export interface FilterSettings {
  /** Unique in its chain; what logs, failures and the property plugin_name show. */
  readonly name: string
  readonly wasm: Uint8Array
  /** Selects among the roots a C++ module registers; the property plugin_root_id. */
  readonly rootId: string
  /** Filters of one vm id share data and queues. */
  readonly vmId: string
  readonly vmConfiguration: Uint8Array
  readonly configuration: Uint8Array
  readonly environment: Readonly<Record<string, string>>
  /** The host functions and callbacks that the filter may use; all when not told (capability_restriction_config in Envoy). */
  readonly allowedCapabilities?: readonly string[]
  /** What a crash does to the streams: refuse them with 503, or go on without the filter. */
  readonly failurePolicy: 'fail-closed' | 'fail-open'
  /** Envoy's switch of that name: without it, a pause at headers holds the body back too. */
  readonly allowOnHeadersStopIteration: boolean
  /** `http` and `network` filters get streams, a `service` only its root context. */
  readonly kind: 'http' | 'network' | 'service'
  /** Pages of 64 KiB that the filter's memory may grow to. */
  readonly memoryLimitPages: number
}

const noBytes = new Uint8Array(0)

/** Settings with everything not told at its default: memory up to 256 MiB, fail closed. */
export function filterSettings(given: Partial<FilterSettings> & Pick<FilterSettings, 'name' | 'wasm'>): FilterSettings {
  return {
    rootId: '',
    vmId: '',
    vmConfiguration: noBytes,
    configuration: noBytes,
    environment: {},
    failurePolicy: 'fail-closed',
    allowOnHeadersStopIteration: false,
    kind: 'http',
    memoryLimitPages: 4096,
    ...given,
  }
}
