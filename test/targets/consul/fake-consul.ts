import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/plan/json.ts'
import { wrongWords } from '../../providers/consul-words.ts'

/** A Consul that answers as one does: config entries with check-and-set and blocking queries, and an agent with services. */
export interface FakeConsul {
  readonly address: string
  /** Lets somebody else write each of these just before one of our own writes. */
  interfere(...entries: readonly JsonObject[]): void
  close(): Promise<void>
}

interface Entry {
  readonly body: JsonObject
  readonly created: number
  readonly modified: number
}

/** Starts a fake on a free port of the loopback; with a token it knows nobody else. */
export async function startFakeConsul(options: {
  readonly version: string
  readonly token?: string
  readonly tls?: ServerOptions
}): Promise<FakeConsul> {
  const entries = new Map<string, Entry>()
  const services = new Map<string, JsonObject>()
  const catalog = new Map<string, JsonObject>()
  const waiting = new Set<() => void>()
  const interferences: JsonObject[] = []
  let index = 10
  const changed = () => {
    index++
    for (const wake of waiting) wake()
  }
  const write = (body: JsonObject, cas: string | null): boolean => {
    const id = `${body.Kind}/${body.Name}`
    const old = entries.get(id)
    if (cas !== null && Number(cas) !== (old?.modified ?? 0)) return false
    changed()
    entries.set(id, { body, created: old?.created ?? index, modified: index })
    return true
  }
  const answered = (entry: Entry): JsonObject => ({
    ...entry.body,
    // A server answers empty parts that nobody wrote.
    ...(entry.body.Kind === 'service-defaults' ? { TransparentProxy: {}, MeshGateway: {}, Expose: {} } : {}),
    ...(entry.body.Kind === 'service-intentions' ? { Sources: precedence(entry.body.Sources ?? []) } : {}),
    CreateIndex: entry.created,
    ModifyIndex: entry.modified,
  })
  const refusal = (body: JsonObject): string | undefined => {
    const { Kind, Name: _name, Meta: _meta, ...fields } = body
    const [wrong] = wrongWords(String(Kind), fields)
    return wrong === undefined ? undefined : `Bad request: Request decoding failed: 1 error occurred:\n\t* ${wrong}\n\n`
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const answer = (status: number, body: JsonValue | undefined) => {
      response.writeHead(status, { 'X-Consul-Index': String(index) })
      response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body))
    }
    if (options.token !== undefined && request.headers['x-consul-token'] !== options.token)
      return answer(403, 'Permission denied')
    const body = await bodyOf(request)
    const [, , api, first = '', second = ''] = url.pathname.split('/').map(decodeURIComponent)
    const since = url.searchParams.get('index')
    if (since !== null && Number(since) >= index) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
        request.on('close', wake)
      })
    }
    if (url.pathname === '/v1/agent/self') return answer(200, { Config: { Datacenter: 'dc1', Version: options.version } })
    if (url.pathname === '/v1/agent/services') return answer(200, Object.fromEntries(services))
    if (url.pathname === '/v1/agent/service/register') {
      register(services, body)
      return answer(200, undefined)
    }
    if (url.pathname.startsWith('/v1/agent/service/deregister/')) {
      const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
      services.delete(id)
      services.delete(`${id}-sidecar-proxy`)
      return answer(200, undefined)
    }
    if (api === 'catalog') {
      const done = catalogAnswer(catalog, first, second, body)
      if (request.method === 'PUT') changed()
      return done === undefined ? answer(404, 'not found') : answer(200, done)
    }
    if (api !== 'config') return answer(404, 'not found')
    if (request.method === 'PUT') {
      const other = interferences.shift()
      if (other !== undefined) write(other, null)
      const wrong = refusal(body)
      return wrong === undefined ? answer(200, write(body, url.searchParams.get('cas'))) : answer(400, wrong)
    }
    if (request.method === 'DELETE') {
      if (entries.delete(`${first}/${second}`)) changed()
      return answer(200, {})
    }
    if (second === '') {
      return answer(200, [...entries.values()].filter((entry) => entry.body.Kind === first).map(answered))
    }
    const found = entries.get(`${first}/${second}`)
    return found === undefined ? answer(404, `Config entry not found for "${first}" / "${second}"`) : answer(200, answered(found))
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => void handle(request, response)
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    interfere: (...others) => void interferences.push(...others),
    close: () => {
      for (const wake of waiting) wake()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  let text = ''
  for await (const chunk of request) text += chunk
  const value: unknown = text === '' ? {} : JSON.parse(text)
  return isJsonObject(value) ? value : {}
}

function precedence(sources: JsonValue): JsonValue {
  if (!Array.isArray(sources)) return sources
  return (sources as readonly JsonObject[]).map((source) => ({
    ...source,
    Type: 'consul',
    Precedence: source.Name === '*' ? 8 : 9,
  }))
}

function register(services: Map<string, JsonObject>, body: JsonObject): void {
  const { Name, Connect, ...rest } = body
  const id = String(body.ID ?? Name)
  services.set(id, { Tags: [], Address: '', Weights: { Passing: 1, Warning: 1 }, ...rest, ID: id, Service: Name ?? '' })
  if (isJsonObject(Connect) && Connect.SidecarService !== undefined) {
    services.set(`${id}-sidecar-proxy`, { Kind: 'connect-proxy', ID: `${id}-sidecar-proxy`, Service: `${Name}-sidecar-proxy` })
  }
}

/** Registrations of nodes without agent, and the catalog's answers about them. */
function catalogAnswer(catalog: Map<string, JsonObject>, first: string, second: string, body: JsonObject): JsonValue | undefined {
  switch (first) {
    case 'register': {
      const service = isJsonObject(body.Service) ? body.Service : {}
      const instance = { Node: body.Node ?? '', Address: body.Address ?? '', CreateIndex: 1, ModifyIndex: 1 }
      const fields = Object.entries(service).map(([name, value]) => [`Service${name === 'Service' ? 'Name' : name}`, value])
      catalog.set(String(service.ID), { ...instance, ServiceWeights: { Passing: 1, Warning: 1 }, ...Object.fromEntries(fields) })
      return true
    }
    case 'deregister':
      catalog.delete(String(body.ServiceID))
      return true
    case 'services':
      return Object.fromEntries([...catalog.values()].map((instance) => [String(instance.ServiceName), []]))
    case 'service':
      return [...catalog.values()].filter((instance) => instance.ServiceName === second)
    default:
      return undefined
  }
}
