import type { StateBackend } from '../backend.ts'
import { GcsBucket, type GcsSettings } from './gcs/gcs-bucket.ts'
import { googleToken } from './gcs/google-token.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'
import { ASKED_ONCE } from './remote/retry-policy.ts'

/** What the gcs backend needs. */
export interface GcsBackendOptions extends RemoteOptions {
  readonly settings: GcsSettings
}

/** States and locks as objects of Google Cloud Storage. */
export function gcsBackend(options: GcsBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  // The metadata server is on this machine's own network, where no proxy is.
  const near = new HttpExchange({ ...options, environment: {}, retries: ASKED_ONCE })
  const { settings, clock, environment } = options
  const token = googleToken({ exchange, near, clock, environment, mayBeNobody: settings.endpoint !== undefined })
  const close = async () => {
    await Promise.all([exchange.close(), near.close()])
  }
  return objectsBackend({ ...options, kind: 'gcs', store: new GcsBucket(exchange, settings, token), close })
}
