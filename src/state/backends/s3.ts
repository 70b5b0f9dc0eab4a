import type { StateBackend } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import type { StateResult } from '../state-result.ts'
import { LocalJournals } from './local/local-journals.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import { S3Bucket, type S3Settings } from './s3/s3-bucket.ts'
import { S3Locks } from './s3/s3-locks.ts'
import { S3Snapshots } from './s3/s3-snapshots.ts'
import type { S3Credentials } from './s3/sign-request.ts'

/** What the s3 backend needs. */
export interface S3BackendOptions {
  readonly settings: S3Settings
  /** Asked before each request: they may expire. */
  readonly credentials: () => Promise<StateResult<S3Credentials>>
  /** Where journals lie on this machine while an operation runs. */
  readonly journalDirectory: string
  readonly process: ProcessIdentity
  readonly clock: Clock
  readonly userAgent: string
  readonly environment: { readonly [name: string]: string | undefined }
  readonly retryWaitsMs?: readonly number[]
}

/** States and locks as objects of a bucket, changed by conditional writes alone. Journals stay on this machine. */
export function s3Backend(options: S3BackendOptions): StateBackend {
  const { settings, process, clock } = options
  const exchange = new HttpExchange(options)
  const bucket = new S3Bucket(exchange, settings, options.credentials, clock)
  const locks = new S3Locks(bucket, process)
  return {
    kind: 's3',
    location: bucket.describe(''),
    snapshots: new S3Snapshots(bucket, locks.holds.bind(locks)),
    journals: new LocalJournals(options.journalDirectory, false, () => true),
    locks,
    close: () => exchange.close(),
  }
}
