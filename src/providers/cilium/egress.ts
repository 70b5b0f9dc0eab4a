import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { callingNamespaces } from '../external-namespaces.ts'
import { findGateway } from '../references.ts'
import { type Draft, from, traceManifest } from '../traced-manifest.ts'
import { CILIUM_API, NAMESPACE_LABEL } from './api.ts'

/** Nodes by which connections leave where the gateway names none. */
const EGRESS_NODES = { 'meshform.dev/egress': 'true' }
/** Addresses that never leave by a gateway: those of clusters. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

/**
 * An external host as egress rules of each namespace that calls it, with the look-ups by which the agents learn its addresses; through an egress
 * gateway where the design says so (docs.cilium.io/network/egress-gateway).
 */
export function ciliumExternal(external: ComponentOf<'external'>, scope: Scope): Translation {
  const { spec } = external
  const diagnostics: Diagnostic[] = []
  const namespaces = callingNamespaces(external, scope)
  const manifests: DesiredManifest[] = namespaces.map((namespace) => egressPolicy(external, namespace, scope))
  if (spec.via !== undefined) {
    const gateway = findGateway(spec.via, external, ['via'], scope)
    diagnostics.push(...gateway.diagnostics)
    const { value } = gateway
    if (value !== undefined) manifests.push(...namespaces.map((namespace) => throughGateway(external, namespace, value)))
  }
  return { manifests, diagnostics }
}

function egressPolicy(external: ComponentOf<'external'>, namespace: string, scope: Scope): DesiredManifest {
  const { spec } = external
  const closed = scope.mesh.spec.settings?.egress === 'deny'
  const toPorts = [
    {
      ports: from(
        ['ports'],
        spec.ports.map((port, index) => from(['ports', index], { port: String(port.port), protocol: 'TCP' })),
      ),
    },
  ]
  const lookUps: Draft = {
    toEndpoints: [{ matchLabels: { [NAMESPACE_LABEL]: 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
    toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
  }
  const names = spec.hosts.map((host, index) =>
    from(['hosts', index], host.includes('*') ? { matchPattern: host } : { matchName: host }),
  )
  const addresses = spec.addresses?.map((address, index) => from(['addresses', index], cidrOf(address)))
  return traceManifest(
    {
      apiVersion: CILIUM_API,
      kind: 'CiliumNetworkPolicy',
      metadata: { name: joinName(objectNameOf(external), 'egress'), namespace },
      spec: {
        endpointSelector: {},
        egress: [
          lookUps,
          { toFQDNs: names, toPorts },
          ...(addresses === undefined ? [] : [{ toCIDR: addresses, toPorts }]),
          ...(closed ? [{ toEntities: ['cluster'] }] : []),
        ],
        enableDefaultDeny: closed ? undefined : { egress: false },
      },
    },
    ['hosts'],
  )
}

function cidrOf(address: string): string {
  if (address.includes('/')) return address
  return address.includes(':') ? `${address}/128` : `${address}/32`
}

function throughGateway(external: ComponentOf<'external'>, namespace: string, gateway: ComponentOf<'gateways'>): DesiredManifest {
  const { spec } = external
  const addresses = (spec.addresses ?? []).filter((address) => !address.includes(':')).map(cidrOf)
  return traceManifest(
    {
      apiVersion: CILIUM_API,
      kind: 'CiliumEgressGatewayPolicy',
      metadata: { name: joinName(namespace, objectNameOf(external), 'via', objectNameOf(gateway)) },
      spec: {
        selectors: [{ podSelector: { matchLabels: { 'io.kubernetes.pod.namespace': namespace } } }],
        destinationCIDRs: addresses.length === 0 ? ['0.0.0.0/0'] : from(['addresses'], addresses),
        excludedCIDRs: addresses.length === 0 ? PRIVATE : undefined,
        egressGateway: { nodeSelector: { matchLabels: gateway.spec.selector ?? EGRESS_NODES } },
      },
    },
    ['via'],
  )
}
