import type { LockInfo } from '../../lock-info.ts'
import type { LockRecord } from '../../lock-record.ts'

/**
 * Ids of locks on http servers: `UUID.OPERATION.MACHINE.PID.SECONDS`. Servers keep the id of a lock and little else that was sent with
 * it (GitLab answers with its id, user and time, and the rest out of the request that was refused), so what the next one has to know
 * is in the id. GitLab takes ids of 255 characters.
 */
export function lockIdOf(info: LockInfo, expiryMs: number): string {
  const operation = info.operation.replace(/[^a-z]+/g, '-').slice(0, 40)
  return [info.id, operation, info.machine, info.pid, Math.max(1, Math.ceil(expiryMs / 1000))].join('.')
}

const ID = /^[0-9a-f-]{36}\.([a-z-]{1,40})\.([0-9a-f]{0,32})\.(\d{1,10})\.(\d{1,9})$/

/** The record with what its id says; undefined for the id of somebody else's lock. */
export function withLockId(record: LockRecord): LockRecord | undefined {
  const match = ID.exec(record.info.id)
  if (match === null) return undefined
  const [, operation = '', machine = '', pid, seconds] = match
  return {
    info: { ...record.info, operation: operation.replaceAll('-', ' '), machine, pid: Number(pid) },
    expiryMs: Number(seconds) * 1000,
  }
}
