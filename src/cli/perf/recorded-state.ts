import type { RecordedRuns } from '../../perf/check/recorded-runs.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import type { RunOptions } from '../design-options.ts'
import { lockAndOpen, openBackend, stateDiagnostic } from '../open-state.ts'
import { terminalView } from '../open-view.ts'
import { readDesign } from '../read-design.ts'

/** A change of what the state keeps of perf-checks; undefined leaves it as it is. */
export type ChangeRuns = (runs: RecordedRuns) => RecordedRuns | undefined

/**
 * Changes what the state of the design keeps of perf-checks, under its lock. False, with everything said, when there is trouble.
 */
export async function changeRecordedRuns(io: CommandIo, options: RunOptions, change: ChangeRuns): Promise<boolean> {
  const view = terminalView(io)
  const { design, diagnostics } = await readDesign(io, options)
  if (design === undefined || hasErrors(diagnostics)) {
    view.diagnostics(diagnostics)
    io.setExitCode(1)
    return false
  }
  const backend = await openBackend(io, options)
  try {
    const ref = { design: design.name, workspace: options.workspace }
    const locked = await lockAndOpen(backend, ref, 'perf', options.lockTimeout, io.signal, (text) => view.note(text))
    if (!locked.ok) {
      view.diagnostics([stateDiagnostic(locked.error)])
      io.setExitCode(1)
      return false
    }
    try {
      const { session } = locked.value
      const next = change(session.state.baselines)
      if (next === undefined) return true
      const written = await session.replace({ ...session.state, baselines: next })
      if (written.ok) return true
      view.diagnostics([stateDiagnostic(written.error)])
      io.setExitCode(1)
      return false
    } finally {
      await locked.value.lock.release()
    }
  } finally {
    await backend.close()
  }
}
