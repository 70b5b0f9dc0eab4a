import type { Draft, DraftObject } from '../traced-manifest.ts'

/** Where in the mesh an EnvoyFilter's patch holds. */
export type PatchContext = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY' | 'WAYPOINT'

/** Which listeners of a context a filter is put into; every one when no port is told. */
export interface PatchPlace {
  readonly context: PatchContext
  readonly port?: number
}

function matchOf({ context, port }: PatchPlace, filter: DraftObject): Draft {
  if (context === 'WAYPOINT') return { context, waypoint: { portNumber: port, filter } }
  return { context, listener: { portNumber: port, filterChain: { filter } } }
}

const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager'

/** A patch that puts an HTTP filter before the router, which is always the last one; or before all others. */
export function httpFilterPatch(place: PatchPlace, filter: Draft, where: 'last' | 'first' = 'last'): Draft {
  const chain =
    where === 'first'
      ? { name: CONNECTION_MANAGER }
      : { name: CONNECTION_MANAGER, subFilter: { name: 'envoy.filters.http.router' } }
  return {
    applyTo: 'HTTP_FILTER',
    match: matchOf(place, chain),
    patch: { operation: where === 'first' ? 'INSERT_FIRST' : 'INSERT_BEFORE', value: filter },
  }
}

/** A patch that puts a network filter before the one that forwards the bytes of a connection; or before all others. */
export function networkFilterPatch(place: PatchPlace, filter: Draft, where: 'last' | 'first' = 'last'): Draft {
  return {
    applyTo: 'NETWORK_FILTER',
    match: matchOf(place, { name: 'envoy.filters.network.tcp_proxy' }),
    patch: { operation: where === 'first' ? 'INSERT_FIRST' : 'INSERT_BEFORE', value: filter },
  }
}

/** Patches that let proxies fetch a filter's configuration, and with it its module, by its name; and the configuration. */
export function discoveredFilter(name: string, config: DraftObject): { readonly filter: Draft; readonly extension: Draft } {
  return {
    filter: {
      name,
      config_discovery: {
        // No time limit: until the module is there, the proxy must not go without it.
        config_source: { ads: {}, initial_fetch_timeout: '0s' },
        type_urls: [config['@type']],
      },
    },
    extension: { applyTo: 'EXTENSION_CONFIG', patch: { operation: 'ADD', value: { name, typed_config: config } } },
  }
}
