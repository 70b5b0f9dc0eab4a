import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sharedKeySignature } from '../../../src/state/backends/azurerm/shared-key.ts'
import { azurermBackend } from '../../../src/state/backends/azurerm.ts'
import { notTestedHere } from '../../not-tested-here.ts'
import { openSample, PROCESS, REF, refusal, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { type AzuriteServer, findAzurite, startAzurite } from './azurite-server.ts'
import { BLOB_ACCOUNT, startBlobServer } from './blob-server.ts'
import { describeBackend } from './conformance.ts'
import { closedInTheEnd, describeObjectStore, storeOptions } from './object-store.ts'

const SIGNAL = new AbortController().signal
const { name: account, key, sas } = BLOB_ACCOUNT

function client(
  endpoint: string,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly container?: string
    readonly prefix?: string
    readonly environment?: { readonly [name: string]: string }
  } = {},
) {
  return closedInTheEnd(
    azurermBackend({
      settings: {
        account,
        container: changes.container ?? 'states',
        prefix: changes.prefix ?? 'team a/x',
        endpoint: `${endpoint}/${account}`,
        isForeign: true,
      },
      ...storeOptions(journalDirectory, changes.process),
      environment: changes.environment ?? { ARM_ACCESS_KEY: key },
    }),
  )
}

describeObjectStore('azurerm', { start: startBlobServer, client, writes: 'PUT' })

