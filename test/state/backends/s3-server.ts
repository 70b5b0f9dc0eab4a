import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type StoreAnswer, type StoreServer, startStoreServer } from './store-server.ts'

/** The keys that this server takes: those of AWS's own published examples. */
export const S3_KEYS = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'eu-central-1' }

interface Stored {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: number
}

/** Objects of one page of a listing. */
const PAGE = 2

/** An S3-compatible store for the running test, with the bucket `states`: conditional writes, listing by pages, signatures checked. */
export function startS3Server(
  options: { readonly skewMs?: number; readonly ignoresConditions?: boolean } = {},
): Promise<StoreServer> {
  const objects = new Map<string, Stored>()
  return startStoreServer((request, url, body, now) => {
    const refusal = checkSignature(request, url, body, now)
    if (refusal !== undefined) return error(403, refusal)
    const [, bucket = '', ...rest] = url.pathname.split('/')
    if (bucket !== 'states') return error(404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (key === '') return list(objects, url.searchParams)
    const stored = objects.get(key)
    switch (request.method) {
      case 'GET':
        return stored === undefined
          ? error(404, 'NoSuchKey')
          : {
              status: 200,
              headers: { etag: stored.etag, 'last-modified': new Date(stored.modified).toUTCString() },
              body: stored.bytes,
            }
      case 'PUT': {
        const { 'if-none-match': none, 'if-match': match } = options.ignoresConditions === true ? {} : request.headers
        if (none === '*' && stored !== undefined) return error(412, 'PreconditionFailed')
        const expected = match
        if (expected !== undefined && stored === undefined) return error(404, 'NoSuchKey')
        if (expected !== undefined && expected !== stored?.etag) return error(412, 'PreconditionFailed')
        const etag = `"${createHash('md5').update(body).digest('hex')}"`
        objects.set(key, { bytes: body, etag, modified: now })
        return { status: 200, headers: { etag } }
      }
      case 'DELETE':
        objects.delete(key)
        return { status: 204 }
      default:
        return error(405, 'MethodNotAllowed')
    }
  }, options.skewMs)
}

function error(status: number, code: string): StoreAnswer {
  return { status, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${code}</Code></Error>` }
}

function list(objects: ReadonlyMap<string, Stored>, query: URLSearchParams): StoreAnswer {
  const after = query.get('continuation-token') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort()
  const page = keys.slice(0, PAGE)
  const more = keys.length > PAGE
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')
  return {
    status: 200,
    body: `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${next}</ListBucketResult>`,
  }
}

/** Computed anew from what came over the wire, step by step as AWS documents it. */
function checkSignature(request: IncomingMessage, url: URL, body: Buffer, now: number): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    )
  if (match === null) return 'AccessDenied'
  const [, id = '', date = '', region = '', names = '', signature = ''] = match
  const time = String(request.headers['x-amz-date'])
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (id !== S3_KEYS.id || region !== S3_KEYS.region) return 'InvalidAccessKeyId'
  if (Number.isNaN(at) || Math.abs(now - at) > 15 * 60 * 1000) return 'RequestTimeTooSkewed'
  const bodyHash = createHash('sha256').update(body).digest('hex')
  if (request.headers['x-amz-content-sha256'] !== bodyHash) return 'XAmzContentSHA256Mismatch'
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const canonical = `${request.method}\n${path}\n${query.split('&').sort().join('&')}\n${names
    .split(';')
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
    .join('')}\n${names}\n${bodyHash}`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${date}/${region}/s3/aws4_request\n${hash}`
  let key: Buffer = Buffer.from(`AWS4${S3_KEYS.secret}`)
  for (const part of [date, region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  const expected = createHmac('sha256', key).update(toSign).digest('hex')
  return expected === signature && url.host !== '' ? undefined : 'SignatureDoesNotMatch'
}
