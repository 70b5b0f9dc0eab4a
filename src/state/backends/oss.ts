import type { StateBackend } from '../backend.ts'
import { type BucketSettings, CreateOnlyBucket } from './create-only/create-only-bucket.ts'
import { NumberedObjects } from './create-only/numbered-objects.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import { ossCredentials } from './oss/oss-credentials.ts'
import { signOss } from './oss/sign-oss.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'

/** What the oss backend needs. */
export interface OssBackendOptions extends RemoteOptions {
  readonly settings: BucketSettings
}

/** States and locks as numbered objects of a bucket of Alibaba's OSS, which are created and never overwritten. */
export function ossBackend(options: OssBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  const dialect = { scheme: 'oss', prefix: 'x-oss-', sign: signOss }
  const { settings, clock, environment } = options
  const bucket = new CreateOnlyBucket(exchange, dialect, settings, () => ossCredentials(environment), clock)
  return objectsBackend({ ...options, kind: 'oss', store: new NumberedObjects(bucket), close: () => exchange.close() })
}
