import { disconnectAll } from '../engine/connect.ts'
import { type Executed, executePlan } from '../engine/execute-plan.ts'
import type { MadePlan } from '../engine/make-plan.ts'
import { hasErrors } from '../plan/diagnostic.ts'
import { hasChanges, type Plan, summarize } from '../plan/plan.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import { fieldManagersOf } from '../planner/field-managers.ts'
import { restorePlan } from '../planner/restore-plan.ts'
import { plannedRollouts, rolloutMarks } from '../planner/rollout-design.ts'
import { currentProcess } from '../state/process-identity.ts'
import { stateDiagnostic } from '../state/state-diagnostic.ts'
import type { StateError, StateResult } from '../state/state-result.ts'
import type { RunView } from '../views/run-view.ts'
import { addResults } from './add-results.ts'
import { afterwardsOf } from './afterwards.ts'
import type { CommandIo } from './command-io.ts'
import { canAsk, confirmPlan } from './confirm.ts'
import type { ExecuteOptions, RunOptions, SelectionOptions } from './design-options.ts'
import { type OpenedBackend, openBackend } from './open-backend.ts'
import { type LockedState, lockAndOpen } from './open-state.ts'
import { openView } from './open-view.ts'
import type { PlanRun } from './plan-run.ts'
import { type PlanSource, planForExecution, readSource } from './plan-source.ts'
import type { ExecuteOne } from './rollout-run.ts'
import { isStale } from './staleness.ts'
import { stateTrouble } from './state-trouble.ts'
import { takeInRefresh } from './take-in-refresh.ts'

/** What to carry out. */
export interface ExecuteRunRequest {
  readonly operation: 'apply' | 'destroy' | 'rollback'
  readonly options: RunOptions & SelectionOptions & ExecuteOptions
  readonly planFile: string | undefined
  /** Only the state is brought up to what is live. */
  readonly refreshOnly?: boolean
  /** Serial of the deploy that a rollback leads back to. */
  readonly rollbackTo?: number
}

/** `overtaken`: another run wrote the state while this one planned, and nothing was done. */
type RunOutcome = 'ended' | 'overtaken'

/** The recipe of apply and destroy: read, lock, plan, show, confirm, carry out, report. */
export async function executeRun(io: CommandIo, asked: ExecuteRunRequest): Promise<void> {
  const view = openView(io, asked.options, asked.operation)
  if (view === undefined) return
  const source = await readSource(io, asked)
  if (source.value === undefined) {
    view.diagnostics(source.diagnostics)
    view.close()
    io.setExitCode(1)
    return
  }
  const request = asSaved(asked, source.value.saved)
  const opened = await openBackend(io, request.options, source.value.design, { onWaiting: (reason) => view.note(reason) })
  if (!opened.ok) {
    view.diagnostics([stateTrouble(opened.error, io, request.options, source.value.design)])
    io.setExitCode(1)
    return
  }
  const { backend } = opened.value
  try {
    while ((await lockedRun(io, request, source.value, opened.value, view)) === 'overtaken')
      view.note('Another run wrote the state meanwhile: everything is planned again.')
  } finally {
    view.close()
    await backend.close()
  }
}

async function lockedRun(
  io: CommandIo,
  request: ExecuteRunRequest,
  source: PlanSource,
  opened: OpenedBackend,
  view: RunView,
): Promise<RunOutcome> {
  const refuse = (error: StateError) => {
    view.diagnostics([stateTrouble(error, io, request.options, source.design)])
    io.setExitCode(1)
    return 'ended' as const
  }
  const ref = { design: source.design.name, workspace: request.options.workspace }
  const { lockTimeout } = request.options
  const locked = await lockAndOpen(opened, ref, request.operation, lockTimeout, io.signal, (text) => view.note(text))
  if (!locked.ok) return refuse(locked.error)
  const { session, lock } = locked.value
  try {
    const rested = await session.rest()
    return rested.ok ? await underLock(io, request, source, locked.value, view, refuse) : refuse(rested.error)
  } finally {
    await lock.release()
  }
}

async function underLock(
  io: CommandIo,
  request: ExecuteRunRequest,
  source: PlanSource,
  locked: LockedState,
  view: RunView,
  refuse: (error: StateError) => RunOutcome,
): Promise<RunOutcome> {
  const run = await planForExecution(io, request, source, locked.session.state, (event) => view.event(event))
  try {
    const { plan } = run.made
    if (io.signal.aborted) {
      view.note('Interrupted while it was planned. Nothing was changed.')
      io.setExitCode(1)
      return 'ended'
    }
    // Why a plan is refused is best seen in the whole of it; why a saved one is stale, in what would be done now.
    const isRefused = hasErrors(plan.diagnostics) && run.made.isComplete
    if (source.saved === undefined ? isRefused : isStale(plan)) view.plan(plan)
    view.diagnostics(plan.diagnostics)
    if (hasErrors(plan.diagnostics)) {
      io.setExitCode(1)
      return 'ended'
    }
    view.plan(plan)
    const refreshes = plan.mode === 'refresh-only'
    const announced = hasChanges(plan) || plan.checks.length > 0
    if (!refreshes && announced && !(await agreed(io, request, run.made, view))) return 'ended'
    const claimed = await locked.session.claim()
    if (!claimed.ok) return claimed.error.kind === 'moved' ? 'overtaken' : refuse(claimed.error)
    if (refreshes) {
      const taken = await takeInRefresh(locked.session, run.made, view)
      return taken.ok ? 'ended' : refuse(taken.error)
    }
    if (announced && !locked.session.isSealed) {
      const { guessableSecrets } = await import('./guessable-secrets.ts')
      view.diagnostics(guessableSecrets(run.made, run.made.sensitiveValues, 'state'))
    }
    await carryOut(io, request, source, locked, run, view, announced)
    return 'ended'
  } finally {
    await disconnectAll(run.connections.connections)
  }
}

