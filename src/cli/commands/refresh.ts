import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, WHOLE, withRunOptions } from '../design-options.ts'
import { executeRun } from '../execute-run.ts'

/** `meshform refresh`: brings the state up to what is live. The same as `apply --refresh-only`. */
export function refreshCommand(io: CommandIo): Command {
  return withRunOptions(new Command('refresh'))
    .summary('Bring the state up to what is live')
    .description(
      'Forgets recorded objects that are gone, and settles what an interrupted run left open. Fields that others changed stay drift: the next plan shows them. Changes no object.',
    )
    .addHelpText('after', '\n`meshform plan --refresh-only` shows what changed outside without writing anything.\n')
    .action((options: RunOptions) =>
      executeRun(io, {
        operation: 'apply',
        options: { ...options, ...WHOLE, parallelism: 1, onError: 'continue', yes: true },
        planFile: undefined,
        refreshOnly: true,
      }),
    )
}
