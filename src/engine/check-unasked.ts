import type { Diagnostic } from '../plan/diagnostic.ts'
import type { PlannedCluster } from '../plan/plan.ts'
import type { Candidate } from '../planner/assess.ts'
import type { DesiredObject } from '../planner/desired-object.ts'
import type { DryRun } from '../planner/dry-run.ts'

/** Finds what a server would refuse in objects, without one. */
export type CheckObjects = (objects: readonly DesiredObject[]) => Promise<readonly Diagnostic[]>

/**
 * Objects that are made or changed and that no dry run judged are looked at here, so that an apply does not fail on them midway: all of
 * them offline and on the sandbox; on a cluster those that its server could not judge yet. What a cluster may know better only warns.
 */
export async function checkUnasked(
  candidates: readonly Candidate[],
  answers: ReadonlyMap<string, DryRun>,
  clusters: readonly PlannedCluster[],
  check: CheckObjects,
): Promise<readonly Diagnostic[]> {
  const kinds = new Map(clusters.map(({ name, kind }) => [name, kind]))
  const certain: DesiredObject[] = []
  const likely: DesiredObject[] = []
  for (const candidate of candidates) {
    if (candidate.kind !== 'create' && candidate.kind !== 'update') continue
    const { desired } = candidate
    const answer = answers.get(desired.id)?.kind
    if (answer === 'result' || answer === 'immutable') continue
    const kind = kinds.get(desired.key.cluster)
    if (kind === 'offline' || kind === 'sandbox') certain.push(desired)
    else if (answer === 'unknown') likely.push(desired)
  }
  const warnings = (await check(likely)).map((found): Diagnostic => ({ ...found, severity: 'warning' }))
  return [...(await check(certain)), ...warnings]
}
