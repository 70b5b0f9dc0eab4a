import { Agent, type Dispatcher } from 'undici'
import type { PlainMessage } from '../bench/bench-session.ts'
import type { PlainAnswer } from '../bench/callout-rules.ts'
import type { ReportedCallout } from '../bench/report.ts'
import { headerOf, incomingResponse, plainHeaders, wholeBody } from './http-words.ts'

/** Bodies larger than this are cut off with an error: filters get them whole. Bytes. */
export const LARGEST_BODY = 64 * 1024 * 1024

const longestWait = 60_000

/** Sends what comes out of filters to real servers. Close it when done. */
export class UpstreamClient {
  readonly #agent = new Agent({ connections: 128, headersTimeout: longestWait, bodyTimeout: longestWait })
  readonly #upstream: URL
  /** Where callouts go, by the cluster that they name. */
  readonly #clusters: ReadonlyMap<string, URL>

  constructor(upstream: URL, clusters: ReadonlyMap<string, URL>) {
    this.#upstream = upstream
    this.#clusters = clusters
  }

  /** The upstream's answer; a 503 in words when there is none. */
  async request(message: PlainMessage, signal: AbortSignal): Promise<PlainMessage> {
    try {
      return await this.#send(this.#upstream, message, signal)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return incomingResponse(503, { 'content-type': 'text/plain' }, Buffer.from(`upstream connect error: ${reason}\n`))
    }
  }

  /** The answer to a callout; a failure for a cluster that is not known, and for gRPC, which is not spoken here. */
  async callout(callout: ReportedCallout, signal: AbortSignal): Promise<PlainAnswer> {
    const target = this.#clusters.get(callout.upstream)
    if (target === undefined || callout.kind !== 'http') return { kind: 'failure' }
    const body = 'text' in callout.body ? Buffer.from(callout.body.text) : Buffer.from(callout.body.base64, 'base64')
    const limit =
      callout.timeoutMilliseconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(callout.timeoutMilliseconds)]) : signal
    try {
      const answer = await this.#send(target, { headers: callout.headers, chunks: [body] }, limit)
      const [, ...headers] = answer.headers
      return {
        kind: 'http',
        status: Number(headerOf(answer.headers, ':status') ?? 0),
        headers,
        body: wholeBody(answer),
        trailers: [],
      }
    } catch {
      return { kind: 'failure' }
    }
  }

  async #send(base: URL, message: PlainMessage, signal: AbortSignal): Promise<PlainMessage> {
    const body = wholeBody(message)
    const method = headerOf(message.headers, ':method') ?? 'GET'
    const path = headerOf(message.headers, ':path') ?? '/'
    const response = await this.#agent.request({
      origin: base.origin,
      path: `${base.pathname.replace(/\/$/, '')}${path.startsWith('/') ? path : `/${path}`}`,
      method: method as Dispatcher.HttpMethod, // undici checks the token itself
      headers: [...plainHeaders(message.headers), 'host', headerOf(message.headers, ':authority') ?? base.host],
      body: body.length > 0 ? body : null,
      signal,
    })
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of response.body) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > LARGEST_BODY) throw new Error(`the answer is larger than ${LARGEST_BODY >> 20} MiB`)
      chunks.push(bytes)
    }
    return incomingResponse(response.statusCode, response.headers, Buffer.concat(chunks))
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}
