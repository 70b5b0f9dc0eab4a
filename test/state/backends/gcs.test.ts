import { generateKeyPairSync, verify } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { gcsBackend } from '../../../src/state/backends/gcs.ts'
import { openSample, PROCESS, REF, refusal, temporaryFolder, value } from '../sample-state.ts'
import { GCS_TOKEN, startGcsServer } from './gcs-server.ts'
import { closedInTheEnd, describeObjectStore, storeOptions } from './object-store.ts'

const SIGNAL = new AbortController().signal

function client(
  endpoint: string,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly bucket?: string
    readonly environment?: { readonly [name: string]: string }
  } = {},
) {
  return closedInTheEnd(
    gcsBackend({
      settings: { bucket: changes.bucket ?? 'states', prefix: 'team a/x', endpoint },
      ...storeOptions(journalDirectory, changes.process),
      environment: changes.environment ?? { GOOGLE_OAUTH_ACCESS_TOKEN: GCS_TOKEN },
    }),
  )
}

describeObjectStore('gcs', { start: startGcsServer, client, writes: 'POST' })

describe('gcs', () => {
  test('a server that says no time with the content is asked for it', async () => {
    const server = await startGcsServer({ saysTime: false })
    const [mine, theirs] = [client(server.endpoint, await temporaryFolder()), client(server.endpoint, await temporaryFolder())]
    const { lock } = await openSample(mine)
    expect(value(await theirs.locks.inspect(REF, SIGNAL))).toEqual({ info: lock.info, expired: false })
    server.forward(61_000)
    expect(value(await theirs.locks.inspect(REF, SIGNAL))).toEqual({ info: lock.info, expired: true })
    await lock.release()
  })

  test('a bucket that is not there and a token that does not fit are said, the token never', async () => {
    const server = await startGcsServer()
    const folder = await temporaryFolder()
    const missing = client(server.endpoint, folder, { bucket: 'other' })
    expect(await missing.snapshots.read(REF, SIGNAL)).toMatchObject({
      error: { kind: 'invalid-configuration', message: 'There is no bucket other. Make it first.' },
    })
    const info = { ...PROCESS, id: 'x', operation: 'apply', created: '', version: '' }
    expect(refusal(await missing.locks.acquire(REF, info, 1_000, SIGNAL))).toBe('invalid-configuration')
    const wrong = client(server.endpoint, folder, { environment: { GOOGLE_OAUTH_ACCESS_TOKEN: 'open-barley' } })
    const answer = await wrong.snapshots.read(REF, SIGNAL)
    expect(answer).toMatchObject({ error: { kind: 'unauthorized', message: expect.stringContaining('status 401') } })
    expect(JSON.stringify(answer)).not.toContain('barley')
    expect(refusal(await client('http://127.0.0.1:1', folder).snapshots.read(REF, SIGNAL))).toBe('unreachable')
  })
})

