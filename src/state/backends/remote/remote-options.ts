import type { Clock } from '../../clock.ts'
import type { ProcessIdentity } from '../../process-identity.ts'
import type { StateRetryPolicy } from './retry-policy.ts'

/** What every backend on another machine needs beside its own settings. */
export interface RemoteOptions {
  /** Where journals lie on this machine while an operation runs. */
  readonly journalDirectory: string
  readonly process: ProcessIdentity
  readonly clock: Clock
  readonly userAgent: string
  /** Proxies come from it, and credentials where a store keeps them there. */
  readonly environment: { readonly [name: string]: string | undefined }
  readonly retries?: StateRetryPolicy
  /** Told why nothing goes on, now and then while that is so. */
  readonly onWaiting?: (reason: string) => void
}
