import { STATIC_HEADERS } from './hpack-table.ts'
import type { HttpRequestParts } from './http1-request.ts'

/** Header fields that HTTP/2 does not carry (RFC 9113 section 8.2.2). */
const CONNECTION_HEADERS = new Set(['connection', 'host', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/**
 * The header block of a request, using the static table only: the same request is always the same bytes, so it is made once. A
 * `host` header becomes `:authority`.
 */
export function encodeHttp2Headers(parts: HttpRequestParts, scheme: 'http' | 'https', grpc: boolean): Buffer {
  const host = parts.headers.find(([name]) => name.toLowerCase() === 'host')
  const given = parts.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !CONNECTION_HEADERS.has(name))
  const names = new Set(given.map(([name]) => name))
  const fields: (readonly [string, string])[] = [
    [':method', parts.method],
    [':scheme', scheme],
    [':path', parts.path],
    [':authority', host?.[1] ?? parts.authority],
    ...given,
  ]
  if (grpc) {
    if (!names.has('te')) fields.push(['te', 'trailers'])
    if (!names.has('content-type')) fields.push(['content-type', 'application/grpc'])
  } else if (parts.body !== undefined && !names.has('content-length')) fields.push(['content-length', String(parts.body.length)])
  return Buffer.concat(fields.map(([name, value]) => encodeField(name, value)))
}

/** One field: indexed where the static table has it whole, otherwise a literal without indexing (RFC 7541 section 6). */
export function encodeField(name: string, value: string): Buffer {
  const whole = STATIC_HEADERS.findIndex((entry) => entry[0] === name && entry[1] === value)
  if (whole >= 0) return encodeInteger(0x80, 7, whole + 1)
  const named = STATIC_HEADERS.findIndex((entry) => entry[0] === name)
  return named >= 0
    ? Buffer.concat([encodeInteger(0, 4, named + 1), encodeString(value)])
    : Buffer.concat([Buffer.from([0]), encodeString(name), encodeString(value)])
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([encodeInteger(0, 7, bytes.length), bytes])
}

/** An integer with a prefix of so many bits (RFC 7541 section 5.1). */
function encodeInteger(pattern: number, bits: number, value: number): Buffer {
  const limit = 2 ** bits - 1
  if (value < limit) return Buffer.from([pattern | value])
  const bytes = [pattern | limit]
  let rest = value - limit
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}
