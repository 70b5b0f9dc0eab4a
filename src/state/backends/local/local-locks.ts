import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { LockAttempt, LockStore } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import type { LockHolder, LockInfo } from '../../lock-info.ts'
import { lockRecordFromText, lockRecordText } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import type { StateRef } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { FILE_MODE, isCode, makeFolder, TEMPORARY } from './atomic-write.ts'
import { fileResult } from './file-result.ts'
import { readRegular } from './read-regular.ts'

/** A half-made lock file this old belongs to nobody any more, in milliseconds. */
const LEFTOVER_MS = 60_000

/**
 * Locks as files: `<folder>/<workspace>/<design>.lock-<number>`. A lock is had by creating, exclusively, the number after the
 * highest there is, which must be expired; so of any number of processes that see the same expired lock one gets the next number.
 * What it relied on is looked at again afterwards: if anything else appeared or the expired lock went, it steps back.
 * The heartbeat is the file's modification time. A lock whose process is gone from this machine has expired at once.
 */
export class LocalLocks implements LockStore {
  readonly #folder: string
  readonly #process: ProcessIdentity
  readonly #clock: Clock
  /** Paths of the locks that this store acquired, by their ids. */
  readonly #held = new Map<string, string>()

  constructor(folder: string, process: ProcessIdentity, clock: Clock) {
    this.#folder = folder
    this.#process = process
    this.#clock = clock
  }

  acquire(ref: StateRef, info: LockInfo, expiryMs: number): Promise<StateResult<LockAttempt>> {
    return this.#run<LockAttempt>(ref, async () => {
      await makeFolder(join(this.#folder, ref.workspace))
      const before = await this.#files(ref)
      const living = before.find(({ holder }) => !holder.expired)
      if (living !== undefined) return ok({ kind: 'held', holder: living.holder })
      const number = (before.at(-1)?.number ?? 0) + 1
      const mine = this.#path(ref, number)
      try {
        await this.#create(mine, lockRecordText({ info, expiryMs }))
      } catch (error) {
        if (isCode(error, 'EEXIST')) return ok({ kind: 'held', holder: (await this.#files(ref)).at(-1)?.holder })
        throw error
      }
      const others = (await this.#files(ref)).filter((file) => file.holder.info.id !== info.id)
      if (!sameLocks(others, before)) {
        await rm(mine, { force: true })
        return ok({ kind: 'held', holder: others.at(-1)?.holder })
      }
      for (const expired of before) await rm(this.#path(ref, expired.number), { force: true })
      await this.#sweep(ref)
      this.#held.set(info.id, mine)
      return ok({ kind: 'acquired', tookOver: before.at(-1)?.holder })
    })
  }

  renew(ref: StateRef, info: LockInfo): Promise<StateResult<'renewed' | 'lost'>> {
    return this.#run(ref, async () => {
      const mine = await this.#find(ref, info.id)
      if (mine === undefined) return ok('lost')
      await this.#touch(this.#path(ref, mine.number))
      return ok('renewed')
    })
  }

  release(ref: StateRef, info: LockInfo): Promise<StateResult<'released' | 'lost'>> {
    return this.#run(ref, async () => {
      this.#held.delete(info.id)
      const mine = await this.#find(ref, info.id)
      if (mine === undefined) return ok('lost')
      await rm(this.#path(ref, mine.number), { force: true })
      return ok('released')
    })
  }

  inspect(ref: StateRef): Promise<StateResult<LockHolder | undefined>> {
    return this.#run(ref, async () => {
      const files = await this.#files(ref)
      return ok((files.find(({ holder }) => !holder.expired) ?? files.at(-1))?.holder)
    })
  }

