import { Command } from 'commander'
import type { CommandIo } from '../command-io.ts'
import {
  type ExecuteOptions,
  type RunOptions,
  type SelectionOptions,
  wholeNumber,
  withExecuteOptions,
  withRunOptions,
  withSelectionOptions,
} from '../design-options.ts'
import { executeRun } from '../execute-run.ts'
import { makeOnlyPlan } from '../make-only-plan.ts'

/** `meshform rollback`: back to what an earlier deploy left, as a plan like any other. */
export function rollbackCommand(io: CommandIo): Command {
  return withExecuteOptions(withSelectionOptions(withRunOptions(new Command('rollback'))))
    .summary('Go back to an earlier deploy')
    .description(
      'Plans the way back to what was recorded after an earlier deploy, asks, and carries it out. The design stays as it is: the next apply leads to it again.',
    )
    .argument('<serial>', 'serial of the deploy, as `meshform state history` lists it', wholeNumber(1))
    .option('-o, --out <file>', 'only plan, and save the plan, to be reviewed and given to apply')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform state history -f .\n  meshform rollback 7 -f .\n  meshform rollback 7 -f . --out back.json             save the plan for review, then: meshform apply back.json\n\nValues of Secrets are not recorded: a Secret that changed since can not be put back.\n',
    )
    .action((serial: number, options: RunOptions & SelectionOptions & ExecuteOptions & { readonly out?: string }) =>
      options.out === undefined
        ? executeRun(io, { operation: 'rollback', options, planFile: undefined, rollbackTo: serial })
        : makeOnlyPlan(io, options, serial),
    )
}
