import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { FieldConflict, TargetError } from '../contract.ts'
import { textOf } from '../json-fields.ts'
import { redact } from './redact.ts'
import { headerOf, type TransportFailure, type TransportResponse } from './transport.ts'

type Cause = { readonly field: string; readonly message: string }

/** What servers say about fields that can't be changed once set: the object has to be made anew. */
const IMMUTABLE: readonly RegExp[] = [
  /field is immutable/i,
  /\bis immutable\b/i,
  /\bimmutable\b.*\bcannot be (changed|updated)\b/i,
  /may not (be changed|change once set)/i,
  /cannot change roleRef/i,
  /updates to \w+ spec for fields other than .* are forbidden/i,
  /pod updates may not change fields other than/i,
  /can not be (changed|modified) after creation/i,
]

/** The same in the words of webhooks of meshes, whose answers come with any status. */
const DENIED = /^admission webhook "[^"]*" denied the request: /
const IMMUTABLE_IN_WEBHOOKS: readonly RegExp[] = [
  ...IMMUTABLE,
  /update may not change these fields/i,
  /\bare immutable fields\b/i,
]

/** Why a transport brought no answer, as a target says it. */
export function errorOfFailure(failure: TransportFailure): TargetError {
  const { kind, message, code } = failure
  switch (kind) {
    case 'aborted':
    case 'timeout':
    case 'credentials':
      return { kind, message }
    case 'tls':
    case 'unreachable':
      return { kind: 'unreachable', message, ...(code === undefined ? {} : { code }) }
  }
}

/** What an answer with an error status means. Total: whatever a server or a gateway before it says comes out as some error. */
export function errorOfResponse(response: TransportResponse): TargetError {
  const body = response.json()
  const status = isJsonObject(body) && body.kind === 'Status' ? body : undefined
  const message = redact(textOf(status?.message) ?? (plainText(response) || `HTTP status ${response.status}`), 8000)
  const reason = textOf(status?.reason)
  const causes = causesOf(status)
  if (response.status >= 300 && response.status < 400) return redirectError(response)
  if (DENIED.test(message) && IMMUTABLE_IN_WEBHOOKS.some((pattern) => pattern.test(message)))
    return { kind: 'immutable', message, causes: [] }
  if (isAway(response.status, status)) {
    const who = status === undefined ? 'something before the API server' : 'the server'
    return {
      kind: 'unreachable',
      message: `${who} answers with status ${response.status}: ${message}`,
      code: `HTTP_${response.status}`,
    }
  }
  switch (response.status) {
    case 400:
      return { kind: 'invalid', message, causes: strictDecodingCauses(message) }
    case 401:
      return { kind: 'unauthorized', message }
    case 403: {
      const cause = causes.find((item) => item.reason !== '')?.reason
      return { kind: 'forbidden', message, ...(cause === undefined ? {} : { cause }) }
    }
    case 404:
      return { kind: isMissingResource(status, message) ? 'not-served' : 'not-found', message }
    case 409:
      return conflictError(reason, message, causes)
    case 422:
      return invalidError(message, causes)
    case 429:
      return { kind: 'throttled', message: `${message}${askedFor(response)}` }
    case 504:
      return { kind: 'timeout', message }
    default:
      return typedPatchError(message) ?? { kind: 'other', message, status: response.status }
  }
}

/** An answer not of the API server itself, or of one that does not serve now: no word about what was asked. */
function isAway(code: number, status: JsonObject | undefined): boolean {
  return code === 502 || code === 503 || (code === 504 && status === undefined)
}

function redirectError(response: TransportResponse): TargetError {
  const location = headerOf(response.headers, 'location')
  // What stands behind the path may be a token.
  const shown = location === undefined ? 'elsewhere' : redact(location.split(/[?#]/, 1)[0] ?? '')
  return {
    kind: 'other',
    message: `It sends whoever asks on to ${shown}`,
    status: response.status,
    hint: "A Kubernetes API does not do that: a login page or a proxy answers at the `server` of the kubeconfig's cluster. Write the API's own address there.",
  }
}

function askedFor(response: TransportResponse): string {
  const header = headerOf(response.headers, 'retry-after')
  return header === undefined ? '' : ` (it asks to wait: Retry-After ${redact(header, 60)})`
}

/** The body as text for people: what stands in a page of HTML. */
export function plainText(response: TransportResponse): string {
  const text = response.text().trim()
  if (!/html/i.test(headerOf(response.headers, 'content-type') ?? '') && !text.startsWith('<')) return text
  return text
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
}

function causesOf(status: JsonObject | undefined): readonly (Cause & { readonly reason: string })[] {
  const details = status?.details
  const causes: JsonValue | undefined = isJsonObject(details) ? details.causes : undefined
  if (!Array.isArray(causes)) return []
  return (causes as readonly JsonValue[]).filter(isJsonObject).map((cause) => ({
    reason: textOf(cause.reason) ?? '',
    field: textOf(cause.field) ?? '',
    message: textOf(cause.message) ?? '',
  }))
}

/** 404 without an object's name: the path itself leads nowhere. */
function isMissingResource(status: JsonObject | undefined, message: string): boolean {
  if (status === undefined) return true
  const details = status.details
  const named = isJsonObject(details) && textOf(details.name) !== undefined
  return !named && /could not find the requested resource|page not found/i.test(message)
}

function conflictError(
  reason: string | undefined,
  message: string,
  causes: readonly (Cause & { readonly reason: string })[],
): TargetError {
  if (reason === 'AlreadyExists') return { kind: 'already-exists', message }
  const conflicts: FieldConflict[] = causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      field: cause.field,
      manager: /conflict with "([^"]*)"/.exec(cause.message)?.[1] ?? '',
      message: cause.message,
    }))
  return { kind: 'conflict', message, conflicts }
}

function invalidError(message: string, causes: readonly Cause[]): TargetError {
  const plain = causes.map(({ field, message: said }) => ({ field, message: said }))
  const immutable = plain.filter((cause) => isImmutable(cause.message))
  if (immutable.length > 0) return { kind: 'immutable', message, causes: immutable }
  if (plain.length === 0 && isImmutable(message)) return { kind: 'immutable', message, causes: [] }
  return { kind: 'invalid', message, causes: plain }
}

function isImmutable(message: string): boolean {
  return IMMUTABLE.some((pattern) => pattern.test(message))
}

/** `strict decoding error: unknown field "spec.replica", ...`. */
function strictDecodingCauses(message: string): readonly Cause[] {
  return [...message.matchAll(/(unknown field|duplicate field) "([^"]+)"/g)].map(([, problem, field]) => ({
    field: field ?? '',
    message: problem ?? '',
  }))
}

/** Server-side apply answers 500 for what is a mistake in the object. */
function typedPatchError(message: string): TargetError | undefined {
  // Servers before 1.24 leave out which object it was.
  const match = /failed to create typed patch object(?: \([^)]*\))?: ([\s\S]*)/.exec(message)
  if (match?.[1] === undefined) return undefined
  const causes = [...match[1].matchAll(/(?:^|\n)\s*(\.[^\s:]+): ([^\n]*)/g)].map(([, field, said]) => ({
    field: field ?? '',
    message: said ?? '',
  }))
  return { kind: 'invalid', message, causes }
}

/** Whether the same request may succeed a little later. */
export function isTransient(response: TransportResponse): boolean {
  switch (response.status) {
    case 429:
    case 502:
    case 503:
    case 504:
      return true
    case 500: {
      const body = response.json()
      const reason = isJsonObject(body) ? textOf(body.reason) : undefined
      return reason !== undefined && reason !== 'Invalid'
    }
    default:
      return false
  }
}
