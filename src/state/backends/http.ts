import type { StateBackend } from '../backend.ts'
import { HttpLocks } from './http/http-locks.ts'
import type { HttpSettings } from './http/http-settings.ts'
import { HttpSnapshots } from './http/http-snapshots.ts'
import { LockNotes } from './http/lock-notes.ts'
import { LocalJournals } from './local/local-journals.ts'
import { HttpExchange } from './remote/http-exchange.ts'
import type { RemoteOptions } from './remote/remote-options.ts'

/** Credentials of an HTTP server; from the environment, never from a design. */
export type HttpCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** What the http backend needs. */
export interface HttpBackendOptions extends RemoteOptions {
  readonly settings: HttpSettings
  readonly credentials: HttpCredentials
}

/** States on a server that speaks Terraform's HTTP protocol, such as GitLab's. Journals stay on this machine. */
export function httpBackend(options: HttpBackendOptions): StateBackend {
  const { settings, process, clock } = options
  const exchange = new HttpExchange(options)
  const headers = authorization(options.credentials)
  const locks = new HttpLocks(exchange, settings, headers, process, clock, new LockNotes(options.journalDirectory, process))
  return {
    kind: 'http',
    location: settings.address,
    snapshots: new HttpSnapshots(exchange, settings, headers, locks),
    journals: new LocalJournals(options.journalDirectory, false, () => true),
    locks,
    close: () => exchange.close(),
  }
}

function authorization(credentials: HttpCredentials): { readonly [name: string]: string } {
  switch (credentials.kind) {
    case 'none':
      return {}
    case 'basic': {
      const { username, password } = credentials
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
    }
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` }
  }
}
