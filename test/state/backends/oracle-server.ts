import { createHash, generateKeyPairSync, randomUUID, verify } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type StoreAnswer, type StoreServer, startStoreServer } from './store-server.ts'

const PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The API key that this server takes. */
export const ORACLE_KEY = {
  tenancy: 'ocid1.tenancy.oc1..tests',
  user: 'ocid1.user.oc1..tests',
  fingerprint: '20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34',
  pem: PAIR.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  /** The same key under the pass phrase `open-barley`. */
  sealedPem: PAIR.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open-barley' }) as string,
  session: 'a-session-token',
}

interface Stored {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: number
}

/** Objects of one page of a listing. */
const PAGE = 2

/**
 * Oracle's Object Storage for the running test, with the bucket `states` of the namespace `tests`: conditions on writes and deletes
 * (412), listing by pages, signatures checked. `declines`: so many requests are first told that the bucket is not there.
 */
export function startOracleServer(
  options: { readonly skewMs?: number; readonly ignoresConditions?: boolean; readonly declines?: number } = {},
): Promise<StoreServer> {
  const objects = new Map<string, Stored>()
  let declines = options.declines ?? 0
  return startStoreServer((request, url, body, now) => {
    const refusal = checkSignature(request, now)
    if (refusal !== undefined) return error(401, 'NotAuthenticated', refusal)
    const match = /^\/n\/([^/]+)\/b\/([^/]+)\/o(?:\/(.*))?$/.exec(url.pathname)
    if (match?.[1] !== 'tests') return error(404, 'NamespaceNotFound')
    if (match[2] !== 'states' || declines-- > 0) return error(404, 'BucketNotFound')
    if (match[3] === undefined) return list(objects, url.searchParams)
    const name = decodeURIComponent(match[3])
    const stored = objects.get(name)
    const { 'if-match': expected, 'if-none-match': none } = options.ignoresConditions === true ? {} : request.headers
    if (request.method !== 'GET' && none === '*' && stored !== undefined) return error(412, 'IfNoneMatchFailed')
    if (request.method === 'PUT') {
      if (expected !== undefined && expected !== stored?.etag) return error(412, 'IfMatchFailed')
      const etag = randomUUID()
      objects.set(name, { bytes: body, etag, modified: now })
      return { status: 200, headers: { etag, 'opc-content-md5': createHash('md5').update(body).digest('base64') } }
    }
    if (stored === undefined) return error(404, 'ObjectNotFound')
    if (request.method === 'DELETE') {
      if (expected !== undefined && expected !== stored.etag) return error(412, 'IfMatchFailed')
      objects.delete(name)
      return { status: 204 }
    }
    const headers = { etag: stored.etag, 'last-modified': new Date(stored.modified).toUTCString() }
    return request.method === 'GET' ? { status: 200, headers, body: stored.bytes } : error(405, 'MethodNotAllowed')
  }, options.skewMs)
}

function error(status: number, code: string, message = 'm'): StoreAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code, message }) }
}

function list(objects: ReadonlyMap<string, Stored>, query: URLSearchParams): StoreAnswer {
  const start = query.get('start') ?? ''
  const names = [...objects.keys()].filter((name) => name.startsWith(query.get('prefix') ?? '') && name >= start).sort()
  const page = { objects: names.slice(0, PAGE).map((name) => ({ name })), prefixes: [], nextStartWith: names[PAGE] }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(page) }
}

/** Verified with the public key over what came over the wire, line by line as Oracle documents it. */
function checkSignature(request: IncomingMessage, now: number): string | undefined {
  const given = /^Signature version="1",headers="([^"]+)",keyId="([^"]+)",algorithm="rsa-sha256",signature="([^"]+)"$/.exec(
    request.headers.authorization ?? '',
  )
  if (given === null) return 'Missing or malformed signature.'
  const [, names = '', keyId = '', signature = ''] = given
  const known = [`${ORACLE_KEY.tenancy}/${ORACLE_KEY.user}/${ORACLE_KEY.fingerprint}`, `ST$${ORACLE_KEY.session}`]
  const signed = names.split(' ')
  if (!known.includes(keyId) || !['date', '(request-target)', 'host'].every((name) => signed.includes(name))) {
    return 'The required information to complete authentication was not provided or was incorrect.'
  }
  if (Math.abs(Date.parse(String(request.headers.date)) - now) > 5 * 60 * 1000) {
    return `Date '${request.headers.date}' is not within allowed clock skew. Current '${new Date(now).toUTCString()}'`
  }
  const target = `${String(request.method).toLowerCase()} ${request.url}`
  const lines = signed.map((name) => `${name}: ${name === '(request-target)' ? target : String(request.headers[name])}`)
  const isValid = verify('sha256', Buffer.from(lines.join('\n')), PAIR.publicKey, Buffer.from(signature, 'base64'))
  return isValid ? undefined : 'Failed to verify the HTTP(S) Signature'
}
