import { joinName } from '../../design/object-name.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { KUMA_API, labelsOf, policyLabels } from './api.ts'
import type { RouteRequest } from './routes.ts'

/**
 * The service of all zones that a workload's MeshServices together are. A MeshService belongs to one zone, so that only this one
 * fails over; callers reach it as `<name>.mzsvc.mesh.local` (kuma.io/docs, MeshMultiZoneService).
 */
export function multiZoneService({ workload, outbound, scope }: RouteRequest) {
  const service = workload.service ?? workload.name
  const name = joinName(service, workload.namespace)
  const path = ['loadBalancing', 'failover']
  const manifest = traceManifest(
    {
      apiVersion: KUMA_API,
      kind: 'MeshMultiZoneService',
      metadata: { name, namespace: outbound.namespace, labels: policyLabels(scope) },
      spec: {
        selector: { meshService: { matchLabels: labelsOf(service, workload.namespace) } },
        ports: from(
          path,
          workload.ports
            .filter(({ protocol }) => protocol !== 'udp')
            .map(({ port, protocol }) => ({ port, appProtocol: APP_PROTOCOLS[protocol] })),
        ),
      },
    },
    path,
  )
  const targetRef = { kind: 'MeshMultiZoneService', labels: labelsOf(name, outbound.namespace) }
  return { manifest, targetRef }
}

const APP_PROTOCOLS = { http: 'http', http2: 'http2', grpc: 'grpc', https: 'tls', tls: 'tls', tcp: 'tcp', udp: 'tcp' } as const
