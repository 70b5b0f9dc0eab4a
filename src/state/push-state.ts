import type { RecordedState } from '../plan/recorded-state.ts'
import type { StateSession } from './session.ts'
import { refused, type StateResult } from './state-result.ts'

/**
 * Replaces the state by one that was pulled and changed, or restored. Refused when it is of another design or lineage, or older than
 * what is stored, since objects would be forgotten; `force` overrides lineage and serial.
 */
export async function pushState(
  session: StateSession,
  pushed: RecordedState,
  force: boolean,
): Promise<StateResult<RecordedState>> {
  const stored = session.state
  if (pushed.design.name !== stored.design.name) {
    return refused({
      kind: 'lineage',
      message: `The pushed state is of the design ${pushed.design.name}, and the stored one of ${stored.design.name}.`,
    })
  }
  if (!force && stored.lineage !== '' && pushed.lineage !== stored.lineage) {
    return refused({
      kind: 'lineage',
      message: `The pushed state has the lineage ${pushed.lineage}, and the stored one ${stored.lineage}: they have nothing to do with each other.`,
    })
  }
  if (!force && pushed.serial < stored.serial) {
    return refused({
      kind: 'lineage',
      message: `The pushed state has the serial ${pushed.serial}, and the stored one ${stored.serial}: it is older.`,
    })
  }
  return session.replace(pushed)
}
