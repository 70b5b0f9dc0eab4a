import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { ossCredentials } from '../../../src/state/backends/oss/oss-credentials.ts'
import { signOss } from '../../../src/state/backends/oss/sign-oss.ts'
import { ossBackend } from '../../../src/state/backends/oss.ts'
import { openSample, type PROCESS, REF, refusal, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { type CreateOnlyServer, type CreateOnlyServerOptions, startCreateOnlyServer } from './create-only-server.ts'
import { closedInTheEnd, describeObjectStore, refusesToLock, storeOptions } from './object-store.ts'
import { checkOssSignature, OSS_KEY } from './oss-signature.ts'

const SIGNAL = new AbortController().signal
const KEY = { OSS_ACCESS_KEY_ID: OSS_KEY.id, OSS_ACCESS_KEY_SECRET: OSS_KEY.secret }

function start(options: Partial<CreateOnlyServerOptions> = {}): Promise<CreateOnlyServer> {
  return startCreateOnlyServer({ prefix: 'x-oss-', check: checkOssSignature, ...options })
}

function client(
  endpoint: string,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly bucket?: string
    readonly prefix?: string
    readonly environment?: { readonly [name: string]: string }
  } = {},
): StateBackend {
  return closedInTheEnd(
    ossBackend({
      settings: {
        bucket: changes.bucket ?? 'states-1250000000',
        prefix: changes.prefix ?? 'team a+b/ü',
        region: OSS_KEY.region,
        endpoint,
      },
      ...storeOptions(journalDirectory, changes.process),
      environment: changes.environment ?? KEY,
    }),
  )
}

describeObjectStore('oss', { start: start, client, writes: 'PUT' })

