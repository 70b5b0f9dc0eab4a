import { Command, Option } from 'commander'
import { showPlan } from '../../plan/show-plan.ts'
import { planToHtml } from '../../views/html/plan.ts'
import { MARKDOWN_LIMITS, type MarkdownHost, planToMarkdown } from '../../views/markdown/plan.ts'
import { renderPlan } from '../../views/terminal/plan.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { terminalView } from '../open-view.ts'
import { readPlanFile } from '../plan-files.ts'
import { VERSION } from '../version.ts'

interface ShowOptions {
  readonly json?: boolean
  readonly markdown?: boolean
  readonly limit: MarkdownHost
  readonly html?: boolean
  readonly full?: boolean
}

/** `meshform show`: a saved plan, with no cluster and no design at hand. */
export function showCommand(io: CommandIo): Command {
  return new Command('show')
    .summary('Show a saved plan')
    .description('Shows a plan that was saved with `meshform plan --out`. Needs neither the design nor a cluster.')
    .argument('<plan>', 'the saved plan')
    .option('--json', 'as JSON, in Terraform’s plan envelope')
    .option('--markdown', 'as Markdown for a pull request: deletes first, never longer than the host takes')
    .addOption(
      new Option('--limit <host>', 'whose limit the Markdown keeps to')
        .choices(Object.keys(MARKDOWN_LIMITS))
        .default('github-comment'),
    )
    .option('--html', 'as one self-contained page')
    .option('--full', 'show every field of new objects')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform show plan.json\n  meshform show plan.json --json | jq .resource_changes\n  meshform show plan.json --markdown > comment.md\n  meshform show plan.json --html > plan.html\n',
    )
    .action(async (path: string, options: ShowOptions) => {
      const { plan, diagnostics } = await readPlanFile(io, path)
      if (plan === undefined) {
        terminalView(io).diagnostics(diagnostics)
        io.setExitCode(1)
        return
      }
      if (options.json === true) io.stdout.write(`${JSON.stringify(showPlan(plan, VERSION), null, 2)}\n`)
      else if (options.markdown === true) io.stdout.write(planToMarkdown(plan, MARKDOWN_LIMITS[options.limit]))
      else if (options.html === true) io.stdout.write(planToHtml(plan))
      else io.stdout.write(renderPlan(plan, styleFor(io.stdout as NodeJS.WriteStream, io.env), { full: options.full === true }))
    })
}
