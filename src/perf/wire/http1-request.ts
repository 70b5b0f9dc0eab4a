const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What an HTTP request is written from. */
export interface HttpRequestParts {
  readonly method: string
  /** Host and port as in the address; a `host` header replaces it. */
  readonly authority: string
  /** Path and query. */
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array | undefined
}

/** True for a name and value that can't break out of their header line (RFC 9110 section 5). */
export function headerIsSafe(name: string, value: string): boolean {
  // biome would rather not see control characters in a pattern, so they are compared as numbers.
  return TOKEN.test(name) && ![...value].some((character) => isControl(character.codePointAt(0) ?? 0))
}

function isControl(code: number): boolean {
  return (code < 32 && code !== 9) || code === 127 || code > 255
}

/** True for a method that can be put on a request line. */
export function methodIsSafe(method: string): boolean {
  return TOKEN.test(method)
}

/** True for a path without blanks and control characters. */
export function pathIsSafe(path: string): boolean {
  return ![...path].some((character) => {
    const code = character.codePointAt(0) ?? 0
    return code <= 32 || code === 127
  })
}

/** A whole HTTP/1.1 request (RFC 9112 section 3). The parts have been checked with the predicates above. */
export function encodeHttp1Request(parts: HttpRequestParts, keepAlive: boolean): Buffer {
  const given = new Set(parts.headers.map(([name]) => name.toLowerCase()))
  const lines = [`${parts.method} ${parts.path} HTTP/1.1`]
  if (!given.has('host')) lines.push(`Host: ${parts.authority}`)
  for (const [name, value] of parts.headers) lines.push(`${name}: ${value}`)
  if (!given.has('content-length') && (parts.body !== undefined || methodTakesBody(parts.method))) {
    lines.push(`Content-Length: ${parts.body?.length ?? 0}`)
  }
  if (!given.has('connection') && !keepAlive) lines.push('Connection: close')
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return parts.body === undefined ? head : Buffer.concat([head, parts.body])
}

function methodTakesBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}
