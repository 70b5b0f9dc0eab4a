import type { StateBackend } from '../backend.ts'
import { cosCredentials } from './cos/cos-credentials.ts'
import { signCos } from './cos/sign-cos.ts'
import { type BucketSettings, CreateOnlyBucket } from './create-only/create-only-bucket.ts'
import { NumberedObjects } from './create-only/numbered-objects.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'

/** What the cos backend needs. */
export interface CosBackendOptions extends RemoteOptions {
  readonly settings: BucketSettings
}

/** States and locks as numbered objects of a bucket of Tencent's COS, which are created and never overwritten. */
export function cosBackend(options: CosBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  const dialect = { scheme: 'cos', prefix: 'x-cos-', sign: signCos }
  const { settings, clock, environment } = options
  const bucket = new CreateOnlyBucket(exchange, dialect, settings, () => cosCredentials(environment), clock)
  return objectsBackend({ ...options, kind: 'cos', store: new NumberedObjects(bucket), close: () => exchange.close() })
}
