import type { IncomingMessage } from 'node:http'
import { type StoreAnswer, type StoreServer, startStoreServer } from './store-server.ts'

/** The token that this server takes. */
export const GCS_TOKEN = 'ya29.the-token'

interface Stored {
  readonly bytes: Buffer
  readonly generation: string
  readonly modified: number
}

/** Objects of one page of a listing. */
const PAGE = 2

/**
 * Google Cloud Storage's JSON API for the running test, with the bucket `states`: media downloads and uploads, generations as
 * conditions, listing by pages. `saysTime`: with Last-Modified, which not every server sends.
 */
export function startGcsServer(
  options: { readonly skewMs?: number; readonly ignoresConditions?: boolean; readonly saysTime?: boolean } = {},
): Promise<StoreServer> {
  const objects = new Map<string, Stored>()
  let last = Date.now() * 1000
  return startStoreServer((request, url, body, now) => {
    if (request.headers.authorization !== `Bearer ${GCS_TOKEN}`) return error(401, 'Invalid Credentials')
    const match = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(url.pathname)
    if (match === null) return error(404, 'Not Found')
    if (match[2] !== 'states') return error(404, 'The specified bucket does not exist.')
    const name = match[3] === undefined ? (url.searchParams.get('name') ?? '') : decodeURIComponent(match[3])
    const wanted = options.ignoresConditions === true ? null : url.searchParams.get('ifGenerationMatch')
    const stored = objects.get(name)
    if (request.method !== 'POST' && match[3] !== undefined && stored === undefined)
      return error(404, `No such object: states/${name}`)
    if (wanted !== null && wanted !== (stored?.generation ?? '0')) {
      return error(412, 'At least one of the pre-conditions you specified did not hold.')
    }
    return act(request, url, { objects, name, body, now, saysTime: options.saysTime ?? true, next: () => String(++last) })
  }, options.skewMs)
}

function act(
  request: IncomingMessage,
  url: URL,
  store: {
    readonly objects: Map<string, Stored>
    readonly name: string
    readonly body: Buffer
    readonly now: number
    readonly saysTime: boolean
    next(): string
  },
): StoreAnswer {
  const { objects, name, body, now } = store
  const stored = objects.get(name)
  if (request.method === 'POST' && url.pathname.startsWith('/upload/') && url.searchParams.get('uploadType') === 'media') {
    const generation = store.next()
    objects.set(name, { bytes: body, generation, modified: now })
    return json({ kind: 'storage#object', name, generation })
  }
  if (request.method === 'DELETE') {
    objects.delete(name)
    return { status: 204 }
  }
  if (request.method !== 'GET') return error(405, 'Method Not Allowed')
  if (stored === undefined) return list(objects, url.searchParams)
  if (url.searchParams.get('alt') !== 'media') return json({ updated: new Date(stored.modified).toISOString() })
  const time = store.saysTime ? { 'last-modified': new Date(stored.modified).toUTCString() } : {}
  return { status: 200, headers: { 'x-goog-generation': stored.generation, ...time }, body: stored.bytes }
}

function list(objects: ReadonlyMap<string, Stored>, query: URLSearchParams): StoreAnswer {
  const after = query.get('pageToken') ?? ''
  const names = [...objects.keys()].filter((name) => name.startsWith(query.get('prefix') ?? '') && name > after).sort()
  const page = names.slice(0, PAGE)
  return json({
    ...(page.length === 0 ? {} : { items: page.map((name) => ({ name })) }),
    ...(names.length > PAGE ? { nextPageToken: page.at(-1) } : {}),
  })
}

function json(body: object): StoreAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function error(code: number, message: string): StoreAnswer {
  return { status: code, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error: { code, message } }) }
}
