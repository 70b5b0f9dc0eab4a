import type { ComponentOf } from '../../design/component.ts'
import { joinName } from '../../design/object-name.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, ServicePort } from '../contract.ts'
import { addressIn } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { traceManifest } from '../traced-manifest.ts'
import { SERVER_API } from './api.ts'
import { inboundPolicy } from './onboarding.ts'

const PROXY_PROTOCOLS = {
  http: 'HTTP/1',
  http2: 'HTTP/2',
  grpc: 'gRPC',
  https: 'TLS',
  tls: 'TLS',
  tcp: 'opaque',
  udp: 'opaque',
} as const satisfies Record<ServicePort['protocol'], string>

/** The ports of a workload that proxies see: they carry no UDP. */
export function serverPorts(workload: ResolvedWorkload): readonly ServicePort[] {
  return workload.ports.filter((port) => port.protocol !== 'udp')
}

/** The name of the Server of a port. */
export function serverName(workload: ResolvedWorkload, port: ServicePort): string {
  return joinName(workload.service ?? workload.name, port.name === '' ? String(port.port) : port.name)
}

/** Authorization policies without a workload that hold for a namespace. */
export function widePolicies(namespace: string, scope: Scope): readonly ComponentOf<'authorization'>[] {
  return [...scope.authorization.values()].filter(
    ({ spec, scope: pattern }) =>
      spec.workload === undefined &&
      (spec.namespace === undefined || spec.namespace === namespace) &&
      (spec.mesh === undefined || addressIn('meshes', spec.mesh, pattern) === scope.mesh.address),
  )
}

/** Every authorization policy that needs a workload's Servers: its own, then those that deny in its namespace. */
export function policiesFor(workload: ResolvedWorkload, scope: Scope): readonly ComponentOf<'authorization'>[] {
  const own = indexOf(scope).authorization.get(workload.address) ?? []
  return [...own, ...widePolicies(workload.namespace, scope).filter(denies)]
}

/** True when a policy denies whoever it does not name. */
export function denies({ spec }: ComponentOf<'authorization'>): boolean {
  return spec.default === 'deny' || (spec.default === undefined && (spec.allow ?? []).length > 0)
}

/** The Server of a port, made by the first policy that needs it; undefined when another component does. */
export function serverBy(
  component: ComponentOf<'authorization'> | ComponentOf<'traffic'>,
  workload: ResolvedWorkload,
  port: ServicePort,
  scope: Scope,
  path: ValuePath,
): DesiredManifest | undefined {
  const policies = policiesFor(workload, scope)
  const limited = (indexOf(scope).traffic.get(workload.address) ?? []).filter(
    ({ spec }) => spec.rateLimit !== undefined && (spec.port ?? port.port) === port.port,
  )
  const owner = policies[0] ?? limited[0]
  if (owner?.address !== component.address) return undefined
  return traceManifest(
    {
      apiVersion: SERVER_API,
      kind: 'Server',
      metadata: { name: serverName(workload, port), namespace: workload.namespace },
      spec: {
        podSelector: { matchLabels: workload.selector },
        port: port.targetPort,
        proxyProtocol: PROXY_PROTOCOLS[port.protocol],
        accessPolicy: policies.some(denies) ? 'deny' : (inboundPolicy(scope.mesh.spec) ?? 'all-unauthenticated'),
      },
    },
    path,
  )
}
