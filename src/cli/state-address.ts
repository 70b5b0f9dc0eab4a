import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { StateSettings } from '../design/schema/design.ts'
import { parseDuration } from '../plan/duration.ts'
import type { HttpSettingsInput } from '../state/backends/http/http-settings.ts'
import type { PgSettings } from '../state/backends/pg/pg-connection.ts'
import { ok, refused, type StateResult } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'
import { designFolder } from './design-folder.ts'
import { PROJECT_FOLDER, stateDirectory } from './local-project.ts'
import {
  azurermPlace,
  consulPlace,
  cosPlace,
  gcsPlace,
  ocistorePlace,
  ossPlace,
  type StorePlace,
  s3Place,
} from './store-address.ts'

/** A state's address, read: which backend, and its settings. */
export type StatePlace =
  | { readonly kind: 'local'; readonly directory: string }
  | { readonly kind: 'http'; readonly settings: HttpSettingsInput & { readonly address: string } }
  | { readonly kind: 'pg'; readonly settings: PgSettings; readonly authorityFile: string | undefined }
  | {
      readonly kind: 'kubernetes'
      readonly context: string
      readonly namespace: string
      readonly kubeconfig: string | undefined
    }
  | StorePlace

/** What names the place of a state. */
export interface StatePlaceRequest {
  /** `--state` or MESHFORM_STATE. */
  readonly address: string | undefined
  /** `state` of the design, and the folder or file it was read from. */
  readonly settings: StateSettings | undefined
  readonly directory: string
  /** `--context`, which has a state of its own when nothing else is said. */
  readonly context: string | undefined
}

/** Where the state is: as the option says, else as the design says, else in the project's folder. */
export function statePlace(io: CommandIo, request: StatePlaceRequest): StateResult<StatePlace> {
  const { address, settings } = request
  const text = address ?? settings?.address
  if (text === undefined) return ok({ kind: 'local', directory: stateDirectory(io, request.context) })
  // What a design names is beside the design, what the command line names in the current folder.
  const base = address === undefined ? designFolder(io, request.directory) : io.cwd
  const scheme = /^([a-z][a-z0-9+]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return ok({ kind: 'local', directory: resolve(base, text) })
    case 'http':
    case 'https':
      return httpPlace(io, text, address === undefined ? settings?.http : undefined)
    case 'postgres':
    case 'postgresql':
      return pgPlace(text, base)
    case 'kubernetes':
      return kubernetesPlace(text, base)
    case 's3':
      return s3Place(io.env, text)
    case 'gcs':
    case 'gs':
      return gcsPlace(io.env, text)
    case 'azurerm':
      return azurermPlace(io.env, text)
    case 'consul':
      return consulPlace(io.env, text)
    case 'oss':
      return ossPlace(io.env, text)
    case 'cos':
      return cosPlace(io.env, text)
    case 'ocistore':
      return ocistorePlace(text)
    case 'oci':
      return invalid(
        "oci:// is a registry, which keeps patterns and filters but no states. A state in Oracle's Object Storage is ocistore://NAMESPACE/BUCKET/PREFIX.",
      )
    default:
      return invalid(
        `${JSON.stringify(text.slice(0, 80))} is no place for a state: use a folder, https://, postgres://, kubernetes://CONTEXT/NAMESPACE, s3://BUCKET/PREFIX, gcs://BUCKET/PREFIX, azurerm://ACCOUNT/CONTAINER/PREFIX, oss://BUCKET/PREFIX, cos://BUCKET-APPID/PREFIX, ocistore://NAMESPACE/BUCKET/PREFIX or consul://HOST:PORT/PREFIX.`,
      )
  }
}

/** Where journals of a state that is kept elsewhere lie while an operation runs. */
export function journalDirectory(io: CommandIo, location: string): string {
  const digest = createHash('sha256').update(location).digest('hex').slice(0, 16)
  return join(io.cwd, PROJECT_FOLDER, 'journals', digest)
}

function httpPlace(io: CommandIo, address: string, http: StateSettings['http']): StateResult<StatePlace> {
  const from = (name: string) => io.env[`MESHFORM_HTTP_${name}`] ?? io.env[`TF_HTTP_${name}`]
  const expiry = io.env.MESHFORM_HTTP_LOCK_EXPIRY ?? http?.lockExpiry
  const lockExpiryMs = expiry === undefined ? undefined : parseDuration(expiry)
  if (expiry !== undefined && lockExpiryMs === undefined) {
    return invalid(`The lock's expiry is a length of time such as 30m, not ${JSON.stringify(expiry.slice(0, 40))}.`)
  }
  return ok({
    kind: 'http',
    settings: {
      address,
      lockAddress: http?.lockAddress ?? from('LOCK_ADDRESS'),
      unlockAddress: http?.unlockAddress ?? from('UNLOCK_ADDRESS'),
      updateMethod: http?.updateMethod ?? from('UPDATE_METHOD'),
      lockMethod: http?.lockMethod ?? from('LOCK_METHOD'),
      unlockMethod: http?.unlockMethod ?? from('UNLOCK_METHOD'),
      lockExpiryMs,
    },
  })
}

function pgPlace(address: string, base: string): StateResult<StatePlace> {
  if (!URL.canParse(address)) return invalid('The postgres:// address can not be read.')
  const url = new URL(address)
  const schema = url.searchParams.get('schema') ?? 'meshform'
  const authority = url.searchParams.get('sslrootcert')
  return schema === '' || schema.length > 63
    ? invalid('The schema of a postgres:// address has 1 to 63 characters.')
    : ok({
        kind: 'pg',
        settings: { address, schema },
        authorityFile: authority === null ? undefined : resolve(base, authority),
      })
}

function kubernetesPlace(address: string, base: string): StateResult<StatePlace> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const [, first = '', ...more] = url?.pathname.split('/') ?? []
  const context = url?.searchParams.get('context') ?? decodeURIComponent(url?.host ?? '')
  if (url === undefined || context === '' || more.length > 0 || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(first)) {
    return invalid(
      'A state in a cluster is kubernetes://CONTEXT/NAMESPACE, with CONTEXT of the kubeconfig; one with other signs: kubernetes:///NAMESPACE?context=CONTEXT.',
    )
  }
  const kubeconfig = url.searchParams.get('kubeconfig')
  return ok({
    kind: 'kubernetes',
    context,
    namespace: first,
    kubeconfig: kubeconfig === null ? undefined : resolve(base, kubeconfig),
  })
}

function invalid(message: string): StateResult<never> {
  return refused({ kind: 'invalid-configuration', message })
}
