import type { ComponentOf } from '../design/component.ts'
import { objectNameOf } from '../design/object-name.ts'
import type { Scope } from './contract.ts'

/** As what a mesh sees a gateway call: under the identity of its pods, or as whatever comes in at its proxies. */
export type GatewayIdentity =
  | { readonly kind: 'serviceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'ingress' }

/** ServiceAccounts of Istio's own gateways: of the chart `gateway` by its release, of its installed profiles. */
const CHART_ACCOUNTS = {
  ingress: 'istio-ingressgateway',
  egress: 'istio-egressgateway',
  'east-west': 'istio-eastwestgateway',
} as const

/** The identity that a gateway's calls have in its mesh; undefined where it has none, or none that can be told. */
export function gatewayIdentity(gateway: ComponentOf<'gateways'>, { mesh }: Scope): GatewayIdentity | undefined {
  const { spec } = gateway
  const told = spec.settings?.serviceAccount
  const direction = spec.direction ?? 'ingress'
  const account = (namespace: string, name: string): GatewayIdentity => ({ kind: 'serviceAccount', namespace, name })
  switch (mesh.spec.provider) {
    case 'istio': {
      const namespace = spec.namespace ?? mesh.spec.namespace ?? 'istio-system'
      if (typeof told === 'string') return account(namespace, told)
      if (mesh.spec.mode === 'ambient')
        return direction === 'ingress' ? account(namespace, `${objectNameOf(gateway)}-istio`) : undefined
      // Pods that the gateway selects itself may run under any account.
      if (spec.selector !== undefined) return undefined
      return account(namespace, `${CHART_ACCOUNTS[direction]}${mesh.spec.existing === true ? '-service-account' : ''}`)
    }
    case 'consul':
    case 'consul-vm':
      // An API gateway is a service of its own name, and intentions name services.
      return direction === 'ingress' ? account('', objectNameOf(gateway)) : undefined
    case 'cilium':
      return direction === 'ingress' ? { kind: 'ingress' } : undefined
    default:
      return undefined
  }
}
