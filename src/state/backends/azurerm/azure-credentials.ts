import { readFile } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import { ok, type StateResult } from '../../state-result.ts'
import { type AccessToken, askForToken, keptToken, tokenFrom, unauthorized } from '../remote/access-token.ts'
import type { HttpExchange } from '../remote/http-exchange.ts'
import type { BlobCredentials } from './blob-container.ts'

type Environment = { readonly [name: string]: string | undefined }

/** What signing in to Azure needs. */
export interface AzureSignIn {
  readonly exchange: HttpExchange
  /** For the identity endpoint of the machine: no proxies, no second tries. */
  readonly near: HttpExchange
  readonly clock: Clock
  readonly environment: Environment
}

const RESOURCE = 'https://storage.azure.com/'
const AUTHORITY = 'https://login.microsoftonline.com'
/** How long the identity endpoint may take, in milliseconds: elsewhere than on Azure there is none. */
const IDENTITY_TIMEOUT_MS = 3_000

/**
 * As Azure's tools and Terraform's backend find them: ARM_ACCESS_KEY or AZURE_STORAGE_KEY, ARM_SAS_TOKEN or AZURE_STORAGE_SAS_TOKEN, a
 * token in AZURE_STORAGE_ACCESS_TOKEN, an application (client id and tenant, with a secret or a federated token), the managed identity.
 */
export function azureCredentials(signIn: AzureSignIn): (signal: AbortSignal) => Promise<StateResult<BlobCredentials>> {
  const { environment, clock } = signIn
  const kept = keptToken(clock, (signal) => signedIn(signIn, signal))
  return async (signal) => {
    const key = first(environment, 'ARM_ACCESS_KEY', 'AZURE_STORAGE_KEY')
    if (key !== undefined) {
      const bytes = Buffer.from(key, 'base64')
      if (bytes.length >= 32) return ok({ kind: 'shared-key', key: bytes })
      return unauthorized('The key of the storage account (ARM_ACCESS_KEY, AZURE_STORAGE_KEY) is not base64 of 32 bytes or more.')
    }
    const query = first(environment, 'ARM_SAS_TOKEN', 'AZURE_STORAGE_SAS_TOKEN')
    if (query !== undefined) return ok({ kind: 'sas', query: query.replace(/^\?/, '') })
    const token = await kept(signal)
    return token.ok ? ok({ kind: 'bearer', token: token.value }) : token
  }
}

async function signedIn(signIn: AzureSignIn, signal: AbortSignal): Promise<StateResult<AccessToken>> {
  const { exchange, clock, environment } = signIn
  const given = first(environment, 'AZURE_STORAGE_ACCESS_TOKEN')
  if (given !== undefined) return ok({ token: given, expiresAt: Number.POSITIVE_INFINITY })
  const client = first(environment, 'ARM_CLIENT_ID', 'AZURE_CLIENT_ID')
  const tenant = first(environment, 'ARM_TENANT_ID', 'AZURE_TENANT_ID')
  if (client === undefined || tenant === undefined) return identityToken(signIn, client, signal)
  const proof = await clientProof(environment)
  if (!proof.ok) return proof
  if (proof.value === undefined) return identityToken(signIn, client, signal)
  const authority = (first(environment, 'AZURE_AUTHORITY_HOST') ?? AUTHORITY).replace(/\/+$/, '')
  const form = { grant_type: 'client_credentials', client_id: client, scope: `${RESOURCE}.default`, ...proof.value }
  return askForToken(exchange, clock, `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, form, signal)
}

/** What an application shows of itself: its secret, or a token that another provider vouches for it with. */
async function clientProof(environment: Environment): Promise<StateResult<Readonly<Record<string, string>> | undefined>> {
  const secret = first(environment, 'ARM_CLIENT_SECRET', 'AZURE_CLIENT_SECRET')
  if (secret !== undefined) return ok({ client_secret: secret })
  const token = first(environment, 'ARM_OIDC_TOKEN')
  const file = first(environment, 'ARM_OIDC_TOKEN_FILE_PATH', 'AZURE_FEDERATED_TOKEN_FILE')
  if (token === undefined && file === undefined) return ok(undefined)
  const text = token ?? (await readFile(file ?? '', 'utf8').catch(() => '')).trim()
  if (text === '')
    return unauthorized("The file with the federated token (AZURE_FEDERATED_TOKEN_FILE) can't be read, or is empty.")
  return ok({ client_assertion: text, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
}

/** Of the managed identity: App Service names an endpoint of its own, virtual machines have a known one. */
async function identityToken(
  { near, clock, environment }: AzureSignIn,
  client: string | undefined,
  signal: AbortSignal,
): Promise<StateResult<AccessToken>> {
  const [endpoint, secret] = [environment.IDENTITY_ENDPOINT, environment.IDENTITY_HEADER]
  const isService = endpoint !== undefined && secret !== undefined && URL.canParse(endpoint)
  const url = new URL(isService ? endpoint : 'http://169.254.169.254/metadata/identity/oauth2/token')
  url.searchParams.set('api-version', isService ? '2019-08-01' : '2018-02-01')
  url.searchParams.set('resource', RESOURCE)
  if (client !== undefined) url.searchParams.set('client_id', client)
  const headers: { readonly [name: string]: string } = isService ? { 'x-identity-header': secret } : { metadata: 'true' }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(IDENTITY_TIMEOUT_MS)])
  const answer = await tokenFrom(near, clock, { method: 'GET', url, headers, signal: limit })
  if (answer.ok || signal.aborted) return answer
  return unauthorized(
    'There are no credentials for Azure Blob Storage: set ARM_ACCESS_KEY, ARM_SAS_TOKEN or AZURE_STORAGE_ACCESS_TOKEN (a token of "az account get-access-token --resource https://storage.azure.com/"), name an application (ARM_CLIENT_ID, ARM_TENANT_ID, ARM_CLIENT_SECRET or a federated token), or run under a managed identity.',
  )
}

/** The first of these variables that says something. */
function first(environment: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '')
}
