import { randomUUID } from 'node:crypto'
import { type StoreAnswer, type StoreServer, startStoreServer } from './store-server.ts'

interface Entry {
  readonly value: Buffer
  readonly index: number
  readonly session: string
}

interface Session {
  readonly ttlMs: number
  renewed: number
}

/** What Consul takes for one value, and for one transaction, in bytes. */
const LARGEST = 512 * 1024

/** Consul's keys, sessions and transactions for the running test, as its HTTP API documents them. Sessions end when their TTL does. */
export function startConsulKvServer(
  options: { readonly token?: string } = {},
): Promise<StoreServer & { readonly keys: () => string[] }> {
  const store = new KvStore()
  const server = startStoreServer((request, url, body, now) => {
    if (options.token !== undefined && request.headers['x-consul-token'] !== options.token) return text(403, 'Permission denied')
    store.endSilent(now)
    const [, , area, ...rest] = url.pathname.split('/').map(decodeURIComponent)
    const name = rest.join('/')
    if (area === 'kv') return store.kv(request.method ?? '', name, url.searchParams, body)
    if (area === 'txn') return store.transact(body)
    return area === 'session' ? store.session(rest[0] ?? '', rest[1] ?? '', body, now) : text(404, '')
  })
  return server.then((started) => ({ ...started, keys: () => [...store.entries.keys()] }))
}

class KvStore {
  readonly entries = new Map<string, Entry>()
  readonly #sessions = new Map<string, Session>()
  #index = 10

  endSilent(now: number): void {
    for (const [id, { ttlMs, renewed }] of this.#sessions) if (now - renewed > ttlMs) this.#end(id)
  }

  kv(method: string, key: string, query: URLSearchParams, body: Buffer): StoreAnswer {
    const found = this.entries.get(key)
    if (method === 'GET') {
      if (query.has('keys')) {
        const keys = [...this.entries.keys()].filter((name) => name.startsWith(key)).sort()
        return keys.length === 0 ? text(404, '') : json(keys)
      }
      return found === undefined ? text(404, '') : json([shown(key, found)])
    }
    if (method === 'DELETE') {
      for (const name of this.entries.keys())
        if (name === key || (query.has('recurse') && name.startsWith(key))) this.entries.delete(name)
      return json(true)
    }
    if (body.length > LARGEST) return text(413, 'Request body too large')
    const cas = query.get('cas')
    const [acquire, release] = [query.get('acquire'), query.get('release')]
    if (cas !== null && Number(cas) !== (found?.index ?? 0)) return json(false)
    if (acquire !== null) {
      if (!this.#sessions.has(acquire)) return text(500, `invalid session "${acquire}"`)
      if (found !== undefined && found.session !== '' && found.session !== acquire) return json(false)
      this.#put(key, body, acquire)
      return json(true)
    }
    if (release !== null) {
      if (found?.session !== release) return json(false)
      this.#put(key, body, '')
      return json(true)
    }
    this.#put(key, body, found?.session ?? '')
    return json(true)
  }

  transact(body: Buffer): StoreAnswer {
    if (body.length > LARGEST) return text(413, 'Request body too large')
    const steps = (JSON.parse(body.toString('utf8')) as readonly { readonly KV: Step }[]).map(({ KV }) => KV)
    const wrong = steps.findIndex((step) => {
      const found = this.entries.get(step.Key)
      if (step.Verb === 'check-session') return found?.session !== step.Session
      // What is gone already counts as deleted.
      return found === undefined && step.Verb === 'delete-cas' ? false : (found?.index ?? 0) !== step.Index
    })
    if (wrong >= 0) return json({ Results: null, Errors: [{ OpIndex: wrong, What: 'failed' }] }, 409)
    const results = steps.flatMap((step) => {
      if (step.Verb === 'delete-cas') this.entries.delete(step.Key)
      if (step.Verb === 'cas') this.#put(step.Key, Buffer.from(step.Value ?? '', 'base64'), '')
      const entry = this.entries.get(step.Key)
      return entry === undefined ? [] : [{ KV: { ...shown(step.Key, entry), Value: null } }]
    })
    return json({ Results: results, Errors: null })
  }

  session(what: string, id: string, body: Buffer, now: number): StoreAnswer {
    if (what === 'create') {
      const { TTL } = JSON.parse(body.toString('utf8')) as { readonly TTL: string }
      const made = randomUUID()
      this.#sessions.set(made, { ttlMs: Number(TTL.replace('s', '')) * 1000, renewed: now })
      return json({ ID: made })
    }
    const session = this.#sessions.get(id)
    if (what === 'renew') {
      if (session === undefined) return text(404, `Session id '${id}' not found`)
      session.renewed = now
      return json([{ ID: id }])
    }
    this.#end(id)
    return json(true)
  }

  #end(id: string): void {
    this.#sessions.delete(id)
    for (const [key, entry] of this.entries) if (entry.session === id) this.#put(key, entry.value, '')
  }

  #put(key: string, value: Buffer, session: string): void {
    this.entries.set(key, { value, index: ++this.#index, session })
  }
}

interface Step {
  readonly Verb: 'check-session' | 'cas' | 'delete-cas'
  readonly Key: string
  readonly Session?: string
  readonly Value?: string
  readonly Index?: number
}

function shown(key: string, { value, index, session }: Entry) {
  return { Key: key, Value: value.toString('base64'), ModifyIndex: index, ...(session === '' ? {} : { Session: session }) }
}

function json(body: unknown, status = 200): StoreAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function text(status: number, body: string): StoreAnswer {
  return { status, body }
}
