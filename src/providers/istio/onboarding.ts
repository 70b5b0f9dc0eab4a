import type { MeshSpec } from '../../design/schema/mesh.ts'
import type { StringMap } from '../../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload, Scope } from '../contract.ts'
import { withPodMetadata } from '../pod-metadata.ts'

/** Labels that make Istio inject sidecars into a namespace; never both, since `istio-injection` would win. */
export function sidecarNamespaceLabels(mesh: MeshSpec): StringMap {
  return mesh.revision === undefined ? { 'istio-injection': 'enabled' } : { 'istio.io/rev': mesh.revision }
}

/**
 * The objects of a workload with the pod labels that take it in alone, or keep it out. With a revision the pods bear it too, so that
 * another revision rolls them over: a namespace's label alone changes no pod that runs.
 */
export function onboardWithSidecar(workload: ResolvedWorkload, scope: Scope): readonly DesiredManifest[] {
  switch (workload.component.spec.onboard ?? 'namespace') {
    case 'namespace': {
      const { revision } = scope.mesh.spec
      return revision === undefined
        ? workload.objects
        : withPodMetadata(workload.objects, { labels: { 'istio.io/rev': revision } }, ['mesh'])
    }
    case 'off':
      return withPodMetadata(workload.objects, { labels: { 'sidecar.istio.io/inject': 'false' } }, ['onboard'])
    case 'workload': {
      const { revision } = scope.mesh.spec
      const labels: StringMap = {
        'sidecar.istio.io/inject': 'true',
        ...(revision === undefined ? {} : { 'istio.io/rev': revision }),
      }
      return withPodMetadata(workload.objects, { labels }, ['onboard'])
    }
  }
}
