import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { AbiVersion } from '../abi/constants.ts'
import type { HostPurpose } from '../abi/host-functions.ts'
import type { WasiLinkage, WasiSupport } from '../abi/wasi-functions.ts'
import type { MemoryLimits } from '../wasm/module-parser.ts'
import type { MeshVerdict } from './mesh-limits.ts'

/** What a file turned out to be. Only the first can run in a mesh's Envoy. */
export type ModuleKind =
  | 'proxy-wasm'
  /** Written before the ABI had a version: emscripten modules of 2019. */
  | 'proxy-wasm-without-version'
  /** The ABI of http-wasm, which Traefik runs. */
  | 'http-wasm'
  | 'component'
  /** A module for something else. */
  | 'other-module'
  | 'not-wasm'

/** A host function that a module imports. */
export interface ImportedHostFunction {
  readonly name: string
  readonly purpose: HostPurpose
  readonly abi: readonly AbiVersion[]
  /** False when its type is not what proxies link. */
  readonly typeMatches: boolean
}

/** A WASI function that a module imports. */
export interface ImportedWasiFunction {
  readonly name: string
  readonly module: string
  /** Undefined for a name that is not in WASI preview 1. */
  readonly support?: WasiSupport
  readonly linked?: WasiLinkage
}

/** The toolchain that most likely made the module, and by what it shows. */
export interface SdkGuess {
  readonly language: 'C++' | 'Rust' | 'TinyGo' | 'Go' | 'AssemblyScript' | 'Zig' | 'unknown'
  readonly evidence: readonly string[]
}

/** All that can be said of a filter without running it. */
export interface FilterInspection {
  /** What was inspected, as the user named it. */
  readonly source: string
  readonly size: number
  /** Hexadecimal, lower case. */
  readonly sha256: string
  readonly kind: ModuleKind
  /** True when a proxy with this ABI would load it. */
  readonly loadable: boolean
  readonly abi?: AbiVersion
  readonly startFunctions: readonly string[]
  readonly allocator?: 'malloc' | 'proxy_on_memory_allocate'
  readonly callbacks: readonly string[]
  /** The streams that it takes part in. */
  readonly handles: {
    readonly httpRequests: boolean
    readonly httpResponses: boolean
    readonly tcp: boolean
    readonly timers: boolean
  }
  readonly hostFunctions: readonly ImportedHostFunction[]
  readonly wasi: readonly ImportedWasiFunction[]
  /** Imports that no proxy gives, as module.name. */
  readonly unknownImports: readonly string[]
  readonly memory?: MemoryLimits & { readonly exported: boolean }
  readonly functionCount: number
  readonly codeSize: number
  readonly customSections: readonly { readonly name: string; readonly size: number }[]
  readonly targetFeatures: readonly string[]
  readonly sdk: SdkGuess
  /** The root ids that it registers, as far as they show when it is tried; undefined when it never asks for its own. */
  readonly rootIds?: readonly string[]
  /** What each mesh would say of it. */
  readonly meshes: readonly MeshVerdict[]
  readonly diagnostics: readonly Diagnostic[]
}
