import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxResponse,
  type SandboxStream,
  textAnswer,
} from '../api/exchange.ts'
import { largestBody } from '../api/request-body.ts'
import { StatusError } from '../api/status-error.ts'

/** Answers requests as an API server does. */
export interface RequestHandler {
  handle(request: SandboxRequest): Promise<SandboxResponse>
}

/** What stands on every answer: nothing between a server and its client may keep it. */
const uncached = { 'cache-control': 'no-cache, private' } as const

const methods: readonly SandboxRequest['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** Compares in a time that tells nothing of the token. */
export function tokenCheck(token: string): (header: string | undefined) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const wanted = digest(`Bearer ${token}`)
  let last: string | undefined
  return (header) => {
    if (header === undefined) return false
    // Clients repeat one header: the digest is made once for it.
    if (header === last) return true
    const right = timingSafeEqual(digest(header), wanted)
    if (right) last = header
    return right
  }
}

const unauthorized = new StatusError({ code: 401, message: 'Unauthorized', reason: 'Unauthorized' })

/** Answers one HTTP request. Never rejects: a client that goes away only ends its own request. */
export async function answerHttp(
  handler: RequestHandler,
  isAllowed: (authorization: string | undefined) => boolean,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Most requests are answered before anybody could wait for their end: the signal is made when it is asked for.
  let gone: AbortController | undefined
  response.on('close', () => {
    if (!response.writableFinished) gone?.abort()
  })
  const signalOf = (): AbortSignal => {
    gone ??= new AbortController()
    if (response.destroyed) gone.abort()
    return gone.signal
  }
  try {
    if (!isAllowed(message.headers.authorization)) {
      message.resume()
      return send(message, response, 401, { 'content-type': 'application/json' }, `${JSON.stringify(unauthorized.status)}\n`)
    }
    const method = methods.find((each) => each === message.method)
    if (method === undefined) return sendAnswer(message, response, textAnswer(405, 'Method Not Allowed\n'))
    const body = await readBody(message)
    if (body === 'too-large') {
      // What is left of the body is never read, so that the connection is good for nothing else.
      response.shouldKeepAlive = false
      return sendAnswer(message, response, textAnswer(413, 'Request Entity Too Large\n'))
    }
    const answer = await handler.handle({
      method,
      path: message.url ?? '/',
      headers: singleHeaders(message),
      ...(body === undefined ? {} : { body }),
      get signal() {
        return signalOf()
      },
    })
    if (response.destroyed) return
    if (answer.kind === 'answer') sendAnswer(message, response, answer)
    else await sendStream(response, answer, signalOf())
  } catch (error) {
    const refused = diskAnswer(error)
    if (refused !== undefined && !response.headersSent && !response.destroyed) sendAnswer(message, response, refused)
    // The connection broke while it was read or written.
    else response.destroy()
  }
}

/** What the system says when a disk takes no more. What was asked for is written with the next request that finds room. */
const diskProblems: ReadonlySet<string> = new Set(['EDQUOT', 'EFBIG', 'EIO', 'ENOSPC', 'EROFS'])

function diskAnswer(error: unknown): SandboxAnswer | undefined {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (!(error instanceof Error) || !diskProblems.has(code)) return undefined
  const text = `the sandbox can't be kept on disk: ${error.message}`
  return jsonAnswer(500, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: text,
    reason: 'InternalError',
    details: { causes: [{ message: text }] },
    code: 500,
  })
}

function singleHeaders(message: IncomingMessage): { readonly [name: string]: string | undefined } {
  const headers: { [name: string]: string | undefined } = {}
  for (const [name, value] of Object.entries(message.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return headers
}

/** The body; one over the limit is read for the API to refuse, and one far beyond it is not read to its end. */
function readBody(message: IncomingMessage): Promise<Uint8Array | undefined | 'too-large'> {
  if (message.method === 'GET' || message.method === 'HEAD') return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    message.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > 2 * largestBody) {
        message.pause()
        resolve('too-large')
      } else chunks.push(chunk)
    })
    message.on('end', () => resolve(length === 0 ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    message.on('error', reject)
  })
}

function sendAnswer(message: IncomingMessage, response: ServerResponse, answer: SandboxAnswer): void {
  const path = message.url ?? ''
  const text = answer.bytes?.() ?? withLineEnd(answer, path)
  const isMarked =
    answer.status === 200 && message.method === 'GET' && (/^\/apis?\/?(\?|$)/.test(path) || path.startsWith('/openapi/'))
  if (!isMarked) return send(message, response, answer.status, answer.headers, text)
  // Documents that clients keep are marked, so that they can ask whether theirs still holds.
  const etag = `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"`
  const headers = { ...answer.headers, etag, vary: 'Accept' }
  if (message.headers['if-none-match'] === etag) return send(message, response, 304, headers, '')
  send(message, response, answer.status, headers, text)
}

/** Go's encoder ends a line of JSON; what is indented, and documents that it did not write, end without. */
function withLineEnd(answer: SandboxAnswer, path: string): string {
  const text = answer.text()
  const isLine = answer.headers['content-type']?.startsWith('application/json') === true && !text.startsWith('{\n')
  return isLine && !/^\/(openapi|version)/.test(path) ? `${text}\n` : text
}

function send(
  message: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
  text: string | Uint8Array,
): void {
  const common = { ...uncached, ...headers }
  response.writeHead(status, status === 304 ? common : { ...common, 'content-length': Buffer.byteLength(text) })
  // Text, not bytes: it leaves together with the headers in one write.
  response.end(message.method === 'HEAD' || status === 304 ? undefined : text)
}

/** Writes events as lines, no faster than the client reads them. */
async function sendStream(response: ServerResponse, stream: SandboxStream, signal: AbortSignal): Promise<void> {
  response.writeHead(stream.status, { ...uncached, ...stream.headers })
  response.flushHeaders()
  for await (const event of stream.events) {
    if (signal.aborted) break
    if (!response.write(`${event.text()}\n`)) await once(response, 'drain', { signal })
  }
  response.end()
}
