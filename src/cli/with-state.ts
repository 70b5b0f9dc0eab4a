import type { Design } from '../design/design.ts'
import type { StateRef } from '../state/state-ref.ts'
import type { StateError } from '../state/state-result.ts'
import type { RunView } from '../views/run-view.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions } from './design-options.ts'
import { type OpenedBackend, openBackend } from './open-backend.ts'
import { type LockedState, lockAndOpen } from './open-state.ts'
import { terminalView } from './open-view.ts'
import { readDesign } from './read-design.ts'
import { stateTrouble } from './state-trouble.ts'
import { mistakesForState } from './tells-its-state.ts'

/** What a command that works on the state itself has at hand. */
export interface StateAtHand {
  readonly opened: OpenedBackend
  readonly design: Design
  readonly ref: StateRef
  readonly view: RunView
  /** Says why, and lets the command end with 1. */
  fail(error: StateError): void
}

/** Opens the backend of the design that the options name, for one use. Every trouble is said. */
export async function withBackend(
  io: CommandIo,
  options: RunOptions,
  use: (hand: StateAtHand) => Promise<void>,
  acceptsPlain = false,
): Promise<void> {
  const view = terminalView(io)
  const { design, diagnostics } = await readDesign(io, options)
  const mistakes = mistakesForState({ design, diagnostics }, options)
  if (design === undefined || mistakes.length > 0) {
    view.diagnostics(diagnostics)
    io.setExitCode(1)
    return
  }
  const fail = (error: StateError) => {
    view.diagnostics([stateTrouble(error, io, options, design)])
    io.setExitCode(1)
  }
  const opened = await openBackend(io, options, design, { acceptsPlain, onWaiting: (reason) => view.note(reason) })
  if (!opened.ok) return fail(opened.error)
  const ref = { design: design.name, workspace: options.workspace }
  try {
    await use({ opened: opened.value, design, ref, view, fail })
  } finally {
    await opened.value.backend.close()
  }
}

/** The same, with the state locked and opened meanwhile. */
export async function withLockedState(
  io: CommandIo,
  options: RunOptions,
  operation: string,
  use: (hand: StateAtHand, locked: LockedState) => Promise<void>,
  acceptsPlain = false,
): Promise<void> {
  const locking = async (hand: StateAtHand) => {
    const { opened, ref, view, fail } = hand
    const locked = await lockAndOpen(opened, ref, operation, options.lockTimeout, io.signal, (text) => view.note(text))
    if (!locked.ok) return fail(locked.error)
    try {
      await use(hand, locked.value)
    } finally {
      await locked.value.lock.release()
    }
  }
  await withBackend(io, options, locking, acceptsPlain)
}