/** Google's token endpoints, as far as signing in goes: answers GCS_TOKEN and notes what it was asked. */
async function startSignIn() {
  const asked: { readonly path: string; readonly headers: NodeJS.Dict<string | string[]>; readonly form: URLSearchParams }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => {
      body += part.toString('utf8')
    })
    request.on('end', () => {
      const path = request.url ?? ''
      asked.push({ path, headers: request.headers, form: new URLSearchParams(body) })
      const answers: Readonly<Record<string, object>> = {
        '/subject': { value: 'their-token' },
        '/sts': { access_token: 'half-way', expires_in: 3600 },
        '/act-as': { accessToken: GCS_TOKEN, expireTime: new Date(Date.now() + 3_600_000).toISOString() },
      }
      const refusedOne = path === '/refuse'
      response.writeHead(refusedOne ? 400 : 200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(
          refusedOne ? { error: 'invalid_grant' } : (answers[path] ?? { access_token: GCS_TOKEN, expires_in: 3599 }),
        ),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('signing in to Google', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  async function readWith(environment: { readonly [name: string]: string }) {
    const server = await startGcsServer()
    const backend = client(server.endpoint, await temporaryFolder(), { environment: { HOME: '/nonexistent', ...environment } })
    const first = await backend.snapshots.read(REF, SIGNAL)
    return first.ok ? backend.snapshots.read(REF, SIGNAL) : first
  }

  test('a service account signs a claim, once for many requests', async () => {
    const { url, asked } = await startSignIn()
    const key = {
      type: 'service_account',
      client_email: 'ci@shop.iam',
      private_key: pem,
      private_key_id: 'k1',
      token_uri: `${url}/token`,
    }
    value(await readWith({ GOOGLE_CREDENTIALS: JSON.stringify(key) }))
    expect(asked).toHaveLength(1)
    const [header = '', claim = '', signature = ''] = (asked[0]?.form.get('assertion') ?? '').split('.')
    const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
    expect(parse(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' })
    const { iat, exp, ...said } = parse(claim)
    expect(said).toEqual({
      iss: 'ci@shop.iam',
      scope: 'https://www.googleapis.com/auth/devstorage.read_write',
      aud: `${url}/token`,
    })
    expect(Number(exp) - Number(iat)).toBe(3600)
    expect(verify('RSA-SHA256', Buffer.from(`${header}.${claim}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('a signed-in user, a federated account and the metadata server give tokens too', async () => {
    const { url, asked } = await startSignIn()
    const folder = await temporaryFolder()
    const user = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r', token_uri: `${url}/token` }
    await writeFile(join(folder, 'application_default_credentials.json'), JSON.stringify(user))
    value(await readWith({ CLOUDSDK_CONFIG: folder }))
    expect(Object.fromEntries(asked[0]?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: 'c',
      client_secret: 's',
      refresh_token: 'r',
    })
    const format = { type: 'json', subject_token_field_name: 'value' }
    const federated = {
      type: 'external_account',
      audience: '//iam.googleapis.com/pool',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/sts`,
      service_account_impersonation_url: `${url}/act-as`,
      credential_source: { url: `${url}/subject`, headers: { 'x-their': 'header' }, format },
    }
    const file = join(folder, 'federated.json')
    await writeFile(file, JSON.stringify(federated))
    value(await readWith({ GOOGLE_APPLICATION_CREDENTIALS: file }))
    const [subject, exchange, actAs] = asked.slice(1)
    expect(subject).toMatchObject({ path: '/subject', headers: { 'x-their': 'header' } })
    expect(exchange?.form.get('subject_token')).toBe('their-token')
    expect(actAs).toMatchObject({ path: '/act-as', headers: { authorization: 'Bearer half-way' } })
  })

  test('keys that are no keys, refusals and nothing at all are said without a secret', async () => {
    const { url } = await startSignIn()
    const key = { type: 'service_account', client_email: 'ci@shop.iam', private_key: 'open-barley', token_uri: `${url}/token` }
    const messages = await Promise.all(
      [
        { GOOGLE_CREDENTIALS: JSON.stringify(key) },
        { GOOGLE_CREDENTIALS: JSON.stringify({ ...key, private_key: pem, token_uri: `${url}/refuse` }) },
        { GOOGLE_CREDENTIALS: JSON.stringify({ ...key, private_key: pem, token_uri: 'http://tokens.example.org' }) },
        { GOOGLE_CREDENTIALS: '{"type": "wallet"}' },
        { GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent/key.json' },
      ].map(async (environment) => {
        const answer = await readWith(environment)
        return answer.ok ? 'read' : answer.error.message.replace(url.slice('http://'.length), 'HOST')
      }),
    )
    expect(messages).toMatchInlineSnapshot(`
      [
        "The private key of ci@shop.iam can't be read: it is no RSA key in PEM.",
        "Signing in at HOST was refused (status 400: invalid_grant).",
        "The token endpoint tokens.example.org is not an https address.",
        "GOOGLE_CREDENTIALS: keys of type "wallet" are not known here; put a token into GOOGLE_OAUTH_ACCESS_TOKEN ("gcloud auth print-access-token").",
        "The key file that GOOGLE_APPLICATION_CREDENTIALS names can't be read: ENOENT.",
      ]
    `)
    expect(messages.join(' ')).not.toMatch(/barley|PRIVATE/)
  })
})
