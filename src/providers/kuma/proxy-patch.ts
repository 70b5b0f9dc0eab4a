import { stringify } from 'yaml'
import type { JsonValue } from '../../plan/json.ts'
import type { DraftObject } from '../traced-manifest.ts'

/** Where in the proxies a filter is put. */
interface ChainPlace {
  readonly origin: 'inbound' | 'outbound'
  readonly protocol: 'http' | 'tcp'
  /** Before all others, instead of before the end of the chain. */
  readonly first: boolean
}

/** A modification of a MeshProxyPatch that puts a filter, given as YAML, into the chain, whose end is the router or the TCP proxy. */
export function chainPatch({ origin, protocol, first }: ChainPlace, value: string): DraftObject {
  const end = protocol === 'tcp' ? 'envoy.filters.network.tcp_proxy' : 'envoy.filters.http.router'
  const modification = first
    ? { operation: 'AddFirst', match: { origin }, value }
    : { operation: 'AddBefore', match: { name: end, origin }, value }
  return protocol === 'tcp' ? { networkFilter: modification } : { httpFilter: modification }
}

/** A modification that puts an HTTP filter, given as YAML, before the router. */
export function routerPatch(origin: 'inbound' | 'outbound', value: string): DraftObject {
  return chainPatch({ origin, protocol: 'http', first: false }, value)
}

/** Envoy's configuration as the text of a modification. Kuma reads YAML 1.1, where `on` and `yes` without quotes are no text. */
export function patchValue(config: JsonValue | undefined): string {
  return stringify(config, { version: '1.1' })
}
