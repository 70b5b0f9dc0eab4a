import { readFile } from 'node:fs/promises'
import type { Design } from '../design/design.ts'
import type { StateBackend } from '../state/backend.ts'
import type { HttpCredentials } from '../state/backends/http.ts'
import type { RemoteOptions } from '../state/backends/remote/remote-options.ts'
import { systemClock } from '../state/clock.ts'
import { currentProcess, type ProcessIdentity } from '../state/process-identity.ts'
import type { StateCipher } from '../state/sealed-text.ts'
import { ok, refused, type StateResult } from '../state/state-result.ts'
import type { CommandIo } from './command-io.ts'
import type { RunOptions } from './design-options.ts'
import { journalDirectory, type StatePlace, statePlace } from './state-address.ts'
import { stateCipher } from './state-keys.ts'
import { VERSION } from './version.ts'

/** A backend ready to use, and what its states are encrypted with. */
export interface OpenedBackend {
  readonly backend: StateBackend
  readonly cipher: StateCipher | undefined
}

/** How a backend is opened. */
export interface OpenWays {
  /** As for `stateCipher`. */
  readonly acceptsPlain?: boolean
  /** Told why nothing goes on, now and then while the server is waited for. */
  readonly onWaiting?: (reason: string) => void
}

/** Opens the backend that the options or the design name. Talks to nobody yet. Only the one that is used is loaded. */
export async function openBackend(
  io: CommandIo,
  options: Pick<RunOptions, 'state' | 'context'>,
  design: Pick<Design, 'state' | 'directory'>,
  { acceptsPlain = false, onWaiting = () => {} }: OpenWays = {},
): Promise<StateResult<OpenedBackend>> {
  const place = statePlace(io, {
    address: options.state,
    settings: design.state,
    directory: design.directory,
    context: options.context,
  })
  if (!place.ok) return place
  const cipher = stateCipher(io, acceptsPlain)
  if (!cipher.ok) return cipher
  if (design.state?.encrypted === true && cipher.value === undefined) {
    return refused({
      kind: 'invalid-configuration',
      message: 'The design says that its state is encrypted: set MESHFORM_STATE_KEY or MESHFORM_STATE_PASSPHRASE.',
    })
  }
  const backend = await openPlace(io, place.value, await currentProcess(), onWaiting)
  return backend.ok ? ok({ backend: backend.value, cipher: cipher.value }) : backend
}

async function openPlace(
  io: CommandIo,
  place: StatePlace,
  process: ProcessIdentity,
  onWaiting: (reason: string) => void,
): Promise<StateResult<StateBackend>> {
  const common = { process, clock: systemClock, onWaiting }
  const userAgent = `meshform/${VERSION}`
  switch (place.kind) {
    case 'local': {
      const { localBackend } = await import('../state/backends/local.ts')
      return ok(localBackend({ directory: place.directory, process, clock: systemClock }))
    }
    case 'http': {
      const [{ httpBackend }, { httpSettings }] = await Promise.all([
        import('../state/backends/http.ts'),
        import('../state/backends/http/http-settings.ts'),
      ])
      const settings = httpSettings(place.settings)
      if (!settings.ok) return settings
      const journals = journalDirectory(io, settings.value.address)
      const rest = { credentials: httpCredentials(io), journalDirectory: journals, userAgent, environment: io.env }
      return ok(httpBackend({ settings: settings.value, ...common, ...rest }))
    }
    case 'pg': {
      const { pgBackend } = await import('../state/backends/pg.ts')
      const authority = await pgAuthority(place.authorityFile)
      if (!authority.ok) return authority
      const settings = authority.value === undefined ? place.settings : { ...place.settings, authority: authority.value }
      return ok(pgBackend({ settings, process, applicationName: userAgent, onWaiting }))
    }
    case 'kubernetes':
      return openKubernetes(io, place, process, onWaiting)
    case 'gcs': {
      const { gcsBackend } = await import('../state/backends/gcs.ts')
      return ok(gcsBackend({ settings: place.settings, ...common, ...remote(io, 'gcs', place.settings) }))
    }
    case 'azurerm': {
      const { azurermBackend } = await import('../state/backends/azurerm.ts')
      const journals = remote(io, 'azurerm', { ...place.settings, bucket: place.settings.container })
      return ok(azurermBackend({ settings: place.settings, ...common, ...journals }))
    }
    case 'consul': {
      const [{ consulBackend }, { consulAccess }] = await Promise.all([
        import('../state/backends/consul.ts'),
        import('../state/backends/consul/consul-access.ts'),
      ])
      const { address, prefix } = place.settings
      const access = await consulAccess(io.env)
      if (!access.ok) return access
      const journals = journalDirectory(io, `consul ${address} ${prefix}`)
      const rest = { ...access.value, journalDirectory: journals, userAgent, environment: io.env }
      return ok(consulBackend({ settings: place.settings, ...common, ...rest }))
    }
    case 'oss': {
      const { ossBackend } = await import('../state/backends/oss.ts')
      return ok(ossBackend({ settings: place.settings, ...common, ...remote(io, 'oss', place.settings) }))
    }
    case 'cos': {
      const { cosBackend } = await import('../state/backends/cos.ts')
      return ok(cosBackend({ settings: place.settings, ...common, ...remote(io, 'cos', place.settings) }))
    }
    case 'ocistore': {
      const { ocistoreBackend } = await import('../state/backends/ocistore.ts')
      const { namespace, bucket, ...rest } = place.settings
      const journals = remote(io, 'ocistore', { ...rest, bucket: `${namespace}/${bucket}` })
      return ok(ocistoreBackend({ settings: place.settings, ...common, ...journals }))
    }
    case 's3': {
      const [{ s3Backend }, { s3Credentials }] = await Promise.all([
        import('../state/backends/s3.ts'),
        import('../state/backends/s3/s3-credentials.ts'),
      ])
      const rest = { credentials: () => s3Credentials(io.env), ...remote(io, 's3', place.settings) }
      return ok(s3Backend({ settings: place.settings, ...common, ...rest }))
    }
  }
}

