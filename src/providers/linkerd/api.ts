import type { Scope } from '../contract.ts'

/** API group of Linkerd's policies. */
export const POLICY_GROUP = 'policy.linkerd.io'
/** API version of AuthorizationPolicy, the authentications, HTTPLocalRateLimitPolicy and EgressNetwork. */
export const POLICY_API = 'policy.linkerd.io/v1alpha1'
/** API version of Server since 2.16. */
export const SERVER_API = 'policy.linkerd.io/v1beta3'

/** The newest bundle of the Gateway API that Linkerd 2.20 accepts (linkerd.io/2-edge/features/gateway-api). */
const NEWEST_BUNDLE = '1.5.1'

/** The bundle of the Gateway API in the cluster. */
export function bundleOf({ mesh }: Scope): string {
  const told = mesh.spec.settings?.gatewayApi
  return typeof told === 'string' ? told : NEWEST_BUNDLE
}

/** The identity of a ServiceAccount as Linkerd's certificates name it; `*` for every account of a namespace. */
export function linkerdIdentity(trustDomain: string, namespace: string, account: string): string {
  return `${account}.${namespace}.serviceaccount.identity.linkerd.${trustDomain}`
}

/** The trust domain of a mesh's identities. */
export function trustDomainOf({ mesh }: Scope): string {
  return mesh.spec.trustDomain ?? 'cluster.local'
}
