import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type StoreAnswer, type StoreServer, startStoreServer } from './store-server.ts'

/** How a store of this kind checks who asks: the code of its refusal, or undefined. */
export type SignatureCheck = (request: IncomingMessage, url: URL, now: number) => string | undefined

/** What a stand-in of Alibaba's OSS or Tencent's COS must know. */
export interface CreateOnlyServerOptions {
  /** What its headers begin with. */
  readonly prefix: 'x-oss-' | 'x-cos-'
  readonly check: SignatureCheck
  readonly skewMs?: number
  /** As a bucket whose versioning is on (a version in each answer), or was suspended (with COS: nothing to be seen). */
  readonly versioning?: 'on' | 'suspended'
  /** As a bucket with versioning: writes that may not overwrite do. */
  readonly ignoresConditions?: boolean
  /** Where the bucket is, if not here. */
  readonly elsewhere?: string
}

interface Stored {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: number
}

/** Such a server, and the names of what it holds. */
export interface CreateOnlyServer extends StoreServer {
  readonly keys: () => readonly string[]
  /** What runs once before the next request of this method is looked at. */
  before(method: string, act: () => void): void
  remove(key: string): void
}

/** Objects of one page of a listing. */
const PAGE = 2

/**
 * A store for the running test with the bucket `states-1250000000`: no If-Match on writes (501), creation with forbid-overwrite, which
 * buckets with versioning ignore, deletes without a condition, listing by pages with encoded names, signatures checked.
 */
export async function startCreateOnlyServer(options: CreateOnlyServerOptions): Promise<CreateOnlyServer> {
  const { prefix, check, elsewhere } = options
  const versioning = options.versioning ?? (options.ignoresConditions ? 'on' : undefined)
  const objects = new Map<string, Stored>()
  const hooks = new Map<string, () => void>()
  const server = await startStoreServer((request, url, body, now) => {
    const refusal = check(request, url, now)
    if (refusal !== undefined) return error(403, refusal)
    if (elsewhere !== undefined) return error(403, 'AccessDenied', `<Endpoint>${elsewhere}</Endpoint>`)
    const [, bucket = '', ...rest] = url.pathname.split('/')
    if (bucket !== 'states-1250000000') return error(404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (key === '') return list(objects, url.searchParams)
    const hook = hooks.get(request.method ?? '')
    hooks.delete(request.method ?? '')
    hook?.()
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
        if (request.headers['if-match'] !== undefined || request.headers['if-none-match'] !== undefined) {
          return error(501, 'NotImplemented')
        }
        const md5 = createHash('md5').update(body)
        if (request.headers['content-md5'] !== md5.copy().digest('base64')) return error(400, 'InvalidDigest')
        const forbids = request.headers[`${prefix}forbid-overwrite`] === 'true' && versioning === undefined
        if (forbids && stored !== undefined) return error(409, 'FileAlreadyExists')
        const etag = `"${md5.digest('hex').toUpperCase()}"`
        objects.set(key, { bytes: body, etag, modified: now })
        return { status: 200, headers: { etag, ...(versioning === 'on' ? { [`${prefix}version-id`]: 'CAEQ' } : {}) } }
      }
      case 'DELETE':
        objects.delete(key)
        return { status: 204 }
      default:
        return error(405, 'MethodNotAllowed')
    }
  }, options.skewMs)
  return {
    ...server,
    keys: () => [...objects.keys()].sort(),
    before: (method, act) => void hooks.set(method, act),
    remove: (key) => void objects.delete(key),
  }
}

function error(status: number, code: string, more = ''): StoreAnswer {
  const body = `<?xml version="1.0"?>\n<Error>\n  <Code>${code}</Code>\n  <Message>m</Message>${more}\n</Error>`
  return { status, headers: { 'content-type': 'application/xml' }, body }
}

function list(objects: ReadonlyMap<string, Stored>, query: URLSearchParams): StoreAnswer {
  if (query.get('encoding-type') !== 'url') return error(400, 'InvalidArgument')
  const marker = query.get('marker') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > marker).sort()
  const page = keys.slice(0, PAGE)
  const more = keys.length > PAGE
  const next = more ? `<NextMarker>${encodeURIComponent(page.at(-1) ?? '')}</NextMarker>` : ''
  const contents = page.map((key) => {
    const { bytes, etag } = objects.get(key) as Stored
    return `<Contents><Key>${encodeURIComponent(key)}</Key><ETag>${etag}</ETag><Size>${bytes.length}</Size></Contents>`
  })
  return {
    status: 200,
    body: `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  }
}
