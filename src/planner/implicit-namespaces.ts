import type { ComponentOf } from '../design/component.ts'
import type { Manifest } from '../plan/manifest.ts'
import type { ResolvedWorkload } from '../providers/contract.ts'
import type { Draft } from './draft.ts'
import type { TranslationContext } from './translate-component.ts'

/** Namespaces that every cluster has and nobody's design makes. */
const GIVEN_NAMESPACES = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease'])

interface NamespaceMarks {
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
}

/** What the meshes of the workloads in each namespace want to see on it, by `cluster/namespace`. */
function marksByNamespace(
  workloads: ReadonlyMap<string, ResolvedWorkload>,
  context: TranslationContext,
): ReadonlyMap<string, NamespaceMarks> {
  const marks = new Map<string, NamespaceMarks>()
  for (const workload of workloads.values()) {
    const { spec } = workload.component
    if (workload.mesh === undefined || (spec.onboard ?? 'namespace') !== 'namespace') continue
    const mesh = context.scopes.get(workload.mesh)?.mesh
    const provider = mesh === undefined ? undefined : context.providers.get(mesh.spec.provider)
    if (mesh === undefined || provider === undefined) continue
    const wanted = provider.namespaceMetadata(mesh.spec)
    const place = `${workload.cluster}/${workload.namespace}`
    const known = marks.get(place) ?? { labels: {}, annotations: {} }
    Object.assign(known.labels, wanted.labels)
    Object.assign(known.annotations, wanted.annotations)
    marks.set(place, known)
  }
  return marks
}

/** Puts the meshes' marks on the Namespaces that the design writes itself. */
export function mergeNamespaceMetadata(
  drafts: readonly Draft[],
  workloads: ReadonlyMap<string, ResolvedWorkload>,
  context: TranslationContext,
): readonly Draft[] {
  const marks = marksByNamespace(workloads, context)
  return drafts.map((draft) => {
    const { manifest } = draft.source
    if (manifest.kind !== 'Namespace' || manifest.apiVersion !== 'v1') return draft
    const wanted = marks.get(`${draft.cluster}/${manifest.metadata.name}`)
    return wanted === undefined ? draft : { ...draft, source: { ...draft.source, manifest: withMarks(manifest, wanted) } }
  })
}

/** Labels written by hand win: a person who says `istio-injection: disabled` means it. */
function withMarks(manifest: Manifest, marks: NamespaceMarks): Manifest {
  const { labels, annotations, ...rest } = manifest.metadata
  const allLabels = { ...marks.labels, ...labels }
  const allAnnotations = { ...marks.annotations, ...annotations }
  return {
    ...manifest,
    metadata: {
      ...rest,
      ...(Object.keys(allLabels).length === 0 ? {} : { labels: allLabels }),
      ...(Object.keys(allAnnotations).length === 0 ? {} : { annotations: allAnnotations }),
    } as Manifest['metadata'],
  }
}

/**
 * The Namespaces that the design's objects live in and that nobody writes: made with their own address (`namespaces.<name>`), so
 * that they wait for nothing and everything inside waits for them.
 */
export function implicitNamespaces(
  drafts: readonly Draft[],
  workloads: ReadonlyMap<string, ResolvedWorkload>,
  context: TranslationContext,
): readonly Draft[] {
  const marks = marksByNamespace(workloads, context)
  const written = new Set<string>()
  const users = new Map<string, Draft>()
  for (const draft of drafts) {
    const { manifest } = draft.source
    if (manifest.kind === 'Namespace' && manifest.apiVersion === 'v1') written.add(`${draft.cluster}/${manifest.metadata.name}`)
    const namespace = manifest.metadata.namespace
    if (namespace === undefined || !makesNamespace(draft)) continue
    const place = `${draft.cluster}/${namespace}`
    if (!users.has(place)) users.set(place, draft)
  }
  return [...users]
    .filter(([place]) => !written.has(place))
    .flatMap(([place, user]): Draft[] => {
      const name = place.slice(place.indexOf('/') + 1)
      const wanted = marks.get(place)
      if (GIVEN_NAMESPACES.has(name) && wanted === undefined) return []
      const bare: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
      const manifest = wanted === undefined ? bare : withMarks(bare, wanted)
      return [
        {
          component: user.component === undefined ? undefined : withoutDependencies(user.component),
          address: `namespaces.${name}`,
          cluster: user.cluster,
          source: { manifest, origins: { '': user.component?.section === 'workloads' ? ['namespace'] : [] } },
          implicit: true,
        },
      ]
    })
    .sort((left, right) => (left.source.manifest.metadata.name < right.source.manifest.metadata.name ? -1 : 1))
}

function makesNamespace(draft: Draft): boolean {
  const component = draft.component
  return component?.section !== 'workloads' || (component.spec.createNamespace ?? true)
}

function withoutDependencies<Any extends NonNullable<Draft['component']>>(component: Any): Any {
  const lifecycle: ComponentOf<'workloads'>['spec']['lifecycle'] = {}
  return { ...component, dependencies: [], spec: { ...component.spec, lifecycle, conflict: 'fail', adoption: 'adopt' } }
}
