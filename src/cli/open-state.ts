import { randomUUID } from 'node:crypto'
import type { Diagnostic } from '../plan/diagnostic.ts'
import type { RecordedState } from '../plan/recorded-state.ts'
import type { StateBackend } from '../state/backend.ts'
import { localBackend } from '../state/backends/local.ts'
import { systemClock } from '../state/clock.ts'
import { type Lock, lockState } from '../state/lock.ts'
import { describeHolder } from '../state/lock-info.ts'
import { currentProcess } from '../state/process-identity.ts'
import type { RecoveryReport } from '../state/recover.ts'
import { openState, readState, type StateSession } from '../state/session.ts'
import type { StateRef } from '../state/state-ref.ts'
import type { StateError, StateResult } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions } from './design-options.ts'
import { stateDirectory } from './local-project.ts'
import { VERSION } from './version.ts'

/** The backend that the options name. */
export async function openBackend(io: CommandIo, options: Pick<RunOptions, 'state' | 'context'>): Promise<StateBackend> {
  const process = await currentProcess()
  return localBackend({ directory: options.state ?? stateDirectory(io, options.context), process, clock: systemClock })
}

/** A trouble with the state, as a diagnostic with what to do about it. */
export function stateDiagnostic(error: StateError): Diagnostic {
  const hint = HINTS[error.kind]
  return {
    severity: 'error',
    code: 'MF4006',
    summary: SUMMARIES[error.kind],
    detail: error.message,
    ...(hint === undefined ? {} : { hint }),
  }
}

const SUMMARIES: { readonly [Kind in StateError['kind']]: string } = {
  corrupt: 'The state is damaged',
  'newer-version': 'The state was written by a newer meshform',
  sealed: 'The state is encrypted, and no key opens it',
  locked: 'Another run holds the lock of this state',
  'lock-lost': 'The lock was lost while the run went on',
  moved: 'Somebody else wrote the state meanwhile',
  lineage: 'This is another design’s state',
  'invalid-name': 'The name of design or workspace can not be used',
  'invalid-configuration': 'The state’s address is not usable',
  'not-found': 'There is no such state',
  'in-use': 'The state is in use',
  'too-large': 'The state is too large for this backend',
  unauthorized: 'The backend does not let us in',
  unreachable: 'The backend can not be reached',
  backend: 'The backend answered something it should not',
  io: 'The state’s files can not be read or written',
  aborted: 'Interrupted',
}

const HINTS: { readonly [Kind in StateError['kind']]?: string } = {
  corrupt: 'It was left as it is. Restore a copy, or ask `meshform state history` for an earlier one.',
  locked: 'Wait for it (--lock-timeout 5m), or take the lock away with `meshform force-unlock ID` when its process is gone.',
  'newer-version': 'Use that version of meshform, or a newer one.',
  sealed: 'Set MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE to the key it was written with.',
}

/** What a crash left and the state took in, in a sentence. */
export function recoveryText(report: RecoveryReport): string {
  const [first] = report.operations
  const who = first === undefined ? 'an earlier run' : `an ${first.operation} of ${first.startedAt} by ${first.author}`
  const open =
    report.pending.length === 0 ? '' : ` ${report.pending.length} may or may not have been written and will be looked for.`
  return `Recovered what ${who} left behind: ${report.folded} results taken into the state.${open}`
}

/** Reads a state without a lock. */
export async function viewState(
  backend: StateBackend,
  ref: StateRef,
  signal: AbortSignal,
): Promise<StateResult<{ readonly state: RecordedState; readonly notes: readonly string[] }>> {
  const view = await readState(backend, ref, { signal, cipher: undefined })
  if (!view.ok) return view
  const { state, recovery, activeLock } = view.value
  const notes = [
    ...(recovery === undefined ? [] : [recoveryText(recovery)]),
    ...(activeLock === undefined ? [] : [`An ${describeHolder(activeLock)} is under way: this is the state before it.`]),
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
  backend: StateBackend,
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
    signal: new AbortController().signal,
    newId: randomUUID,
    cipher: undefined,
  })
  if (!session.ok) {
    await lock.value.release()
    return session
  }
  if (lock.value.tookOver !== undefined) note(`Took over the lock of an ${describeHolder(lock.value.tookOver)}, which is gone.`)
  if (session.value.recovery !== undefined) note(recoveryText(session.value.recovery))
  return { ok: true, value: { session: session.value, lock: lock.value } }
}
