import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** How to sign in to a registry. Never logged and never kept. */
export interface RegistryCredentials {
  readonly username: string
  readonly password: string
  /** An OAuth2 refresh token, in place of a password. */
  readonly identityToken?: string
}

/** What credentials are looked up with: the environment, and a way to run a helper program, replaceable in tests. */
export interface CredentialSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly runHelper: (program: string, input: string, signal: AbortSignal) => Promise<string | undefined>
}

const helperName = /^[A-Za-z0-9._-]+$/
const helperTimeout = 10_000

/** Runs `docker-credential-NAME get` without a shell. Undefined when there is no such program, or it knows nothing. */
export function runCredentialHelper(program: string, input: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((settle) => {
    const child = execFile(program, ['get'], { signal, timeout: helperTimeout, maxBuffer: 65_536 }, (error, stdout) =>
      settle(error === null ? stdout : undefined),
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

/**
 * The credentials that Docker's configuration has for a registry ($DOCKER_CONFIG or ~/.docker/config.json, with `credHelpers`,
 * `credsStore` and `auths`, in that order); undefined for none, in which case one asks as anybody.
 */
export async function dockerCredentials(
  host: string,
  sources: CredentialSources,
  signal: AbortSignal,
): Promise<RegistryCredentials | undefined> {
  const config = await readConfig(sources.env)
  if (config === undefined) return undefined
  // Docker files its own registry under the address it had in its first version.
  const names = host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', 'docker.io', host] : [host, `https://${host}`]
  for (const name of names) {
    const helpers = config.credHelpers
    const helper = isJsonObject(helpers) && typeof helpers[name] === 'string' ? helpers[name] : config.credsStore
    if (typeof helper !== 'string' || !helperName.test(helper)) continue
    const answer = await sources.runHelper(`docker-credential-${helper}`, name, signal)
    const found = answer === undefined ? undefined : fromHelper(answer)
    if (found !== undefined) return found
  }
  const auths = config.auths
  if (!isJsonObject(auths)) return undefined
  for (const name of names) {
    const entry = Object.hasOwn(auths, name) ? auths[name] : undefined
    const found = isJsonObject(entry) ? fromEntry(entry) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

async function readConfig(env: CredentialSources['env']): Promise<JsonObject | undefined> {
  const folder = env.DOCKER_CONFIG ?? (env.HOME === undefined ? undefined : join(env.HOME, '.docker'))
  if (folder === undefined) return undefined
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => undefined)
  const value = text === undefined ? undefined : parse(text)
  return isJsonObject(value) ? value : undefined
}

function parse(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function fromHelper(answer: string): RegistryCredentials | undefined {
  const value = parse(answer)
  if (!isJsonObject(value) || typeof value.Username !== 'string' || typeof value.Secret !== 'string') return undefined
  if (value.Username === '<token>') return { username: '', password: '', identityToken: value.Secret }
  return { username: value.Username, password: value.Secret }
}

function fromEntry(entry: JsonObject): RegistryCredentials | undefined {
  if (typeof entry.identitytoken === 'string' && entry.identitytoken !== '')
    return { username: '', password: '', identityToken: entry.identitytoken }
  if (typeof entry.username === 'string' && typeof entry.password === 'string')
    return { username: entry.username, password: entry.password }
  if (typeof entry.auth !== 'string') return undefined
  const text = Buffer.from(entry.auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}
