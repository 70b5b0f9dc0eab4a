import { Command } from 'commander'
import { planToJson } from '../../plan/plan-file.ts'
import { renderPlan } from '../../views/terminal/plan.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { readPlanFile } from '../plan-files.ts'
import { VERSION } from '../version.ts'

/** `meshform show`: a saved plan, with no cluster and no design at hand. */
export function showCommand(io: CommandIo): Command {
  return new Command('show')
    .summary('Show a saved plan')
    .description('Shows a plan that was saved with `meshform plan --out`. Needs neither the design nor a cluster.')
    .argument('<plan>', 'the saved plan')
    .option('--json', 'as JSON, in Terraform’s plan envelope')
    .option('--full', 'show every field of new objects')
    .addHelpText('after', '\nExamples:\n  meshform show plan.json\n  meshform show plan.json --json | jq .resource_changes\n')
    .action(async (path: string, options: { readonly json?: boolean; readonly full?: boolean }) => {
      const { plan, diagnostics } = await readPlanFile(io, path)
      if (plan === undefined) {
        terminalView(io).diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      if (options.json === true) io.stdout.write(`${JSON.stringify(planToJson(plan, VERSION), null, 2)}\n`)
      else io.stdout.write(renderPlan(plan, styleFor(io.stdout as NodeJS.WriteStream, io.env), { full: options.full === true }))
    })
}
