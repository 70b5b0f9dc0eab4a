/** API group of the Gateway API. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io'
/** API version of Gateway, HTTPRoute and GRPCRoute in every bundle since 1.0. */
export const GATEWAY_API = 'gateway.networking.k8s.io/v1'
/** API version of ReferenceGrant that every bundle serves. */
export const REFERENCE_GRANT_API = 'gateway.networking.k8s.io/v1beta1'
/** API version of TCPRoute and TLSRoute that every bundle with them serves. */
export const STREAM_ROUTE_API = 'gateway.networking.k8s.io/v1alpha2'

/** Where to get the Gateway API's CRDs. */
export const GATEWAY_BUNDLE = {
  standard: 'https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml',
  experimental: 'https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/experimental-install.yaml',
} as const
