import { isJsonObject, type JsonValue } from '../plan/json.ts'
import type { RegistryCredentials } from './docker-credentials.ts'
import { readBounded } from './read-response.ts'
import { RegistryError } from './registry-error.ts'

const largestToken = 1024 * 1024

/** What a 401's WWW-Authenticate header asks for (RFC 9110 11.6.1, and distribution's token specification). */
export interface AuthChallenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Reads a WWW-Authenticate header: its first challenge. */
export function parseChallenge(header: string): AuthChallenge | undefined {
  const match = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(.*)$/s.exec(header)
  if (match?.[1] === undefined) return undefined
  const parameters: Record<string, string> = {}
  for (const [, name, quoted, plain] of (match[2] ?? '').matchAll(/([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    if (name !== undefined) parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? ''
  }
  return { scheme: match[1].toLowerCase(), parameters }
}

/**
 * The Authorization header that answers a challenge. For Bearer a token is fetched from the realm, which must be on HTTPS unless
 * the registry itself is not: credentials never go over the open network because a server asks for it.
 */
export async function answerChallenge(
  challenge: AuthChallenge,
  request: {
    readonly credentials: RegistryCredentials | undefined
    /** What to do when there is no token to be had. */
    readonly hint: string
    /** The scope that is needed, such as `repository:filters/auth:pull,push`. */
    readonly scope: string
    readonly registry: URL
    readonly fetch: (url: URL, init: RequestInit) => Promise<Response>
  },
): Promise<string | undefined> {
  const { credentials, registry } = request
  if (challenge.scheme === 'basic') {
    return credentials === undefined ? undefined : basic(credentials)
  }
  const { realm, service } = challenge.parameters
  if (challenge.scheme !== 'bearer' || realm === undefined || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.protocol === 'http:')) {
    throw new RegistryError('unauthorized', `the registry sends to ${url.protocol}//${url.host} for a token, which is not HTTPS`)
  }
  const token = credentials?.identityToken
  if (token !== undefined) {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: token,
      client_id: 'meshform',
      scope: request.scope,
    })
    if (service !== undefined) body.set('service', service)
    return bearer(await request.fetch(url, { method: 'POST', body, redirect: 'manual' }), url, request.hint)
  }
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.set('scope', request.scope)
  const headers: Record<string, string> = credentials === undefined ? {} : { authorization: basic(credentials) }
  return bearer(await request.fetch(url, { headers, redirect: 'manual' }), url, request.hint)
}

function basic(credentials: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
}

/** The token of an answer. One that sends elsewhere has none: what signs in stays where the registry said. */
async function bearer(response: Response, realm: URL, hint: string): Promise<string> {
  if (!response.ok) {
    await response.body?.cancel()
    throw new RegistryError('unauthorized', `${realm.host} gave no token: it answered ${response.status}`, hint)
  }
  const text = (await readBounded(response, largestToken, 'the token')).toString('utf8')
  const value = parseJson(text)
  const token = isJsonObject(value) ? (value.token ?? value.access_token) : undefined
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token))
    throw new RegistryError('unauthorized', `${realm.host} gave no token`, hint)
  return `Bearer ${token}`
}

function parseJson(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
