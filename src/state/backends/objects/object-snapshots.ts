import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { isStateName, type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { ObjectStore } from './object-store.ts'

const ENDING = '.json'

/** Snapshots as objects `<workspace>/<design>.json`, replaced only while their token is the one that was read. */
export class ObjectSnapshots implements SnapshotStore {
  readonly #store: ObjectStore
  readonly #holds: (ref: StateRef, lockId: string, signal: AbortSignal) => Promise<StateResult<boolean>>

  constructor(store: ObjectStore, holds: (ref: StateRef, lockId: string, signal: AbortSignal) => Promise<StateResult<boolean>>) {
    this.#store = store
    this.#holds = holds
  }

  describe(ref: StateRef): string {
    return this.#store.describe(nameOf(ref))
  }

  async read(ref: StateRef, signal: AbortSignal): Promise<StateResult<Snapshot | undefined>> {
    const found = await this.#store.get(`Reading ${this.describe(ref)}`, nameOf(ref), signal)
    if (!found.ok) return found
    return ok(found.value === undefined ? undefined : { bytes: found.value.bytes, token: found.value.token })
  }

  async write(ref: StateRef, write: SnapshotWrite, signal: AbortSignal): Promise<StateResult<string>> {
    const what = `Writing ${this.describe(ref)}`
    const held = await this.#check(what, ref, write.lockId, signal)
    if (!held.ok) return held
    const written = await this.#store.put(what, nameOf(ref), write.bytes, write.expected, signal)
    if (!written.ok) return written
    return written.value.kind === 'written' ? ok(written.value.token) : this.#moved(ref)
  }

  /** Not every store deletes under a condition: what is there is compared first, under the lock. */
  async remove(ref: StateRef, expected: string, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const what = `Deleting ${this.describe(ref)}`
    const held = await this.#check(what, ref, lockId, signal)
    if (!held.ok) return held
    const found = await this.read(ref, signal)
    if (!found.ok) return found
    if (found.value?.token !== expected) return this.#moved(ref)
    const gone = await this.#store.delete(what, nameOf(ref), expected, signal)
    if (!gone.ok) return gone
    if (gone.value === 'deleted') return ok(undefined)
    // Somebody else wrote, or it is gone already, and the answer that said so was lost.
    const left = await this.read(ref, signal)
    if (!left.ok) return left
    return left.value === undefined ? ok(undefined) : this.#moved(ref)
  }

  async list(signal: AbortSignal): Promise<StateResult<readonly StateRef[]>> {
    const names = await this.#store.list('Listing the states', signal)
    if (!names.ok) return names
    const refs: StateRef[] = []
    for (const name of names.value) {
      const [workspace = '', file = '', ...more] = name.split('/')
      const design = file.endsWith(ENDING) ? file.slice(0, -ENDING.length) : ''
      if (more.length === 0 && isStateName(workspace) && isStateName(design)) refs.push({ workspace, design })
    }
    return ok(refs.sort((a, b) => (stateRefText(a) < stateRefText(b) ? -1 : 1)))
  }

  async #check(what: string, ref: StateRef, lockId: string, signal: AbortSignal): Promise<StateResult<void>> {
    const held = await this.#holds(ref, lockId, signal)
    if (!held.ok) return held
    return held.value ? ok(undefined) : refused({ kind: 'lock-lost', message: `${what}: the lock is no longer held.` })
  }

  #moved(ref: StateRef): StateResult<never> {
    return refused({ kind: 'moved', message: `${this.describe(ref)} was changed by someone else since it was read.` })
  }
}

function nameOf(ref: StateRef): string {
  return `${ref.workspace}/${ref.design}${ENDING}`
}
