import type { Design } from '../design/design.ts'
import type { ApplyResult } from '../engine/apply.ts'
import type { Connection } from '../engine/refresh.ts'
import type { ObjectChange } from '../plan/change.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { Plan } from '../plan/plan.ts'
import { checkPostconditions, componentsWithPostconditions } from '../planner/conditions.ts'
import { withinAll } from '../planner/moves.ts'

/** Holds the postconditions of every component that this apply finished against its live objects. */
export async function failedPostconditions(
  design: Design,
  plan: Plan,
  result: ApplyResult,
  connections: ReadonlyMap<string, Connection>,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const guarded = componentsWithPostconditions(design)
  if (guarded.length === 0) return []
  const byAddress = new Map<string, ObjectChange[]>()
  const patterns = new Set(guarded.flatMap(({ section, address }) => (section === 'patterns' ? [address] : [])))
  for (const change of plan.changes) {
    if (change.action === 'delete') continue
    // The objects of a pattern are those of all that is in it.
    const around = patterns.size === 0 ? [] : withinAll(change.address).filter((address) => patterns.has(address))
    for (const address of [change.address, ...around]) {
      const known = byAddress.get(address)
      if (known === undefined) byAddress.set(address, [change])
      else known.push(change)
    }
  }
  const found = await Promise.all(
    guarded.map(async (component): Promise<readonly Diagnostic[]> => {
      const changes = byAddress.get(component.address) ?? []
      if (changes.length === 0 || changes.some(({ id }) => result.unfinished.has(id))) return []
      const answers = await Promise.all(
        changes.map(({ key, apiVersion }) => {
          const connection = connections.get(key.cluster)
          return connection?.kind === 'connected' ? connection.target.get(key, apiVersion, signal) : undefined
        }),
      )
      const objects = answers.flatMap((answer) => (answer?.ok === true ? [answer.value] : []))
      return checkPostconditions(component, design, objects)
    }),
  )
  return found.flat()
}
