import type { AbiVersion } from '../abi/constants.ts'
import type { ByteBuffer } from './byte-buffer.ts'
import type { FilterContext, RootContext } from './contexts.ts'
import type { FilterSettings } from './filter-settings.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { HeaderMap } from './header-map.ts'
import type { World } from './world.ts'

/** What the answer to a callout shows the guest while it is told of it. */
export interface CalloutView {
  readonly callHeaders?: HeaderMap
  readonly callBody?: ByteBuffer
  readonly callTrailers?: HeaderMap
  readonly grpcInitialMetadata?: HeaderMap
  readonly grpcTrailingMetadata?: HeaderMap
  readonly grpcMessage?: ByteBuffer
}

/** One running filter as the host functions see it. Everything changes only while the guest is being called. */
export interface Guest {
  readonly settings: FilterSettings
  readonly abi: AbiVersion
  readonly world: World<Guest>
  readonly memory: GuestMemory
  readonly root: RootContext
  /** The context that host calls act on: the one the guest chose last, else the one it was called for. */
  context(): FilterContext
  /** False when there is no such context. */
  setEffectiveContext(id: number): boolean
  /** True while proxy_on_configure runs: the plugin's configuration can be read then only. */
  readonly configuring: boolean
  /** Noted down when the guest asks for a configuration, whether or not there is one. */
  readonly asked: { vm: boolean; plugin: boolean }
  readonly calloutView: CalloutView
  /** What proxy_get_status answers. */
  readonly callStatus: { readonly code: number; readonly message: string }
  nextHttpCalloutId(): number
  nextGrpcCalloutId(kind: 'grpc-call' | 'grpc-stream'): number
  /** Milliseconds between ticks; 0 stops them. */
  setTickPeriod(milliseconds: number): void
}

/** Functions that the guest imports, by name. Numbers are i32 and may come negative; bigints are i64. */
export type HostFunctionTable = Readonly<Record<string, (...parameters: never[]) => number>>
