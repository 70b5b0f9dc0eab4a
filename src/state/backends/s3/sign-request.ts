import { createHash, createHmac } from 'node:crypto'
import type { AccessKey } from '../remote/access-key.ts'
import { escapeStrictly } from '../remote/escape-strictly.ts'

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case; all of them are signed. */
  readonly headers: { readonly [name: string]: string }
  readonly body: Uint8Array
  readonly region: string
  /** Milliseconds since 1970. */
  readonly now: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** The headers of AWS Signature Version 4 for S3: x-amz-date, x-amz-content-sha256, authorization, and the session's token. */
export function signRequest(request: UnsignedRequest, credentials: AccessKey): { readonly [name: string]: string } {
  const time = new Date(request.now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const date = time.slice(0, 8)
  const bodyHash = sha256(request.body)
  const added = {
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const headers = Object.entries({ ...request.headers, ...added, host: request.url.host })
    .map(([name, value]) => [name, value.trim().replace(/ +/g, ' ')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const names = headers.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url.searchParams),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    bodyHash,
  ].join('\n')
  const scope = `${date}/${request.region}/s3/aws4_request`
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n')
  const key = [date, request.region, 's3', 'aws4_request'].reduce<Buffer>(
    (signing, part) => hmac(signing, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  )
  const signature = hmac(key, toSign).toString('hex')
  return {
    ...added,
    authorization: `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => `${escapeStrictly(name)}=${escapeStrictly(value)}`)
    .sort()
    .join('&')
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
