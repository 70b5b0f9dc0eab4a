import { closest, distance } from 'fastest-levenshtein'
import { appMesh } from './app-mesh/provider.ts'
import { cilium } from './cilium/provider.ts'
import { citrixCpx } from './citrix-cpx/provider.ts'
import { completed } from './complete-provider.ts'
import { consul } from './consul/provider.ts'
import { consulVm } from './consul-vm/provider.ts'
import type { MeshProvider } from './contract.ts'
import { gatewayApi } from './gateway-api/provider.ts'
import { istio } from './istio/provider.ts'
import { kongMesh, kuma } from './kuma/provider.ts'
import { linkerd } from './linkerd/provider.ts'
import { nginx } from './nginx/provider.ts'
import { nsm } from './nsm/provider.ts'
import { osm } from './osm/provider.ts'
import { smi } from './smi/provider.ts'
import { tanzu } from './tanzu/provider.ts'
import { traefik } from './traefik/provider.ts'

/** One line a provider, in the order of the capability matrix. */
const PROVIDERS = {
  istio,
  linkerd,
  kuma,
  kongMesh,
  cilium,
  traefik,
  gatewayApi,
  consul,
  consulVm,
  osm,
  nginx,
  appMesh,
  nsm,
  citrixCpx,
  tanzu,
  smi,
}

/** Every mesh that meshform knows, by the name that `provider:` uses. */
export const meshProviders: ReadonlyMap<string, MeshProvider> = new Map(
  Object.values<MeshProvider>(PROVIDERS).map((provider) => [provider.name, completed(provider)]),
)

/** A provider, or the nearest name there is when it is not too far. */
export type ProviderSearch =
  | { readonly provider: MeshProvider; readonly nearest: undefined }
  | { readonly provider: undefined; readonly nearest: string | undefined }

/** Finds a provider by name. */
export function findProvider(name: string): ProviderSearch {
  const provider = meshProviders.get(name)
  if (provider !== undefined) return { provider, nearest: undefined }
  const nearest = closest(name.toLowerCase(), [...meshProviders.keys()])
  return { provider: undefined, nearest: distance(name.toLowerCase(), nearest) <= 4 ? nearest : undefined }
}