/** What a saved plan was made for is what it is carried out on; only how is still free. */
function asSaved(request: ExecuteRunRequest, saved: Plan | undefined): ExecuteRunRequest {
  if (saved === undefined) return request
  const { workspace, context, selection, rollbackTo } = saved.options
  const state = request.options.state ?? saved.options.state
  const options = { ...request.options, ...selection, targetFile: [], excludeFile: [], workspace }
  return {
    ...request,
    ...(rollbackTo === undefined ? {} : { operation: 'rollback' as const, rollbackTo }),
    options: { ...options, ...(context === undefined ? {} : { context }), ...(state === undefined ? {} : { state }) },
  }
}

/** A saved plan is its own approval; otherwise somebody must say yes. */
async function agreed(io: CommandIo, request: ExecuteRunRequest, made: MadePlan, view: RunView): Promise<boolean> {
  if (request.options.yes === true || request.planFile !== undefined) return true
  if (!canAsk(io) || request.options.json === true) {
    view.diagnostics([
      {
        severity: 'error',
        code: 'MF6002',
        summary: 'Nobody is here to confirm the plan',
        detail: `${whyNobody(request)}, so the question whether to go on can not be asked.`,
        hint: 'Pass --yes, or apply a plan that was saved and reviewed: meshform plan --out plan.json, meshform apply plan.json.',
      },
    ])
    io.setExitCode(1)
    return false
  }
  view.close()
  if (await confirmPlan(io, made.plan, request)) return true
  view.note('Nothing was changed.')
  io.setExitCode(1)
  return false
}

function whyNobody({ options }: ExecuteRunRequest): string {
  if (options.json === true) return '--json is for programs'
  return process.stdin.isTTY === true ? 'Standard error is no terminal' : 'Standard input is no terminal'
}

async function carryOut(
  io: CommandIo,
  request: ExecuteRunRequest,
  source: PlanSource,
  locked: LockedState,
  run: PlanRun,
  view: RunView,
  announced: boolean,
): Promise<void> {
  const started = Date.now()
  const { made } = run
  const sayStop = () =>
    view.note('Interrupted: what is under way is finished and recorded, nothing more begins. Once more ends at once.')
  io.signal.addEventListener('abort', sayStop, { once: true })
  const { session } = locked
  const before = session.state
  const author = (await currentProcess()).who
  const execute: ExecuteOne = (plan, operation, afterwards) =>
    executePlan({
      made: plan,
      session,
      operation,
      author,
      connections: run.connections.connections,
      managers: fieldManagersOf(run.design, run.owner),
      parallelism: request.options.parallelism,
      onError: request.options.onError,
      emit: (event) => view.event(event),
      now: Date.now,
      stop: io.signal,
      lockLost: locked.lock.lost,
      afterwards,
    })
  const rollouts = request.operation === 'apply' ? plannedRollouts(run.design, made.plan, rolloutMarks(before.baselines)) : []
  const applied =
    rollouts.length > 0
      ? await (await import('./rollout-run.ts')).walkRollouts({
          ...{ io, source, run, view, rollouts, execute, isSealed: session.isSealed },
          state: () => session.state,
        })
      : await execute(made, request.operation, afterwardsOf(io, request, source, run, session, view))
  const executed = applied.ok && applied.value.restore ? await putBack(made, before, applied.value, view, execute, run) : applied
  view.close()
  if (!executed.ok) {
    view.diagnostics([stateDiagnostic(executed.error)])
    io.setExitCode(1)
    return
  }
  const { result, state, passed } = executed.value
  view.diagnostics(result.diagnostics)
  const outputs = Object.entries(state.outputs).map(([name, { value, sensitive }]) => ({ name, value, sensitive }))
  if (request.operation !== 'destroy') view.outputs(outputs)
  const interrupted = io.signal.aborted
  if (announced || result.failed + result.unawaited > 0 || !passed) {
    view.summary({
      operation: request.operation,
      counts: result.summary,
      failed: result.failed,
      unhealthy: result.unhealthy,
      skipped: result.skipped,
      unchanged: summarize(made.plan).unchanged,
      elapsedMs: Date.now() - started,
      interrupted,
      passed,
      clusters: result.clusters,
    })
  }
  if (result.failed > 0 || result.skipped > 0 || !passed) io.setExitCode(1)
  if (interrupted) io.setExitCode(130)
}

/** Puts back what this apply changed, as a plan of its own that is shown, carried out and recorded. */
async function putBack(
  made: MadePlan,
  before: RecordedState,
  applied: Executed,
  view: RunView,
  execute: ExecuteOne,
  run: PlanRun,
): Promise<StateResult<Executed>> {
  const restore = restorePlan(made.plan, before, applied.state)
  view.note('Putting back what this apply changed.')
  view.diagnostics(restore.plan.diagnostics)
  view.plan(restore.plan)
  const rules = new Map([...run.made.rules, ...made.rules])
  const executed = await execute(
    { ...made, plan: restore.plan, manifests: restore.manifests, rules, settled: [] },
    'rollback',
    async () => ({
      passed: true,
      restore: false,
      outputs: before.outputs,
      baselines: applied.state.baselines,
    }),
  )
  return executed.ok ? { ok: true, value: { ...addResults(applied, executed.value), passed: false } } : executed
}
