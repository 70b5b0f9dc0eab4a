import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { ok, type StateResult } from '../../state-result.ts'
import { unauthorized } from '../remote/access-token.ts'

type Environment = { readonly [name: string]: string | undefined }

/** Where a token comes from, as Google's own tools and Terraform's backend find it. In memory only. */
export type GoogleCredentials =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'service-account'
      readonly email: string
      readonly privateKey: string
      readonly keyId: string
      readonly tokenUri: string
    }
  | {
      readonly kind: 'user'
      readonly clientId: string
      readonly clientSecret: string
      readonly refreshToken: string
      readonly tokenUri: string
    }
  | { readonly kind: 'federated'; readonly account: FederatedAccount }
  /** The metadata server of a machine or a pod on Google's cloud. */
  | { readonly kind: 'metadata' }

/** An account of another provider, exchanged for one of Google's (workload identity federation). */
export interface FederatedAccount {
  readonly audience: string
  readonly subjectTokenType: string
  readonly tokenUrl: string
  /** Of a service account to act as. */
  readonly impersonationUrl: string | undefined
  readonly source: FederatedSource
}

/** Where the other provider's token lies. `field`: it is this field of a JSON object. */
export type FederatedSource = { readonly field: string | undefined } & (
  | { readonly file: string }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> }
)

const TOKEN_URI = 'https://oauth2.googleapis.com/token'

/**
 * GOOGLE_OAUTH_ACCESS_TOKEN; a key in GOOGLE_BACKEND_CREDENTIALS, GOOGLE_CREDENTIALS (JSON or a path) or
 * GOOGLE_APPLICATION_CREDENTIALS (a path); what `gcloud auth application-default login` left; the metadata server.
 */
export async function googleCredentials(environment: Environment): Promise<StateResult<GoogleCredentials>> {
  const token = environment.GOOGLE_OAUTH_ACCESS_TOKEN
  if (token !== undefined && token !== '') return ok({ kind: 'token', token })
  for (const name of ['GOOGLE_BACKEND_CREDENTIALS', 'GOOGLE_CREDENTIALS', 'GOOGLE_APPLICATION_CREDENTIALS']) {
    const given = environment[name]?.trim()
    if (given === undefined || given === '') continue
    if (given.startsWith('{')) return readKey(name, given)
    try {
      return readKey(name, await readFile(given, 'utf8'))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
      return unauthorized(`The key file that ${name} names can't be read: ${code}.`)
    }
  }
  const home = environment.HOME ?? environment.USERPROFILE ?? ''
  const folder = environment.CLOUDSDK_CONFIG ?? join(environment.APPDATA ?? join(home, '.config'), 'gcloud')
  const login = await readFile(join(folder, 'application_default_credentials.json'), 'utf8').catch(() => undefined)
  return login === undefined ? ok({ kind: 'metadata' }) : readKey('application_default_credentials.json', login)
}

function readKey(where: string, text: string): StateResult<GoogleCredentials> {
  let key: JsonValue
  try {
    key = JSON.parse(text) as JsonValue
  } catch {
    return unauthorized(`${where}: the key is not JSON.`)
  }
  const field = (name: string) => textIn(key, name)
  switch (field('type')) {
    case 'service_account': {
      const [email, privateKey] = [field('client_email'), field('private_key')]
      if (email === '' || privateKey === '') return unauthorized(`${where}: the key has no client_email or no private_key.`)
      return ok({
        kind: 'service-account',
        email,
        privateKey,
        keyId: field('private_key_id'),
        tokenUri: field('token_uri') || TOKEN_URI,
      })
    }
    case 'authorized_user': {
      const [clientId, clientSecret, refreshToken] = [field('client_id'), field('client_secret'), field('refresh_token')]
      if (refreshToken === '') return unauthorized(`${where}: there is no refresh_token; sign in again.`)
      return ok({ kind: 'user', clientId, clientSecret, refreshToken, tokenUri: field('token_uri') || TOKEN_URI })
    }
    case 'external_account':
      return readFederated(where, key)
    default:
      return unauthorized(
        `${where}: keys of type ${JSON.stringify(field('type').slice(0, 40))} are not known here; put a token into GOOGLE_OAUTH_ACCESS_TOKEN ("gcloud auth print-access-token").`,
      )
  }
}

function readFederated(where: string, key: JsonValue): StateResult<GoogleCredentials> {
  const source = isJsonObject(key) && isJsonObject(key.credential_source) ? key.credential_source : {}
  const format: JsonObject = isJsonObject(source.format) ? source.format : {}
  const field = textIn(format, 'type') === 'json' ? textIn(format, 'subject_token_field_name') : undefined
  const [file, url] = [textIn(source, 'file'), textIn(source, 'url')]
  if ((file === '' && url === '') || textIn(source, 'environment_id') !== '') {
    return unauthorized(`${where}: of federated accounts those with a token in a file or at a url are known here.`)
  }
  const given = isJsonObject(source.headers) ? Object.entries(source.headers) : []
  const headers = Object.fromEntries(given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
  const impersonationUrl = textIn(key, 'service_account_impersonation_url')
  return ok({
    kind: 'federated',
    account: {
      audience: textIn(key, 'audience'),
      subjectTokenType: textIn(key, 'subject_token_type'),
      tokenUrl: textIn(key, 'token_url') || 'https://sts.googleapis.com/v1/token',
      impersonationUrl: impersonationUrl === '' ? undefined : impersonationUrl,
      source: file === '' ? { field, url, headers } : { field, file },
    },
  })
}

function textIn(value: JsonValue | undefined, name: string): string {
  const text = isJsonObject(value) ? value[name] : undefined
  return typeof text === 'string' ? text : ''
}
