import { createPrivateKey, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../clock.ts'
import { ok, type StateResult } from '../../state-result.ts'
import {
  type AccessToken,
  askForToken,
  isSafeEndpoint,
  jsonOf,
  keptToken,
  tokenFrom,
  unauthorized,
} from '../remote/access-token.ts'
import type { HttpExchange } from '../remote/http-exchange.ts'
import type { GcsToken } from './gcs-bucket.ts'
import { type FederatedAccount, type GoogleCredentials, googleCredentials } from './google-credentials.ts'

/** What signing in to Google needs. */
export interface GoogleSignIn {
  readonly exchange: HttpExchange
  /** For the metadata server: no proxies, no second tries. */
  readonly near: HttpExchange
  readonly clock: Clock
  readonly environment: { readonly [name: string]: string | undefined }
  /** Where no credentials are found: ask without, as emulators want it. */
  readonly mayBeNobody: boolean
}

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write'
/** How long the metadata server may take, in milliseconds: elsewhere than on Google's cloud there is none. */
const METADATA_TIMEOUT_MS = 3_000
/** Seconds that a signed claim is valid; an hour is the most that Google takes. */
const CLAIM_LIFE_S = 3_600

/** Tokens for Google Cloud Storage, from whatever the environment has. */
export function googleToken(signIn: GoogleSignIn): GcsToken {
  const kept = keptToken(signIn.clock, async (signal) => {
    const credentials = await googleCredentials(signIn.environment)
    return credentials.ok ? tokenOf(signIn, credentials.value, signal) : credentials
  })
  return async (signal) => {
    if (!signIn.mayBeNobody) return kept(signal)
    const credentials = await googleCredentials(signIn.environment)
    return credentials.ok && credentials.value.kind === 'metadata' ? ok(undefined) : kept(signal)
  }
}

async function tokenOf(
  signIn: GoogleSignIn,
  credentials: GoogleCredentials,
  signal: AbortSignal,
): Promise<StateResult<AccessToken>> {
  const { exchange, clock } = signIn
  switch (credentials.kind) {
    case 'token':
      return ok({ token: credentials.token, expiresAt: Number.POSITIVE_INFINITY })
    case 'service-account': {
      const assertion = signedClaim(credentials, clock.now())
      if (!assertion.ok) return assertion
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion.value }
      return askForToken(exchange, clock, credentials.tokenUri, form, signal)
    }
    case 'user': {
      const { clientId, clientSecret, refreshToken } = credentials
      const form = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken }
      return askForToken(exchange, clock, credentials.tokenUri, form, signal)
    }
    case 'federated':
      return federatedToken(signIn, credentials.account, signal)
    case 'metadata':
      return metadataToken(signIn, signal)
  }
}

/** A JSON Web Token signed with RS256 (RFC 7515, 7523), in which a service account asks for an access token. */
export function signedClaim(
  { email, privateKey, keyId, tokenUri }: Extract<GoogleCredentials, { readonly kind: 'service-account' }>,
  now: number,
): StateResult<string> {
  const issued = Math.floor(now / 1000)
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === '' ? {} : { kid: keyId }) }
  const claim = { iss: email, scope: SCOPE, aud: tokenUri, iat: issued, exp: issued + CLAIM_LIFE_S }
  const toSign = [header, claim].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  try {
    const signature = sign('RSA-SHA256', Buffer.from(toSign), createPrivateKey(privateKey))
    return ok(`${toSign}.${signature.toString('base64url')}`)
  } catch {
    return unauthorized(`The private key of ${email} can't be read: it is no RSA key in PEM.`)
  }
}

async function metadataToken({ near, clock, environment }: GoogleSignIn, signal: AbortSignal): Promise<StateResult<AccessToken>> {
  const host = environment.GCE_METADATA_HOST ?? 'metadata.google.internal'
  const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/token`)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(METADATA_TIMEOUT_MS)])
  const answer = await tokenFrom(near, clock, { method: 'GET', url, headers: { 'metadata-flavor': 'Google' }, signal: limit })
  if (answer.ok || signal.aborted) return answer
  return unauthorized(
    'There are no credentials for Google Cloud Storage: set GOOGLE_APPLICATION_CREDENTIALS to a key file or GOOGLE_OAUTH_ACCESS_TOKEN to a token, sign in with "gcloud auth application-default login", or run on Google\'s cloud.',
  )
}

/** The other provider's token for one of Google's (RFC 8693), and that for one of the service account that is named. */
async function federatedToken(
  signIn: GoogleSignIn,
  account: FederatedAccount,
  signal: AbortSignal,
): Promise<StateResult<AccessToken>> {
  const { exchange, clock } = signIn
  const subject = await subjectToken(signIn, account, signal)
  if (!subject.ok) return subject
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: account.audience,
    scope: account.impersonationUrl === undefined ? SCOPE : 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: account.subjectTokenType,
    subject_token: subject.value,
  }
  const exchanged = await askForToken(exchange, clock, account.tokenUrl, form, signal)
  if (!exchanged.ok || account.impersonationUrl === undefined) return exchanged
  if (!isSafeEndpoint(account.impersonationUrl)) return unauthorized('The address of the service account to act as is not https.')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${exchanged.value.token}` }
  const body = Buffer.from(JSON.stringify({ scope: [SCOPE] }))
  const request = { method: 'POST', url: new URL(account.impersonationUrl), headers, body, signal }
  return tokenFrom(exchange, clock, request, { token: 'accessToken', expiry: 'expireTime' })
}

async function subjectToken(
  { exchange }: GoogleSignIn,
  { source }: FederatedAccount,
  signal: AbortSignal,
): Promise<StateResult<string>> {
  const found = 'file' in source ? await fileBytes(source.file) : await urlBytes(exchange, source, signal)
  if (!found.ok) return found
  const value =
    source.field === undefined ? Buffer.from(found.value).toString('utf8') : jsonOf({ bytes: found.value })[source.field]
  const token = typeof value === 'string' ? value.trim() : ''
  return token === '' ? unauthorized('The source of the federated account gives no token.') : ok(token)
}

async function fileBytes(file: string): Promise<StateResult<Uint8Array>> {
  try {
    return ok(await readFile(file))
  } catch {
    return unauthorized("The file with the token of the federated account can't be read.")
  }
}

async function urlBytes(
  exchange: HttpExchange,
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<StateResult<Uint8Array>> {
  if (!URL.canParse(url)) return unauthorized('The source of the federated account is no address.')
  const answer = await exchange.send('Signing in', { method: 'GET', url: new URL(url), headers, signal })
  if (!answer.ok) return answer
  return answer.value.status === 200
    ? ok(answer.value.bytes)
    : unauthorized(`The source of the federated account answered with status ${answer.value.status}.`)
}
