import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'

/** The process that asks for a lock. */
export interface ProcessIdentity {
  /** `user@host`. */
  readonly who: string
  readonly pid: number
  /** See LockInfo.machine. */
  readonly machine: string
  /** Whether a process of this machine lives. */
  isAlive(pid: number): boolean
}

/**
 * This process. Two containers may share a host name and a volume but not their pids, so the machine is named by host,
 * boot id and pid namespace (Linux); elsewhere by host alone.
 */
export async function currentProcess(): Promise<ProcessIdentity> {
  const parts = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ])
  const host = hostname()
  return {
    who: `${userName()}@${host}`,
    pid: process.pid,
    machine: createHash('sha256')
      .update([host, ...parts].join('\n'))
      .digest('hex')
      .slice(0, 16),
    isAlive,
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user id without a passwd entry has no name.
    return 'unknown'
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isCollectable(pid)
  } catch (error) {
    // EPERM: it lives, but belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** True for a process that was killed but not yet collected by its parent: it answers signals, and does nothing any more. */
function isCollectable(pid: number): boolean {
  try {
    // proc(5): the state follows the name, which stands in parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
