import { createHash, createHmac } from 'node:crypto'
import type { BucketRequest } from '../create-only/create-only-bucket.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { escapeStrictly } from '../remote/escape-strictly.ts'

/** How long a signature is valid, before and after the moment it is made, in seconds. */
const BEFORE_S = 60
const AFTER_S = 900

/** The headers of Tencent's request signature for COS (its XML API): authorization, and the lent key's token. */
export function signCos(request: BucketRequest, key: AccessKey): { readonly [name: string]: string } {
  const now = Math.floor(request.now / 1000)
  const added = key.sessionToken === undefined ? {} : { 'x-cos-security-token': key.sessionToken }
  const headers = { ...request.headers, ...added, host: request.url.host }
  return { ...added, authorization: cosAuthorization({ ...request, headers }, key, `${now - BEFORE_S};${now + AFTER_S}`) }
}

/** The header `authorization` for all headers and parameters of a request; `time` is when it is valid, `start;end` in seconds. */
export function cosAuthorization(
  request: Pick<BucketRequest, 'method' | 'url' | 'headers'>,
  key: AccessKey,
  time: string,
): string {
  const headers = pairs(Object.entries(request.headers))
  const parameters = pairs([...request.url.searchParams])
  const path = decodeURIComponent(request.url.pathname)
  const described = [request.method.toLowerCase(), path, parameters.text, headers.text, ''].join('\n')
  const toSign = ['sha1', time, createHash('sha1').update(described).digest('hex'), ''].join('\n')
  // The key is the text of the digest, not its bytes.
  const signature = hmac(hmac(key.secretAccessKey, time), toSign)
  return [
    'q-sign-algorithm=sha1',
    `q-ak=${key.accessKeyId}`,
    `q-sign-time=${time}`,
    `q-key-time=${time}`,
    `q-header-list=${headers.names}`,
    `q-url-param-list=${parameters.names}`,
    `q-signature=${signature}`,
  ].join('&')
}

/** Sorted by name: the names, and names with values. */
function pairs(entries: readonly (readonly [string, string])[]): { readonly names: string; readonly text: string } {
  const sorted = entries
    .map(([name, value]) => [escapeStrictly(name).toLowerCase(), escapeStrictly(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return { names: sorted.map(([name]) => name).join(';'), text: sorted.map(([name, value]) => `${name}=${value}`).join('&') }
}

function hmac(key: string, text: string): string {
  return createHmac('sha1', key).update(text).digest('hex')
}
