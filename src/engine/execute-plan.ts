import { setMaxListeners } from 'node:events'
import type { JsonValue } from '../plan/json.ts'
import { planDigest } from '../plan/plan-digest.ts'
import type { DeployRecord, RecordedState } from '../plan/recorded-state.ts'
import type { StateSession } from '../state/session.ts'
import type { StateResult } from '../state/state-result.ts'
import { createWaiter, type Waiter } from '../targets/wait-healthy.ts'
import { type ApplyResult, applyPlan, effectOf } from './apply.ts'
import type { ApplyRequest } from './apply-request.ts'
import { coverEvents } from './cover-messages.ts'
import type { MadePlan } from './make-plan.ts'

/** What an apply under a lock needs. */
export interface ExecuteRequest
  extends Pick<ApplyRequest, 'connections' | 'managers' | 'parallelism' | 'onError' | 'emit' | 'now' | 'stop'> {
  readonly made: MadePlan
  readonly session: StateSession
  readonly operation: DeployRecord['operation']
  readonly author: string
  /** Aborts when the lock of the state is lost. */
  readonly lockLost: AbortSignal
  /** Runs after every change is done and healthy, before the state is written; what it says is recorded with it. */
  readonly afterwards: (result: ApplyResult) => Promise<Afterwards>
}

/** What happened after the changes: perf-checks, outputs. */
export interface Afterwards {
  readonly passed: boolean
  /** True when a check asks for what this apply changed to be put back. */
  readonly restore: boolean
  readonly outputs: RecordedState['outputs']
  readonly baselines: { readonly [name: string]: JsonValue }
}

/** The result of an apply and the state after it. */
export interface Executed {
  readonly result: ApplyResult
  readonly passed: boolean
  /** True when what this apply changed is to be put back. */
  readonly restore: boolean
  readonly state: RecordedState
}

/** The recipe of an apply: begin, carry out, look at it, write the state down. What happened is recorded however it ends. */
export async function executePlan(request: ExecuteRequest): Promise<StateResult<Executed>> {
  const { made, session } = request
  const { plan } = made
  const begun = await session.begin({
    operation: request.operation,
    author: request.author,
    planDigest: planDigest(plan),
    designDigest: plan.design.digest,
    effects: plan.changes.flatMap((change) =>
      change.action === 'no-op' || change.action === 'forget' ? [] : [effectOf(change, change.action)],
    ),
    measures: plan.checks.length > 0,
  })
  if (!begun.ok) return begun
  const operation = begun.value
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, request.lockLost])
  // Every watch listens to it.
  setMaxListeners(0, signal)
  const stop = AbortSignal.any([request.stop, request.lockLost])
  setMaxListeners(0, stop)
  const waiters = openWaiters(request, signal)
  try {
    const result = await applyPlan({
      ...request,
      emit: coverEvents(request.emit, made),
      plan,
      manifests: made.manifests,
      sensitiveValues: made.sensitiveValues,
      rules: made.rules,
      recorded: session.state.objects,
      live: made.live.objects,
      waiters,
      journal: operation,
      stop,
      signal,
    })
    const after = await request.afterwards(result)
    const interrupted = request.stop.aborted && (result.skipped + result.unawaited > 0 || !after.passed)
    const failed = result.failed > 0 || !after.passed
    const finished = await operation.finish({
      result: interrupted ? 'interrupted' : failed ? 'failed' : 'succeeded',
      summary: result.summary,
      design: { name: plan.design.name, version: plan.design.version, digest: plan.design.digest },
      outputs: after.outputs,
      baselines: after.baselines,
      settled: made.settled,
    })
    return finished.ok
      ? { ok: true, value: { result, passed: after.passed, restore: after.restore, state: finished.value } }
      : finished
  } finally {
    ended.abort()
  }
}

function openWaiters(request: ExecuteRequest, signal: AbortSignal): ReadonlyMap<string, Waiter> {
  return new Map(
    [...request.connections].flatMap(([name, connection]) =>
      connection.kind === 'connected' ? [[name, createWaiter(connection.target, signal)] as const] : [],
    ),
  )
}
