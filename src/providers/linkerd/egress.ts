import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { ExternalSpec } from '../../design/schema/gateway.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, Scope, Translation } from '../contract.ts'
import { callingNamespaces, externalsOf } from '../external-namespaces.ts'
import { GATEWAY_API, streamRouteApi } from '../gateway-api/api.ts'
import { mistake } from '../mistake.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { bundleOf, POLICY_API, POLICY_GROUP } from './api.ts'

type Port = ExternalSpec['ports'][number]

/** Name of the EgressNetwork for all hosts without addresses of their own. */
const SHARED = 'egress'

/**
 * An external host as a route on an EgressNetwork: one network for all hosts of a namespace, or its own where the design gives
 * addresses. A network holds for callers in its own namespace alone, so each of them has one
 * (linkerd.io/2-edge/reference/egress-network).
 */
export function linkerdExternal(external: ComponentOf<'external'>, scope: Scope): Translation {
  const { spec } = external
  const diagnostics: Diagnostic[] = []
  for (const [index, port] of spec.ports.entries()) {
    if (port.protocol === 'tcp' && spec.addresses === undefined) diagnostics.push(needsAddresses(external, index))
  }
  const manifests = callingNamespaces(external, scope).flatMap((namespace) => [
    ...networks(external, namespace, scope),
    ...spec.ports.map((port, index) => routeOf(external, port, index, namespace, scope)),
  ])
  return { manifests, diagnostics }
}

function networkName(external: ComponentOf<'external'>): string {
  return external.spec.addresses === undefined ? SHARED : objectNameOf(external)
}

function networks(external: ComponentOf<'external'>, namespace: string, scope: Scope): readonly DesiredManifest[] {
  const { addresses } = external.spec
  const first = externalsOf(scope).find(
    (other) => other.spec.addresses === undefined && callingNamespaces(other, scope).includes(namespace),
  )
  if (addresses === undefined && first?.address !== external.address) return []
  return [
    traceManifest(
      {
        apiVersion: POLICY_API,
        kind: 'EgressNetwork',
        metadata: { name: networkName(external), namespace },
        spec: {
          trafficPolicy: scope.mesh.spec.settings?.egress === 'deny' ? 'Deny' : 'Allow',
          networks: addresses?.map((address, index) => from(['addresses', index], { cidr: cidrOf(address) })),
        },
      },
      addresses === undefined ? ['hosts'] : ['addresses'],
    ),
  ]
}

function cidrOf(address: string): string {
  if (address.includes('/')) return address
  return address.includes(':') ? `${address}/128` : `${address}/32`
}

function routeOf(external: ComponentOf<'external'>, port: Port, index: number, namespace: string, scope: Scope): DesiredManifest {
  const { spec } = external
  const protocol = port.protocol ?? 'https'
  const kind = protocol === 'http' || protocol === 'grpc' ? 'HTTPRoute' : protocol === 'tcp' ? 'TCPRoute' : 'TLSRoute'
  const network = { group: POLICY_GROUP, kind: 'EgressNetwork', name: networkName(external) }
  return traceManifest(
    {
      apiVersion: kind === 'HTTPRoute' ? GATEWAY_API : streamRouteApi(kind, bundleOf(scope)),
      kind,
      metadata: {
        name: spec.ports.length === 1 ? objectNameOf(external) : joinName(objectNameOf(external), String(port.port)),
        namespace,
      },
      spec: {
        parentRefs: [{ ...network, port: from(['ports', index, 'port'], port.port) }],
        hostnames: kind === 'TCPRoute' ? undefined : from(['hosts'], spec.hosts),
        rules: [{ backendRefs: [network] }],
      },
    },
    ['ports', index],
  )
}

function needsAddresses(external: ComponentOf<'external'>, index: number): Diagnostic {
  return mistake(external, ['ports', index, 'protocol'], 'MF3020', {
    summary: 'Plain TCP tells no hosts apart, so the host needs its addresses',
    hint: 'Say `addresses: [...]`, or protocol tls, https or http.',
  })
}
