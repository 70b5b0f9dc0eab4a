import { setTimeout as sleep } from 'node:timers/promises'
import type { Afterwards, Executed } from '../engine/execute-plan.ts'
import type { MadePlan } from '../engine/make-plan.ts'
import { nextMove, type StepVerdict } from '../perf/check/rollout.ts'
import { formatDuration } from '../plan/duration.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import { restorePlan } from '../planner/restore-plan.ts'
import { designAt, type PlannedRollout, withMarks, withMarksOf } from '../planner/rollout-design.ts'
import type { StateResult } from '../state/state-result.ts'
import type { RunView } from '../views/run-view.ts'
import { addResults } from './add-results.ts'
import { outputsOf } from './afterwards.ts'
import type { CommandIo } from './command-io.ts'
import { runGate } from './perf/gate.ts'
import { type PlanRun, planAgain } from './plan-run.ts'
import type { PlanSource } from './plan-source.ts'

/** Carries one plan out and records it. */
export type ExecuteOne = (
  made: MadePlan,
  operation: 'apply' | 'destroy' | 'rollback',
  afterwards: (result: Executed['result']) => Promise<Afterwards>,
) => Promise<StateResult<Executed>>

/** What walking rollouts needs. */
export interface RolloutRun {
  readonly io: CommandIo
  readonly source: PlanSource
  readonly run: PlanRun
  readonly view: RunView
  readonly rollouts: readonly PlannedRollout[]
  /** The state as it is now. */
  readonly state: () => RecordedState
  readonly execute: ExecuteOne
  /** Whether the state is encrypted. */
  readonly isSealed: boolean
}

/** A rollout at a share of its version. */
interface Shift {
  readonly rollout: PlannedRollout
  readonly share: number
}

/**
 * Carries a plan out whose traffic splits grow in steps: everything with the first share, then a hold and the check, then the next
 * share. All rollouts of a plan step together. A step that fails takes the splits back to where they were; what the checks could
 * not judge is measured again, and goes back when it stays so. How far it got is in the state, so that a run that was interrupted
 * goes on from there.
 */
export async function walkRollouts(walk: RolloutRun): Promise<StateResult<Executed>> {
  const { rollouts, view, io } = walk
  const before = walk.state()
  const length = Math.max(...rollouts.map((rollout) => rollout.steps.length))
  // Steps are counted here, from 1; each rollout has its own share at each.
  const plan = { steps: Array.from({ length }, (_, index) => index + 1), check: '', holdSeconds: 0 }
  const verdicts: StepVerdict[][] = []
  let done: Executed | undefined
  for (;;) {
    const move = nextMove(plan, { startShare: 0, verdicts })
    if (move.kind === 'done' || move.kind === 'back') {
      if (done === undefined) throw new Error('a rollout has no step')
      return move.kind === 'done' ? { ok: true, value: done } : goBack(walk, before, done)
    }
    const shifts = rollouts.map((rollout) => ({
      rollout,
      share: rollout.steps[Math.min(move.step, rollout.steps.length - 1)] ?? 0,
    }))
    view.note(shiftText(shifts, move.kind === 'measure'))
    const made = await planAgain(walk.run, designAt(walk.run.design, shifts), walk.state(), (event) => view.event(event))
    const outcome = { verdict: 'passed' as StepVerdict }
    const executed = await walk.execute(made, 'apply', async (result) => {
      const judged = await judge(walk, made, result, shifts, move.step === length - 1)
      outcome.verdict = judged.verdict
      return judged.afterwards
    })
    if (!executed.ok) return executed
    done = addResults(done, executed.value)
    const { failed, skipped } = executed.value.result
    if (failed + skipped > 0 || io.signal.aborted) return { ok: true, value: { ...done, passed: false } }
    if (executed.value.restore) return { ok: true, value: done }
    verdicts[move.step] = [...(verdicts[move.step] ?? []), outcome.verdict]
  }
}

function shiftText(shifts: readonly Shift[], again: boolean): string {
  const parts = shifts.map(({ rollout, share }) => `${rollout.address} ${rollout.version} at ${share} %`)
  return `${again ? 'Measuring again' : 'Rolling out'}: ${parts.join(', ')}`
}

/** Holds the step, then runs its checks; on the last step all checks of the plan. */
async function judge(
  walk: RolloutRun,
  made: MadePlan,
  result: Executed['result'],
  shifts: readonly Shift[],
  last: boolean,
): Promise<{ readonly verdict: StepVerdict; readonly afterwards: Afterwards }> {
  const { io, view } = walk
  const holdMs = Math.max(...shifts.map(({ rollout }) => rollout.holdMs))
  const applied = result.failed + result.skipped === 0
  if (applied && holdMs > 0 && !io.signal.aborted) {
    view.note(`Holding for ${formatDuration(holdMs)}.`)
    await sleep(holdMs, undefined, { signal: io.signal }).catch(() => undefined)
  }
  const checks = new Set(shifts.map(({ rollout }) => rollout.check))
  const state = walk.state()
  const gate = await runGate(io, {
    design: walk.source.design,
    files: walk.source.files,
    plan: made.plan,
    result,
    connections: walk.run.connections.connections,
    runs: state.baselines,
    emit: (event) => view.event(event),
    diagnose: (diagnostic) => view.diagnostics([diagnostic]),
    rollout: checks,
    ...(last ? {} : { only: checks }),
  })
  const judged = [...checks].flatMap((address) => gate.verdicts.get(address) ?? [])
  const verdict = judged.includes('failed') ? 'failed' : judged.includes('invalid') ? 'invalid' : 'passed'
  return {
    verdict,
    afterwards: {
      passed: gate.passed && verdict === 'passed',
      restore: gate.restore,
      outputs: outputsOf(walk.source, state, walk.isSealed),
      baselines: withMarks(gate.runs, shifts),
    },
  }
}

/** Takes the splits back: to what was recorded before, or where nothing was, to none of the new version. */
async function goBack(walk: RolloutRun, before: RecordedState, done: Executed): Promise<StateResult<Executed>> {
  const { rollouts, run, view } = walk
  const addresses = new Set(rollouts.map((rollout) => rollout.address))
  const now = walk.state()
  const known = [...before.objects.values()].some((object) => addresses.has(object.address))
  view.note('Going back: the splits are as they were before the rollout.')
  const none = rollouts.map((rollout) => ({ rollout, share: 0 }))
  const made = await planAgain(run, designAt(run.design, none), now, (event) => view.event(event))
  const restore = restorePlan(made.plan, before, now, (change) => addresses.has(change.address))
  const back: MadePlan = known ? { ...made, plan: restore.plan, manifests: restore.manifests } : made
  view.diagnostics(back.plan.diagnostics)
  const executed = await walk.execute(back, 'rollback', async () => ({
    passed: true,
    restore: false,
    outputs: before.outputs,
    baselines: withMarksOf(now.baselines, before.baselines, rollouts),
  }))
  return executed.ok ? { ok: true, value: { ...addResults(done, executed.value), passed: false, restore: false } } : executed
}
