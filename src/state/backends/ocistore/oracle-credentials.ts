import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ok, type StateResult } from '../../state-result.ts'
import { unauthorized } from '../remote/access-token.ts'
import { iniSection } from '../remote/ini-section.ts'

type Environment = { readonly [name: string]: string | undefined }

/** What requests to Oracle's cloud are signed with. Lives in memory only. */
export interface OracleKey {
  /** `TENANCY/USER/FINGERPRINT`, or a session's token after `ST$`. */
  readonly keyId: string
  readonly privateKey: KeyObject
  /** As the profile has it. */
  readonly region: string | undefined
}

/**
 * As Oracle's command line finds them: a profile of `~/.oci/config` with an API key or a session's token, each setting replaced by its
 * variable where that is set (OCI_CLI_USER, OCI_CLI_TENANCY, OCI_CLI_FINGERPRINT, OCI_CLI_KEY_FILE or OCI_CLI_KEY_CONTENT, …).
 */
export async function oracleCredentials(environment: Environment): Promise<StateResult<OracleKey>> {
  const home = environment.HOME ?? environment.USERPROFILE ?? ''
  const file = given(environment, 'OCI_CLI_CONFIG_FILE', 'OCI_CONFIG_FILE') ?? join(home, '.oci', 'config')
  const profile = given(environment, 'OCI_CLI_PROFILE', 'OCI_CONFIG_PROFILE') ?? 'DEFAULT'
  const text = await readFile(atHome(file, home), 'utf8').catch(() => '')
  // What a profile lacks, DEFAULT has.
  const settings = new Map([...iniSection(text, 'DEFAULT'), ...iniSection(text, profile)])
  const setting = (name: string, ...variables: readonly string[]) => given(environment, ...variables) ?? settings.get(name)
  const region = setting('region', 'OCI_CLI_REGION', 'OCI_REGION')
  const keyFile = setting('key_file', 'OCI_CLI_KEY_FILE')
  const pem =
    given(environment, 'OCI_CLI_KEY_CONTENT') ??
    (keyFile === undefined ? undefined : await readFile(atHome(keyFile, home), 'utf8').catch(() => ''))
  const keyId = await keyIdOf(setting, home)
  if (keyId === undefined || pem === undefined) {
    return unauthorized(
      `There are no credentials for Oracle's Object Storage: the profile ${JSON.stringify(profile.slice(0, 60))} of ${JSON.stringify(file.slice(0, 200))} needs user, tenancy, fingerprint and key_file ("oci setup config"), or set OCI_CLI_USER, OCI_CLI_TENANCY, OCI_CLI_FINGERPRINT and OCI_CLI_KEY_FILE.`,
    )
  }
  try {
    const passphrase = setting('pass_phrase', 'OCI_CLI_PASSPHRASE')
    const privateKey = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
    return ok({ keyId, privateKey, region })
  } catch {
    return unauthorized(
      "The private key for Oracle's Object Storage (key_file, OCI_CLI_KEY_FILE) can't be read: no PEM, or another pass phrase.",
    )
  }
}

async function keyIdOf(
  setting: (name: string, ...variables: readonly string[]) => string | undefined,
  home: string,
): Promise<string | undefined> {
  const session = setting('security_token_file', 'OCI_CLI_SECURITY_TOKEN_FILE')
  if (session !== undefined) {
    const token = (await readFile(atHome(session, home), 'utf8').catch(() => '')).trim()
    return token === '' ? undefined : `ST$${token}`
  }
  const parts = [
    setting('tenancy', 'OCI_CLI_TENANCY'),
    setting('user', 'OCI_CLI_USER'),
    setting('fingerprint', 'OCI_CLI_FINGERPRINT'),
  ]
  return parts.includes(undefined) ? undefined : parts.join('/')
}

/** The first of these variables that says something. */
function given(environment: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '')
}

function atHome(path: string, home: string): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(path)
}
