import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { cosCredentials } from '../../../src/state/backends/cos/cos-credentials.ts'
import { cosAuthorization } from '../../../src/state/backends/cos/sign-cos.ts'
import { cosBackend } from '../../../src/state/backends/cos.ts'
import { type PROCESS, REF, refusal, temporaryFolder, value } from '../sample-state.ts'
import { COS_KEY, checkCosSignature } from './cos-signature.ts'
import { type CreateOnlyServer, type CreateOnlyServerOptions, startCreateOnlyServer } from './create-only-server.ts'
import { closedInTheEnd, describeObjectStore, refusesToLock, storeOptions } from './object-store.ts'

const SIGNAL = new AbortController().signal
const KEY = { TENCENTCLOUD_SECRET_ID: COS_KEY.id, TENCENTCLOUD_SECRET_KEY: COS_KEY.secret }

function start(options: Partial<CreateOnlyServerOptions> = {}): Promise<CreateOnlyServer> {
  return startCreateOnlyServer({ prefix: 'x-cos-', check: checkCosSignature, ...options })
}

function client(
  endpoint: string,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly bucket?: string
    readonly environment?: { readonly [name: string]: string }
  } = {},
): StateBackend {
  return closedInTheEnd(
    cosBackend({
      settings: { bucket: changes.bucket ?? 'states-1250000000', prefix: 'team a+b/ü', region: 'ap-guangzhou', endpoint },
      ...storeOptions(journalDirectory, changes.process),
      environment: changes.environment ?? KEY,
    }),
  )
}

describeObjectStore('cos', { start: start, client, writes: 'PUT' })

describe('cos', () => {
  test('signs as Tencent documents it', () => {
    // "Uploading an object" and "Downloading an object" of Tencent's page on request signatures (436/7778).
    const key = { accessKeyId: COS_KEY.id, secretAccessKey: COS_KEY.secret, sessionToken: undefined }
    const host = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com'
    const url = `https://${host}/exampleobject(%E8%85%BE%E8%AE%AF%E4%BA%91)`
    const headers = {
      date: 'Thu, 16 May 2019 06:45:51 GMT',
      host,
      'content-type': 'text/plain',
      'content-length': '13',
      'content-md5': 'mQ/fVh815F3k6TAUm8m0eg==',
      'x-cos-acl': 'private',
      'x-cos-grant-read': 'uin="100000000011"',
    }
    expect(cosAuthorization({ method: 'PUT', url: new URL(url), headers }, key, '1557989151;1557996351')).toBe(
      `q-sign-algorithm=sha1&q-ak=${COS_KEY.id}&q-sign-time=1557989151;1557996351&q-key-time=1557989151;1557996351&q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read&q-url-param-list=&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172`,
    )
    const query = 'response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600'
    const download = {
      method: 'GET',
      url: new URL(`${url}?${query}`),
      headers: { date: 'Thu, 16 May 2019 06:55:53 GMT', host },
    }
    const signed = cosAuthorization(download, key, '1557989753;1557996953')
    expect(signed).toContain('&q-header-list=date;host&q-url-param-list=response-cache-control;response-content-type&')
    expect(signed).toContain('&q-signature=01681b8c9d79')
  })

  test('a bucket whose versioning is on or was is refused before anything is done', async () => {
    for (const versioning of ['on', 'suspended'] as const) {
      const backend = client((await start({ versioning })).endpoint, await temporaryFolder())
      await refusesToLock(backend, /versioning[\s\S]*keep two applies apart/)
    }
  })

  test('a bucket that is not there and keys that do not fit are said', async () => {
    const server = await start()
    const folder = await temporaryFolder()
    const missing = await client(server.endpoint, folder, { bucket: 'other-1250000000' }).snapshots.read(REF, SIGNAL)
    expect(missing).toMatchObject({
      error: {
        kind: 'invalid-configuration',
        message: 'There is no bucket other-1250000000 in ap-guangzhou. Make it first, or name its region.',
      },
    })
    const environment = { ...KEY, TENCENTCLOUD_SECRET_KEY: 'wrong' }
    const wrong = await client(server.endpoint, folder, { environment }).snapshots.read(REF, SIGNAL)
    expect(wrong).toMatchObject({
      error: { kind: 'unauthorized', message: expect.stringContaining('(status 403, SignatureDoesNotMatch)') },
    })
  })

  test('credentials come from the environment or from the files of Tencent’s command lines', async () => {
    const folder = await temporaryFolder()
    const from = (environment: { readonly [name: string]: string }) => cosCredentials({ HOME: folder, ...environment })
    const lent = { TENCENTCLOUD_SECURITY_TOKEN: 'Z' }
    expect(refusal(await from({}))).toBe('unauthorized')
    await writeFile(join(folder, '.cos.conf'), '[common]\nsecret_id = A\nsecret_key = B\nbucket = states-1\n')
    expect(value(await from({}))).toEqual({ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: undefined })
    await mkdir(join(folder, '.tccli'))
    await writeFile(join(folder, '.tccli', 'default.credential'), JSON.stringify({ secretId: 'C', secretKey: 'D', token: 'E' }))
    expect(value(await from({}))).toEqual({ accessKeyId: 'C', secretAccessKey: 'D', sessionToken: 'E' })
    const given = { TENCENTCLOUD_SECRET_ID: 'X', TENCENTCLOUD_SECRET_KEY: 'Y', ...lent }
    expect(value(await from(given))).toEqual({ accessKeyId: 'X', secretAccessKey: 'Y', sessionToken: 'Z' })
  })
})
