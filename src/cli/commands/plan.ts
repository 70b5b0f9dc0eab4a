import { Command, Option } from 'commander'
import type { CommandIo } from '../command-io.ts'
import { withRunOptions, withSelectionOptions } from '../design-options.ts'
import { makeOnlyPlan, type ShowPlanOptions } from '../make-only-plan.ts'

/** `meshform plan`: what would change, and why. Writes nothing but the plan file that is asked for. */
export function planCommand(io: CommandIo): Command {
  return withSelectionOptions(withRunOptions(new Command('plan')))
    .summary('Show what would change, and why')
    .description(
      'Compares the design with what was recorded and with what is live, and shows what apply would do. Changes nothing.',
    )
    .option('-o, --out <file>', 'save the plan, to be reviewed and given to apply')
    .option('--offline', 'ask no cluster: compare with the recorded state alone')
    .option('--destroy', 'plan the deletion of everything')
    .addOption(new Option('--refresh-only', 'show only what changed outside since the last apply').conflicts('destroy'))
    .option('--detailed-exitcode', 'exit with 0 for no changes, 2 for changes, 1 for errors')
    .addHelpText('after', EXAMPLES)
    .action((options: ShowPlanOptions) => makeOnlyPlan(io, options))
}

const EXAMPLES = `
Examples:
  meshform plan -f patterns/bookinfo-canary --input weight=30
  meshform plan -f . --out plan.json                 save it for review, then: meshform apply plan.json
  meshform plan -f . --offline                       no cluster needed
  meshform plan -f . --refresh-only                  what did others change?
  meshform plan -f . --target 'traffic.*'
`
