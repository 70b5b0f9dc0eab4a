import type { StateBackend } from './backend.ts'
import type { Lock } from './lock.ts'
import { openState, type StateOptions } from './session.ts'
import { checkStateRef, DEFAULT_WORKSPACE, type StateRef, stateRefText } from './state-ref.ts'
import { ok, refused, type StateResult } from './state-result.ts'

/** A workspace and the designs that have a state in it. */
export interface Workspace {
  readonly name: string
  readonly designs: readonly string[]
}

/** Every workspace that has a state, sorted. One without a state does not exist anywhere: naming it is creating it. */
export async function listWorkspaces(backend: StateBackend, signal: AbortSignal): Promise<StateResult<readonly Workspace[]>> {
  const refs = await backend.snapshots.list(signal)
  if (!refs.ok) return refs
  const workspaces = new Map<string, string[]>()
  for (const { workspace, design } of refs.value) {
    const designs = workspaces.get(workspace) ?? []
    designs.push(design)
    workspaces.set(workspace, designs)
  }
  return ok([...workspaces].map(([name, designs]) => ({ name, designs })))
}

/** Whether a workspace has a state of any design; where states cannot be listed, of this design. The default one always exists. */
export async function workspaceExists(
  backend: StateBackend,
  workspace: string,
  design: string,
  signal: AbortSignal,
): Promise<StateResult<boolean>> {
  const checked = checkStateRef({ workspace, design })
  if (!checked.ok) return checked
  if (workspace === DEFAULT_WORKSPACE) return ok(true)
  const own = await backend.snapshots.read(checked.value, signal)
  if (!own.ok || own.value !== undefined) return own.ok ? ok(true) : own
  const listed = await backend.snapshots.list(signal)
  if (!listed.ok) return listed.error.kind === 'invalid-configuration' ? ok(false) : listed
  return ok(listed.value.some((ref) => ref.workspace === workspace))
}

/**
 * Deletes the state of one design in a workspace, under its lock. A state that still has objects is refused unless `force`, which
 * forgets them: they stay where they are.
 */
export async function deleteState(
  backend: StateBackend,
  ref: StateRef,
  lock: Lock,
  options: StateOptions & { readonly force: boolean },
): Promise<StateResult<void>> {
  const session = await openState(backend, ref, lock, options)
  if (!session.ok) return session
  const open = session.value.state.objects.size + session.value.pending.length
  if (open > 0 && !options.force) {
    return refused({
      kind: 'in-use',
      message: `${stateRefText(ref)} still has ${open} ${open === 1 ? 'object' : 'objects'}. Destroy the design first.`,
    })
  }
  return session.value.remove()
}
