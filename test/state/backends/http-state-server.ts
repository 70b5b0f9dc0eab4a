import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server of Terraform's HTTP state protocol, as strict as GitLab's. */
export interface HttpStateServer {
  readonly url: string
  /** Does the next request of this method, but breaks the connection instead of answering. */
  loseNextAnswer(method: string): void
  /** Answers the next request with this status, and does nothing. */
  failNext(status: number): void
  readonly requests: string[]
}

/** Starts one for the running test. `authorization`: what each request has to carry. `relay`: lays JSON out anew. */
export async function startHttpStateServer(
  options: { readonly authorization?: string; readonly relay?: boolean } = {},
): Promise<HttpStateServer> {
  const states = new Map<string, Buffer>()
  const locks = new Map<string, { readonly id: string; readonly text: string }>()
  const requests: string[] = []
  let lose = ''
  let fail = 0

  const act = (request: IncomingMessage, url: URL, body: Buffer): { status: number; body?: string | Buffer } => {
    const method = asGitLab(request.method ?? '', url)
    const held = locks.get(url.pathname)
    switch (method) {
      case 'GET': {
        const state = states.get(url.pathname)
        return state === undefined ? { status: 404 } : { status: 200, body: state }
      }
      case 'POST': {
        if (held !== undefined && held.id !== url.searchParams.get('ID')) return { status: 423, body: held.text }
        const sum = createHash('md5').update(body).digest('base64')
        if (request.headers['content-md5'] !== sum) return { status: 400, body: 'checksum' }
        const text = options.relay === true ? Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8')), null, 2)) : body
        states.set(url.pathname, text)
        return { status: 200 }
      }
      case 'DELETE':
        if (held !== undefined && held.id !== url.searchParams.get('ID')) return { status: 423, body: held.text }
        states.delete(url.pathname)
        return { status: 200 }
      case 'LOCK': {
        if (held !== undefined) return { status: 423, body: held.text }
        const text = body.toString('utf8')
        locks.set(url.pathname, { id: idOf(text), text })
        return { status: 200 }
      }
      case 'UNLOCK':
        if (held === undefined || held.id !== idOf(body.toString('utf8'))) return { status: 409 }
        locks.delete(url.pathname)
        return { status: 200 }
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
    if (fail > 0) {
      response.writeHead(fail, { 'retry-after': '0' }).end('<h1>Sorry</h1>')
      fail = 0
      return
    }
    const { status, body: text } = act(request, url, body)
    if (lose === request.method) {
      lose = ''
      request.socket.destroy()
      return
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
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
    loseNextAnswer: (method) => {
      lose = method
    },
    failNext: (status) => {
      fail = status
    },
  }
}

/** GitLab locks by POST and unlocks by DELETE at an address of their own, which ends with `/lock`. */
function asGitLab(method: string, url: URL): string {
  if (!url.pathname.endsWith('/lock')) return method
  url.pathname = url.pathname.slice(0, -'/lock'.length)
  return method === 'POST' ? 'LOCK' : method === 'DELETE' ? 'UNLOCK' : method
}

function idOf(text: string): string {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null && 'ID' in value ? String(value.ID) : ''
}
