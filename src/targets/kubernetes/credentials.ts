import { readFile } from 'node:fs/promises'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { Clock } from '../../state/clock.ts'
import { textOf, textsOf } from '../json-fields.ts'
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
}

/** Credentials, or why there are none. */
export type CredentialAnswer =
  | { readonly ok: true; readonly credentials: Credentials }
  | { readonly ok: false; readonly failure: TransportFailure }

/** Gives the credentials of a context, fresh enough for each request. */
export interface CredentialSource {
  current(signal: AbortSignal): Promise<CredentialAnswer>
  /** Forgets what it has. False when asking again could not give anything else. */
  renew(): boolean
}

/** A plugin that waits longer than this waits for a person. */
const PLUGIN_TIMEOUT_MS = 60_000
/** Plugins and token files are asked again after this long; both cache by themselves until a token expires. */
const FRESH_MS = 30_000

interface Held {
  readonly answer: Promise<CredentialAnswer>
  readonly since: number
  /** The answer once it came. */
  had: CredentialAnswer | undefined
}

/** The source of a context's credentials. */
export function credentialSource(context: KubeContext, clock: Clock): CredentialSource {
  const usesPlugin = isJsonObject(context.user.exec) || isJsonObject(context.user['auth-provider'])
  const load = usesPlugin ? pluginLoader(context) : () => readCredentials(context.user)
  const renewable = usesPlugin || context.user.tokenFile !== undefined
  let held: Held | undefined
  return {
    current: async (signal) => {
      if (held === undefined || (renewable && clock.now() - held.since > FRESH_MS)) {
        held = { answer: guard(load), since: clock.now(), had: undefined }
      }
      const asked = held
      // Nearly every request finds them there: no deadline is set then.
      if (asked.had !== undefined && !signal.aborted) return asked.had
      const answer = await withDeadline(asked.answer, signal)
      if (answer.ok) asked.had = answer
      else if (held === asked) held = undefined
      return answer
    },
    renew: () => {
      held = undefined
      return renewable
    },
  }
}

function failure(message: string, code?: string): CredentialAnswer {
  return { ok: false, failure: { kind: 'credentials', message, code } }
}

async function guard(load: () => Promise<Credentials>): Promise<CredentialAnswer> {
  try {
    return { ok: true, credentials: await load() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
    return failure(redact(error instanceof Error ? error.message : String(error)) || 'No credentials could be had', code)
  }
}

async function withDeadline(answer: Promise<CredentialAnswer>, signal: AbortSignal): Promise<CredentialAnswer> {
  if (signal.aborted) return { ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } }
  let stop: () => void = () => {}
  const ended = new Promise<CredentialAnswer>((settle) => {
    const timer = setTimeout(
      () => settle(failure('The credential plugin did not answer within 60 s', 'ETIMEDOUT')),
      PLUGIN_TIMEOUT_MS,
    )
    const onAbort = () => settle({ ok: false, failure: { kind: 'aborted', message: 'Stopped', code: undefined } })
    signal.addEventListener('abort', onAbort, { once: true })
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([answer, ended])
  } finally {
    stop()
  }
}

/** Text of a field that is given in place (base64) or as a file; undefined when it is neither. */
export async function fileOrData(holder: JsonObject, name: string): Promise<string | undefined> {
  const data = textOf(holder[`${name}-data`])
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8')
  const file = textOf(holder[name])
  return file === undefined || file === '' ? undefined : await readFile(file, 'utf8')
}

async function readCredentials(user: JsonObject): Promise<Credentials> {
  const headers: { [name: string]: string | readonly string[] } = { ...impersonation(user) }
  const tokenFile = textOf(user.tokenFile)
  const token = tokenFile === undefined ? textOf(user.token) : (await readFile(tokenFile, 'utf8')).trim()
  const username = textOf(user.username)
  if (token !== undefined && token !== '') headers.authorization = `Bearer ${token}`
  else if (username !== undefined) headers.authorization = basic(username, textOf(user.password) ?? '')
  return { headers, certificate: await fileOrData(user, 'client-certificate'), key: await fileOrData(user, 'client-key') }
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

/**
 * Exec plugins and auth providers have protocols of their own, which @kubernetes/client-node speaks. It takes more than half a
 * second to load, so that only contexts that need it pay for it.
 */
function pluginLoader(context: KubeContext): () => Promise<Credentials> {
  let config: Promise<{ applyToHTTPSOptions(options: object): Promise<void> }> | undefined
  return async () => {
    config ??= import('./kube-config.ts').then(({ KubeConfig }) => {
      const loaded = new KubeConfig()
      loaded.loadFromString(JSON.stringify(singleContext(context)))
      return loaded
    })
    const options: { headers?: { [name: string]: string }; cert?: string | Buffer; key?: string | Buffer } = {}
    await (await config).applyToHTTPSOptions(options).catch((error: unknown) => {
      throw notInstalled(context.user.exec, error) ?? error
    })
    const headers: { [name: string]: string | readonly string[] } = { ...impersonation(context.user) }
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value
    return { headers, certificate: options.cert?.toString(), key: options.key?.toString() }
  }
}

/** What the kubeconfig says of a plugin that isn't there; undefined for any other trouble. */
function notInstalled(exec: JsonValue | undefined, error: unknown): Error | undefined {
  if (!isJsonObject(exec) || !(error instanceof Error && /ENOENT/.test(error.message))) return undefined
  const hint = textOf(exec.installHint)
  return new Error(`The credential plugin ${textOf(exec.command) ?? ''} is not installed${hint === undefined ? '' : `. ${hint}`}`)
}

function singleContext(context: KubeContext): JsonObject {
  const exec = context.user.exec
  const user = isJsonObject(exec) ? { ...context.user, exec: withExecInfo(exec, context.cluster) } : context.user
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: context.cluster }],
    users: [{ name: 'user', user }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  }
}

/** Plugins learn from this variable which version to answer in, and the cluster where they ask for it. client-node leaves it out. */
function withExecInfo(exec: JsonObject, cluster: JsonObject): JsonObject {
  const info = {
    kind: 'ExecCredential',
    apiVersion: textOf(exec.apiVersion) ?? 'client.authentication.k8s.io/v1',
    spec: { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) },
  }
  const given = Array.isArray(exec.env) ? (exec.env as readonly JsonValue[]) : []
  return { ...exec, env: [...given, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] }
}
