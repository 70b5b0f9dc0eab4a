import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { LossyWire } from './lossy-wire.ts'

/** A server of Terraform's HTTP state protocol. */
export interface HttpStateServer {
  readonly url: string
  readonly wire: LossyWire
  /** Lets its clock go on. */
  forward(milliseconds: number): void
  /** Does the next request of this method, but breaks the connection instead of answering. */
  loseNextAnswer(method: string): void
  /** Answers the next request with this status, and does nothing. */
  failNext(status: number, retryAfter?: string): void
  /** What is stored at a path. */
  stateAt(path: string): string | undefined
  readonly requests: string[]
}

/**
 * How strict a server is.
 * - `strict`: keeps the whole lock, refuses it to everyone, its holder included, and takes writes from the holder alone.
 * - `gitlab`: what lib/api/terraform/state.rb and Terraform::RemoteStateHandler of GitLab 18 do: locks by POST and unlocks by DELETE at
 *   `…/lock`, keeps id, user and time of a lock and answers with the rest of the request that it refuses, takes each serial once,
 *   answers 500 to writes without the lock, deletes nothing that is locked and says yes all the same. It lays JSON out anew besides.
 * - `silent`: does not say who holds a lock, gives it to its holder again, does not look at the lock of writes, but at their If-Match.
 */
export type HttpStateDialect = 'strict' | 'gitlab' | 'silent'

interface Held {
  readonly id: string
  readonly text: string
  readonly at: number
}

interface Answer {
  readonly status: number
  readonly body?: string | Buffer
  readonly headers?: { readonly [name: string]: string }
}

type Json = { readonly [name: string]: unknown }

/** Starts one for the running test. `authorization`: what each request has to carry. */
export async function startHttpStateServer(
  options: { readonly authorization?: string; readonly dialect?: HttpStateDialect } = {},
): Promise<HttpStateServer> {
  const { dialect = 'strict' } = options
  const states = new Map<string, Buffer>()
  const locks = new Map<string, Held>()
  const serials = new Set<string>()
  const requests: string[] = []
  let lose = ''
  const wire = new LossyWire()
  let fail = 0
  let retryAfter = '0'
  let offset = 0
  const now = () => Date.now() + offset

  const write = (request: IncomingMessage, url: URL, body: Buffer): Answer => {
    const path = url.pathname
    const held = locks.get(path)
    if (dialect === 'silent') {
      const expected = request.headers['if-match']
      if (expected !== undefined && expected !== etagOf(states.get(path))) return { status: 412 }
    } else if (held?.id !== (url.searchParams.get('ID') ?? undefined)) {
      return dialect === 'gitlab' ? { status: 500 } : { status: 423, body: held?.text ?? '' }
    }
    const sum = createHash('md5').update(body).digest('base64')
    if (request.headers['content-md5'] !== sum) return { status: 400, body: 'checksum' }
    if (dialect === 'gitlab') {
      const document = parse(body)
      const serial = `${path} ${String(document.serial)}`
      if (serials.has(serial)) return { status: 422, body: '{"message":"duplicate key value violates unique constraint"}' }
      serials.add(serial)
      states.set(path, Buffer.from(JSON.stringify(document, null, 2)))
    } else {
      states.set(path, body)
    }
    return { status: 200 }
  }

  const lock = (path: string, body: Buffer): Answer => {
    const held = locks.get(path)
    const asked = parse(body)
    const id = String(asked.ID)
    if (dialect === 'gitlab') {
      const missing = ['ID', 'Operation', 'Info', 'Who', 'Version', 'Created', 'Path'].filter((name) => !(name in asked))
      if (missing.length > 0 || id.length > 255) return { status: 400, body: JSON.stringify({ error: missing.join(', ') }) }
    }
    if (held !== undefined && !(dialect === 'silent' && held.id === id)) {
      return dialect === 'silent' ? { status: 409 } : { status: dialect === 'gitlab' ? 409 : 423, body: said(held, asked) }
    }
    const taken = { id, text: body.toString('utf8'), at: now() }
    locks.set(path, taken)
    return { status: 200, body: dialect === 'gitlab' ? said(taken, asked) : '' }
  }

  const said = (held: Held, { Operation, Info, Version, Path }: Json): string =>
    dialect === 'gitlab'
      ? JSON.stringify({ Operation, Info, Version, Path, ID: held.id, Who: 'root', Created: new Date(held.at).toISOString() })
      : held.text

  const unlock = (url: URL, body: Buffer): Answer => {
    const held = locks.get(url.pathname)
    const id = url.searchParams.get('ID') ?? (body.length === 0 ? undefined : parse(body).ID)
    if (!(dialect === 'gitlab' && id === undefined) && held?.id !== id) return { status: 409 }
    locks.delete(url.pathname)
    return { status: 200 }
  }

  const remove = (url: URL): Answer => {
    const held = locks.get(url.pathname)
    if (dialect === 'gitlab' && held !== undefined) return { status: 200 }
    if (dialect === 'strict' && held !== undefined && held.id !== url.searchParams.get('ID'))
      return { status: 423, body: held.text }
    states.delete(url.pathname)
    for (const serial of serials) if (serial.startsWith(`${url.pathname} `)) serials.delete(serial)
    return { status: 200 }
  }

  const act = (request: IncomingMessage, url: URL, body: Buffer): Answer => {
    switch (dialect === 'gitlab' ? asTerraform(request.method ?? '', url) : request.method) {
      case 'GET': {
        const state = states.get(url.pathname)
        const etag = etagOf(state)
        return state === undefined ? { status: 404 } : { status: 200, body: state, headers: dialect === 'silent' ? { etag } : {} }
      }
      case 'POST':
        return write(request, url, body)
      case 'DELETE':
        return remove(url)
      case 'LOCK':
        return lock(url.pathname, body)
      case 'UNLOCK':
        return unlock(url, body)
      default:
        return { status: 405 }
    }
  }

  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    requests.push(`${request.method} ${url.pathname}`)
    if (options.authorization !== undefined && request.headers.authorization !== options.authorization) {
      response.writeHead(request.headers.authorization === undefined ? 401 : 403).end()
      return
    }
    const date = new Date(now()).toUTCString()
    if (fail > 0) {
      response.writeHead(fail, { date, 'retry-after': retryAfter }).end('<h1>Sorry</h1>')
      fail = 0
      return
    }
    const { status, body: text, headers } = act(request, url, body)
    if (wire.carry() || lose === request.method) {
      lose = ''
      request.socket.destroy()
      return
    }
    response.writeHead(status, { 'content-type': 'application/json', date, ...headers }).end(text)
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => answer(request, response, Buffer.concat(parts)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    wire,
    forward: (milliseconds) => {
      offset += milliseconds
    },
    loseNextAnswer: (method) => {
      lose = method
    },
    failNext: (status, wait = '0') => {
      fail = status
      retryAfter = wait
    },
    stateAt: (path) => states.get(path)?.toString('utf8'),
  }
}

/** GitLab locks at an address of its own, which ends with `/lock`. */
function asTerraform(method: string, url: URL): string {
  if (!url.pathname.endsWith('/lock')) return method.endsWith('LOCK') ? 'unknown' : method
  url.pathname = url.pathname.slice(0, -'/lock'.length)
  return method === 'POST' ? 'LOCK' : method === 'DELETE' ? 'UNLOCK' : method
}

function etagOf(bytes: Buffer | undefined): string {
  return `"${createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')}"`
}

function parse(body: Buffer): Json {
  const value: unknown = JSON.parse(body.toString('utf8'))
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
