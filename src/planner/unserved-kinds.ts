import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { describeObject } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import { barrierOf } from './desired-object.ts'

/** Objects named one by one; the others are counted. */
const NAMED = 3

/**
 * Kinds that no server serves and that nothing in the plan seems to bring: an apply would fail on them. One warning a kind and cluster.
 * Whatever waits for something else that is made is given the benefit of the doubt: an operator may bring the kind.
 */
export function unservedKinds(plan: Plan): readonly Diagnostic[] {
  if (plan.mode !== 'apply') return []
  const made = new Set<string>()
  for (const change of plan.changes) {
    if (change.action !== 'create' || change.key.kind === 'Namespace') continue
    made.add(change.id)
    made.add(barrierOf(change.address))
  }
  const lost = new Map<string, ObjectChange[]>()
  for (const change of plan.changes) {
    if (change.certainty !== 'deferred' || change.action !== 'create') continue
    if (change.dependencies.some((id) => made.has(id))) continue
    const kind = `${change.key.cluster} ${change.key.kind} ${change.apiVersion}`
    const known = lost.get(kind)
    if (known === undefined) lost.set(kind, [change])
    else known.push(change)
  }
  return [...lost.values()].flatMap((changes): Diagnostic[] => {
    const [first] = changes
    if (first === undefined) return []
    const { key, apiVersion, address, origin } = first
    const names = changes.slice(0, NAMED).map((change) => describeObject(change.key))
    const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : ''
    return [
      {
        severity: 'warning',
        code: 'MF2034',
        summary: `${key.kind} of ${apiVersion} is not served by cluster "${key.cluster}", and nothing in the plan brings it`,
        detail: `An apply fails on ${names.join(', ')}${more}.`,
        address,
        ...(origin === undefined ? {} : { location: origin }),
        hint: 'Let the design have the mesh that brings the kind (`meshes`), or its CustomResourceDefinition under `resources`; `dependsOn` what brings it later.',
      },
    ]
  })
}
