import { joinName } from '../../design/object-name.ts'
import type { DesiredManifest } from '../contract.ts'
import { traceManifest } from '../traced-manifest.ts'
import { GATEWAY_GROUP, REFERENCE_GRANT_API } from './api.ts'
import type { RouteRequest } from './http-route.ts'

/** A ReferenceGrant in each other namespace that a route sends requests to: without it the reference is refused. */
export function referenceGrants(request: RouteRequest, kind: string): readonly DesiredManifest[] {
  const namespaces = new Map<string, RouteRequest['routes'][number]['path']>()
  for (const route of request.routes) {
    for (const { workload } of [...route.destinations, ...(route.mirror === undefined ? [] : [route.mirror])]) {
      if (workload.namespace !== request.namespace && !namespaces.has(workload.namespace)) {
        namespaces.set(workload.namespace, route.path)
      }
    }
  }
  return [...namespaces].map(([namespace, path]) =>
    traceManifest(
      {
        apiVersion: REFERENCE_GRANT_API,
        kind: 'ReferenceGrant',
        metadata: { name: joinName(request.name, 'from', request.namespace), namespace },
        spec: {
          from: [{ group: GATEWAY_GROUP, kind, namespace: request.namespace }],
          to: [{ group: '', kind: 'Service' }],
        },
      },
      path,
    ),
  )
}
