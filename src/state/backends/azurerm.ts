import type { StateBackend } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { ProcessIdentity } from '../process-identity.ts'
import { azureCredentials } from './azurerm/azure-credentials.ts'
import { BlobContainer, type BlobSettings } from './azurerm/blob-container.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import { HttpExchange } from './remote/http-exchange.ts'

/** What the azurerm backend needs. */
export interface BlobBackendOptions {
  readonly settings: BlobSettings
  /** Where journals lie on this machine while an operation runs. */
  readonly journalDirectory: string
  readonly process: ProcessIdentity
  readonly clock: Clock
  readonly userAgent: string
  /** Credentials and proxies come from it. */
  readonly environment: { readonly [name: string]: string | undefined }
  readonly retryWaitsMs?: readonly number[]
}

/** States and locks as blobs of a container of Azure Blob Storage. */
export function azurermBackend(options: BlobBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  // The identity endpoint is on this machine's own network, where no proxy is.
  const near = new HttpExchange({ ...options, environment: {}, retryWaitsMs: [] })
  const { settings, clock, environment } = options
  const store = new BlobContainer(exchange, settings, azureCredentials({ exchange, near, clock, environment }), clock)
  const close = async () => {
    await Promise.all([exchange.close(), near.close()])
  }
  return objectsBackend({ ...options, kind: 'azurerm', store, close })
}
