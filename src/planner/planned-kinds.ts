import type { JsonObject } from '../plan/json.ts'
import { isJsonObject } from '../plan/json.ts'
import { groupOf, type ObjectKey } from '../plan/manifest.ts'
import type { Candidate } from './assess.ts'

/** A kind whose definition is in the design. */
export interface PlannedKind {
  /** Its CustomResourceDefinition as the design has it. */
  readonly definition: JsonObject
  /** True where the plan makes or changes it: servers know nothing, or something else, of the kind until then. */
  readonly changes: boolean
}

/** The kinds that the design defines, by cluster, group and kind. */
export type PlannedKinds = (key: Pick<ObjectKey, 'cluster' | 'group' | 'kind'>) => PlannedKind | undefined

/** Finds the definitions among what is planned. */
export function plannedKinds(candidates: readonly Candidate[]): PlannedKinds {
  const kinds = new Map<string, PlannedKind>()
  for (const candidate of candidates) {
    if (candidate.kind === 'delete' || candidate.kind === 'forget') continue
    const { manifest, key } = candidate.desired
    if (manifest.kind !== 'CustomResourceDefinition' || groupOf(manifest.apiVersion) !== 'apiextensions.k8s.io') continue
    const spec = isJsonObject(manifest.spec) ? manifest.spec : {}
    const names = isJsonObject(spec.names) ? spec.names : {}
    const kind = `${key.cluster} ${String(spec.group)} ${String(names.kind)}`
    kinds.set(kind, { definition: manifest, changes: candidate.kind !== 'no-op' })
  }
  return ({ cluster, group, kind }) => kinds.get(`${cluster} ${group} ${kind}`)
}
