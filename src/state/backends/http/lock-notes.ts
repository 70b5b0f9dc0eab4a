import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LockInfo } from '../../lock-info.ts'
import { lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import type { StateRef } from '../../state-ref.ts'
import { ok, type StateResult } from '../../state-result.ts'
import { isCode, writeAtomically } from '../local/atomic-write.ts'
import { fileResult } from '../local/file-result.ts'
import { readRegular } from '../local/read-regular.ts'

const ENDING = '.lock'

/**
 * Locks that this machine asked for, each in a file beside the journals, written and durable before it is asked for: where a server does
 * not say who holds its lock, the next run on this machine knows the one that a killed run left, and a person finds its id.
 */
export class LockNotes {
  readonly #folder: string
  readonly #process: ProcessIdentity

  constructor(folder: string, process: ProcessIdentity) {
    this.#folder = folder
    this.#process = process
  }

  /** Which files they are, for people. */
  describe(ref: StateRef): string {
    return this.#path(ref, '*')
  }

  /** Notes a lock. Fails where nothing can be written: then no journal could be either. */
  write(ref: StateRef, info: LockInfo, expiryMs: number): Promise<StateResult<void>> {
    const path = this.#path(ref, fileId(info.id))
    return fileResult(`Writing ${path}`, async () => {
      await writeAtomically(path, Buffer.from(lockRecordText({ info, expiryMs })), () => {})
      return ok(undefined)
    })
  }

  /** No error when it is gone already, or can't go: a note of a lock that is none does no harm. */
  async remove(ref: StateRef, id: string): Promise<void> {
    await rm(this.#path(ref, fileId(id)), { force: true }).catch(() => {})
  }

  /** Locks that processes of this machine asked for that are gone. */
  async left(ref: StateRef): Promise<readonly LockInfo[]> {
    const found = await Promise.all((await this.#names(ref)).map((name) => this.#read(ref, name)))
    return found.filter(
      (info): info is LockInfo =>
        info !== undefined && info.machine === this.#process.machine && info.pid > 0 && !this.#process.isAlive(info.pid),
    )
  }

  async #names(ref: StateRef): Promise<readonly string[]> {
    const start = `${ref.design}.lock-`
    try {
      const names = await readdir(join(this.#folder, ref.workspace))
      return names.filter((name) => name.startsWith(start) && name.endsWith(ENDING)).sort()
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return []
      throw error
    }
  }

  async #read(ref: StateRef, name: string): Promise<LockInfo | undefined> {
    try {
      const text = await readRegular(join(this.#folder, ref.workspace, name))
      return lockRecordFromText(text.toString('utf8')).info
    } catch {
      // Removed by its run since it was listed, or no note.
      return undefined
    }
  }

  #path(ref: StateRef, id: string): string {
    return join(this.#folder, ref.workspace, `${ref.design}.lock-${id}${ENDING}`)
  }
}

/** The part of an id that names a file. */
function fileId(id: string): string {
  return id.replace(/[^0-9A-Za-z-].*$/s, '').slice(0, 64)
}
