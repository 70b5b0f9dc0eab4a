import { deflateSync, inflateSync } from 'node:zlib'
import { Status } from '../abi/constants.ts'
import type { FilterContext } from './contexts.ts'

/** What a foreign function answers. */
export type ForeignResult = { readonly status: Status; readonly bytes?: Buffer }

/** A function of the proxy's own that a filter calls by name. */
export type ForeignFunction = (argument: Buffer, context: FilterContext) => ForeignResult

const maximumOutput = 64 * 1024 * 1024

/**
 * Those of Envoy's foreign functions that need nothing of a proxy (source/extensions/common/wasm/foreign.cc). `declare_property`
 * and `set_envoy_filter_state` are taken and have no effect here but on what a filter reads back.
 */
export const envoyForeignFunctions: Readonly<Record<string, ForeignFunction>> = {
  compress: (argument) => ({ status: Status.ok, bytes: deflateSync(argument) }),
  uncompress: (argument) => {
    try {
      return { status: Status.ok, bytes: inflateSync(argument, { maxOutputLength: maximumOutput }) }
    } catch {
      return { status: Status.serializationFailure }
    }
  },
  clear_route_cache: (_argument, context) => {
    if (context.kind !== 'root') context.info.routeCacheClears += 1
    return { status: Status.ok }
  },
  declare_property: () => ({ status: Status.ok }),
  set_envoy_filter_state: () => ({ status: Status.ok }),
}
