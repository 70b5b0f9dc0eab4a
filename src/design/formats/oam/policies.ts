import type { JsonObject } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import { didYouMean } from '../../nearest.ts'
import { asObject, type Typed, textsOf } from './application.ts'
import type { ApplicationDraft } from './application-draft.ts'
import { POLICY_TYPES } from './policy-types.ts'

/** Where objects go: a cluster of the design, or the only one, and a namespace, or that of the application. */
export interface Placement {
  readonly cluster: string | undefined
  readonly namespace: string | undefined
}

/** A policy that is used. */
export interface Policy extends Typed {
  readonly name: string
}

/** The policies of an application that are used; of the others, what becomes of them is said. */
export function readPolicies(draft: ApplicationDraft): readonly Policy[] {
  const used: Policy[] = []
  for (const [index, { name, type, properties }] of (draft.application.spec.policies ?? []).entries()) {
    const place: ValuePath = ['spec', 'policies', index]
    const meant = Object.hasOwn(POLICY_TYPES, type) ? POLICY_TYPES[type] : undefined
    const typePlace = [...place, 'type']
    switch (meant?.kind) {
      case undefined:
        draft.refuse(typePlace, {
          summary: `The policy ${type} is not known`,
          detail: 'Policies of your own are written in CUE, which is not evaluated here.',
          hint: didYouMean(type, Object.keys(POLICY_TYPES)),
        })
        break
      case 'used':
        used.push({ name: name ?? type, type, properties: asObject(properties), place })
        break
      case 'noted':
        draft.note(typePlace, { summary: `The policy ${type} needs nothing here`, detail: meant.why })
        break
      case 'left-out':
        draft.leaveOut(typePlace, { summary: `The policy ${type} is left out`, detail: meant.why, hint: meant.hint })
        break
      case 'refused':
        draft.refuse(typePlace, { summary: `The policy ${type} can't be kept`, detail: meant.why, hint: meant.hint })
    }
  }
  return used
}

/** Where a topology policy puts objects. */
export function placementsOf({ properties, place }: Policy, draft: ApplicationDraft): readonly Placement[] {
  const at = [...place, 'properties']
  for (const key of Object.keys(properties)) {
    if (key === 'clusters' || key === 'namespace' || key === 'allowEmpty') continue
    if (key === 'clusterLabelSelector' || key === 'clusterSelector') {
      const empty = Object.keys(asObject(properties[key])).length === 0
      draft.refuse([...at, key], {
        summary: empty ? `${key} selects every cluster` : `${key} can't be resolved`,
        detail: "Clusters and their labels are known to KubeVela's control plane alone.",
        hint: 'Name the clusters, as `clusters: [east, west]`.',
      })
      continue
    }
    draft.refuse([...at, key], {
      summary: `Unknown key ${key}`,
      hint: didYouMean(key, ['clusters', 'clusterLabelSelector', 'namespace']),
    })
  }
  const namespace = typeof properties.namespace === 'string' && properties.namespace !== '' ? properties.namespace : undefined
  const clusters = textsOf(properties.clusters)
  if (clusters.length === 0) return [{ cluster: undefined, namespace }]
  return clusters.map((cluster, index) => {
    if (cluster === 'local') return { cluster: undefined, namespace }
    draft.note([...at, 'clusters', index], {
      summary: `The cluster ${cluster} is taken for the context of that name`,
      detail: "Of the clusters that KubeVela's control plane knows, nothing but the name is in the file.",
      hint: 'Convert the file, and say under `clusters` which one it is, to mean another.',
    })
    return { cluster, namespace }
  })
}

/** Fields of one object that an apply-once policy leaves to others. */
export function ignoredPaths(
  policies: readonly Policy[],
  of: {
    readonly component: string
    readonly componentType: string
    readonly trait: string | undefined
    readonly isWorkload: boolean
    readonly object: JsonObject
  },
): readonly string[] {
  const { kind, metadata } = of.object
  const known: { readonly [selector: string]: string } = {
    componentNames: of.component,
    componentTypes: of.componentType,
    oamTypes: of.isWorkload ? 'WORKLOAD' : 'TRAIT',
    traitTypes: of.trait ?? '',
    resourceTypes: String(kind),
    resourceNames: String(asObject(metadata).name ?? ''),
  }
  return policies.flatMap(({ type, properties }) => {
    if (type !== 'apply-once' || properties.enable !== true || !Array.isArray(properties.rules)) return []
    return properties.rules.map(asObject).flatMap(({ selector, strategy }) => {
      const conditions = Object.entries(asObject(selector))
      const isMeant = conditions.every(([key, wanted]) => textsOf(wanted).includes(known[key] ?? ''))
      if (!isMeant) return []
      return textsOf(asObject(strategy).path).map((path) => (path === '*' ? 'spec' : path.replaceAll(/\[(\d+)\]/g, '.$1')))
    })
  })
}
