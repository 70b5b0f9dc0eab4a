import type { ComponentOf } from '../../design/component.ts'
import { objectNameOf } from '../../design/object-name.ts'
import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { GATEWAY_API, GATEWAY_GROUP } from '../gateway-api/api.ts'
import { trafficRoutes } from '../gateway-api/traffic-routes.ts'
import { withObjectMetadata, withPodMetadata } from '../pod-metadata.ts'
import { findGateway, findWorkload } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { versionServices } from '../version-services.ts'
import { ISTIO_API, WAYPOINT_CLASS } from './api.ts'
import { serviceRules } from './destination-rule.ts'
import type { FilterTarget } from './filter-target.ts'
import { istioFilter } from './filters.ts'
import { gatewayNamespace } from './gateway-place.ts'
import { peerAuthentications } from './peer-authentication.ts'
import { rateLimitFilters } from './rate-limit.ts'
import { serviceEntry } from './service-entry.ts'
import { telemetries } from './telemetry.ts'
import { hasIngress, needsWaypoint, waypointOf } from './waypoint.ts'

/** Labels that put a namespace, or pods, into ambient mode and behind a waypoint (istio.io/api labels). */
export function ambientNamespaceLabels(mesh: MeshSpec): StringMap {
  const waypoint = waypointOf(mesh)
  return {
    'istio.io/dataplane-mode': 'ambient',
    ...(mesh.revision === undefined ? {} : { 'istio.io/rev': mesh.revision }),
    ...(waypoint === undefined ? {} : { 'istio.io/use-waypoint': waypoint }),
  }
}

/** The mesh's own objects: a waypoint in each namespace, PeerAuthentication and Telemetry. */
export function ambientMesh(scope: Scope): Translation {
  const waypoint = waypointOf(scope.mesh.spec)
  const waypoints =
    waypoint === undefined
      ? []
      : [...indexOf(scope).byNamespace.keys()].map((namespace) =>
          traceManifest(
            {
              apiVersion: GATEWAY_API,
              kind: 'Gateway',
              metadata: { name: waypoint, namespace, labels: { 'istio.io/waypoint-for': 'service' } },
              spec: { gatewayClassName: WAYPOINT_CLASS, listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
            },
            ['mode'],
          ),
        )
  return { manifests: [...waypoints, ...peerAuthentications(scope, ISTIO_API), ...telemetries(scope)], diagnostics: [] }
}

/** A workload with its ambient labels, and a Service for each version, since routes lead to Services. */
export function ambientWorkload(workload: ResolvedWorkload, scope: Scope): Translation {
  const onboard = workload.component.spec.onboard ?? 'namespace'
  const waypoint = waypointOf(scope.mesh.spec)
  const ingress = hasIngress(scope)
  const marks: StringMap =
    onboard === 'off' || waypoint === undefined
      ? {}
      : {
          ...(onboard === 'workload' ? { 'istio.io/use-waypoint': waypoint } : {}),
          // A gateway goes past the waypoint unless it is told not to, and past what the waypoint enforces.
          ...(ingress ? { 'istio.io/ingress-use-waypoint': 'true' } : {}),
        }
  // The waypoint's policy is for the Service: whoever calls the Service of a version goes to the pods, which know the waypoint only.
  const guarded = waypoint !== undefined && !ingress && indexOf(scope).authorization.has(workload.address)
  const versionMarks: StringMap = guarded ? { ...marks, 'istio.io/use-waypoint': 'none' } : marks
  const marked = (object: DesiredManifest, labels: StringMap) =>
    object.manifest.kind === 'Service' && Object.keys(labels).length > 0
      ? withObjectMetadata(object, 'labels', labels, ['onboard'])
      : object
  const objects = [
    ...workload.objects.map((object) => marked(object, marks)),
    ...versionServices(workload).map((object) => marked(object, versionMarks)),
  ]
  if (onboard === 'namespace') return { manifests: objects, diagnostics: [] }
  const mode = onboard === 'workload' ? 'ambient' : 'none'
  return { manifests: withPodMetadata(objects, { labels: { 'istio.io/dataplane-mode': mode } }, ['onboard']), diagnostics: [] }
}

/** A traffic policy as HTTPRoute on the Service, DestinationRules and the waypoint's rate limit. */
export function ambientTraffic(policy: ComponentOf<'traffic'>, scope: Scope): Translation {
  const found = findWorkload(policy.spec.workload, policy, ['workload'], scope)
  const workload = found.value
  if (workload === undefined) return { manifests: [], diagnostics: found.diagnostics }
  if (waypointOf(scope.mesh.spec) === undefined) return { manifests: [], diagnostics: [needsWaypoint(policy, ['workload'])] }
  const bundle = scope.mesh.spec.settings?.gatewayApi
  const parts = [
    serviceRules(policy, workload, scope, ISTIO_API),
    trafficRoutes(policy, scope, { serviceGroup: '', gatewayNamespace, bundle: typeof bundle === 'string' ? bundle : undefined }),
    rateLimitFilters(policy, workload, { by: 'service', service: workload.service ?? workload.name }),
  ]
  return { manifests: parts.flatMap((part) => part.manifests), diagnostics: parts.flatMap((part) => part.diagnostics) }
}

/** An external host; with an egress gateway, its requests go through that waypoint. */
export function ambientExternal(external: ComponentOf<'external'>, scope: Scope): Translation {
  const { via, ...spec } = external.spec
  const entry = serviceEntry({ ...external, spec }, scope, ISTIO_API)
  if (via === undefined) return entry
  const gateway = findGateway(via, external, ['via'], scope)
  const value = gateway.value
  if (value === undefined) return { manifests: entry.manifests, diagnostics: gateway.diagnostics }
  const labels = {
    'istio.io/use-waypoint': objectNameOf(value),
    'istio.io/use-waypoint-namespace': gatewayNamespace(value, scope),
  }
  return { manifests: entry.manifests.map((object) => withObjectMetadata(object, 'labels', labels, ['via'])), diagnostics: [] }
}

/** A filter in the waypoints of Services and in gateways. */
export function ambientFilter(filter: ComponentOf<'filters'>, scope: Scope): Translation {
  const diagnostics: Diagnostic[] = []
  const workloads = (filter.spec.workloads ?? []).flatMap((name, index): FilterTarget[] => {
    const path = ['workloads', index]
    const found = findWorkload(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    if (found.value === undefined) return []
    const service = found.value.service ?? found.value.name
    return [
      {
        name: found.value.name,
        address: found.value.address,
        namespace: found.value.namespace,
        contexts: ['WAYPOINT'],
        attachment: { targetRefs: from(path, [{ group: '', kind: 'Service', name: service }]) },
        path,
      },
    ]
  })
  const gateways = (filter.spec.gateways ?? []).flatMap((name, index): FilterTarget[] => {
    const path = ['gateways', index]
    const found = findGateway(name, filter, path, scope)
    diagnostics.push(...found.diagnostics)
    if (found.value === undefined) return []
    return [
      {
        name: objectNameOf(found.value),
        address: found.value.address,
        namespace: gatewayNamespace(found.value, scope),
        contexts: ['GATEWAY'],
        attachment: { targetRefs: from(path, [{ group: GATEWAY_GROUP, kind: 'Gateway', name: objectNameOf(found.value) }]) },
        path,
      },
    ]
  })
  const made = istioFilter(filter, [...workloads, ...gateways], scope)
  return { manifests: made.manifests, diagnostics: [...diagnostics, ...made.diagnostics] }
}
