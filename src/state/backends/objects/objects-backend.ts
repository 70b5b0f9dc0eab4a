import type { BackendKind, StateBackend } from '../../backend.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import { LocalJournals } from '../local/local-journals.ts'
import { ObjectLocks } from './object-locks.ts'
import { ObjectSnapshots } from './object-snapshots.ts'
import type { ObjectStore } from './object-store.ts'

/** What a backend on a store of objects needs. */
export interface ObjectsBackendOptions {
  readonly kind: BackendKind
  readonly store: ObjectStore
  /** Where journals lie on this machine while an operation runs. */
  readonly journalDirectory: string
  readonly process: ProcessIdentity
  readonly close: () => Promise<void>
}

/** States and locks as objects of a store, changed by conditional writes alone. Journals stay on this machine. */
export function objectsBackend({ kind, store, journalDirectory, process, close }: ObjectsBackendOptions): StateBackend {
  const locks = new ObjectLocks(store, process)
  return {
    kind,
    location: store.describe(''),
    snapshots: new ObjectSnapshots(store, locks.holds.bind(locks)),
    journals: new LocalJournals(journalDirectory, false, () => true),
    locks,
    close,
  }
}
