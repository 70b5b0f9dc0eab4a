import type { Scope } from '../contract.ts'

/** API version of CiliumNetworkPolicy, CiliumEnvoyConfig and CiliumEgressGatewayPolicy. */
export const CILIUM_API = 'cilium.io/v2'

/** Encryption of a mesh that a design installs without a word about it. */
export const INSTALLED_ENCRYPTION = 'wireguard'

/** Label of every endpoint: the namespace of its pod. */
export const NAMESPACE_LABEL = 'k8s:io.kubernetes.pod.namespace'

/** Label of every endpoint: the ServiceAccount of its pod. */
export const ACCOUNT_LABEL = 'io.cilium.k8s.policy.serviceaccount'

/** Version of the Gateway API's CRDs in the cluster. */
export function bundleOf({ mesh }: Scope): string | undefined {
  const told = mesh.spec.settings?.gatewayApi
  return typeof told === 'string' ? told : undefined
}

/** True where policies ask for authentication: mutual TLS is strict, and no ztunnel sees to it in the connection itself. */
export function authenticates({ mesh }: Scope): boolean {
  return mesh.spec.mtls === 'strict' && mesh.spec.settings?.encryption !== 'ztunnel'
}

/** True where traffic is shaped by CiliumEnvoyConfig rather than by the Gateway API. */
export function byEnvoyConfig({ mesh }: Scope): boolean {
  return mesh.spec.mode === 'envoy-config'
}
