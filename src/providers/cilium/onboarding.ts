import { joinName } from '../../design/object-name.ts'
import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { withObjectMetadata } from '../pod-metadata.ts'
import { addressIn } from '../references.ts'
import { indexOf } from '../scope-index.ts'
import { from, traceManifest } from '../traced-manifest.ts'
import { versionServices } from '../version-services.ts'
import { authenticates, CILIUM_API, INSTALLED_ENCRYPTION } from './api.ts'
import { ANY_POD } from './peers.ts'

/**
 * Labels of a Namespace: read with ztunnel encryption only, and harmless where the design does not tell which there is. A mesh that the
 * design installs has WireGuard where nothing else is said.
 */
export function namespaceLabels({ mtls, settings, install }: MeshSpec): StringMap {
  const { encryption = install === undefined ? 'ztunnel' : INSTALLED_ENCRYPTION } = settings ?? {}
  return mtls === 'strict' && encryption === 'ztunnel' ? { 'io.cilium/mtls-enabled': 'true' } : {}
}

/** A workload with a Service for each version, its failover between clusters, and authentication where the mesh is strict. */
export function ciliumWorkload(workload: ResolvedWorkload, scope: Scope): Translation {
  const objects = [...workload.objects, ...versionServices(workload)].map((object) => global(object, workload, scope))
  return { manifests: [...objects, ...authentication(workload, scope)], diagnostics: [] }
}

/** Services of several clusters are one where they are global; endpoints of the own cluster come first. */
function global(object: DesiredManifest, workload: ResolvedWorkload, scope: Scope): DesiredManifest {
  const failover = (indexOf(scope).traffic.get(workload.address) ?? []).some(
    (policy) => policy.spec.loadBalancing?.failover !== undefined,
  )
  if (!failover || object.manifest.kind !== 'Service') return object
  return withObjectMetadata(
    object,
    'annotations',
    { 'service.cilium.io/global': 'true', 'service.cilium.io/affinity': 'local' },
    ['service'],
  )
}

/** Where the mesh is strict, a workload that no policy is about may still be called by every pod, once it authenticates. */
function authentication(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  if (!authenticates(scope) || workload.service === undefined) return []
  const wide = [...scope.authorization.values()].some(
    ({ spec, scope: pattern }) =>
      spec.workload === undefined &&
      (spec.namespace === undefined || spec.namespace === workload.namespace) &&
      (spec.mesh === undefined || addressIn('meshes', spec.mesh, pattern) === scope.mesh.address),
  )
  if (wide || (indexOf(scope).authorization.get(workload.address) ?? []).length > 0) return []
  return [
    traceManifest(
      {
        apiVersion: CILIUM_API,
        kind: 'CiliumNetworkPolicy',
        metadata: { name: joinName(workload.name, 'authenticated'), namespace: workload.namespace },
        spec: {
          endpointSelector: { matchLabels: workload.selector },
          ingress: [{ fromEndpoints: [ANY_POD], authentication: from([], { mode: 'required' }) }],
        },
      },
      [],
    ),
  ]
}
