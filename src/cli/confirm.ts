import type { Plan } from '../plan/plan.ts'
import { summarize } from '../plan/plan.ts'
import type { CommandIo } from './command-io.ts'
import type { ExecuteRunRequest } from './execute-run.ts'

/** Where a plan would be carried out, as a person must see it before saying yes. */
export function describePlaces(plan: Plan): readonly string[] {
  return plan.clusters.map((cluster) => {
    if (cluster.kind === 'sandbox') return 'the embedded sandbox'
    const context = cluster.context === undefined ? '' : `, context ${cluster.context}`
    return `cluster ${cluster.name} (${cluster.server ?? 'unknown server'}${context})`
  })
}

/** True when there is somebody to ask. */
export function canAsk(io: CommandIo): boolean {
  return process.stdin.isTTY === true && (io.stderr as NodeJS.WriteStream).isTTY === true
}

/** Asks whether to go on, naming cluster and server. A signal to stop is no. */
export async function confirmPlan(
  io: CommandIo,
  plan: Plan,
  { operation, rollbackTo }: Pick<ExecuteRunRequest, 'operation' | 'rollbackTo'>,
): Promise<boolean> {
  const { ask } = await import('./ask.ts')
  const counts = summarize(plan)
  const deletes = counts.delete + counts.replace
  const places = describePlaces(plan).join(' and ')
  const loud = deletes > 0 ? ` ${deletes} will be DELETED.` : ''
  switch (operation) {
    case 'apply':
      return ask(`Apply this plan to ${places}?${loud}`, io.signal)
    case 'destroy':
      return ask(`Destroy "${plan.design.name}" on ${places}?${loud}`, io.signal)
    case 'rollback':
      return ask(`Roll "${plan.design.name}" back to deploy ${rollbackTo} on ${places}?${loud}`, io.signal)
  }
}
