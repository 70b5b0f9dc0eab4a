import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type StoreAnswer, type StoreServer, startStoreServer } from './store-server.ts'

/** The account that this server takes: the one of Azure's published emulator. */
export const BLOB_ACCOUNT = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  sas: 'sv=2021-12-02&ss=b&sig=a%2Bb%3D',
}

interface Stored {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: number
}

/** Blobs of one page of a listing. */
const PAGE = 2

/**
 * Azure's Blob service for the running test, with the container `states` of one account: conditional writes and deletes, listing by
 * pages, signatures of the account's key checked. `leased`: every blob is held by a lease of somebody else's.
 */
export function startBlobServer(
  options: { readonly skewMs?: number; readonly leased?: boolean; readonly ignoresConditions?: boolean } = {},
): Promise<StoreServer> {
  const blobs = new Map<string, Stored>()
  let last = 0
  return startStoreServer((request, url, body, now) => {
    const refusal = checkCredentials(request, url, body, now)
    if (refusal !== undefined) return error(403, refusal)
    const [, account, container, ...rest] = url.pathname.split('/').map(decodeURIComponent)
    if (account !== BLOB_ACCOUNT.name || container !== 'states') return error(404, 'ContainerNotFound')
    const name = rest.join('/')
    if (url.searchParams.get('comp') === 'list') return list(blobs, url.searchParams)
    const stored = blobs.get(name)
    const { 'if-match': match, 'if-none-match': none } = options.ignoresConditions === true ? {} : request.headers
    if (options.leased === true && request.method !== 'GET') return error(412, 'LeaseIdMissing')
    if (none === '*' && stored !== undefined) return error(409, 'BlobAlreadyExists')
    if (match !== undefined && match !== stored?.etag) return error(412, 'ConditionNotMet')
    if (request.method === 'PUT' && request.headers['x-ms-blob-type'] === 'BlockBlob') {
      const etag = `"0x${(++last).toString(16).toUpperCase().padStart(15, '8DD')}"`
      blobs.set(name, { bytes: body, etag, modified: now })
      return { status: 201, headers: { etag } }
    }
    if (stored === undefined) return error(404, 'BlobNotFound')
    if (request.method === 'DELETE') {
      blobs.delete(name)
      return { status: 202 }
    }
    const headers = { etag: stored.etag, 'last-modified': new Date(stored.modified).toUTCString() }
    return request.method === 'GET' ? { status: 200, headers, body: stored.bytes } : error(405, 'UnsupportedHttpVerb')
  }, options.skewMs)
}

function list(blobs: ReadonlyMap<string, Stored>, query: URLSearchParams): StoreAnswer {
  const from = query.get('marker') ?? ''
  const names = [...blobs.keys()].filter((name) => name.startsWith(query.get('prefix') ?? '') && name >= from).sort()
  const found = names.slice(0, PAGE).map((name) => `<Blob><Name>${name}</Name><Properties/></Blob>`)
  const body = `<EnumerationResults><Blobs>${found.join('')}</Blobs><NextMarker>${names[PAGE] ?? ''}</NextMarker></EnumerationResults>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

function error(status: number, code: string): StoreAnswer {
  return { status, headers: { 'x-ms-error-code': code }, body: `<Error><Code>${code}</Code><Message>m</Message></Error>` }
}

/** Computed anew from what came over the wire, line by line as Azure documents Shared Key. */
function checkCredentials(request: IncomingMessage, url: URL, body: Buffer, now: number): string | undefined {
  const { headers } = request
  if (headers.authorization === 'Bearer the-token')
    return headers['x-ms-version'] === undefined ? 'AuthenticationFailed' : undefined
  if (headers.authorization === undefined)
    return url.searchParams.get('sig') === 'a+b=' ? undefined : 'NoAuthenticationInformation'
  if (Math.abs(Date.parse(String(headers['x-ms-date'])) - now) > 15 * 60 * 1000) return 'AuthenticationFailed'
  const named = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
  const lines = [
    request.method,
    headers['content-encoding'] ?? '',
    headers['content-language'] ?? '',
    body.length === 0 ? '' : String(body.length),
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    '',
    headers['if-modified-since'] ?? '',
    headers['if-match'] ?? '',
    headers['if-none-match'] ?? '',
    headers['if-unmodified-since'] ?? '',
    headers.range ?? '',
    ...named.map((name) => `${name}:${String(headers[name])}`),
    `/${BLOB_ACCOUNT.name}${url.pathname}`,
    ...[...url.searchParams.keys()].sort().map((name) => `${name}:${url.searchParams.get(name)}`),
  ]
  const signature = createHmac('sha256', Buffer.from(BLOB_ACCOUNT.key, 'base64')).update(lines.join('\n')).digest('base64')
  return headers.authorization === `SharedKey ${BLOB_ACCOUNT.name}:${signature}` ? undefined : 'AuthenticationFailed'
}
