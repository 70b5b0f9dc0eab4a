import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the registry behaves. */
export interface RegistryBehaviour {
  /** What one has to sign in with; nothing when not told. */
  readonly auth?: { readonly scheme: 'basic' | 'bearer'; readonly username: string; readonly password: string }
  /** Blobs come from another host, as registries in clouds do it. */
  readonly redirectBlobs?: boolean
}

/** An OCI registry in memory: manifests, blobs, tokens, redirects. */
export class SmallRegistry {
  readonly blobs = new Map<string, Buffer>()
  readonly manifests = new Map<string, { readonly type: string; readonly bytes: Buffer }>()
  /** `METHOD path authorization-scheme` of every request. */
  readonly requests: string[] = []
  readonly #server: Server
  readonly #storage: Server
  readonly #behaviour: RegistryBehaviour

  private constructor(behaviour: RegistryBehaviour) {
    this.#behaviour = behaviour
    this.#server = createServer((request, response) => void this.#handle(request, response))
    this.#storage = createServer((request, response) => {
      this.requests.push(`STORAGE ${request.url} ${request.headers.authorization?.split(' ')[0] ?? '-'}`)
      const blob = this.blobs.get(decodeURIComponent((request.url ?? '').slice(1)))
      response.writeHead(blob === undefined ? 404 : 200).end(blob)
    })
  }

  static async start(behaviour: RegistryBehaviour = {}): Promise<SmallRegistry> {
    const registry = new SmallRegistry(behaviour)
    for (const server of [registry.#server, registry.#storage])
      await new Promise<void>((settle) => server.listen(0, '127.0.0.1', () => settle()))
    return registry
  }

  async close(): Promise<void> {
    for (const server of [this.#server, this.#storage]) {
      server.closeAllConnections()
      await new Promise((settle) => server.close(settle))
    }
  }

  get host(): string {
    return `127.0.0.1:${portOf(this.#server)}`
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${this.host}`)
    const authorization = request.headers.authorization
    this.requests.push(`${request.method} ${url.pathname} ${authorization?.split(' ')[0] ?? '-'}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const { auth } = this.#behaviour
    if (url.pathname === '/token') return this.#token(url, authorization, response)
    if (auth !== undefined && authorization !== this.#expected(url)) {
      const scope = `repository:${repositoryOf(url)}:pull`
      const challenge =
        auth.scheme === 'basic'
          ? 'Basic realm="small"'
          : `Bearer realm="http://${this.host}/token",service="small",scope="${scope}"`
      response.writeHead(401, { 'www-authenticate': challenge }).end('{"errors":[{"code":"UNAUTHORIZED","message":"sign in"}]}')
      return
    }
    this.#serve(request.method ?? 'GET', url, request.headers['content-type'] ?? '', body, response)
  }

  #expected(_url: URL): string {
    const { auth } = this.#behaviour
    if (auth?.scheme !== 'basic') return 'Bearer let-me-in'
    return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
  }

  #token(url: URL, authorization: string | undefined, response: ServerResponse): void {
    const { auth } = this.#behaviour
    const expected = `Basic ${Buffer.from(`${auth?.username}:${auth?.password}`).toString('base64')}`
    if (authorization !== expected || !(url.searchParams.get('scope') ?? '').startsWith('repository:'))
      response.writeHead(401).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: 'let-me-in' }))
  }

  #serve(method: string, url: URL, type: string, body: Buffer, response: ServerResponse): void {
    const path = url.pathname.replace(/^\/v2\//, '')
    const manifest = /^(.+)\/manifests\/(.+)$/.exec(path)
    const blob = /^(.+)\/blobs\/(sha256:[0-9a-f]{64})$/.exec(path)
    if (manifest?.[2] !== undefined) {
      if (method === 'PUT') {
        this.manifests.set(manifest[2], { type, bytes: body })
        this.manifests.set(digest(body), { type, bytes: body })
        response.writeHead(201).end()
        return
      }
      const found = this.manifests.get(manifest[2])
      if (found === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}')
      else response.writeHead(200, { 'content-type': found.type }).end(found.bytes)
    } else if (blob?.[2] !== undefined) {
      const found = this.blobs.get(blob[2])
      if (found === undefined) response.writeHead(404).end()
      else if (method === 'GET' && this.#behaviour.redirectBlobs === true)
        response.writeHead(307, { location: `http://127.0.0.1:${portOf(this.#storage)}/${blob[2]}` }).end()
      else response.writeHead(200).end(method === 'HEAD' ? undefined : found)
    } else if (method === 'POST') {
      response.writeHead(202, { location: `${url.pathname}${randomUUID()}?state=1` }).end()
    } else if (method === 'PUT') {
      const named = url.searchParams.get('digest') ?? ''
      if (named !== digest(body) || url.searchParams.get('state') !== '1') response.writeHead(400).end()
      else {
        this.blobs.set(named, body)
        response.writeHead(201).end()
      }
    } else response.writeHead(404).end()
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function repositoryOf(url: URL): string {
  return /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1] ?? ''
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