/** What backends on stores of objects need of the command line. */
function remote(
  io: CommandIo,
  kind: string,
  { endpoint, bucket, prefix }: { readonly endpoint: string | undefined; readonly bucket: string; readonly prefix: string },
): Pick<RemoteOptions, 'journalDirectory' | 'userAgent' | 'environment'> {
  const journals = journalDirectory(io, `${kind} ${endpoint ?? ''} ${bucket}/${prefix}`)
  return { journalDirectory: journals, userAgent: `meshform/${VERSION}`, environment: io.env }
}

/** The authority's certificate that the address names. */
async function pgAuthority(file: string | undefined): Promise<StateResult<string | undefined>> {
  if (file === undefined) return ok(undefined)
  try {
    return ok(await readFile(file, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return refused({ kind: 'invalid-configuration', message: `The certificate of sslrootcert can not be read: ${why}.` })
  }
}

async function openKubernetes(
  io: CommandIo,
  { context, namespace, kubeconfig }: Extract<StatePlace, { readonly kind: 'kubernetes' }>,
  process: ProcessIdentity,
  onWaiting: (reason: string) => void,
): Promise<StateResult<StateBackend>> {
  const [{ openKubernetesTransport }, { stateApi }, { kubernetesBackend }, { StatePatience }] = await Promise.all([
    import('../targets/kubernetes/open.ts'),
    import('../targets/kubernetes/state-api.ts'),
    import('../state/backends/kubernetes.ts'),
    import('../state/backends/remote/retry-policy.ts'),
  ])
  const opened = await openKubernetesTransport({
    kubeconfigPath: kubeconfig,
    context,
    userAgent: `meshform/${VERSION}`,
    environment: io.env,
    concurrency: 4,
  })
  if (!opened.ok) return refused({ kind: 'invalid-configuration', message: `${opened.error.message}.` })
  const { transport } = opened.value
  return ok(
    kubernetesBackend({
      api: stateApi(transport, systemClock, new StatePatience(systemClock, undefined, onWaiting)),
      namespace,
      journalDirectory: journalDirectory(io, `kubernetes ${transport.server} ${namespace}`),
      process,
      clock: systemClock,
    }),
  )
}

/** MESHFORM_HTTP_TOKEN, or a name and password; Terraform's names for the latter work too. */
function httpCredentials(io: CommandIo): HttpCredentials {
  const token = io.env.MESHFORM_HTTP_TOKEN
  if (token !== undefined && token !== '') return { kind: 'bearer', token }
  const username = io.env.MESHFORM_HTTP_USERNAME ?? io.env.TF_HTTP_USERNAME
  const password = io.env.MESHFORM_HTTP_PASSWORD ?? io.env.TF_HTTP_PASSWORD
  return username === undefined ? { kind: 'none' } : { kind: 'basic', username, password: password ?? '' }
}
