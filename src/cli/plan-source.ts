import type { Design } from '../design/design.ts'
import type { EngineEvent } from '../engine/events.ts'
import { type Diagnostic, hasErrors } from '../plan/diagnostic.ts'
import type { Plan } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { CommandIo } from './command-io.ts'
import type { ExecuteRunRequest } from './execute-run.ts'
import { readPlanFile } from './plan-files.ts'
import { type PlanRun, planRun } from './plan-run.ts'
import { readDesign } from './read-design.ts'
import { rollbackSource } from './rollback-source.ts'
import { staleness } from './staleness.ts'

/** What is carried out: a design as it is now, or a plan that was saved from it. */
export interface PlanSource {
  readonly design: Design
  readonly diagnostics: readonly Diagnostic[]
  readonly saved: Plan | undefined
}

/** Reads the design, and the saved plan where one is named. */
export async function readSource(
  io: CommandIo,
  request: ExecuteRunRequest,
): Promise<{ readonly value: PlanSource | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  if (request.planFile === undefined) {
    const { design, diagnostics } = await readDesign(io, request.options)
    if (design === undefined || hasErrors(diagnostics)) return { value: undefined, diagnostics }
    return { value: { design, diagnostics, saved: undefined }, diagnostics }
  }
  const read = await readPlanFile(io, request.planFile)
  if (read.plan === undefined) return { value: undefined, diagnostics: read.diagnostics }
  const file = request.options.file.length === 0 ? [read.plan.design.directory] : request.options.file
  const { design, diagnostics } = await readDesign(io, {
    ...request.options,
    file,
    // Sensitive inputs are not in the plan and must be given again.
    input: [...read.inputs.input, ...request.options.input],
  })
  if (design === undefined || hasErrors(diagnostics)) return { value: undefined, diagnostics }
  return { value: { design, diagnostics, saved: read.plan }, diagnostics }
}

/**
 * The plan to carry out, made under the lock. A saved plan is made again from the same design and state and must come out the same:
 * then the saved one is carried out as it stands; else it is stale, and what differs is said.
 */
export async function planForExecution(
  io: CommandIo,
  request: ExecuteRunRequest,
  source: PlanSource,
  state: RecordedState,
  emit: (event: EngineEvent) => void,
): Promise<PlanRun> {
  const { saved } = source
  const back = request.rollbackTo === undefined ? undefined : rollbackSource(source.design, state, request.rollbackTo)
  const run = await planRun({
    io,
    options: request.options,
    design: back?.ok === true ? back.value.design : source.design,
    ...(back?.ok === true ? { recast: back.value.recast } : {}),
    state,
    mode: saved?.mode ?? (request.operation === 'destroy' ? 'destroy' : 'apply'),
    askAboutCreates: request.options.yes !== true && saved === undefined,
    diagnostics: back?.ok === false ? [...source.diagnostics, back.diagnostic] : source.diagnostics,
    emit,
  })
  if (saved === undefined) return run
  const { plan } = run.made
  const errors = plan.diagnostics.filter(({ severity }) => severity === 'error')
  const refusals = [...staleness(saved, plan), ...errors]
  if (refusals.length > 0) return { ...run, made: { ...run.made, plan: { ...plan, diagnostics: refusals } } }
  return { ...run, made: { ...run.made, plan: { ...saved, diagnostics: [] } } }
}
