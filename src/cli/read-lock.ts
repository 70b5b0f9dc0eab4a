import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EMPTY_LOCK, LOCK_FILE, type LockFile, type LockReading, parseLock } from '../lock/lock-file.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { whyUnreadable } from './why-unreadable.ts'

/** The lock file in a folder, empty where there is none; or why nothing may be taken on its word. */
export async function readLock(
  folder: string,
): Promise<{ readonly ok: true; readonly lock: LockFile } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  const path = join(folder, LOCK_FILE)
  const found = await textOf(path)
  if (typeof found === 'object') return { ok: false, diagnostic: found }
  const text = found
  const reading: LockReading = text === undefined ? { ok: true, lock: EMPTY_LOCK } : parseLock(text)
  if (reading.ok) return reading
  const { damaged } = reading
  const summary = damaged === 'file' ? `${path} is not a lock file` : `The ${damaged} in ${path} are not as they were written`
  const detail = 'A damaged lock would let anything through.'
  const command = {
    file: '`meshform filter lock` and `meshform pattern lock`',
    filters: '`meshform filter lock`',
    patterns: '`meshform pattern lock`',
  }
  const hint = `Take the file from version control, or delete it and run ${command[damaged]}.`
  return { ok: false, diagnostic: { severity: 'error', code: 'MF9017', summary, detail, hint } }
}

/** The text of a file, undefined where there is none; or why it is not to be had. */
async function textOf(path: string): Promise<string | undefined | Diagnostic> {
  try {
    if (!(await stat(path)).isFile()) throw new Error('It is no file, but a folder, a pipe or a device.')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    return {
      severity: 'error',
      code: 'MF9017',
      summary: `${path} can not be read`,
      detail: `${whyUnreadable(error)} Without what is locked, anything would be let through.`,
      hint: 'Make it readable, or take it from version control.',
    }
  }
}
