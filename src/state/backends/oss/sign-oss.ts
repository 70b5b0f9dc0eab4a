import { createHash, createHmac } from 'node:crypto'
import type { BucketRequest } from '../create-only/create-only-bucket.ts'
import type { AccessKey } from '../remote/access-key.ts'
import { escapeStrictly } from '../remote/escape-strictly.ts'

const ALGORITHM = 'OSS4-HMAC-SHA256'
const PRODUCT = 'oss'
const REQUEST = 'aliyun_v4_request'
/** TLS keeps the body whole; Content-MD5 is signed besides. */
const PAYLOAD = 'UNSIGNED-PAYLOAD'

/** The headers of Alibaba's signature of version 4 for OSS: x-oss-date, x-oss-content-sha256, authorization, and the lent key's token. */
export function signOss(request: BucketRequest, key: AccessKey): { readonly [name: string]: string } {
  const time = new Date(request.now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const date = time.slice(0, 8)
  const added = {
    'x-oss-content-sha256': PAYLOAD,
    'x-oss-date': time,
    ...(key.sessionToken === undefined ? {} : { 'x-oss-security-token': key.sessionToken }),
  }
  const headers = Object.entries({ ...request.headers, ...added })
    .filter(([name]) => name.startsWith('x-oss-') || name === 'content-type' || name === 'content-md5')
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .sort()
    .join('')
  // The bucket is part of what is signed, wherever it is in the address.
  const resource = `/${request.bucket}/${request.key}`.split('/').map(escapeStrictly).join('/')
  const canonical = [request.method, resource, canonicalQuery(request.url.searchParams), headers, '', PAYLOAD].join('\n')
  const scope = `${date}/${request.region}/${PRODUCT}/${REQUEST}`
  const toSign = [ALGORITHM, time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const signing = [date, request.region, PRODUCT, REQUEST].reduce<Buffer>(
    (last, part) => hmac(last, part),
    Buffer.from(`aliyun_v4${key.secretAccessKey}`),
  )
  const signature = hmac(signing, toSign).toString('hex')
  return { ...added, authorization: `${ALGORITHM} Credential=${key.accessKeyId}/${scope},Signature=${signature}` }
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => (value === '' ? escapeStrictly(name) : `${escapeStrictly(name)}=${escapeStrictly(value)}`))
    .sort()
    .join('&')
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
