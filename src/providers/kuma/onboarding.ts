import { joinName } from '../../design/object-name.ts'
import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope, Translation } from '../contract.ts'
import { withPodMetadata } from '../pod-metadata.ts'
import { indexOf } from '../scope-index.ts'
import { traceManifest } from '../traced-manifest.ts'
import { versionServices } from '../version-services.ts'
import { dataplanes, KUMA_API, meshName, policyLabels, trustDomainOf } from './api.ts'
import { hasIdentities, wideAuthorization } from './mesh-objects.ts'

/** Labels that take a namespace, or pods, into a Mesh. */
export function injectionLabels(mesh: MeshSpec): StringMap {
  return { 'kuma.io/sidecar-injection': 'enabled', 'kuma.io/mesh': meshName({ mesh: { spec: mesh } }) }
}

/** A workload with the labels that take it in alone or keep it out, a Service for each version, and who may call it. */
export function kumaWorkload(workload: ResolvedWorkload, scope: Scope): Translation {
  const manifests = [...onboarded(workload, scope), ...versionServices(workload), ...openAccess(workload, scope)]
  return { manifests, diagnostics: [] }
}

function onboarded(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  switch (workload.component.spec.onboard ?? 'namespace') {
    case 'namespace':
      return workload.objects
    case 'off':
      return withPodMetadata(workload.objects, { labels: { 'kuma.io/sidecar-injection': 'disabled' } }, ['onboard'])
    case 'workload':
      return withPodMetadata(workload.objects, { labels: injectionLabels(scope.mesh.spec) }, ['onboard'])
  }
}

/**
 * With identities Kuma denies whoever no MeshTrafficPermission allows. A workload that no policy of the design is about stays open
 * to the mesh, as it is in every other one.
 */
function openAccess(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  const protectedBy = [
    ...(indexOf(scope).authorization.get(workload.address) ?? []),
    ...wideAuthorization(scope).filter(({ spec }) => spec.namespace === undefined || spec.namespace === workload.namespace),
  ]
  const open = hasIdentities(scope) && workload.service !== undefined && workload.component.spec.onboard !== 'off'
  if (!open || protectedBy.length > 0) return []
  return [
    traceManifest(
      {
        apiVersion: KUMA_API,
        kind: 'MeshTrafficPermission',
        metadata: {
          name: joinName(workload.name, 'allow-mesh'),
          namespace: workload.namespace,
          labels: policyLabels(scope),
        },
        spec: {
          targetRef: dataplanes(workload),
          rules: [{ default: { allow: [{ spiffeID: { type: 'Prefix', value: `spiffe://${trustDomainOf(scope)}/` } }] } }],
        },
      },
      [],
    ),
  ]
}
