import type { StateBackend } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import type { OnStep } from './atomic-write.ts'
import { LocalJournals } from './local-journals.ts'
import { LocalLocks } from './local-locks.ts'
import { LocalSnapshots } from './local-snapshots.ts'

/** Where the local backend keeps states, and what it needs to judge locks. */
export interface LocalBackendOptions {
  /** Such as `.meshform/state`. */
  readonly folder: string
  readonly process: ProcessIdentity
  readonly clock: Clock
  /** For crash tests. */
  readonly onStep?: OnStep
}

/** States, journals and locks as files in one folder, for the owner only. */
export function openLocalBackend(options: LocalBackendOptions): StateBackend {
  const { folder, process, clock, onStep = () => {} } = options
  const locks = new LocalLocks(folder, process, clock)
  const holdsLock = locks.holds.bind(locks)
  return {
    kind: 'local',
    location: folder,
    snapshots: new LocalSnapshots(folder, holdsLock, onStep),
    journals: new LocalJournals(folder, true, holdsLock, onStep),
    locks,
    close: async () => {},
  }
}
