import type { ComponentOf } from '../design/component.ts'
import { objectNameOf } from '../design/object-name.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { groupOf, type Manifest } from '../plan/manifest.ts'
import type { DesiredManifest, ResolvedWorkload } from './contract.ts'
import { mistake } from './mistake.ts'
import { addressIn } from './references.ts'
import { fromManifests } from './workload-manifests.ts'
import { shortForm } from './workload-short-form.ts'

/** Namespaced kinds that manifests of workloads are made of; what isn't among them is placed by whoever knows the cluster. */
const NAMESPACED_KINDS: { readonly [group: string]: readonly string[] } = {
  '': ['ConfigMap', 'Endpoints', 'PersistentVolumeClaim', 'Pod', 'ReplicationController', 'Secret', 'Service', 'ServiceAccount'],
  apps: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['CronJob', 'Job'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io': ['Role', 'RoleBinding'],
}

/** A workload as every provider sees it, or why it cannot be seen. */
export interface WorkloadResolution {
  readonly workload: ResolvedWorkload | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a workload's manifests, or makes the objects of its short form. The same for all meshes. */
export function resolveWorkload(component: ComponentOf<'workloads'>): WorkloadResolution {
  const incomplete = completeness(component)
  if (incomplete.length > 0) return { workload: undefined, diagnostics: incomplete }
  const { parts, diagnostics } =
    component.spec.manifests === undefined ? { parts: shortForm(component), diagnostics: [] } : fromManifests(component)
  if (parts === undefined) return { workload: undefined, diagnostics }
  return {
    workload: {
      component,
      name: objectNameOf(component),
      address: component.address,
      cluster: component.cluster,
      mesh: component.spec.mesh === undefined ? undefined : addressIn('meshes', component.spec.mesh, component.scope),
      ...parts,
      objects: parts.objects.map((object) => placed(object, parts.namespace)),
    },
    diagnostics,
  }
}

function completeness(component: ComponentOf<'workloads'>): readonly Diagnostic[] {
  const { spec } = component
  if (spec.manifests !== undefined) {
    if (spec.image === undefined) return []
    return [
      mistake(component, ['image'], 'MF3010', {
        summary: `${component.address} has manifests and an image`,
        detail: 'The short form makes the objects; manifests are objects that are there already.',
        hint: 'Remove one of the two.',
      }),
    ]
  }
  const versions = Object.entries(spec.versions ?? {})
  if (spec.image !== undefined) return []
  if (versions.length === 0) {
    return [
      mistake(component, [], 'MF3010', {
        summary: `${component.address} has neither manifests nor an image`,
        hint: 'Give it `manifests: [path]` or `image: ...`.',
      }),
    ]
  }
  return versions
    .filter(([, version]) => version.image === undefined)
    .map(([name]) =>
      mistake(component, ['versions', name], 'MF3010', {
        summary: `Version ${name} of ${component.address} has no image`,
        hint: 'Give the version an image, or the workload one for all versions.',
      }),
    )
}

function placed(object: DesiredManifest, namespace: string): DesiredManifest {
  const { manifest } = object
  if (manifest.metadata.namespace !== undefined || !isNamespaced(manifest)) return object
  return { ...object, manifest: { ...manifest, metadata: { ...manifest.metadata, namespace } } }
}

function isNamespaced(manifest: Manifest): boolean {
  return NAMESPACED_KINDS[groupOf(manifest.apiVersion)]?.includes(manifest.kind) === true
}
