import type { MadePlan } from '../engine/make-plan.ts'
import { describeObject } from '../plan/manifest.ts'
import { refreshedState } from '../planner/refreshed-state.ts'
import type { StateSession } from '../state/session.ts'
import type { StateResult } from '../state/state-result.ts'
import { ok } from '../state/state-result.ts'
import type { RunView } from '../views/run-view.ts'

/** Brings the state up to what is live, and says what that was: what is gone is forgotten. No object is changed. */
export async function takeInRefresh(session: StateSession, made: MadePlan, view: RunView): Promise<StateResult<void>> {
  const refreshed = refreshedState(session.state, made.live, made.leftOut)
  if (refreshed.changed) {
    const written = await session.replace(refreshed.state)
    if (!written.ok) return written
  }
  for (const { key } of refreshed.forgotten) view.note(`Forgot ${describeObject(key)}: it is gone.`)
  const counts = `${refreshed.forgotten.length} forgotten, ${refreshed.touched} touched by others without effect`
  view.note(refreshed.changed ? `The state is up to date: ${counts}.` : 'The state was up to date.')
  const changed = made.plan.drift.filter(({ action }) => action === 'update').length
  if (changed > 0)
    view.note(
      `${changed === 1 ? 'One object stays' : `${changed} objects stay`} as others changed it: the next apply puts back what the design says.`,
    )
  return ok(undefined)
}
