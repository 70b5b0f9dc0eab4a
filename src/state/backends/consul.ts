import type { StateBackend } from '../backend.ts'
import type { StateResult } from '../state-result.ts'
import { ConsulKv, type ConsulSettings } from './consul/consul-kv.ts'
import { ConsulLocks } from './consul/consul-locks.ts'
import { ConsulSnapshots } from './consul/consul-snapshots.ts'
import { LocalJournals } from './local/local-journals.ts'
import { HttpExchange, type HttpTls } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'

/** What the consul backend needs. */
export interface ConsulBackendOptions extends RemoteOptions {
  readonly settings: ConsulSettings
  /** Asked before each request; undefined for a server without access control. */
  readonly token: () => Promise<StateResult<string | undefined>>
  readonly tls?: HttpTls
}

/** States as keys of Consul, locks as keys that sessions hold. Journals stay on this machine. */
export function consulBackend(options: ConsulBackendOptions): StateBackend {
  const exchange = new HttpExchange(options)
  const kv = new ConsulKv(exchange, options.settings, options.token)
  const locks = new ConsulLocks(kv, options.process)
  return {
    kind: 'consul',
    location: kv.describe(''),
    snapshots: new ConsulSnapshots(kv, locks),
    journals: new LocalJournals(options.journalDirectory, false, () => true),
    locks,
    close: () => exchange.close(),
  }
}
