import type { Design } from '../design/design.ts'
import { disconnectAll } from '../engine/connect.ts'
import { hasErrors } from '../plan/diagnostic.ts'
import { hasChanges, type PlanContent } from '../plan/plan.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions, SelectionOptions } from './design-options.ts'
import { openBackend } from './open-backend.ts'
import { viewState } from './open-state.ts'
import { openView } from './open-view.ts'
import { writePlanFile } from './plan-files.ts'
import { planRun } from './plan-run.ts'
import { readDesign } from './read-design.ts'
import { rollbackSource } from './rollback-source.ts'
import { stateTrouble } from './state-trouble.ts'

/** What a plan is made with that is not carried out at once. */
export interface ShowPlanOptions extends RunOptions, SelectionOptions {
  readonly out?: string
  readonly offline?: boolean
  readonly destroy?: boolean
  readonly refreshOnly?: boolean
  readonly detailedExitcode?: boolean
}

/** The recipe of plan, and of a rollback that is only planned: read, look, plan, show, save. Writes nothing but the plan file that is asked for. */
export async function makeOnlyPlan(io: CommandIo, options: ShowPlanOptions, rollbackTo?: number): Promise<void> {
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
  const { state } = viewed.value
  const back = rollbackTo === undefined ? undefined : rollbackSource(design, state, rollbackTo)
  if (back?.ok === false) {
    view.diagnostics([...diagnostics, back.diagnostic])
    return fail()
  }
  const {
    made,
    connections,
    design: prepared,
  } = await planRun({
    io,
    options,
    ...(back?.value ?? { design }),
    state,
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
    const { contentOf, writtenSecrets } = await import('./saved-design.ts')
    const key = opened.ok ? opened.value.cipher : undefined
    if (key === undefined) {
      view.diagnostics(writtenSecrets(prepared, made))
      const { guessableSecrets } = await import('./guessable-secrets.ts')
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
  const { checkFiles } = await import('./perf/design-check-reader.ts')
  return checkFiles(io, design)
}
