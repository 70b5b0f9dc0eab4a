import type { RecordedRuns } from '../../perf/check/recorded-runs.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { withLockedState } from '../with-state.ts'

/** A change of what the state keeps of perf-checks; undefined leaves it as it is. */
export type ChangeRuns = (runs: RecordedRuns) => RecordedRuns | undefined

/**
 * Changes what the state of the design keeps of perf-checks, under its lock. False, with everything said, when there is trouble.
 */
export async function changeRecordedRuns(io: CommandIo, options: RunOptions, change: ChangeRuns): Promise<boolean> {
  let changed = false
  await withLockedState(io, options, 'perf', async ({ fail }, { session }) => {
    const next = change(session.state.baselines)
    const written = next === undefined ? undefined : await session.replace({ ...session.state, baselines: next })
    if (written !== undefined && !written.ok) return fail(written.error)
    changed = true
  })
  return changed
}
