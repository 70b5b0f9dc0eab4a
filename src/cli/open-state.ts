import { randomUUID } from 'node:crypto'
import type { PendingEffect, RecordedState } from '../plan/recorded-state.ts'
import { systemClock } from '../state/clock.ts'
import { type Lock, lockState } from '../state/lock.ts'
import { describeHolder } from '../state/lock-info.ts'
import { currentProcess } from '../state/process-identity.ts'
import type { RecoveryReport } from '../state/recover.ts'
import { openState, readState, type StateSession } from '../state/session.ts'
import type { StateRef } from '../state/state-ref.ts'
import type { StateResult } from '../state/state-result.ts'
import type { OpenedBackend } from './open-backend.ts'
import { VERSION } from './version.ts'

/** With `a` or `an` in front, as its first letter wants. */
function withArticle(operation: string): string {
  return `${/^[aeiou]/.test(operation) ? 'an' : 'a'} ${operation}`
}

/** What a crash left and the state took in, in a sentence. */
export function recoveryText(report: RecoveryReport): string {
  const [first] = report.operations
  const who = first === undefined ? 'an earlier run' : `${withArticle(first.operation)} of ${first.startedAt} by ${first.author}`
  const open =
    report.pending.length === 0 ? '' : ` ${report.pending.length} may or may not have been written and will be looked for.`
  return `Recovered what ${who} left behind: ${report.folded} results taken into the state.${open}`
}

/** What a state has open without a journal that would say more: the machine that ran the operation is another one, or was lost. */
function openText(pending: readonly PendingEffect[]): string | undefined {
  const [first] = pending
  if (first === undefined) return undefined
  const objects = pending.length === 1 ? '1 object' : `${pending.length} objects`
  return `The ${first.operation} of ${first.since} is not known to have ended: ${objects} may or may not have been written and will be looked for.`
}

/** Reads a state without a lock. */
export async function viewState(
  { backend, cipher }: OpenedBackend,
  ref: StateRef,
  signal: AbortSignal,
): Promise<StateResult<{ readonly state: RecordedState; readonly notes: readonly string[] }>> {
  const view = await readState(backend, ref, { signal, cipher })
  if (!view.ok) return view
  const { state, recovery, activeLock } = view.value
  const open = activeLock === undefined ? openText(state.pending ?? []) : undefined
  const found = recovery === undefined ? open : recoveryText(recovery)
  const notes = [
    ...(found === undefined ? [] : [found]),
    ...(activeLock === undefined
      ? []
      : [`${withArticle(describeHolder(activeLock)).replace('a', 'A')} is under way: this is the state before it.`]),
  ]
  return { ok: true, value: { state, notes } }
}

/** A state under its lock. */
export interface LockedState {
  readonly session: StateSession
  readonly lock: Lock
}

/** Locks and opens a state. */
export async function lockAndOpen(
  { backend, cipher }: OpenedBackend,
  ref: StateRef,
  operation: string,
  timeoutMs: number,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<StateResult<LockedState>> {
  const lock = await lockState(
    backend,
    ref,
    { operation, process: await currentProcess(), version: VERSION },
    {
      signal,
      clock: systemClock,
      timeoutMs,
      newId: randomUUID,
      onWait: (holder) => note(`Waiting for ${holder === undefined ? 'another run' : describeHolder(holder)}.`),
    },
  )
  if (!lock.ok) return lock
  const session = await openState(backend, ref, lock.value, {
    clock: systemClock,
    // What was done is written down, whoever wants to stop.
    signal: new AbortController().signal,
    opening: signal,
    newId: randomUUID,
    cipher,
  })
  if (!session.ok) {
    await lock.value.release()
    return session
  }
  if (lock.value.tookOver !== undefined)
    note(`Took over the lock of ${withArticle(describeHolder(lock.value.tookOver))}, which is gone.`)
  const { recovery, pending } = session.value
  const found = recovery === undefined ? openText(pending) : recoveryText(recovery)
  if (found !== undefined) note(found)
  return { ok: true, value: { session: session.value, lock: lock.value } }
}
