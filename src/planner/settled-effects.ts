import { objectKeyText } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { Candidate, LiveView } from './assess.ts'

/**
 * What interrupted operations left open and is no longer: it was looked for and is not there, or is as it should be. What could not
 * be looked for stays open, and what the plan does something about is closed by its own result.
 */
export function settledEffects(
  state: RecordedState,
  candidates: readonly Candidate[],
  plan: Plan,
  live: LiveView,
): readonly string[] {
  const pending = state.pending ?? []
  if (pending.length === 0) return []
  const known = new Set(
    candidates.map((candidate) => ('desired' in candidate ? candidate.desired.id : objectKeyText(candidate.recorded.key))),
  )
  const unchanged = new Set(plan.changes.filter(({ action }) => action === 'no-op').map(({ id }) => id))
  return pending.map(({ id }) => id).filter((id) => !live.unknown.has(id) && (known.has(id) ? unchanged.has(id) : true))
}
