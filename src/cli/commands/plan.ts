import { Command, Option } from 'commander'
import type { Design } from '../../design/design.ts'
import { disconnectAll } from '../../engine/connect.ts'
import { hasErrors } from '../../plan/diagnostic.ts'
import { hasChanges, type PlanContent } from '../../plan/plan.ts'
import type { CommandIo } from '../command-io.ts'
import { type RunOptions, type SelectionOptions, withRunOptions, withSelectionOptions } from '../design-options.ts'
import { openBackend } from '../open-backend.ts'
import { viewState } from '../open-state.ts'
import { openView } from '../open-view.ts'
import { writePlanFile } from '../plan-files.ts'
import { planRun } from '../plan-run.ts'
import { readDesign } from '../read-design.ts'
import { stateTrouble } from '../state-trouble.ts'

interface PlanOptions extends RunOptions, SelectionOptions {
  readonly out?: string
  readonly offline?: boolean
  readonly destroy?: boolean
  readonly refreshOnly?: boolean
  readonly detailedExitcode?: boolean
}

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
    .action((options: PlanOptions) => runPlan(io, options))
}

async function runPlan(io: CommandIo, options: PlanOptions): Promise<void> {
  const view = openView(io, options, 'plan')
  if (view === undefined) return
  const fail = () => io.setExitCode(1)
  const { design, diagnostics } = await readDesign(io, options)
  if (design === undefined || hasErrors(diagnostics)) {
    view.diagnostics(diagnostics)
    return fail()
  }
  const opened = await openBackend(io, options, design, { onWaiting: (reason) => view.note(reason) })
  const ref = { design: design.name, workspace: options.workspace }
  const viewed = opened.ok ? await viewState(opened.value, ref, io.signal) : opened
  if (opened.ok) await opened.value.backend.close()
  if (!viewed.ok) {
    view.diagnostics([stateTrouble(viewed.error, io, options, design)])
    return fail()
  }
  for (const note of viewed.value.notes) view.note(note)
  const mode = options.destroy === true ? 'destroy' : options.refreshOnly === true ? 'refresh-only' : 'apply'
  const {
    made,
    connections,
    design: prepared,
  } = await planRun({
    io,
    options,
    design,
    state: viewed.value.state,
    mode,
    askAboutCreates: true,
    readersWelcome: true,
    diagnostics,
    emit: (event) => view.event(event),
  })
  await disconnectAll(connections.connections)
  const { plan } = made
  view.close()
  if (io.signal.aborted) {
    view.note('Interrupted.')
    return fail()
  }
  const errored = hasErrors(plan.diagnostics)
  // What went wrong is best seen in the whole plan, and is the last that is read.
  if (!errored) view.diagnostics(plan.diagnostics)
  if (!errored || made.isComplete) view.plan(plan)
  if (errored) view.diagnostics(plan.diagnostics)
  if (options.out !== undefined && (!errored || made.isComplete)) {
    const { contentOf, writtenSecrets } = await import('../saved-design.ts')
    const key = opened.ok ? opened.value.cipher : undefined
    if (key === undefined) {
      view.diagnostics(writtenSecrets(prepared, made))
      const { guessableSecrets } = await import('../guessable-secrets.ts')
      view.diagnostics(guessableSecrets(made, prepared.sensitiveValues, 'plan'))
    }
    const content = await contentOf(prepared, await filesOfChecks(io, design), key)
    const refusal = await writePlanFile(io, options.out, { ...plan, content })
    if (refusal !== undefined) {
      view.diagnostics([refusal])
      return fail()
    }
    const next = errored ? 'Look at it with: meshform show' : 'Apply it with: meshform apply'
    view.note(`The plan is saved${errored ? ' with its errors, and can not be applied' : ''}. ${next} ${options.out}`)
  }
  if (errored) return fail()
  const changes = mode === 'refresh-only' ? plan.drift.length > 0 : hasChanges(plan)
  if (options.detailedExitcode === true && changes) io.setExitCode(2)
}

async function filesOfChecks(io: CommandIo, design: Design): Promise<PlanContent['files']> {
  if (!design.components.some(({ section }) => section === 'perfChecks')) return {}
  const { checkFiles } = await import('../perf/design-check-reader.ts')
  return checkFiles(io, design)
}

const EXAMPLES = `
Examples:
  meshform plan -f patterns/bookinfo-canary --input weight=30
  meshform plan -f . --out plan.json                 save it for review, then: meshform apply plan.json
  meshform plan -f . --offline                       no cluster needed
  meshform plan -f . --refresh-only                  what did others change?
  meshform plan -f . --target 'traffic.*'
`
