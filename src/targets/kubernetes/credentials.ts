import { readFile } from 'node:fs/promises'
import { isJsonObject, type JsonObject } from '../../plan/json.ts'
import type { Clock } from '../../state/clock.ts'
import { whenAborted } from '../abort-listeners.ts'
import { objectOf, textOf, textsOf } from '../json-fields.ts'
import { clientCertificateProblem } from './client-certificate.ts'
import { type PluginSurroundings, runExecPlugin } from './exec-plugin.ts'
import type { KubeContext } from './kubeconfig.ts'
import { redact } from './redact.ts'
import type { TransportFailure } from './transport.ts'

/** What a request carries to be let in. Lives in memory only. */
export interface Credentials {
  readonly headers: { readonly [name: string]: string | readonly string[] }
  /** PEM. */
  readonly certificate: string | undefined
  /** PEM. */
  readonly key: string | undefined
  /** Milliseconds since 1970 from which others have to be had; undefined where nobody says. */
  readonly expires: number | undefined
}

/** Credentials, or why there are none. */
export type CredentialAnswer =
  | { readonly ok: true; readonly credentials: Credentials }
  | { readonly ok: false; readonly failure: TransportFailure }

/** Gives the credentials of a context, fresh enough for each request. */
export interface CredentialSource {
  current(signal: AbortSignal): Promise<CredentialAnswer>
  /** Forgets those that were had before `sent`, which the server refused. False when asking again could not give anything else. */
  renew(sent: number): boolean
}

/** Files are read again after this long; auth providers are asked again, which keep a token until it expires. */
const FRESH_MS = 30_000
const SHORTEST_LIFE_MS = 1000

interface Held {
  readonly answer: Promise<CredentialAnswer>
  readonly since: number
  /** The answer once it came. */
  had: CredentialAnswer | undefined
}

/** The source of a context's credentials. */
export function credentialSource(context: KubeContext, clock: Clock, environment: PluginSurroundings): CredentialSource {
  const load = loaderFor(context, clock, environment)
  const freshMs = isJsonObject(context.user.exec) ? Number.POSITIVE_INFINITY : FRESH_MS
  const renewable = isRenewable(context.user)
  let held: Held | undefined
  const isOld = ({ since, had }: Held) => {
    if (clock.now() - since > freshMs) return true
    const expires = had?.ok === true ? had.credentials.expires : undefined
    // One that was given out of date already is not asked for again with each request.
    return expires !== undefined && clock.now() >= expires && clock.now() - since > SHORTEST_LIFE_MS
  }
  return {
    current: async (signal) => {
      if (held === undefined || (renewable && isOld(held)))
        held = { answer: guard(load, context), since: clock.now(), had: undefined }
      const asked = held
      // Nearly every request finds them there: nothing is raced for then.
      if (asked.had !== undefined && !signal.aborted) return asked.had
      const answer = await orStopped(asked.answer, signal)
      if (answer.ok) asked.had = answer
      else if (held === asked) held = undefined
      return answer
    },
    renew: (sent) => {
      if (held !== undefined && held.since <= sent) held = undefined
      return renewable
    },
  }
}

function isRenewable(user: JsonObject): boolean {
  const isFile = ['tokenFile', 'client-certificate', 'client-key'].some((name) => user[name] !== undefined)
  return isFile || isJsonObject(user.exec) || isJsonObject(user['auth-provider'])
}

function loaderFor(context: KubeContext, clock: Clock, surroundings: PluginSurroundings): () => Promise<Credentials> {
  const { user, cluster } = context
  const { exec } = user
  if (isJsonObject(exec)) {
    return async () => {
      const { token, certificate, key, expires } = await runExecPlugin(exec, cluster, surroundings)
      return checked({ headers: { ...impersonation(user), ...bearer(token) }, certificate, key, expires }, clock)
    }
  }
  return isJsonObject(user['auth-provider'])
    ? authProviderLoader(context)
    : async () => checked(await readCredentials(user), clock)
}

function failure(message: string, code?: string): CredentialAnswer {
  return { ok: false, failure: { kind: 'credentials', message, code } }
}

async function guard(load: () => Promise<Credentials>, { userName, userPlace }: KubeContext): Promise<CredentialAnswer> {
  try {
    return { ok: true, credentials: await load() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
    const why = redact(error instanceof Error ? error.message : String(error)) || 'no credentials could be had'
    return failure(`User "${userName ?? ''}" of the kubeconfig${userPlace === undefined ? '' : ` (${userPlace})`}: ${why}`, code)
  }
}

async function orStopped(answer: Promise<CredentialAnswer>, signal: AbortSignal): Promise<CredentialAnswer> {
  const stopped: CredentialAnswer = { ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } }
  if (signal.aborted) return stopped
  let leave: () => void = () => {}
  const ended = new Promise<CredentialAnswer>((settle) => {
    leave = whenAborted(signal, () => settle(stopped))
  })
  try {
    return await Promise.race([answer, ended])
  } finally {
    leave()
  }
}

