import type { StateBackend } from '../backend.ts'
import { systemClock } from '../clock.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import { PgConnection, type PgSettings } from './pg/pg-connection.ts'
import { PgJournals } from './pg/pg-journals.ts'
import { PgLocks } from './pg/pg-locks.ts'
import { PgSnapshots } from './pg/pg-snapshots.ts'
import { StatePatience, type StateRetryPolicy } from './remote/retry-policy.ts'

/** What the pg backend needs. */
export interface PgBackendOptions {
  readonly settings: PgSettings
  readonly process: ProcessIdentity
  /** As the server lists it. */
  readonly applicationName: string
  readonly retries?: StateRetryPolicy
  /** Told why nothing goes on, now and then while that is so. */
  readonly onWaiting?: (reason: string) => void
}

/** States, locks and journals in a PostgreSQL database. Nothing is kept on this machine. */
export function pgBackend({ settings, process, applicationName, retries, onWaiting }: PgBackendOptions): StateBackend {
  const connection = new PgConnection(settings, applicationName, new StatePatience(systemClock, retries, onWaiting))
  return {
    kind: 'pg',
    location: connection.location,
    snapshots: new PgSnapshots(connection),
    journals: new PgJournals(connection),
    locks: new PgLocks(connection, process),
    close: () => connection.close(),
  }
}
