import type { IncomingMessage } from 'node:http'
import type { PlainMessage } from '../bench/bench-session.ts'
import type { ReportedHeaders } from '../bench/report.ts'

/** Headers that belong to one connection, and are made anew on the next (RFC 9110 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** A request that came in as filters see it, with the headers that Envoy adds in front of them. */
export function incomingRequest(request: IncomingMessage, body: Buffer, requestId: string): PlainMessage {
  const headers: [string, string][] = [
    [':authority', request.headers.host ?? 'localhost'],
    [':path', request.url ?? '/'],
    [':method', request.method ?? 'GET'],
    [':scheme', 'http'],
  ]
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase()
    if (name !== 'host' && !HOP_BY_HOP.has(name)) headers.push([name, request.rawHeaders[index + 1] ?? ''])
  }
  if (request.headers['x-forwarded-proto'] === undefined) headers.push(['x-forwarded-proto', 'http'])
  if (request.headers['x-request-id'] === undefined) headers.push(['x-request-id', requestId])
  return { headers, chunks: body.length > 0 ? [body] : [] }
}

/** The first value of a header. */
export function headerOf(headers: ReportedHeaders, name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1]
}

/** A message's headers as HTTP/1.1 sends them: no pseudo-headers, none of a connection, and no length, which is counted anew. */
export function plainHeaders(headers: ReportedHeaders): string[] {
  return headers
    .filter(([name]) => !name.startsWith(':') && !HOP_BY_HOP.has(name) && name !== 'content-length' && name !== 'host')
    .flat()
}

/** A message's body in one piece. */
export function wholeBody(message: PlainMessage): Buffer {
  return Buffer.concat(message.chunks)
}

/** An answer out of the network as filters see it. */
export function incomingResponse(
  status: number,
  raw: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: Buffer,
): PlainMessage {
  const headers: [string, string][] = [[':status', String(status)]]
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue
    for (const item of typeof value === 'string' ? [value] : value) headers.push([name.toLowerCase(), item])
  }
  return { headers, chunks: body.length > 0 ? [body] : [] }
}