  forceUnlock(ref: StateRef, id: string): Promise<StateResult<void>> {
    return this.#run(ref, async () => {
      const found = await this.#find(ref, id)
      if (found === undefined) return refused({ kind: 'not-found', message: `No lock of this state has the id ${id}.` })
      await rm(this.#path(ref, found.number), { force: true })
      return ok(undefined)
    })
  }

  /** Whether the lock is still there: asked before each write, which fences a process that was taken over. */
  holds(ref: StateRef, lockId: string): boolean {
    const path = this.#held.get(lockId)
    if (path === undefined || !path.startsWith(this.#path(ref, ''))) return false
    try {
      // Synchronous on purpose: it is asked before every journal write, and takes a tenth of the time of an asynchronous read.
      return lockRecordFromText(readFileSync(path, 'utf8')).info.id === lockId
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false
      throw error
    }
  }

  /** Creates the file with its content in one step, where the file system knows links: a crash leaves it whole or not there. */
  async #create(path: string, text: string): Promise<void> {
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}${TEMPORARY}`)
    try {
      await writeFile(temporary, text, { flag: 'wx', mode: FILE_MODE })
      await this.#touch(temporary)
      await link(temporary, path)
    } catch (error) {
      if (!isCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK')) throw error
      await writeFile(path, text, { flag: 'wx', mode: FILE_MODE })
      await this.#touch(path)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  async #touch(path: string): Promise<void> {
    const now = new Date(this.#clock.now())
    await utimes(path, now, now)
  }

  async #find(ref: StateRef, id: string): Promise<LockFile | undefined> {
    return (await this.#files(ref)).find(({ holder }) => holder.info.id === id)
  }

  /** Every lock file there is, the lowest number first. */
  async #files(ref: StateRef): Promise<LockFile[]> {
    const files: LockFile[] = []
    for (const number of await this.#numbers(ref)) {
      const holder = await this.#read(this.#path(ref, number))
      if (holder !== undefined) files.push({ number, holder })
    }
    return files
  }

  async #numbers(ref: StateRef): Promise<number[]> {
    const start = `${ref.design}.lock-`
    const numbers = (await namesIn(join(this.#folder, ref.workspace)))
      .filter((name) => name.startsWith(start) && /^\d{1,15}$/.test(name.slice(start.length)))
      .map((name) => Number(name.slice(start.length)))
    return numbers.sort((a, b) => a - b)
  }

  async #read(path: string): Promise<LockHolder | undefined> {
    try {
      const [text, { mtimeMs }] = await Promise.all([readRegular(path), stat(path)])
      const record = lockRecordFromText(text.toString('utf8'))
      const silent = Math.abs(this.#clock.now() - mtimeMs) > record.expiryMs
      return { info: record.info, expired: silent || this.#isDead(record.info) }
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw error
    }
  }

  #isDead({ machine, pid }: LockInfo): boolean {
    return machine !== '' && machine === this.#process.machine && pid > 0 && !this.#process.isAlive(pid)
  }

  /** Half-written files of crashed processes: under the lock they are nobody's. */
  async #sweep(ref: StateRef): Promise<void> {
    const folder = join(this.#folder, ref.workspace)
    for (const name of await namesIn(folder)) {
      if (!name.endsWith(TEMPORARY)) continue
      if (name.startsWith(`.${ref.design}.json.`)) await rm(join(folder, name), { force: true })
      // Someone may be about to lock with one of these, so only old ones go.
      if (name.startsWith(`.${ref.design}.lock-`) && (await this.#isOld(join(folder, name)))) {
        await rm(join(folder, name), { force: true })
      }
    }
  }

  async #isOld(path: string): Promise<boolean> {
    const found = await stat(path).catch(() => undefined)
    return found !== undefined && Math.abs(this.#clock.now() - found.mtimeMs) > LEFTOVER_MS
  }

  #path(ref: StateRef, number: number | ''): string {
    return join(this.#folder, ref.workspace, `${ref.design}.lock-${number}`)
  }

  #run<Value>(ref: StateRef, run: () => Promise<StateResult<Value>>): Promise<StateResult<Value>> {
    return fileResult(`The lock of ${join(this.#folder, ref.workspace, ref.design)}`, run)
  }
}

interface LockFile {
  readonly number: number
  readonly holder: LockHolder
}

function sameLocks(a: readonly LockFile[], b: readonly LockFile[]): boolean {
  return (
    a.length === b.length &&
    a.every((file, index) => file.number === b[index]?.number && file.holder.info.id === b[index]?.holder.info.id)
  )
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}
