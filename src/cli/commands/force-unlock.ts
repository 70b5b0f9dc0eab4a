import { Command } from 'commander'
import { forceUnlock } from '../../state/lock.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, withRunOptions } from '../design-options.ts'
import { openBackend, stateDiagnostic } from '../open-state.ts'
import { terminalView } from '../open-view.ts'
import { stateOfDesign } from '../state-of-design.ts'

/** `meshform force-unlock`: takes a lock away from a run that is gone. */
export function forceUnlockCommand(io: CommandIo): Command {
  return withRunOptions(new Command('force-unlock'))
    .summary('Take a lock away from a process that is gone')
    .description(
      'Takes the lock with this id away. Locks of processes that died are taken over by themselves; this is for the rest. A run that still goes on notices and stops.',
    )
    .argument('<id>', 'id of the lock, as the refusal printed it')
    .action(async (id: string, options: RunOptions) => {
      const found = await stateOfDesign(io, options)
      if (found === undefined) return
      const backend = await openBackend(io, options)
      const unlocked = await forceUnlock(backend, found.ref, id, io.signal)
      await backend.close()
      if (unlocked.ok) {
        io.stdout.write(`The lock ${id} is gone.\n`)
        return
      }
      terminalView(io).diagnostics([stateDiagnostic(unlocked.error)])
      io.setExitCode(1)
    })
}
