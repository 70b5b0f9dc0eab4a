import type { Draft } from '../traced-manifest.ts'

/** Where in the mesh an EnvoyFilter's patch holds. */
export type PatchContext = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY' | 'WAYPOINT'

/** A patch that puts an HTTP filter before the router, which is always the last one. */
export function httpFilterPatch(context: PatchContext, filter: Draft): Draft {
  return {
    applyTo: 'HTTP_FILTER',
    match:
      context === 'WAYPOINT'
        ? {
            context,
            waypoint: {
              filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: 'envoy.filters.http.router' } },
            },
          }
        : {
            context,
            listener: {
              filterChain: {
                filter: {
                  name: 'envoy.filters.network.http_connection_manager',
                  subFilter: { name: 'envoy.filters.http.router' },
                },
              },
            },
          },
    patch: { operation: 'INSERT_BEFORE', value: filter },
  }
}
