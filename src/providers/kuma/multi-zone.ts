import { joinName } from '../../design/object-name.ts'
import type { ResolvedWorkload } from '../contract.ts'
import { indexOf } from '../scope-index.ts'
import { type DraftObject, from, traceManifest } from '../traced-manifest.ts'
import { KUMA_API, labelsOf, policyLabels, sectionOf } from './api.ts'
import type { RouteRequest } from './routes.ts'

/**
 * The service of all zones that a workload's MeshServices together are. A MeshService belongs to one zone, so that only this one
 * fails over; callers reach it as `<name>.mzsvc.mesh.local` (kuma.io/docs, MeshMultiZoneService).
 */
export function multiZoneService({ workload, outbound, scope }: RouteRequest) {
  const service = workload.service ?? workload.name
  const path = ['loadBalancing', 'failover']
  const manifest = traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshMultiZoneService',
      metadata: { name: multiZoneName(workload), namespace: outbound.namespace, labels: policyLabels(scope) },
      spec: {
        selector: { meshService: { matchLabels: labelsOf(service, workload.namespace) } },
        ports: from(
          path,
          workload.ports
            .filter(({ protocol }) => protocol !== 'udp')
            .map((port) => ({ name: sectionOf(port), port: port.port, appProtocol: APP_PROTOCOLS[port.protocol] })),
        ),
      },
    },
    path,
  )
  return manifest
}

function multiZoneName(workload: ResolvedWorkload): string {
  return joinName(workload.service ?? workload.name, workload.namespace)
}

/** True where a policy of the workload fails over between zones. */
export function failsOver({ workload, scope }: Pick<RouteRequest, 'workload' | 'scope'>): boolean {
  return (indexOf(scope).traffic.get(workload.address) ?? []).some(({ spec }) => spec.loadBalancing?.failover !== undefined)
}

/** The service of all zones as policies name it, where there is one: what is said of the workload holds for it too. */
export function zonesOf(request: Pick<RouteRequest, 'workload' | 'outbound' | 'port' | 'scope'>): readonly DraftObject[] {
  const { workload, outbound, port } = request
  if (!failsOver(request)) return []
  const sectionName = workload.ports.length < 2 ? undefined : sectionOf(port)
  return [{ kind: 'MeshMultiZoneService', labels: labelsOf(multiZoneName(workload), outbound.namespace), sectionName }]
}

const APP_PROTOCOLS = { http: 'http', http2: 'http2', grpc: 'grpc', https: 'tls', tls: 'tls', tcp: 'tcp', udp: 'tcp' } as const
