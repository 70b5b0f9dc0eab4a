import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EMPTY_LOCK, LOCK_FILE, type LockFile, type LockReading, parseLock } from '../lock/lock-file.ts'
import type { Diagnostic } from '../plan/diagnostic.ts'

/** The lock file in a folder, empty where there is none; or why nothing may be taken on its word. */
export async function readLock(
  folder: string,
): Promise<{ readonly ok: true; readonly lock: LockFile } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  const path = join(folder, LOCK_FILE)
  const text = await readFile(path, 'utf8').catch(() => undefined)
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
