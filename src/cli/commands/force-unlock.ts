import { Command } from 'commander'
import { forceUnlock } from '../../state/lock.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, withRunOptions } from '../design-options.ts'
import { withBackend } from '../with-state.ts'

/** `meshform force-unlock`: takes a lock away from a run that is gone. */
export function forceUnlockCommand(io: CommandIo): Command {
  return withRunOptions(new Command('force-unlock'))
    .summary('Take a lock away from a process that is gone')
    .description(
      'Takes the lock with this id away. Locks of processes that died are taken over by themselves; this is for the rest. A run that still goes on notices and stops.',
    )
    .argument('<id>', 'id of the lock, as the refusal printed it')
    .action((id: string, options: RunOptions) =>
      withBackend(io, options, async ({ opened, ref, fail }) => {
        const unlocked = await forceUnlock(opened.backend, ref, id, io.signal)
        if (unlocked.ok) io.stdout.write(`The lock ${id} is gone.\n`)
        else fail(unlocked.error)
      }),
    )
}
