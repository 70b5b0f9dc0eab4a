import { createHmac } from 'node:crypto'

/** A request as it is signed. */
export interface BlobRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  /** Of the body, in bytes. */
  readonly length: number
}

/** Headers that are signed by place, in the order of the Blob service's Shared Key scheme; `date` is empty, x-ms-date stands for it. */
const PLACED = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
]

/** The signature of Azure's Shared Key authorization (Blob service, 2009-09-19 and later), base64. */
export function sharedKeySignature({ method, url, headers, length }: BlobRequest, account: string, key: Uint8Array): string {
  const placed = PLACED.map((name) => (name === 'content-length' && length > 0 ? String(length) : (headers[name] ?? '')))
  const named = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ms-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}`)
  const query = [...url.searchParams]
    .map(([name, value]) => `${name.toLowerCase()}:${value}`)
    .sort()
    .map((line) => `\n${line}`)
  const toSign = [method, ...placed, ...named, `/${account}${url.pathname}${query.join('')}`].join('\n')
  return createHmac('sha256', key).update(toSign, 'utf8').digest('base64')
}
