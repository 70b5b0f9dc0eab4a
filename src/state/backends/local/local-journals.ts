import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalAppender, JournalStore, StoredJournal } from '../../backend.ts'
import type { StateRef } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { FILE_MODE, isCode, makeFolder, type OnStep, syncFolder } from './atomic-write.ts'
import { fileResult } from './file-result.ts'
import { readRegular } from './read-regular.ts'

const ENDING = '.ndjson'
const ID = /^[0-9a-f][0-9a-f-]{7,63}$/

/** Journals as files: `<folder>/<workspace>/<design>.journal-<id>.ndjson`. */
export class LocalJournals implements JournalStore {
  readonly shared: boolean
  readonly #folder: string
  readonly #onStep: OnStep
  readonly #holdsLock: (ref: StateRef, lockId: string) => boolean

  /** `shared`: the folder is where the snapshots are, so whoever sees the one sees the other. */
  constructor(folder: string, shared: boolean, holdsLock: (ref: StateRef, lockId: string) => boolean, onStep: OnStep = () => {}) {
    this.#folder = folder
    this.shared = shared
    this.#holdsLock = holdsLock
    this.#onStep = onStep
  }

  list(ref: StateRef): Promise<StateResult<readonly StoredJournal[]>> {
    const folder = join(this.#folder, ref.workspace)
    const start = `${ref.design}.journal-`
    return fileResult(`Reading the journals in ${folder}`, async () => {
      const journals: StoredJournal[] = []
      for (const name of await namesIn(folder)) {
        if (!name.startsWith(start) || !name.endsWith(ENDING)) continue
        const id = name.slice(start.length, -ENDING.length)
        const file = join(folder, name)
        const bytes = ID.test(id) ? await readIfThere(file) : undefined
        if (bytes !== undefined) journals.push({ id, file, bytes })
      }
      return ok(journals)
    })
  }

  create(ref: StateRef, id: string, lockId: string): Promise<StateResult<JournalAppender>> {
    const path = this.#path(ref, id)
    return fileResult(`Creating ${path}`, async () => {
      await makeFolder(join(this.#folder, ref.workspace))
      this.#onStep('journal-begun')
      const file = await open(path, 'ax', FILE_MODE)
      await syncFolder(join(this.#folder, ref.workspace))
      return ok(new FileAppender(path, file, () => this.#holdsLock(ref, lockId), this.#onStep))
    })
  }

  remove(ref: StateRef, id: string): Promise<StateResult<void>> {
    const path = this.#path(ref, id)
    return fileResult(`Deleting ${path}`, async () => {
      await rm(path, { force: true })
      this.#onStep('journal-removed')
      return ok(undefined)
    })
  }

  #path(ref: StateRef, id: string): string {
    return join(this.#folder, ref.workspace, `${ref.design}.journal-${id}${ENDING}`)
  }
}

class FileAppender implements JournalAppender {
  readonly #path: string
  readonly #file: FileHandle
  readonly #holdsLock: () => boolean
  readonly #onStep: OnStep

  constructor(path: string, file: FileHandle, holdsLock: () => boolean, onStep: OnStep) {
    this.#path = path
    this.#file = file
    this.#holdsLock = holdsLock
    this.#onStep = onStep
  }

  append(bytes: Uint8Array): Promise<StateResult<void>> {
    return fileResult(`Writing ${this.#path}`, async () => {
      if (!this.#holdsLock()) {
        return refused({ kind: 'lock-lost', message: 'The lock of the state was taken over: nothing more is done.' })
      }
      for (let at = 0; at < bytes.byteLength; ) {
        at += (await this.#file.write(bytes, at, bytes.byteLength - at)).bytesWritten
      }
      this.#onStep('journal-written')
      await this.#file.datasync()
      this.#onStep('journal-durable')
      return ok(undefined)
    })
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readRegular(file)
  } catch (error) {
    // Folded and removed by someone else since it was listed.
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}
