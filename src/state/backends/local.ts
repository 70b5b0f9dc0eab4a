import type { StateBackend } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import type { OnStep } from './local/atomic-write.ts'
import { LocalJournals } from './local/local-journals.ts'
import { LocalLocks } from './local/local-locks.ts'
import { LocalSnapshots } from './local/local-snapshots.ts'

/** Where the local backend keeps states, and what it needs to judge locks. */
export interface LocalBackendOptions {
  /** Such as `.meshform/state`; made when it is first written to. */
  readonly directory: string
  readonly process: ProcessIdentity
  readonly clock: Clock
  /** For crash tests. */
  readonly onStep?: OnStep
}

/** States, journals and locks as files in one folder, for the owner only. */
export function localBackend(options: LocalBackendOptions): StateBackend {
  const { directory, process, clock, onStep = () => {} } = options
  const locks = new LocalLocks(directory, process, clock)
  const holdsLock = locks.holds.bind(locks)
  return {
    kind: 'local',
    location: directory,
    snapshots: new LocalSnapshots(directory, holdsLock, onStep),
    journals: new LocalJournals(directory, true, holdsLock, onStep),
    locks,
    close: async () => {},
  }
}
