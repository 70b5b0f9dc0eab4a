import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A place where a process can be made to die in a test: named after what has just been done. */
export type FileStep =
  | 'snapshot-begun'
  | 'snapshot-written'
  | 'snapshot-renamed'
  | 'snapshot-durable'
  | 'journal-begun'
  | 'journal-written'
  | 'journal-durable'
  | 'journal-removed'

/** Called after each step. */
export type OnStep = (step: FileStep) => void

/** Only the owner reads state: it names everything that is deployed. */
export const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** Ends the names of files that are being written. */
export const TEMPORARY = '.tmp'

/** Makes a folder and its parents, for the owner only. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER_MODE })
}

/**
 * Replaces a file whole or not at all, durably: written beside it, fsynced, renamed over it, and the folder fsynced. Where it is a
 * link, the file that it leads to is replaced. Throws what the file system throws.
 */
export async function writeAtomically(file: string, bytes: Uint8Array, onStep: OnStep): Promise<void> {
  const path = (await isLink(file)) ? await realpath(file) : file
  const folder = dirname(path)
  await makeFolder(folder)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}${TEMPORARY}`)
  onStep('snapshot-begun')
  try {
    const file = await open(temporary, 'wx', FILE_MODE)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    onStep('snapshot-written')
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  onStep('snapshot-renamed')
  await syncFolder(folder)
  onStep('snapshot-durable')
}

/** True for a symbolic link, whatever it leads to. */
export async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** Makes a folder's entries durable: a new, renamed or deleted file is one. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    // Some file systems (and Windows) cannot sync a folder; their renames are durable in their own time.
    if (!isCode(error, 'EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP')) throw error
  } finally {
    await folder.close()
  }
}

/** True for a file-system error with one of the codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
