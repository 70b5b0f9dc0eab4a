import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { readStoreFile } from './read-store-file.ts'

const lockName = 'owner.lock'

/** The process that has a folder open. */
export interface Owner {
  readonly pid: number
  /** When the process began, where the platform tells: process numbers are used again. */
  readonly started: string | undefined
}

/** Either the folder is ours until `release`, or somebody else's. */
export type OwnerClaim =
  | { readonly kind: 'owned'; readonly release: () => void }
  | { readonly kind: 'taken'; readonly owner: Owner }

/**
 * State and start time (in the kernel's own count) of a process, as proc(5) describes /proc/PID/stat; undefined where there is no
 * /proc.
 */
function statOf(pid: number): { readonly state: string | undefined; readonly started: string | undefined } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], started: fields[19] }
  } catch {
    return undefined
  }
}

/** True while the process lives and is the one that was meant. */
export function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const stat = statOf(owner.pid)
  // A process that was killed but not yet collected by its parent answers signals, and does nothing any more.
  if (stat?.state === 'Z' || stat?.state === 'X') return false
  return owner.started === undefined || stat?.started === owner.started
}

/** This process, as others know it again. */
export function ownerOfThisProcess(): Owner {
  return { pid: process.pid, started: statOf(process.pid)?.started }
}

/** An owner as it was written; undefined where it is none: signals to 0 and below go to groups of processes. */
export function ownerOf(value: JsonValue | undefined): Owner | undefined {
  if (!isJsonObject(value)) return undefined
  const { pid, started } = value
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined
  return { pid, started: typeof started === 'string' ? started : undefined }
}

function readOwner(path: string): Owner | undefined {
  try {
    return ownerOf(JSON.parse(readStoreFile(path) ?? '') as JsonValue)
  } catch {
    return undefined
  }
}

/** Claims a folder for this process. A lock left by a process that is gone is taken over. */
export function claimFolder(directory: string): OwnerClaim {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, lockName)
  const self = ownerOfThisProcess()
  const mine = `${path}.${process.pid}.${process.hrtime.bigint()}`
  writeFileSync(mine, JSON.stringify(self), { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        // A link either appears whole or not at all, so nobody ever reads half a lock.
        linkSync(mine, path)
        return { kind: 'owned', release: () => rmSync(path, { force: true }) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const owner = readOwner(path)
      if (owner !== undefined && isAlive(owner)) return { kind: 'taken', owner }
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
        throw new Error(`${path} is no lock, but a folder: remove it`)
      rmSync(path, { force: true })
    }
    return { kind: 'taken', owner: readOwner(path) ?? { pid: 0, started: undefined } }
  } finally {
    rmSync(mine, { force: true })
  }
}
