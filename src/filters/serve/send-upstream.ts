import { Agent, type Dispatcher } from 'undici'
import type { PlainMessage } from '../bench/bench-session.ts'
import type { PlainAnswer } from '../bench/callout-rules.ts'
import type { ReportedBody, ReportedCallout } from '../bench/report.ts'
import { GrpcClient } from './grpc-client.ts'
import { headerOf, incomingResponse, plainHeaders, wholeBody } from './http-words.ts'

/** Bodies larger than this are cut off with an error: filters get them whole. Bytes. */
export const LARGEST_BODY = 64 * 1024 * 1024

const longestWait = 60_000

/** Sends what comes out of filters to real servers. Close it when done. */
export class UpstreamClient {
  readonly #agent = new Agent({ connections: 128, headersTimeout: longestWait, bodyTimeout: longestWait })
  readonly #grpc = new GrpcClient(LARGEST_BODY)
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

  /**
   * The answer to a callout; a failure for a cluster that is not known. Of a gRPC stream those messages go out that the filter sent
   * in the callback that opened it.
   */
  async callout(callout: ReportedCallout, signal: AbortSignal): Promise<PlainAnswer> {
    const target = this.#clusters.get(callout.upstream)
    if (target === undefined) return { kind: 'failure' }
    const limit =
      callout.timeoutMilliseconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(callout.timeoutMilliseconds)]) : signal
    try {
      if (callout.kind !== 'http') {
        const { service = '', method = '', headers: metadata, messages = [] } = callout
        return await this.#grpc.call(target, { service, method, metadata, messages: messages.map(bytesOf) }, limit)
      }
      const answer = await this.#send(target, { headers: callout.headers, chunks: [bytesOf(callout.body)] }, limit)
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
    this.#grpc.close()
    await this.#agent.destroy()
  }
}

function bytesOf(body: ReportedBody): Buffer {
  return 'text' in body ? Buffer.from(body.text) : Buffer.from(body.base64, 'base64')
}
