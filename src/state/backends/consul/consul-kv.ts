import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'
import { type HttpAnswer, type HttpExchange, httpRefusal } from '../remote/http-exchange.ts'

/** Which agent keeps states, and where among its keys. */
export interface ConsulSettings {
  /** Origin of its HTTP API. */
  readonly address: string
  /** Before all keys, without slashes at its ends. */
  readonly prefix: string
  readonly datacenter: string | undefined
  readonly namespace: string | undefined
  readonly partition: string | undefined
}

/** A key with what guards it. */
export interface ConsulEntry {
  readonly value: Uint8Array
  /** ModifyIndex. */
  readonly index: number
  /** Of whoever holds it as a lock; '' when nobody does. */
  readonly session: string
}

/** One step of a transaction: all are done, or none. Values in base64. */
export type ConsulStep =
  | { readonly Verb: 'check-session'; readonly Key: string; readonly Session: string }
  | { readonly Verb: 'cas'; readonly Key: string; readonly Value: string; readonly Index: number }
  | { readonly Verb: 'delete-cas'; readonly Key: string; readonly Index: number }

/** What a transaction came to: the index of each key that it wrote, or the first step that was refused. */
export type ConsulTransaction =
  | { readonly kind: 'done'; readonly indexes: ReadonlyMap<string, number> }
  | { readonly kind: 'refused'; readonly step: number }

/** The keys and sessions of a Consul server that states and locks need (HTTP API, v1). */
export class ConsulKv {
  readonly #exchange: HttpExchange
  readonly #settings: ConsulSettings
  readonly #token: () => Promise<StateResult<string | undefined>>

  constructor(exchange: HttpExchange, settings: ConsulSettings, token: () => Promise<StateResult<string | undefined>>) {
    this.#exchange = exchange
    this.#settings = settings
    this.#token = token
  }

  /** `consul://host:port/key`, for people. */
  describe(name: string): string {
    return `consul://${new URL(this.#settings.address).host}/${this.key(name)}`
  }

  /** A name below the prefix, as a whole key. */
  key(name: string): string {
    return `${this.#settings.prefix}/${name}`
  }

  async get(what: string, name: string, signal: AbortSignal): Promise<StateResult<ConsulEntry | undefined>> {
    const answer = await this.#send(what, 'GET', `kv/${escapeKey(this.key(name))}`, { consistent: '' }, undefined, signal)
    if (!answer.ok) return answer
    if (answer.value.status === 404) return ok(undefined)
    if (answer.value.status !== 200) return httpRefusal(what, answer.value)
    const [item] = listOf(answer.value)
    if (!isJsonObject(item) || typeof item.ModifyIndex !== 'number') return this.#odd(what)
    const { Value, Session, ModifyIndex } = item
    const value = Buffer.from(typeof Value === 'string' ? Value : '', 'base64')
    return ok({ value, index: ModifyIndex, session: typeof Session === 'string' ? Session : '' })
  }

  /** Writes a key that must not be there yet; writing the same again is no mistake. */
  async create(what: string, name: string, value: Uint8Array, signal: AbortSignal): Promise<StateResult<void>> {
    const answer = await this.#send(what, 'PUT', `kv/${escapeKey(this.key(name))}`, { cas: '0' }, value, signal)
    if (!answer.ok) return answer
    if (answer.value.status !== 200) return httpRefusal(what, answer.value)
    // False after a broken connection: the earlier try got through.
    return isTrue(answer.value) || answer.value.tries > 1 ? ok(undefined) : this.#odd(what)
  }

  /** Takes a key as a lock for a session, or gives it back; either way with a new value. False when the key is somebody else's. */
  async lock(
    what: string,
    name: string,
    step: 'acquire' | 'release',
    session: string,
    value: Uint8Array,
    signal: AbortSignal,
  ): Promise<StateResult<boolean>> {
    const answer = await this.#send(what, 'PUT', `kv/${escapeKey(this.key(name))}`, { [step]: session }, value, signal)
    if (!answer.ok) return answer
    return answer.value.status === 200 ? ok(isTrue(answer.value)) : httpRefusal(what, answer.value)
  }

