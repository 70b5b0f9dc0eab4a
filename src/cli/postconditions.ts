import type { Design } from '../design/design.ts'
import type { ApplyResult } from '../engine/apply.ts'
import type { Connection } from '../engine/refresh.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { JsonObject } from '../plan/json.ts'
import type { Plan } from '../plan/plan.ts'
import { checkPostconditions, componentsWithPostconditions } from '../planner/conditions.ts'

/** Holds the postconditions of every component that this apply finished against its live objects. */
export async function failedPostconditions(
  design: Design,
  plan: Plan,
  result: ApplyResult,
  connections: ReadonlyMap<string, Connection>,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  for (const component of componentsWithPostconditions(design)) {
    const changes = plan.changes.filter(({ address, action }) => address === component.address && action !== 'delete')
    if (changes.length === 0 || changes.some(({ id }) => result.unfinished.has(id))) continue
    const objects: JsonObject[] = []
    for (const { key, apiVersion } of changes) {
      const connection = connections.get(key.cluster)
      const found = connection?.kind === 'connected' ? await connection.target.get(key, apiVersion, signal) : undefined
      if (found?.ok === true) objects.push(found.value)
    }
    diagnostics.push(...checkPostconditions(component, design, objects))
  }
  return diagnostics
}
