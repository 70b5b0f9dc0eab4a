import type { DraftObject } from '../traced-manifest.ts'

/** A modification of a MeshProxyPatch that puts an HTTP filter, given as YAML, before the router, which is always the last. */
export function routerPatch(origin: 'inbound' | 'outbound', value: string): DraftObject {
  return { httpFilter: { operation: 'AddBefore', match: { name: 'envoy.filters.http.router', origin }, value } }
}