describe('azurerm', () => {
  test('signs each line of a request by the account’s key', () => {
    const request = {
      method: 'PUT',
      url: new URL('https://shop.blob.core.windows.net/states/a%20b.json?Comp=list&marker=x'),
      headers: { 'content-type': 'application/json', 'if-match': '"0x1"', 'x-ms-version': '2021-12-02', 'x-ms-date': 'D' },
      length: 3,
    }
    const first = sharedKeySignature(request, 'shop', Buffer.from(key, 'base64'))
    expect(first).toMatchInlineSnapshot(`"DGryXj2fQeaTZ3H++NNGZ95pbsYhQRPjjhtnm0WNRvk="`)
    for (const other of [{ length: 4 }, { method: 'GET' }, { headers: { ...request.headers, 'x-ms-date': 'E' } }]) {
      expect(sharedKeySignature({ ...request, ...other }, 'shop', Buffer.from(key, 'base64'))).not.toBe(first)
    }
  })

  test('a shared access signature or a token lets in as well', async () => {
    const server = await startBlobServer()
    for (const environment of [{ ARM_SAS_TOKEN: `?${sas}` }, { AZURE_STORAGE_ACCESS_TOKEN: 'the-token' }]) {
      const backend = client(server.endpoint, await temporaryFolder(), { environment })
      const { lock, session } = await openSample(backend)
      value(await session.replace(sampleState(1)))
      expect(value(await backend.snapshots.list(SIGNAL))).toEqual([REF])
      value(await lock.release())
    }
  })

  test('a container that is not there, keys that do not fit and leases are said', async () => {
    const server = await startBlobServer()
    const folder = await temporaryFolder()
    const said = async (answer: Promise<unknown>) => {
      const { error } = (await answer) as { readonly error: { readonly kind: string; readonly message: string } }
      return [error.kind, error.message]
    }
    const read = (changes: Parameters<typeof client>[2]) =>
      said(client(server.endpoint, folder, changes).snapshots.read(REF, SIGNAL))
    expect(await read({ container: 'other' })).toMatchInlineSnapshot(`
      [
        "invalid-configuration",
        "There is no container other in the storage account devstoreaccount1. Make it first.",
      ]
    `)
    expect(await read({ environment: { ARM_ACCESS_KEY: Buffer.alloc(64, 1).toString('base64') } })).toMatchInlineSnapshot(`
      [
        "unauthorized",
        "Reading azurerm://devstoreaccount1/states/team a/x/default/bookinfo.json: the store refuses it to these credentials (status 403, AuthenticationFailed).",
      ]
    `)
    expect(await read({ environment: { ARM_ACCESS_KEY: 'open' } })).toMatchInlineSnapshot(`
      [
        "unauthorized",
        "The key of the storage account (ARM_ACCESS_KEY, AZURE_STORAGE_KEY) is not base64 of 32 bytes or more.",
      ]
    `)
    const leased = client((await startBlobServer({ leased: true })).endpoint, folder)
    const info = { ...PROCESS, id: 'x', operation: 'apply', created: '', version: '' }
    expect(await said(leased.locks.acquire(REF, info, 1_000, SIGNAL))).toMatchInlineSnapshot(`
      [
        "backend",
        "Writing azurerm://devstoreaccount1/states/team a/x/default/bookinfo.lock: the blob has a lease of somebody else's (LeaseIdMissing). Break it there.",
      ]
    `)
    expect(refusal(await client('http://127.0.0.1:1', folder).snapshots.read(REF, SIGNAL))).toBe('unreachable')
  })

  test('an application by its secret or a federated token, and a managed identity sign in', async () => {
    const asked: { readonly url: string; readonly header: unknown; readonly form: Readonly<Record<string, string>> }[] = []
    const signIn = createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => {
        body += part.toString('utf8')
      })
      request.on('end', () => {
        const form = Object.fromEntries(new URLSearchParams(body))
        asked.push({ url: request.url ?? '', header: request.headers['x-identity-header'], form })
        const isRefused = form.client_secret === 'open-barley'
        response.writeHead(isRefused ? 401 : 200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(isRefused ? { error: 'invalid_client' } : { access_token: 'the-token', expires_in: '3599' }))
      })
    })
    await new Promise<void>((resolve) => signIn.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      signIn.closeAllConnections()
      signIn.close()
    })
    const host = `127.0.0.1:${(signIn.address() as AddressInfo).port}`
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'token'), 'federated\n')
    const application = { AZURE_AUTHORITY_HOST: `http://${host}`, AZURE_CLIENT_ID: 'app', AZURE_TENANT_ID: 'tenant' }
    const server = await startBlobServer()
    const read = (environment: { readonly [name: string]: string }) =>
      client(server.endpoint, folder, { environment }).snapshots.read(REF, SIGNAL)
    value(await read({ ...application, AZURE_CLIENT_SECRET: 'secret' }))
    value(await read({ ...application, AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token') }))
    value(await read({ IDENTITY_ENDPOINT: `http://${host}/msi`, IDENTITY_HEADER: 'mine' }))
    expect(asked).toMatchInlineSnapshot(`
      [
        {
          "form": {
            "client_id": "app",
            "client_secret": "secret",
            "grant_type": "client_credentials",
            "scope": "https://storage.azure.com/.default",
          },
          "header": undefined,
          "url": "/tenant/oauth2/v2.0/token",
        },
        {
          "form": {
            "client_assertion": "federated",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_id": "app",
            "grant_type": "client_credentials",
            "scope": "https://storage.azure.com/.default",
          },
          "header": undefined,
          "url": "/tenant/oauth2/v2.0/token",
        },
        {
          "form": {},
          "header": "mine",
          "url": "/msi?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com%2F",
        },
      ]
    `)
    const refused = await read({ ...application, ARM_CLIENT_SECRET: 'open-barley' })
    expect(refused.ok ? '' : refused.error.message.replace(host, 'HOST')).toBe(
      'Signing in at HOST was refused (status 401: invalid_client).',
    )
  })
})

const binary = findAzurite()

if (binary === undefined) {
  notTestedHere('the azurerm backend on Azurite', 'no azurite-blob on the path (npm install -g azurite)')
} else {
  let server: AzuriteServer | undefined
  beforeAll(async () => {
    server = await startAzurite(binary, 'states')
  }, 60_000)
  afterAll(() => server?.stop())

  describeBackend(
    'azurerm (Azurite)',
    async () => {
      const [folder, prefix] = [await temporaryFolder(), `a+b ü/${randomBytes(4).toString('hex')}`]
      return {
        client: async ({ process = PROCESS, machine = 'here' } = {}) =>
          client(server?.endpoint ?? '', join(folder, machine), { process, prefix }),
        elapse: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      }
    },
    { expiryMs: 2_000, lists: true, renews: true, inspects: true },
  )
}
