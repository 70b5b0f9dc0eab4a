import type { AbiVersion } from '../abi/constants.ts'
import type { ModuleKind } from './inspection.ts'

/** How a mesh takes Wasm filters, if it does. */
export interface MeshWasmSupport {
  readonly mesh: string
  /** The resource that attaches a filter; undefined when the mesh has no way at all. */
  readonly attachment?: string
  /** Why it has none, or what is to be known. */
  readonly note: string
  readonly accepts: readonly ModuleKind[]
  readonly http: boolean
  readonly tcp: boolean
  /** Where its proxies can get a module from. */
  readonly sources: readonly ('oci' | 'http' | 'file')[]
  /** The largest module it fetches, in bytes. */
  readonly maximumSize?: number
}

const envoyKinds: readonly ModuleKind[] = ['proxy-wasm']
const mebibyte = 1024 * 1024

/** Every mesh's way with Wasm filters (see docs of each: WasmPlugin, MeshProxyPatch, Envoy extensions, CiliumEnvoyConfig, ...). */
export const meshWasmSupport: readonly MeshWasmSupport[] = [
  {
    mesh: 'istio',
    attachment: 'WasmPlugin',
    note: 'HTTP and network plugins in sidecars, gateways and waypoints; ztunnel runs none',
    accepts: envoyKinds,
    http: true,
    tcp: true,
    sources: ['oci', 'http', 'file'],
    maximumSize: 256 * mebibyte,
  },
  {
    mesh: 'envoy-gateway',
    attachment: 'EnvoyExtensionPolicy',
    note: 'HTTP filters only, fetched by its controller',
    accepts: envoyKinds,
    http: true,
    tcp: false,
    sources: ['oci', 'http'],
    maximumSize: 256 * mebibyte,
  },
  {
    mesh: 'kuma',
    attachment: 'MeshProxyPatch',
    note: "the module has to be in the proxy's file system or behind HTTP: Kuma pulls no OCI artifacts",
    accepts: envoyKinds,
    http: true,
    tcp: true,
    sources: ['http', 'file'],
  },
  {
    mesh: 'consul',
    attachment: 'EnvoyExtensions builtin/wasm',
    note: 'remote code needs its SHA-256 and an upstream service to fetch it from',
    accepts: envoyKinds,
    http: true,
    tcp: true,
    sources: ['http', 'file'],
  },
  {
    mesh: 'cilium',
    attachment: 'CiliumEnvoyConfig',
    note: "the module has to be in the node proxy's file system or behind HTTP as raw Envoy configuration says",
    accepts: envoyKinds,
    http: true,
    tcp: true,
    sources: ['http', 'file'],
  },
  {
    mesh: 'linkerd',
    note: "Linkerd's proxy is not Envoy and runs no Wasm",
    accepts: [],
    http: false,
    tcp: false,
    sources: [],
  },
  {
    mesh: 'traefik-mesh',
    note: 'Traefik Mesh has no filters; Traefik itself runs http-wasm modules, another ABI',
    accepts: [],
    http: false,
    tcp: false,
    sources: [],
  },
  {
    mesh: 'osm',
    note: 'Open Service Mesh uses Wasm inside its own sidecars only and is archived',
    accepts: [],
    http: false,
    tcp: false,
    sources: [],
  },
  {
    mesh: 'nginx-service-mesh',
    note: 'its sidecar is NGINX Plus, which runs no Wasm',
    accepts: [],
    http: false,
    tcp: false,
    sources: [],
  },
  {
    mesh: 'app-mesh',
    note: "App Mesh manages Envoy's filters itself and takes none from users",
    accepts: [],
    http: false,
    tcp: false,
    sources: [],
  },
  {
    mesh: 'network-service-mesh',
    note: 'it connects at the link and network layers; there is no HTTP proxy to extend',
    accepts: [],
    http: false,
    tcp: false,
    sources: [],
  },
]

/** What a mesh says of one filter. */
export interface MeshVerdict {
  readonly mesh: string
  readonly accepted: boolean
  readonly attachment?: string
  /** Why not; empty when accepted. */
  readonly reasons: readonly string[]
  readonly note: string
}

/** What of a filter decides whether a mesh takes it. */
export interface FilterTraits {
  readonly kind: ModuleKind
  readonly abi: AbiVersion | undefined
  readonly size: number
  readonly httpCallbacks: boolean
  readonly tcpCallbacks: boolean
  /** Why no Envoy would load it. */
  readonly loadProblems: readonly string[]
}

/** Every mesh's verdict on a filter. */
export function judgeForMeshes(filter: FilterTraits): readonly MeshVerdict[] {
  return meshWasmSupport.map((support) => {
    const { mesh, note, attachment } = support
    if (attachment === undefined) return { mesh, accepted: false, reasons: [note], note }
    const reasons: string[] = []
    if (!support.accepts.includes(filter.kind)) reasons.push(describeKind(filter.kind))
    reasons.push(...filter.loadProblems)
    if (support.maximumSize !== undefined && filter.size > support.maximumSize) {
      reasons.push(`it is larger than the ${support.maximumSize / mebibyte} MiB that ${mesh} fetches`)
    }
    if (filter.tcpCallbacks && !filter.httpCallbacks && !support.tcp)
      reasons.push(`it filters TCP, and ${mesh} attaches HTTP filters only`)
    return { mesh, accepted: reasons.length === 0, attachment, reasons, note }
  })
}

function describeKind(kind: ModuleKind): string {
  switch (kind) {
    case 'proxy-wasm':
      return 'it is a Proxy-Wasm filter'
    case 'proxy-wasm-without-version':
      return "it exports no ABI version: today's Envoy does not load filters from before 2020"
    case 'http-wasm':
      return 'it speaks the http-wasm ABI, which Envoy does not'
    case 'component':
      return 'it is a WebAssembly component, and Envoy loads core modules only'
    case 'other-module':
      return 'it is a WebAssembly module, but not a Proxy-Wasm filter'
    case 'not-wasm':
      return 'it is not a valid WebAssembly module'
  }
}