/** The credentials, where they can be sent. */
function checked(credentials: Credentials, clock: Clock): Credentials {
  const { headers, certificate, key } = credentials
  const unsendable = Object.entries(headers).find(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test([value].flat().join('')))
  if (unsendable !== undefined) {
    const what = unsendable[0] === 'authorization' ? 'its token or password' : unsendable[0]
    throw new Error(`${what} has characters that can't be sent, such as a line's end`)
  }
  if (certificate === undefined) return credentials
  const problem = clientCertificateProblem(certificate, key, clock.now())
  if (problem !== undefined) throw new Error(problem)
  return credentials
}

/** Text of a field that is given in place (base64) or as a file; undefined when it is neither. Rejects with what to tell people. */
export async function fileOrData(holder: JsonObject, name: string): Promise<string | undefined> {
  const data = textOf(holder[`${name}-data`])
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8')
  const file = textOf(holder[name])
  return file === undefined || file === '' ? undefined : await readNamedFile(file, name)
}

const FILE_PROBLEMS: { readonly [code: string]: string } = {
  ENOENT: 'which does not exist',
  EISDIR: 'which is a folder',
  EACCES: 'which may not be read',
}

async function readNamedFile(file: string, field: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
    throw new Error(`\`${field}\` names ${file}, ${FILE_PROBLEMS[code] ?? `which can't be read: ${code}`}`)
  }
}

async function readCredentials(user: JsonObject): Promise<Credentials> {
  const tokenFile = textOf(user.tokenFile)
  const token = tokenFile === undefined ? textOf(user.token) : (await readNamedFile(tokenFile, 'tokenFile')).trim()
  const username = textOf(user.username)
  const authorization =
    (token === undefined || token === '') && username !== undefined
      ? { authorization: basic(username, textOf(user.password) ?? '') }
      : bearer(token)
  return {
    headers: { ...impersonation(user), ...authorization },
    certificate: await fileOrData(user, 'client-certificate'),
    key: await fileOrData(user, 'client-key'),
    expires: undefined,
  }
}

function bearer(token: string | undefined): { readonly authorization?: string } {
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function impersonation(user: JsonObject): { readonly [name: string]: string | readonly string[] } {
  const headers: { [name: string]: string | readonly string[] } = {}
  const name = textOf(user.as)
  if (name === undefined) return headers
  headers['impersonate-user'] = name
  const uid = textOf(user['as-uid'])
  if (uid !== undefined) headers['impersonate-uid'] = uid
  const groups = textsOf(user['as-groups'])
  if (groups.length > 0) headers['impersonate-group'] = groups
  const extra = user['as-user-extra']
  if (isJsonObject(extra)) {
    for (const [key, values] of Object.entries(extra))
      headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = textsOf(values)
  }
  return headers
}

/** What @kubernetes/client-node speaks with. Kubernetes itself has dropped all but `oidc`. */
const AUTH_PROVIDERS: ReadonlySet<string> = new Set(['azure', 'gcp', 'oidc'])

/**
 * Auth providers have protocols of their own, which @kubernetes/client-node speaks. It takes more than half a second to load, so that
 * only contexts that need it pay for it.
 */
function authProviderLoader({ user }: KubeContext): () => Promise<Credentials> {
  const provider = textOf(objectOf(user['auth-provider']).name) ?? ''
  let config: Promise<{ applyToHTTPSOptions(options: object): Promise<void> }> | undefined
  return async () => {
    if (!AUTH_PROVIDERS.has(provider))
      throw new Error(`its \`auth-provider\` "${provider}" is not known: \`exec\` names a plugin instead`)
    config ??= import('./kube-config.ts').then(({ KubeConfig }) => {
      const loaded = new KubeConfig()
      loaded.loadFromString(JSON.stringify(singleContext(user)))
      return loaded
    })
    const options: { headers?: { [name: string]: string }; cert?: string | Buffer; key?: string | Buffer } = {}
    await (await config).applyToHTTPSOptions(options)
    const headers: { [name: string]: string | readonly string[] } = { ...impersonation(user) }
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value
    return { headers, certificate: options.cert?.toString(), key: options.key?.toString(), expires: undefined }
  }
}

/** The library wants a cluster, and looks at nothing of it that matters here. */
function singleContext(user: JsonObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server: 'https://localhost' } }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  }
}
