import type { StateBackend } from '../backend.ts'
import { azureCredentials } from './azurerm/azure-credentials.ts'
import { BlobContainer, type BlobSettings } from './azurerm/blob-container.ts'
import { objectsBackend } from './objects/objects-backend.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'
import { ASKED_ONCE } from './remote/retry-policy.ts'

/** What the azurerm backend needs. */
export interface BlobBackendOptions extends RemoteOptions {
  readonly settings: BlobSettings
}

/** States and locks as blobs of a container of Azure Blob Storage. */
export function azurermBackend(options: BlobBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  // The identity endpoint is on this machine's own network, where no proxy is.
  const near = new HttpExchange({ ...options, environment: {}, retries: ASKED_ONCE })
  const { settings, clock, environment } = options
  const store = new BlobContainer(exchange, settings, azureCredentials({ exchange, near, clock, environment }), clock)
  const close = async () => {
    await Promise.all([exchange.close(), near.close()])
  }
  return objectsBackend({ ...options, kind: 'azurerm', store, close })
}
