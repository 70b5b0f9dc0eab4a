import type { MeshSpec } from '../../design/schema/mesh.ts'
import { parseDuration } from '../../plan/duration.ts'
import type { ResolvedWorkload, Scope, ServicePort } from '../contract.ts'
import { podPortNumber } from '../pod-port.ts'
import { indexOf } from '../scope-index.ts'

/** API version of App Mesh's custom resources. */
export const APP_MESH_API = 'appmesh.k8s.aws/v1beta2'
/** Namespace of the controller. */
export const APP_MESH_NAMESPACE = 'appmesh-system'

/** The mesh as namespaces choose it by their label `mesh`; told by the settings alone, since that is all that namespaces see. */
export function meshNameOf(mesh: MeshSpec): string {
  const told = mesh.settings?.meshName
  return typeof told === 'string' ? told : 'mesh'
}

/** The name of the scope's mesh. */
export function meshName(scope: Scope): string {
  return meshNameOf(scope.mesh.spec)
}

/** The identity of a ServiceAccount in SPIRE, and of the mesh's authority without one. */
export function spiffe(scope: Scope, account?: string): string {
  const domain = scope.mesh.spec.trustDomain ?? `${meshName(scope)}.local`
  return account === undefined ? `spiffe://${domain}` : `spiffe://${domain}/${account}`
}

/** A protocol as App Mesh spells it; gRPC is HTTP/2, whose routes match on paths and headers too. */
export function wireProtocol(port: ServicePort | undefined): 'http' | 'http2' | 'tcp' {
  if (port === undefined || port.protocol === 'http') return 'http'
  return port.protocol === 'http2' || port.protocol === 'grpc' ? 'http2' : 'tcp'
}

/** The port that pods listen on, and its protocol. */
export function portMapping(workload: ResolvedWorkload) {
  const [port] = workload.ports
  return { port: port === undefined ? 80 : podPortNumber(workload, port), protocol: wireProtocol(port) }
}

/** A length of time as App Mesh writes it. */
export function appMeshDuration(text: string) {
  const milliseconds = Math.round(parseDuration(text) ?? 0)
  return milliseconds % 1000 === 0 ? { unit: 's', value: milliseconds / 1000 } : { unit: 'ms', value: milliseconds }
}

/** The workloads that call others and are called: those with a Service. */
export function served(scope: Scope): readonly ResolvedWorkload[] {
  return indexOf(scope).workloads.filter((workload) => workload.service !== undefined)
}

/** The workloads that a workload may call: those that name it, and those of which nobody says who calls. */
export function calleesOf(caller: ResolvedWorkload, scope: Scope): readonly ResolvedWorkload[] {
  const { callers } = indexOf(scope)
  return served(scope).filter((callee) => {
    if (callee === caller) return false
    const known = callers.get(callee.address) ?? []
    return known.length === 0 || known.includes(caller)
  })
}

/** True when requests to a workload go through a router: it has versions, or routes are written for it. */
export function hasRouter(workload: ResolvedWorkload, scope: Scope): boolean {
  return (
    workload.versions.length > 0 ||
    (indexOf(scope).traffic.get(workload.address) ?? []).some(({ spec }) => spec.routes !== undefined)
  )
}
