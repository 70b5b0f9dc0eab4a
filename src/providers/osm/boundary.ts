import type { ComponentOf } from '../../design/component.ts'
import { joinName, objectNameOf } from '../../design/object-name.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { meshedNamespace } from '../external-namespaces.ts'
import { mistake } from '../mistake.ts'
import { resolveRoutes } from '../resolve-routes.ts'
import { indexOf } from '../scope-index.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { OSM_NAMESPACE, OSM_POLICY_API } from './dialect.ts'

/**
 * An ingress as IngressBackends: OSM has none of its own and lets requests of another's Service in. The Service bears the name of
 * the gateway, or that of `settings: {service: ...}`.
 */
export function ingressBackends(gateway: ComponentOf<'gateways'>, scope: Scope): Translation {
  const { routes, diagnostics } = resolveRoutes(gateway, undefined, scope)
  const told = gateway.spec.settings?.service
  const source = {
    kind: 'Service',
    name: typeof told === 'string' ? told : objectNameOf(gateway),
    namespace: gateway.spec.namespace ?? scope.mesh.spec.namespace ?? OSM_NAMESPACE,
  }
  const workloads = [...new Set(routes.flatMap((route) => route.destinations.map((destination) => destination.workload)))]
  const manifests = workloads.map((workload): DesiredManifest => {
    const service = workload.service ?? workload.name
    return traceManifest(
      {
        apiVersion: OSM_POLICY_API,
        kind: 'IngressBackend',
        metadata: { name: joinName(objectNameOf(gateway), service), namespace: workload.namespace },
        spec: {
          backends: [{ name: service, port: { number: containerPort(workload), protocol: 'http' } }],
          sources: [source],
        },
      },
      ['routes'],
    )
  })
  return { manifests, diagnostics: [...diagnostics, ...listenerMistakes(gateway), ...routeMistakes(gateway)] }
}

/** Requests alone are let in. */
function listenerMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return gateway.spec.listeners.flatMap(({ protocol }, index) =>
    protocol !== 'tcp' && protocol !== 'tls'
      ? []
      : [
          mistake(gateway, ['listeners', index, 'protocol'], 'MF3020', {
            summary: `An IngressBackend lets http and https in, not ${protocol}`,
            hint: 'Use http, or call the service from within the mesh.',
          }),
        ],
  )
}

/** The port that the pods listen on. */
function containerPort(workload: ResolvedWorkload): number {
  const [port] = workload.ports
  if (typeof port?.targetPort === 'number') return port.targetPort
  return workload.component.spec.ports?.[0]?.targetPort ?? port?.port ?? 80
}

/** What a route says beyond where requests go is up to the ingress, which is not ours. */
function routeMistakes(gateway: ComponentOf<'gateways'>): readonly Diagnostic[] {
  return (gateway.spec.routes ?? []).flatMap((route, index) => {
    const shaped = (['match', 'retries', 'timeout'] as const).find((key) => route[key] !== undefined)
    const split = Object.keys(route.to ?? {}).length > 1
    if (shaped === undefined && !split) return []
    return [
      mistake(gateway, ['routes', index, shaped ?? 'to'], 'MF3020', {
        summary: 'An IngressBackend only lets requests in; where they go is decided by the ingress in front',
        hint: 'Say it in the ingress, and name here only the workloads it leads to.',
      }),
    ]
  })
}

/** A host outside as Egress, for every workload of the mesh: OSM opens it to named ServiceAccounts, and reads it in its namespaces alone. */
export function egress(external: ComponentOf<'external'>, scope: Scope): Translation {
  const { spec } = external
  const accounts = new Map(
    indexOf(scope).workloads.flatMap((workload) =>
      workload.serviceAccounts.map((name) => [`${workload.namespace}/${name}`, { name, namespace: workload.namespace }] as const),
    ),
  )
  const manifest = traceManifest(
    {
      apiVersion: OSM_POLICY_API,
      kind: 'Egress',
      metadata: { name: objectNameOf(external), namespace: meshedNamespace(external, scope) },
      spec: {
        sources: [...accounts.values()].map((account) => ({ kind: 'ServiceAccount', ...account })),
        hosts: from(['hosts'], spec.hosts),
        ipAddresses:
          spec.addresses === undefined
            ? undefined
            : from(
                ['addresses'],
                spec.addresses.map((address) => (address.includes('/') ? address : `${address}/32`)),
              ),
        ports: from(
          ['ports'],
          spec.ports.map((port, index) =>
            from(['ports', index], { number: port.port, protocol: PROTOCOLS[port.protocol ?? 'https'] }),
          ),
        ),
      },
    },
    ['hosts'],
  )
  const wild = spec.hosts.findIndex((host) => host.includes('*'))
  const diagnostics =
    wild < 0
      ? []
      : [mistake(external, ['hosts', wild], 'MF3020', { summary: 'An Egress of OSM names whole hosts', hint: 'Name each host.' })]
  const sixth = spec.addresses?.findIndex((address) => address.includes(':')) ?? -1
  if (sixth >= 0) {
    diagnostics.push(
      mistake(external, ['addresses', sixth], 'MF3020', {
        summary: 'An Egress of OSM names addresses of IPv4 alone',
        hint: 'Name the host by its IPv4 addresses.',
      }),
    )
  }
  return { manifests: [manifest], diagnostics }
}

const PROTOCOLS = { http: 'http', grpc: 'http', https: 'https', tls: 'https', tcp: 'tcp' } as const
