import type { StateBackend } from '../backend.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import { OracleBucket, type OracleSettings } from './ocistore/oracle-bucket.ts'
import { oracleCredentials } from './ocistore/oracle-credentials.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'

/** What the ocistore backend needs. */
export interface OracleBackendOptions extends RemoteOptions {
  readonly settings: OracleSettings
}

/** States and locks as objects of Oracle's Object Storage. Not called `oci`: that is what registries of artifacts are. */
export function ocistoreBackend(options: OracleBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  const { settings, clock, environment } = options
  const store = new OracleBucket(exchange, settings, () => oracleCredentials(environment), clock)
  return objectsBackend({ ...options, kind: 'ocistore', store, close: () => exchange.close() })
}
