import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import {
  type ExecuteOptions,
  type RunOptions,
  type SelectionOptions,
  withExecuteOptions,
  withRunOptions,
  withSelectionOptions,
} from '../design-options.ts'
import { executeRun } from '../execute-run.ts'

/** `meshform destroy`: deletes what the design made, in the reverse order. */
export function destroyCommand(io: CommandIo): Command {
  return withExecuteOptions(withSelectionOptions(withRunOptions(new Command('destroy'))))
    .summary('Delete everything a design made')
    .description(
      'Deletes every object that the state of the design records, dependants first, namespaces and kinds last, and waits until they are gone.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  meshform destroy -f patterns/bookinfo-canary\n  meshform plan -f . --destroy      look first\n',
    )
    .action((options: RunOptions & SelectionOptions & ExecuteOptions) =>
      executeRun(io, { operation: 'destroy', options, planFile: undefined }),
    )
}
