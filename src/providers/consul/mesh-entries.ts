import type { Scope } from '../contract.ts'
import { type Draft, type DraftObject, from } from '../traced-manifest.ts'
import type { ConsulEntry } from './entry.ts'
import { externalServices } from './external.ts'

/** What of the mesh's own entries this server takes. */
export interface MeshDialect {
  /** Namespace of mesh-wide custom resources. */
  readonly namespace: string
  /** `Mesh`, from 1.10 on. */
  readonly meshEntry: boolean
  /** Proxies are told where to serve metrics; with consul-k8s the chart does that. */
  readonly bindMetrics: boolean
}

/** The terminating gateway for hosts that name no gateway of the design. */
export function defaultTerminatingGateway(scope: Scope): string {
  const told = scope.mesh.spec.settings?.terminatingGateway
  return typeof told === 'string' ? told : 'terminating-gateway'
}

/** Entries for the whole mesh: ProxyDefaults, Mesh where something asks for it, and the way out for external hosts. */
export function meshEntries(scope: Scope, dialect: MeshDialect): readonly ConsulEntry[] {
  const { namespace } = dialect
  const free = [...scope.external.values()].filter((external) => external.spec.via === undefined)
  const proxies = proxyDefaults(scope, dialect)
  const mesh = dialect.meshEntry ? meshSpec(scope) : undefined
  return [
    ...(proxies === undefined ? [] : [{ kind: 'ProxyDefaults', name: 'global', namespace, spec: proxies, origin: [] } as const]),
    ...(mesh === undefined ? [] : [{ kind: 'Mesh', name: 'mesh', namespace, spec: mesh, origin: ['mtls'] } as const]),
    ...(free.length === 0
      ? []
      : [
          {
            kind: 'TerminatingGateway',
            name: defaultTerminatingGateway(scope),
            namespace,
            spec: { services: free.flatMap((external) => externalServices(external, scope).map(({ name }) => ({ name }))) },
            origin: [],
          } as const,
        ]),
  ]
}

/** Where proxies serve metrics unless settings say otherwise: the port that consul-k8s uses too. */
const METRICS_ADDRESS = '0.0.0.0:20200'

/** An existing mesh keeps its own protocol unless the design names one. */
function proxyDefaults(scope: Scope, dialect: MeshDialect): DraftObject | undefined {
  const { telemetry, settings, existing } = scope.mesh.spec
  const told = settings?.protocol
  const protocol = told === 'none' || (told === undefined && existing === true) ? undefined : (told ?? 'http')
  const bind =
    settings?.prometheusBindAddress ?? (dialect.bindMetrics && telemetry?.metrics === true ? METRICS_ADDRESS : undefined)
  const config: Record<string, Draft> = {}
  if (typeof protocol === 'string') config.protocol = from(told === undefined ? [] : ['settings', 'protocol'], protocol)
  if (typeof bind === 'string')
    config.envoy_prometheus_bind_addr = from(
      bind === METRICS_ADDRESS ? ['telemetry', 'metrics'] : ['settings', 'prometheusBindAddress'],
      bind,
    )
  const accessLogs = telemetry?.accessLogs
  if (Object.keys(config).length === 0 && accessLogs === undefined) return undefined
  return {
    config: Object.keys(config).length === 0 ? undefined : config,
    accessLogs: accessLogs === undefined ? undefined : from(['telemetry', 'accessLogs'], { enabled: accessLogs }),
  }
}

function meshSpec(scope: Scope): DraftObject | undefined {
  const permissive = scope.mesh.spec.mtls === 'permissive'
  const joined = [...scope.gateways.values()].some((gateway) => gateway.spec.direction === 'east-west')
  if (!permissive && !joined) return undefined
  return {
    allowEnablingPermissiveMutualTLS: permissive ? from(['mtls'], true) : undefined,
    peering: joined ? { peerThroughMeshGateways: true } : undefined,
  }
}
