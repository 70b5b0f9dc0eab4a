import { type ExecFileException, execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'

/** How to sign in to a registry. Never logged and never kept. */
export interface RegistryCredentials {
  readonly username: string
  readonly password: string
  /** An OAuth2 refresh token, in place of a password. */
  readonly identityToken?: string
}

/** What came of looking for credentials. Neither is set where nothing names the registry, and one asks as anybody. */
export interface CredentialLookup {
  readonly credentials?: RegistryCredentials
  /** Why those that were meant for the registry could not be had, as a sentence. Holds no secret. */
  readonly problem?: string
}

/** What a helper program answered, or why not. */
export type HelperAnswer = { readonly ok: true; readonly answer: string } | { readonly ok: false; readonly problem: string }

/** What credentials are looked up with: the environment, and a way to run a helper program, replaceable in tests. */
export interface CredentialSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly runHelper: (program: string, input: string, signal: AbortSignal) => Promise<HelperAnswer>
}

const helperName = /^[A-Za-z0-9._-]+$/
const helperTimeout = 10_000

/** Runs `docker-credential-NAME get` without a shell. */
export function runCredentialHelper(program: string, input: string, signal: AbortSignal): Promise<HelperAnswer> {
  return new Promise((settle) => {
    const child = execFile(program, ['get'], { signal, timeout: helperTimeout, maxBuffer: 65_536 }, (error, stdout) =>
      settle(error === null ? { ok: true, answer: stdout } : { ok: false, problem: helperProblem(basename(program), error) }),
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

function helperProblem(program: string, error: ExecFileException): string {
  if (error.code === 'ENOENT') return `the credential helper ${program} is not installed: it is not on the PATH`
  if (error.code === 'EACCES') return `the credential helper ${program} can not be executed`
  if (error.killed === true) return `the credential helper ${program} did not answer within ${helperTimeout / 1000} seconds`
  return `the credential helper ${program} has nothing for it`
}

/**
 * The credentials that Docker's configuration has for a registry ($DOCKER_CONFIG or ~/.docker/config.json, with `credHelpers`,
 * `credsStore` and `auths`, in that order).
 */
export async function dockerCredentials(
  host: string,
  sources: CredentialSources,
  signal: AbortSignal,
): Promise<CredentialLookup> {
  const config = await readConfig(sources.env)
  if (config === undefined || 'problem' in config) return config ?? {}
  // Docker files its own registry under the address it had in its first version.
  const names = host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', 'docker.io', host] : [host, `https://${host}`]
  let problem: string | undefined
  for (const name of names) {
    const helpers = config.content.credHelpers
    const own = isJsonObject(helpers) && Object.hasOwn(helpers, name) ? helpers[name] : undefined
    const helper = own ?? config.content.credsStore
    if (typeof helper !== 'string') continue
    if (!helperName.test(helper)) {
      problem ??= `${config.path} names ${JSON.stringify(helper)} as credential helper, which is no name of one`
      continue
    }
    const program = `docker-credential-${helper}`
    const ran = await sources.runHelper(program, name, signal)
    const credentials = ran.ok ? fromHelper(ran.answer) : undefined
    if (credentials !== undefined) return { credentials }
    problem ??= ran.ok ? `the credential helper ${program} answered with no credentials` : ran.problem
  }
  const auths = config.content.auths
  for (const [name, entry] of isJsonObject(auths) ? Object.entries(auths) : []) {
    const credentials = names.map(hostOf).includes(hostOf(name)) && isJsonObject(entry) ? fromEntry(entry) : undefined
    if (credentials !== undefined) return { credentials }
  }
  return problem === undefined ? {} : { problem }
}

/** The host of a name in `auths`, which old clients wrote with scheme and path. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '')
}

interface DockerConfig {
  readonly path: string
  readonly content: JsonObject
}

async function readConfig(env: CredentialSources['env']): Promise<DockerConfig | { readonly problem: string } | undefined> {
  const folder = env.DOCKER_CONFIG ?? (env.HOME === undefined ? undefined : join(env.HOME, '.docker'))
  if (folder === undefined) return undefined
  const path = join(folder, 'config.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    return { problem: `${path}, where credentials are kept, can not be read` }
  }
  const content = parse(text)
  return isJsonObject(content) ? { path, content } : { problem: `${path}, where credentials are kept, is not JSON` }
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