  /** Names of the keys below a name, sorted; `name` ends with a slash or is ''. */
  async names(what: string, name: string, signal: AbortSignal): Promise<StateResult<readonly string[]>> {
    const answer = await this.#send(
      what,
      'GET',
      `kv/${escapeKey(this.key(name))}`,
      { keys: '', consistent: '' },
      undefined,
      signal,
    )
    if (!answer.ok) return answer
    if (answer.value.status === 404) return ok([])
    if (answer.value.status !== 200) return httpRefusal(what, answer.value)
    const keys = listOf(answer.value).filter((key): key is string => typeof key === 'string')
    return ok(keys.map((key) => key.slice(this.key('').length)).sort())
  }

  /** Deletes everything below a name that ends with a slash. */
  async deleteBelow(what: string, name: string, signal: AbortSignal): Promise<StateResult<void>> {
    const answer = await this.#send(what, 'DELETE', `kv/${escapeKey(this.key(name))}`, { recurse: '' }, undefined, signal)
    if (!answer.ok) return answer
    return answer.value.status === 200 ? ok(undefined) : httpRefusal(what, answer.value)
  }

  async transact(what: string, steps: readonly ConsulStep[], signal: AbortSignal): Promise<StateResult<ConsulTransaction>> {
    const body = Buffer.from(JSON.stringify(steps.map((step) => ({ KV: step }))))
    const answer = await this.#send(what, 'PUT', 'txn', {}, body, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    if (status !== 200 && status !== 409) return httpRefusal(what, answer.value)
    const { Results, Errors } = objectOf(answer.value)
    if (status === 409) {
      const first = Array.isArray(Errors) ? (Errors as readonly JsonValue[]).find(isJsonObject) : undefined
      return typeof first?.OpIndex === 'number' ? ok({ kind: 'refused', step: first.OpIndex }) : this.#odd(what)
    }
    const written = Array.isArray(Results) ? (Results as readonly JsonValue[]) : []
    const indexes = written.flatMap((result): [string, number][] => {
      const entry = isJsonObject(result) && isJsonObject(result.KV) ? result.KV : {}
      return typeof entry.Key === 'string' && typeof entry.ModifyIndex === 'number' ? [[entry.Key, entry.ModifyIndex]] : []
    })
    return ok({ kind: 'done', indexes: new Map(indexes) })
  }

  /**
   * Begins a session, which lets go of its locks when it was not renewed for `ttlMs`, or up to twice that: Consul takes its time. It
   * hangs on no health check of the agent, since the agent may be one of many behind an address.
   */
  async beginSession(what: string, ttlMs: number, signal: AbortSignal): Promise<StateResult<string>> {
    const wanted = {
      Name: 'meshform',
      TTL: `${Math.ceil(ttlMs / 1000)}s`,
      Behavior: 'release',
      LockDelay: '0s',
      Checks: [],
      NodeChecks: [],
    }
    const answer = await this.#send(what, 'PUT', 'session/create', {}, Buffer.from(JSON.stringify(wanted)), signal)
    if (!answer.ok) return answer
    if (answer.value.status !== 200) return httpRefusal(what, answer.value)
    const { ID } = objectOf(answer.value)
    return typeof ID === 'string' && ID !== '' ? ok(ID) : this.#odd(what)
  }

  /** False when it has ended. */
  async renewSession(what: string, session: string, signal: AbortSignal): Promise<StateResult<boolean>> {
    const answer = await this.#send(what, 'PUT', `session/renew/${encodeURIComponent(session)}`, {}, undefined, signal)
    if (!answer.ok) return answer
    const { status } = answer.value
    return status === 200 || status === 404 ? ok(status === 200) : httpRefusal(what, answer.value)
  }

  /** No error when it has ended already. */
  async endSession(what: string, session: string, signal: AbortSignal): Promise<StateResult<void>> {
    const answer = await this.#send(what, 'PUT', `session/destroy/${encodeURIComponent(session)}`, {}, undefined, signal)
    if (!answer.ok) return answer
    return answer.value.status === 200 || answer.value.status === 404 ? ok(undefined) : httpRefusal(what, answer.value)
  }

  async #send(
    what: string,
    method: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<StateResult<HttpAnswer>> {
    const token = await this.#token()
    if (!token.ok) return token
    const { address, datacenter, namespace, partition } = this.#settings
    const url = new URL(`${address}/v1/${path}`)
    for (const [name, value] of Object.entries({ ...query, dc: datacenter, ns: namespace, partition })) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    const headers: Readonly<Record<string, string>> = token.value === undefined ? {} : { 'x-consul-token': token.value }
    return this.#exchange.send(what, { method, url, headers, signal, ...(body === undefined ? {} : { body }) })
  }

  #odd(what: string): StateResult<never> {
    return refused({ kind: 'backend', message: `${what}: the server answered something that Consul does not answer.` })
  }
}

function escapeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

function parse({ bytes }: HttpAnswer): JsonValue {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue
  } catch {
    return null
  }
}

function listOf(answer: HttpAnswer): readonly JsonValue[] {
  const json = parse(answer)
  return Array.isArray(json) ? (json as readonly JsonValue[]) : []
}

function objectOf(answer: HttpAnswer): JsonObject {
  const json = parse(answer)
  return isJsonObject(json) ? json : {}
}

function isTrue(answer: HttpAnswer): boolean {
  return parse(answer) === true
}
