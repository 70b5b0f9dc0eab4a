import type { RecordedState } from '../plan/recorded-state.ts'
import type { StateRef } from '../state/state-ref.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions } from './design-options.ts'
import { openBackend } from './open-backend.ts'
import { viewState } from './open-state.ts'
import { terminalView } from './open-view.ts'
import { readDesign } from './read-design.ts'
import { stateTrouble } from './state-trouble.ts'
import { mistakesForState } from './tells-its-state.ts'

/** The state of the design that the options name, read without a lock. Undefined, with everything said, when there is trouble. */
export async function stateOfDesign(
  io: CommandIo,
  options: RunOptions,
): Promise<{ readonly state: RecordedState; readonly ref: StateRef } | undefined> {
  const view = terminalView(io)
  const { design, diagnostics } = await readDesign(io, options)
  const mistakes = mistakesForState({ design, diagnostics }, options)
  if (design === undefined || mistakes.length > 0) {
    view.diagnostics(diagnostics)
    io.setExitCode(1)
    return undefined
  }
  const ref = { design: design.name, workspace: options.workspace }
  const opened = await openBackend(io, options, design, { onWaiting: (reason) => view.note(reason) })
  const viewed = opened.ok ? await viewState(opened.value, ref, io.signal) : opened
  if (opened.ok) await opened.value.backend.close()
  if (!viewed.ok) {
    view.diagnostics([stateTrouble(viewed.error, io, options, design)])
    io.setExitCode(1)
    return undefined
  }
  for (const note of viewed.value.notes) view.note(note)
  return { state: viewed.value.state, ref }
}
