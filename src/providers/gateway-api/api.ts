import { compareVersions } from '../version.ts'

/** API group of the Gateway API. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io'
/** API version of Gateway, HTTPRoute and GRPCRoute in every bundle since 1.0. */
export const GATEWAY_API = 'gateway.networking.k8s.io/v1'
/** API version of ReferenceGrant that every bundle serves. */
export const REFERENCE_GRANT_API = 'gateway.networking.k8s.io/v1beta1'

/** The bundle of the Gateway API whose CRDs the tables were checked against. */
export const GATEWAY_BUNDLE_VERSION = '1.6.1'

/** Routes of connections rather than requests. */
export type StreamRouteKind = 'TCPRoute' | 'TLSRoute' | 'UDPRoute'

/** The bundle from which a kind of route is served as v1; before, and in the experimental channel, as v1alpha2. */
const STABLE_SINCE = { TLSRoute: '1.5', TCPRoute: '1.6', UDPRoute: '1.6' } as const satisfies Record<StreamRouteKind, string>

/** The API version under which a bundle serves a kind of stream route. */
export function streamRouteApi(kind: StreamRouteKind, bundle: string = GATEWAY_BUNDLE_VERSION): string {
  return compareVersions(bundle, STABLE_SINCE[kind]) >= 0 ? GATEWAY_API : 'gateway.networking.k8s.io/v1alpha2'
}

/** The oldest bundle that serves what is served here; undefined where no route is. */
export function routeBundle(serves: (kind: string, version: string) => boolean): string | undefined {
  if (!serves('HTTPRoute', 'v1')) return undefined
  if (serves('TCPRoute', 'v1')) return STABLE_SINCE.TCPRoute
  return serves('TLSRoute', 'v1') ? STABLE_SINCE.TLSRoute : '1.0'
}

/** Where the CRDs of a bundle are. */
export function gatewayBundle(channel: 'standard' | 'experimental', version: string = GATEWAY_BUNDLE_VERSION): string {
  return `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${version}/${channel}-install.yaml`
}
