import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { isJsonObject } from '../../../plan/json.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'

/** One request to an API server. */
export interface KubernetesRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `/api/v1/…`, its segments escaped. */
  readonly path: string
  readonly query?: readonly (readonly [name: string, value: string])[]
  readonly body?: JsonObject
  /** Of what is listed names and labels are enough: a list of states holds none of them then. */
  readonly metadataOnly?: boolean
  readonly signal: AbortSignal
}

/** What an API server answered. */
export interface KubernetesAnswer {
  readonly status: number
  readonly json: JsonValue | undefined
  /** The server's clock where it says it; milliseconds since 1970. */
  readonly date: number | undefined
}

/** An API server, however it is reached: whoever opens the backend hands it in, credentials, TLS and retries included. */
export interface KubernetesApi {
  /** The server's address without credentials. */
  readonly server: string
  send(request: KubernetesRequest): Promise<StateResult<KubernetesAnswer>>
  close(): Promise<void>
}

/** Says why an answer is no success. */
export function kubernetesRefusal(what: string, answer: KubernetesAnswer): StateResult<never> {
  const { status, json } = answer
  const said = isJsonObject(json) && typeof json.message === 'string' ? `: ${json.message.slice(0, 300)}` : ''
  if (status === 401 || status === 403) return refused({ kind: 'unauthorized', message: `${what}${said} (status ${status}).` })
  if (status === 413) return refused({ kind: 'too-large', message: `${what}${said} (status 413).` })
  return refused({ kind: 'backend', message: `${what}${said} (status ${status}).` })
}

/** The metadata of an object; empty when it has none. */
export function metadataOf(object: JsonValue | undefined): JsonObject {
  return isJsonObject(object) && isJsonObject(object.metadata) ? object.metadata : {}
}

/** A text in a map of an object; '' when it is not there. */
export function textAt(holder: JsonValue | undefined, key: string): string {
  const value = isJsonObject(holder) ? holder[key] : undefined
  return typeof value === 'string' ? value : ''
}

/** The object of an answer that has to be one. */
export function objectOf(what: string, answer: KubernetesAnswer): StateResult<JsonObject> {
  return isJsonObject(answer.json) ? ok(answer.json) : kubernetesRefusal(`${what}: the answer is no object`, answer)
}
