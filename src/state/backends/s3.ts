import type { StateBackend } from '../backend.ts'
import type { StateResult } from '../state-result.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import type { AccessKey } from './remote/access-key.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'
import { S3Bucket, type S3Settings } from './s3/s3-bucket.ts'

/** What the s3 backend needs. */
export interface S3BackendOptions extends RemoteOptions {
  readonly settings: S3Settings
  /** Asked before each request: they may expire. */
  readonly credentials: () => Promise<StateResult<AccessKey>>
}

/** States and locks as objects of a bucket, changed by conditional writes alone. Journals stay on this machine. */
export function s3Backend(options: S3BackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  const store = new S3Bucket(exchange, options.settings, options.credentials, options.clock)
  return objectsBackend({ ...options, kind: 's3', store, close: () => exchange.close() })
}
