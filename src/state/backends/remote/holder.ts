import type { LockHolder, LockInfo } from '../../lock-info.ts'
import type { LockRecord } from '../../lock-record.ts'
import type { ProcessIdentity } from '../../process-identity.ts'

/** A stored lock as its next taker sees it: expired when it was silent for too long, or its process died on this machine. */
export function holderOf(record: LockRecord, silentMs: number, process: ProcessIdentity): LockHolder {
  return { info: record.info, expired: silentMs > record.expiryMs || isDead(record.info, process) }
}

function isDead({ machine, pid }: LockInfo, process: ProcessIdentity): boolean {
  return machine !== '' && machine === process.machine && pid > 0 && !process.isAlive(pid)
}
