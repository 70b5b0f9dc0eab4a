import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Snapshot, SnapshotStore, SnapshotWrite } from '../../backend.ts'
import { MAX_STATE_BYTES } from '../../parse-json.ts'
import { isStateName, type StateRef, stateRefText } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { isCode, isLink, type OnStep, syncFolder, writeAtomically } from './atomic-write.ts'
import { fileResult } from './file-result.ts'
import { readRegular } from './read-regular.ts'

/** Snapshots as files: `<folder>/<workspace>/<design>.json`. */
export class LocalSnapshots implements SnapshotStore {
  readonly #folder: string
  readonly #onStep: OnStep
  readonly #holdsLock: (ref: StateRef, lockId: string) => boolean

  constructor(folder: string, holdsLock: (ref: StateRef, lockId: string) => boolean, onStep: OnStep) {
    this.#folder = folder
    this.#holdsLock = holdsLock
    this.#onStep = onStep
  }

  describe(ref: StateRef): string {
    return join(this.#folder, ref.workspace, `${ref.design}.json`)
  }

  read(ref: StateRef): Promise<StateResult<Snapshot | undefined>> {
    const path = this.describe(ref)
    return fileResult(`Reading ${path}`, async () => {
      try {
        const { size } = await stat(path)
        if (size > MAX_STATE_BYTES) {
          return refused({ kind: 'too-large', message: `${path} is ${size} bytes long; at most ${MAX_STATE_BYTES} are read.` })
        }
        const bytes = await readRegular(path)
        return ok({ bytes, token: createHash('sha256').update(bytes).digest('hex') })
      } catch (error) {
        if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error
        if (await isLink(path)) return refused({ kind: 'io', message: `${path} is a link to a file that is not there.` })
        return ok(undefined)
      }
    })
  }

  write(ref: StateRef, write: SnapshotWrite): Promise<StateResult<string>> {
    const path = this.describe(ref)
    return fileResult(`Writing ${path}`, async () => {
      const expected = await this.#expect(ref, write.expected, write.lockId)
      if (!expected.ok) return expected
      await writeAtomically(path, write.bytes, this.#onStep)
      return ok(createHash('sha256').update(write.bytes).digest('hex'))
    })
  }

  remove(ref: StateRef, expected: string, lockId: string): Promise<StateResult<void>> {
    const path = this.describe(ref)
    return fileResult(`Deleting ${path}`, async () => {
      const found = await this.#expect(ref, expected, lockId)
      if (!found.ok) return found
      await rm(path)
      await syncFolder(join(this.#folder, ref.workspace))
      return ok(undefined)
    })
  }

  list(): Promise<StateResult<readonly StateRef[]>> {
    return fileResult(`Listing ${this.#folder}`, async () => {
      const refs: StateRef[] = []
      for (const workspace of (await folders(this.#folder)).filter(isStateName)) {
        for (const name of await readdir(join(this.#folder, workspace))) {
          const design = name.endsWith('.json') ? name.slice(0, -'.json'.length) : ''
          if (isStateName(design)) refs.push({ workspace, design })
        }
      }
      return ok(refs.sort((a, b) => (stateRefText(a) < stateRefText(b) ? -1 : 1)))
    })
  }

  /** Under the lock nobody else writes, so comparing and then renaming is one step. */
  async #expect(ref: StateRef, expected: string | undefined, lockId: string): Promise<StateResult<void>> {
    const path = this.describe(ref)
    if (!this.#holdsLock(ref, lockId)) {
      return refused({ kind: 'lock-lost', message: `The lock of ${path} is no longer held: nothing was written.` })
    }
    const found = await this.read(ref)
    if (!found.ok) return found
    return found.value?.token === expected
      ? ok(undefined)
      : refused({ kind: 'moved', message: `${path} was changed by someone else since it was read: nothing was written.` })
  }
}

async function folders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}
