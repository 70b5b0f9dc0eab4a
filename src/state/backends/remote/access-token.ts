import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { Clock } from '../../clock.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import type { HttpAnswer, HttpExchange, HttpRequest } from './http-exchange.ts'

/** A bearer token, in memory only. */
export interface AccessToken {
  readonly token: string
  /** Milliseconds since 1970 by our clock; infinite for one that was given from outside. */
  readonly expiresAt: number
}

/** How long before its end a token is renewed, in milliseconds. */
const EARLY_MS = 120_000
/** How long a token lives of which nothing is said, in milliseconds. */
const USUAL_LIFE_MS = 3_600_000

/** Hands out a token, and asks for another shortly before it ends. Those who ask at once share one request. */
export function keptToken(
  clock: Clock,
  ask: (signal: AbortSignal) => Promise<StateResult<AccessToken>>,
): (signal: AbortSignal) => Promise<StateResult<string>> {
  let kept: AccessToken | undefined
  let asking: Promise<StateResult<AccessToken>> | undefined
  return async (signal) => {
    if (kept !== undefined && clock.now() < kept.expiresAt - EARLY_MS) return ok(kept.token)
    asking ??= ask(signal).finally(() => {
      asking = undefined
    })
    const answer = await asking
    if (!answer.ok) return answer
    kept = answer.value
    return ok(kept.token)
  }
}

/** Asks an OAuth 2.0 token endpoint with a form (RFC 6749, 4): nothing of what is sent or answered is ever said. */
export async function askForToken(
  exchange: HttpExchange,
  clock: Clock,
  url: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<StateResult<AccessToken>> {
  if (!isSafeEndpoint(url)) return unauthorized(`The token endpoint ${hostOf(url)} is not an https address.`)
  const body = Buffer.from(new URLSearchParams(form).toString())
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  return tokenFrom(exchange, clock, { method: 'POST', url: new URL(url), headers, body, signal })
}

/** Sends a request whose answer is a token. */
export async function tokenFrom(
  exchange: HttpExchange,
  clock: Clock,
  request: HttpRequest,
  names: { readonly token: string; readonly expiry?: string } = { token: 'access_token' },
): Promise<StateResult<AccessToken>> {
  const { host } = request.url
  const answer = await exchange.send('Signing in', request)
  if (!answer.ok) return answer
  const json = jsonOf(answer.value)
  const token = json[names.token]
  if (answer.value.status !== 200 || typeof token !== 'string' || token === '') {
    const why = typeof json.error === 'string' ? `: ${json.error.replace(/[^\w. -]/g, '').slice(0, 80)}` : ''
    return unauthorized(`Signing in at ${host} was refused (status ${answer.value.status}${why}).`)
  }
  return ok({ token, expiresAt: expiryOf(json, names.expiry, clock.now()) })
}

/** The JSON object of an answer; empty when it is none. */
export function jsonOf({ bytes }: Pick<HttpAnswer, 'bytes'>): JsonObject {
  try {
    const json = JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue
    return isJsonObject(json) ? json : {}
  } catch {
    return {}
  }
}

/** Credentials go over TLS, or stay on this machine. */
export function isSafeEndpoint(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
}

/** Why there are no credentials, or none that are taken. */
export function unauthorized(message: string): StateResult<never> {
  return refused({ kind: 'unauthorized', message })
}

/** `expires_in` in seconds, as a number or as text; or a date of its own name. */
function expiryOf(json: JsonObject, dateName: string | undefined, now: number): number {
  const date = dateName === undefined ? Number.NaN : Date.parse(String(json[dateName]))
  if (!Number.isNaN(date)) return date
  const seconds = Number(json.expires_in)
  return now + (Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : USUAL_LIFE_MS)
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : JSON.stringify(url.slice(0, 60))
}
