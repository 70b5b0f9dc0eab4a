import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { unsendableHeaders } from '../bench/unsendable-headers.ts'
import { headerOf, incomingRequest, plainHeaders, wholeBody } from './http-words.ts'
import type { LiveBench } from './live-bench.ts'
import { LARGEST_BODY } from './send-upstream.ts'

/** A small HTTP/1.1 proxy on this machine that takes every request through filters. */
export class FilterServer {
  readonly #server: Server
  readonly #bench: LiveBench

  constructor(bench: LiveBench) {
    this.#bench = bench
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  /** Listens on this machine's own address alone; answers the port. Rejects when it is taken. */
  listen(port: number): Promise<number> {
    return new Promise((settle, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address()
        settle(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const body = await readBody(request)
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end()
      return
    }
    const answer = await this.#bench.exchange(incomingRequest(request, body, randomUUID()), gone.signal)
    if (response.destroyed) return
    if (answer === undefined) {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('the filters did not answer\n')
      return
    }
    const status = Number(headerOf(answer.headers, ':status') ?? 502)
    try {
      response.writeHead(status >= 200 && status <= 599 ? status : 502, plainHeaders(answer.headers)).end(wholeBody(answer))
    } catch {
      const names = unsendableHeaders(answer.headers).join(', ')
      const text = `the filters made a response that is not HTTP${names === '' ? '' : `: see ${names}`}\n`
      response.writeHead(502, { 'content-type': 'text/plain' }).end(text)
    }
  }

  /** Stops listening and drops the connections. */
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((settle) => this.#server.close(settle))
  }
}

/** The request's body; undefined when it is larger than filters get. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > LARGEST_BODY) return undefined
      chunks.push(bytes)
    }
  } catch {
    return Buffer.alloc(0) // the client went away: nobody waits for what follows
  }
  return Buffer.concat(chunks)
}