describe('oss', () => {
  test('signs as Alibaba’s own libraries do', () => {
    // TestV4AuthHeader of alibabacloud-oss-go-sdk-v2 (Apache 2.0); headers that are not signed are left out.
    const url = new URL('https://bucket.oss-cn-hangzhou.aliyuncs.com/1234+-/123/1.txt')
    for (const [name, text] of Object.entries({
      param1: 'value1',
      '+param1': 'value3',
      '|param1': 'value4',
      '+param2': '',
      '|param2': '',
      param2: '',
    })) {
      url.searchParams.set(name, text)
    }
    const request = { method: 'PUT', url, bucket: 'bucket', key: '1234+-/123/1.txt', region: 'cn-hangzhou' }
    const headers = { 'content-type': 'text/plain', 'x-oss-head1': 'value', abc: 'value' }
    const key = { accessKeyId: 'ak', secretAccessKey: 'sk', sessionToken: undefined }
    expect(signOss({ ...request, headers, now: 1_702_743_657_000 }, key)).toEqual({
      authorization:
        'OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-oss-date': '20231216T162057Z',
    })
    expect(signOss({ ...request, headers, now: 0 }, { ...key, sessionToken: 'lent' })).toMatchObject({
      'x-oss-security-token': 'lent',
    })
  })

  test('keeps two versions of each object, whatever was written before', async () => {
    const server = await start()
    const backend = client(server.endpoint, await temporaryFolder(), { prefix: '' })
    const { lock, session } = await openSample(backend)
    let state = value(await session.replace(sampleState(1)))
    for (let n = 0; n < 5; n++) state = value(await session.replace(state))
    value(await lock.release())
    expect(server.keys()).toEqual([
      'default/bookinfo.json/0000000000000005',
      'default/bookinfo.json/0000000000000006',
      'default/bookinfo.lock/0000000000000001',
      'default/bookinfo.lock/0000000000000002',
    ])
  })

  test('one who slept while versions were written and removed is refused, although its number is free again', async () => {
    const server = await start()
    const backend = client(server.endpoint, await temporaryFolder(), { prefix: '' })
    const { lock, session } = await openSample(backend)
    value(await session.replace(sampleState(1)))
    const old = value(await backend.snapshots.read(REF, SIGNAL))
    let state = session.state
    for (let n = 0; n < 3; n++) state = value(await session.replace(state))
    expect(server.keys()).not.toContain('default/bookinfo.json/0000000000000002')
    const write = { bytes: Buffer.from('{}'), serial: 9, expected: old?.token, lockId: lock.info.id }
    expect(refusal(await backend.snapshots.write(REF, write, SIGNAL))).toBe('moved')
    // Nothing of it is left, and the state is the one of the others.
    expect(server.keys()).not.toContain('default/bookinfo.json/0000000000000002')
    value(await session.replace(state))
    value(await lock.release())
  })

  test('a version that is removed while it is read is looked for anew', async () => {
    const server = await start()
    const backend = client(server.endpoint, await temporaryFolder(), { prefix: '' })
    const { lock, session } = await openSample(backend)
    let state = value(await session.replace(sampleState(1)))
    state = value(await session.replace(state))
    server.before('GET', () => server.remove('default/bookinfo.json/0000000000000002'))
    expect(value(await backend.snapshots.read(REF, SIGNAL))?.token).toBe('1')
    value(await lock.release())
  })

  test('what was deleted may be made again, and whoever read it before stays refused', async () => {
    const server = await start()
    const backend = client(server.endpoint, await temporaryFolder())
    const { lock } = await openSample(backend)
    const write = (expected: string | undefined) =>
      backend.snapshots.write(REF, { bytes: Buffer.from('{"a":1}'), serial: 1, expected, lockId: lock.info.id }, SIGNAL)
    const first = value(await write(undefined))
    value(await backend.snapshots.remove(REF, first, lock.info.id, SIGNAL))
    expect(value(await backend.snapshots.read(REF, SIGNAL))).toBeUndefined()
    expect(value(await backend.snapshots.list(SIGNAL))).toEqual([])
    expect(refusal(await backend.snapshots.remove(REF, first, lock.info.id, SIGNAL))).toBe('moved')
    const again = value(await write(undefined))
    expect(again).not.toBe(first)
    expect(value(await backend.snapshots.list(SIGNAL))).toEqual([REF])
    value(await lock.release())
  })

  test('a bucket with versioning, where the store overwrites all the same, is refused before anything is done', async () => {
    for (const versioning of ['on', 'suspended'] as const) {
      const backend = client((await start({ versioning })).endpoint, await temporaryFolder())
      await refusesToLock(backend, /versioning[\s\S]*keep two applies apart/)
    }
  })

  test('a bucket that is not there or elsewhere, and keys that do not fit, are said', async () => {
    const server = await start()
    const folder = await temporaryFolder()
    const said = async (endpoint: string, changes: Parameters<typeof client>[2] = {}) => {
      const read = await client(endpoint, folder, { prefix: '', ...changes }).snapshots.read(REF, SIGNAL)
      return read.ok ? 'read' : `${read.error.kind}: ${read.error.message}`
    }
    expect(await said(server.endpoint, { bucket: 'other' })).toMatchInlineSnapshot(
      `"invalid-configuration: There is no bucket other in cn-hangzhou. Make it first, or name its region."`,
    )
    expect(await said((await start({ elsewhere: 'oss-cn-shanghai.aliyuncs.com' })).endpoint)).toMatchInlineSnapshot(
      `"invalid-configuration: The bucket states-1250000000 is not in cn-hangzhou: the store says that it is at oss-cn-shanghai.aliyuncs.com."`,
    )
    expect(await said(server.endpoint, { environment: { ...KEY, OSS_ACCESS_KEY_SECRET: 'wrong' } })).toMatchInlineSnapshot(
      `"unauthorized: Reading oss://states-1250000000/default/bookinfo.json: the store refuses it to these credentials (status 403, SignatureDoesNotMatch)."`,
    )
    expect(await said(server.endpoint, { environment: { ...KEY, OSS_ACCESS_KEY_ID: 'wrong' } })).toMatchInlineSnapshot(
      `"unauthorized: Reading oss://states-1250000000/default/bookinfo.json: the store refuses it to these credentials (status 403, InvalidAccessKeyId)."`,
    )
    expect(await said('http://127.0.0.1:1')).toContain('unreachable: ')
  })

  test('credentials come from the environment or from the file of Alibaba’s command line', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, '.aliyun'))
    const profiles = [
      { name: 'default', mode: 'AK', access_key_id: 'A', access_key_secret: 'B', sts_token: 'left over' },
      { name: 'lent', mode: 'StsToken', access_key_id: 'C', access_key_secret: 'D', sts_token: 'E' },
      { name: 'role', mode: 'EcsRamRole', ram_role_name: 'states' },
    ]
    await writeFile(join(folder, '.aliyun', 'config.json'), JSON.stringify({ current: 'default', profiles }))
    const from = (environment: { readonly [name: string]: string }) => ossCredentials({ HOME: folder, ...environment })
    const key = (accessKeyId: string, secretAccessKey: string, sessionToken?: string) => ({
      accessKeyId,
      secretAccessKey,
      sessionToken,
    })
    expect(value(await from({ OSS_ACCESS_KEY_ID: 'X', OSS_ACCESS_KEY_SECRET: 'Y', OSS_SESSION_TOKEN: 'Z' }))).toEqual(
      key('X', 'Y', 'Z'),
    )
    expect(value(await from({ ALIBABA_CLOUD_ACCESS_KEY_ID: 'X', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'Y' }))).toEqual(key('X', 'Y'))
    expect(value(await from({ ALICLOUD_ACCESS_KEY: 'X', ALICLOUD_SECRET_KEY: 'Y' }))).toEqual(key('X', 'Y'))
    expect(value(await from({}))).toEqual(key('A', 'B'))
    expect(value(await from({ ALIBABA_CLOUD_PROFILE: 'lent' }))).toEqual(key('C', 'D', 'E'))
    const role = await from({ ALIBABA_CLOUD_PROFILE: 'role' })
    expect(role.ok ? '' : role.error.message).toContain('The profile "role" signs in by EcsRamRole, which is not known here.')
    expect(refusal(await from({ HOME: join(folder, 'none') }))).toBe('unauthorized')
  })
})
