import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import type { PlainAnswer } from '../bench/callout-rules.ts'
import type { ReportedHeaders } from '../bench/report.ts'

/** A gRPC call to be made, its messages all at hand. */
export interface GrpcRequest {
  readonly service: string
  readonly method: string
  readonly metadata: ReportedHeaders
  readonly messages: readonly Buffer[]
}

type ResponseHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader

/** Bytes in front of every message: whether it is compressed, and its length (grpc/grpc, doc/PROTOCOL-HTTP2.md). */
const prefixLength = 5

/** gRPC over HTTP/2, without TLS to http:// addresses. One connection a server, kept until `close`. */
export class GrpcClient {
  readonly #largest: number
  readonly #sessions = new Map<string, ClientHttp2Session>()

  /** `largest` is the most bytes that an answer may have. */
  constructor(largest: number) {
    this.#largest = largest
  }

  /** Sends the messages, half-closes, and answers what came back. Rejects when no gRPC answer did. */
  call(target: URL, request: GrpcRequest, signal: AbortSignal): Promise<PlainAnswer> {
    const session = this.#session(target.origin)
    return new Promise((settle, reject) => {
      const stream = session.request(
        {
          ...Object.fromEntries(request.metadata.filter(([name]) => !name.startsWith(':'))),
          ':method': 'POST',
          ':path': `/${request.service}/${request.method}`,
          'content-type': 'application/grpc',
          te: 'trailers',
        },
        { signal },
      )
      const chunks: Buffer[] = []
      let size = 0
      let initial: ResponseHeaders = {}
      let trailing: IncomingHttpHeaders = {}
      stream.on('response', (headers) => {
        initial = headers
      })
      stream.on('trailers', (headers) => {
        trailing = headers
      })
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > this.#largest) stream.destroy(new Error(`the answer is larger than ${this.#largest >> 20} MiB`))
        else chunks.push(chunk)
      })
      stream.on('error', reject)
      stream.on('end', () => {
        const answer = grpcAnswer(initial, Buffer.concat(chunks), trailing)
        if (answer === undefined) reject(new Error('it is no gRPC answer'))
        else settle(answer)
      })
      stream.on('close', () => reject(new Error('the stream was reset')))
      for (const message of request.messages) stream.write(frame(message))
      stream.end()
    })
  }

  #session(origin: string): ClientHttp2Session {
    const known = this.#sessions.get(origin)
    if (known !== undefined && !known.closed && !known.destroyed) return known
    const session = connect(origin)
    session.on('error', () => this.#sessions.delete(origin)) // every stream of it is told as well
    session.on('close', () => this.#sessions.delete(origin))
    this.#sessions.set(origin, session)
    return session
  }

  close(): void {
    for (const session of this.#sessions.values()) session.destroy()
    this.#sessions.clear()
  }
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixLength)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** Takes an answer apart; undefined when it is none. Without messages its status may stand in the headers. */
function grpcAnswer(initial: ResponseHeaders, body: Buffer, trailing: IncomingHttpHeaders): PlainAnswer | undefined {
  const status = Number(trailing['grpc-status'] ?? initial['grpc-status'])
  const messages = unframed(body)
  if (initial[':status'] !== 200 || !Number.isInteger(status) || messages === undefined) return undefined
  const message = trailing['grpc-message'] ?? initial['grpc-message']
  return {
    kind: 'grpc',
    initialMetadata: metadata(initial),
    messages,
    trailingMetadata: metadata(trailing),
    status,
    message: typeof message === 'string' ? percentDecoded(message) : '',
  }
}

/** The messages of a body; undefined when it is cut short or compressed, which was not asked for. */
function unframed(body: Buffer): readonly Buffer[] | undefined {
  const messages: Buffer[] = []
  let at = 0
  while (at < body.length) {
    if (at + prefixLength > body.length || body[at] !== 0) return undefined
    const end = at + prefixLength + body.readUInt32BE(at + 1)
    if (end > body.length) return undefined
    messages.push(body.subarray(at + prefixLength, end))
    at = end
  }
  return messages
}

function metadata(headers: IncomingHttpHeaders): ReportedHeaders {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (name.startsWith(':') || value === undefined) return []
    return (Array.isArray(value) ? value : [value]).map((item) => [name, item] as const)
  })
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
