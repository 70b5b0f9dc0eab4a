import type { EndpointRequest } from '../wire/endpoint.ts'
import { frameGrpcMessage } from '../wire/grpc-message.ts'
import { encodeHttp2Headers } from '../wire/hpack-encode.ts'
import { encodeHttp1Request, type HttpRequestParts } from '../wire/http1-request.ts'
import type { PreparedRequest } from '../wire/prepared-request.ts'
import type { LoadSpec, RequestSpec } from './load-spec.ts'
import { type DataRow, fillPlaceholders, hasPlaceholder } from './placeholder.ts'

/** Rows are turned into bytes before the run; more than this many are not taken, to bound memory. */
export const ROW_LIMIT = 100_000

/** The requests of one origin: they share connections. */
export interface RequestPool {
  readonly origin: string
  readonly endpoint: EndpointRequest
  readonly requests: readonly PreparedRequest[]
  /** Sum of the weights of its requests. */
  readonly weight: number
}

/** All requests of a spec as bytes, grouped by origin in order of first mention. */
export interface PreparedLoad {
  readonly pools: readonly RequestPool[]
  /** The order in which requests are taken, over and over: pool and request, by weight. */
  readonly sequence: readonly { readonly pool: number; readonly request: PreparedRequest }[]
}

/** Turns every request of the spec into bytes. Pure; the spec has been checked. */
export function prepareRequests(spec: LoadSpec): PreparedLoad {
  const pools: { origin: string; endpoint: EndpointRequest; requests: PreparedRequest[]; weight: number }[] = []
  const prepared = spec.requests.map((request, index) => {
    const url = new URL(request.url.replaceAll(/\{\{[^}]*\}\}/g, 'x'))
    const endpoint = endpointOf(url, spec)
    const origin = `${url.protocol}//${endpoint.host}:${endpoint.port}`
    let pool = pools.findIndex((candidate) => candidate.origin === origin)
    if (pool < 0) pool = pools.push({ origin, endpoint, requests: [], weight: 0 }) - 1
    const made = prepareRequest(request, index, spec)
    const entry = pools[pool]
    entry?.requests.push(made)
    if (entry !== undefined) entry.weight += request.weight
    return { pool, request: made }
  })
  const order = weightedOrder(spec.requests.map((request) => request.weight))
  return { pools, sequence: order.flatMap((index) => prepared[index] ?? []) }
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

function endpointOf(url: URL, spec: LoadSpec): EndpointRequest {
  const secure = url.protocol === 'https:' || url.protocol === 'tls:' || url.protocol === 'grpcs:'
  return {
    host: url.hostname,
    port: url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? (secure ? 443 : 80)) : Number(url.port),
    tls: secure ? (spec.tls ?? {}) : undefined,
    protocols: ALPN[spec.protocol],
  }
}

const ALPN: Readonly<Record<LoadSpec['protocol'], readonly string[]>> = {
  http1: ['http/1.1'],
  http2: ['h2'],
  grpc: ['h2'],
  tcp: [],
}

function prepareRequest(request: RequestSpec, index: number, spec: LoadSpec): PreparedRequest {
  const rows = spec.rows.length > 0 && usesRows(request) ? spec.rows : [undefined]
  const bytes: Buffer[] = []
  const bodies: Buffer[] = []
  for (const row of rows) {
    const url = new URL(row === undefined ? request.url : fillPlaceholders(request.url, row))
    const body = row === undefined ? request.body : filledBody(request.body, row)
    const parts: HttpRequestParts = {
      method: request.method,
      authority: url.host,
      path: `${url.pathname}${url.search}`,
      headers:
        row === undefined
          ? request.headers
          : request.headers.map(([name, value]) => [name, fillPlaceholders(value, row)] as const),
      body,
    }
    switch (spec.protocol) {
      case 'http1':
        bytes.push(encodeHttp1Request(parts, spec.keepAlive))
        break
      case 'http2':
        bytes.push(encodeHttp2Headers(parts, url.protocol === 'https:' ? 'https' : 'http', false))
        if (request.body !== undefined) bodies.push(Buffer.from(body ?? []))
        break
      case 'grpc':
        bytes.push(encodeHttp2Headers(parts, url.protocol === 'http:' || url.protocol === 'grpc:' ? 'http' : 'https', true))
        bodies.push(frameGrpcMessage(body ?? new Uint8Array(0)))
        break
      case 'tcp':
        bytes.push(Buffer.from(body ?? []))
        break
    }
  }
  return {
    index,
    name: request.name,
    headOnly: request.method === 'HEAD',
    bytes,
    bodies,
    expectStatus: request.expectStatus,
    answerBytes: request.answerBytes ?? request.answer?.length ?? request.body?.length ?? 1,
    answer: request.answer === undefined ? undefined : Buffer.from(request.answer),
    next: 0,
  }
}

function usesRows(request: RequestSpec): boolean {
  if (hasPlaceholder(request.url) || request.headers.some(([, value]) => hasPlaceholder(value))) return true
  return request.body !== undefined && hasPlaceholder(Buffer.from(request.body).toString('utf8'))
}

function filledBody(body: Uint8Array | undefined, row: DataRow): Uint8Array | undefined {
  if (body === undefined) return undefined
  const text = Buffer.from(body).toString('utf8')
  return hasPlaceholder(text) ? Buffer.from(fillPlaceholders(text, row), 'utf8') : body
}

/** The longest weighted order made; finer weights are rounded to it. */
const ORDER_LIMIT = 1_000

/**
 * Indexes in an order where each comes as often as its weight says and as evenly as can be (smooth weighted round robin). The
 * order is as long as the weights, reduced to whole numbers, are together.
 */
export function weightedOrder(weights: readonly number[]): number[] {
  const whole = wholeWeights(weights)
  const total = whole.reduce((sum, weight) => sum + weight, 0)
  const credit = whole.map(() => 0)
  const order: number[] = []
  for (let step = 0; step < total; step += 1) {
    let best = 0
    for (let index = 0; index < whole.length; index += 1) {
      credit[index] = (credit[index] ?? 0) + (whole[index] ?? 0)
      if ((credit[index] ?? 0) > (credit[best] ?? 0)) best = index
    }
    credit[best] = (credit[best] ?? 0) - total
    order.push(best)
  }
  return order
}

function wholeWeights(weights: readonly number[]): number[] {
  const integral = weights.every((weight) => Number.isInteger(weight))
  const divisor = integral ? weights.reduce(greatestCommonDivisor, 0) : 0
  const reduced = divisor > 0 ? weights.map((weight) => weight / divisor) : [...weights]
  const sum = reduced.reduce((total, weight) => total + weight, 0)
  if (integral && sum <= ORDER_LIMIT) return reduced
  return reduced.map((weight) => (weight > 0 ? Math.max(1, Math.round((weight / sum) * ORDER_LIMIT)) : 0))
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}
