import type { ApplyResult } from '../engine/apply.ts'
import type { Afterwards } from '../engine/execute-plan.ts'
import { coverDiagnostics } from '../plan/cover-diagnostics.ts'
import type { RecordedOutput, RecordedState } from '../plan/recorded-state.ts'
import { sensitiveTexts } from '../plan/sensitive-text.ts'
import { coverOutput } from '../planner/output-changes.ts'
import { withFinalMarks } from '../planner/rollout-design.ts'
import type { StateSession } from '../state/session.ts'
import type { RunView } from '../views/run-view.ts'
import type { CommandIo } from './command-io.ts'
import type { ExecuteRunRequest } from './execute-run.ts'
import type { PlanRun } from './plan-run.ts'
import type { PlanSource } from './plan-source.ts'

/** What is done when the changes are: perf-checks run and outputs are taken down. */
export function afterwardsOf(
  io: CommandIo,
  request: ExecuteRunRequest,
  source: PlanSource,
  { made, connections }: PlanRun,
  { state, isSealed }: Pick<StateSession, 'state' | 'isSealed'>,
  view: RunView,
): (result: ApplyResult) => Promise<Afterwards> {
  return async (result) => {
    if (request.operation === 'destroy' || made.plan.mode === 'destroy') {
      const clean = result.failed + result.skipped === 0
      return { passed: true, restore: false, outputs: clean ? {} : state.outputs, baselines: state.baselines }
    }
    if (request.operation === 'rollback') {
      return { passed: true, restore: false, outputs: state.outputs, baselines: state.baselines }
    }
    const { failedPostconditions } = await import('./postconditions.ts')
    const unmet = await failedPostconditions(
      source.design,
      made.plan,
      result,
      connections.connections,
      AbortSignal.timeout(60_000),
    )
    view.diagnostics(coverDiagnostics(unmet, sensitiveTexts(made.sensitiveValues)))
    const outputs = outputsOf(source, state, isSealed)
    const clean = result.failed + result.skipped === 0
    const baselines = clean && unmet.length === 0 ? withFinalMarks(state.baselines, source.design) : state.baselines
    if (unmet.length > 0) return { passed: false, restore: false, outputs, baselines }
    if (made.plan.checks.length === 0) return { passed: true, restore: false, outputs, baselines }
    const { runGate } = await import('./perf/gate.ts')
    const gate = await runGate(io, {
      design: source.design,
      files: source.files,
      plan: made.plan,
      result,
      connections: connections.connections,
      runs: baselines,
      emit: (event) => view.event(event),
      diagnose: (diagnostic) => view.diagnostics([diagnostic]),
    })
    return { passed: gate.passed, restore: gate.restore, outputs, baselines: gate.runs }
  }
}

/** The outputs as they are recorded: sensitive ones covered, and beside it as they are where the state is encrypted; unknown ones as they were. */
export function outputsOf(source: PlanSource, state: RecordedState, isSealed: boolean): RecordedState['outputs'] {
  const outputs: Record<string, RecordedOutput> = {}
  // A plan without its design has no secret whose input was not given again.
  const hasSecrets = isSealed && (source.missing ?? []).length === 0
  for (const output of source.design.outputs) {
    if (output.value.known) {
      const { value } = output.value
      const { name, sensitive } = output
      const covered = { value: sensitive ? coverOutput(name, value) : value, sensitive }
      outputs[name] = sensitive && hasSecrets ? { ...covered, secret: value } : covered
      continue
    }
    const before = state.outputs[output.name]
    if (before !== undefined) outputs[output.name] = before
  }
  return outputs
}
