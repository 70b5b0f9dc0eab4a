import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { s3Credentials } from '../../../src/state/backends/s3/s3-credentials.ts'
import { signRequest } from '../../../src/state/backends/s3/sign-request.ts'
import { s3Backend } from '../../../src/state/backends/s3.ts'
import { notTestedHere } from '../../not-tested-here.ts'
import { openSample, PROCESS, REF, refusal, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { type MotoServer, motoPython, startMoto } from './moto-server.ts'
import { closedInTheEnd, describeObjectStore, storeOptions } from './object-store.ts'
import { S3_KEYS, startS3Server } from './s3-server.ts'

const SIGNAL = new AbortController().signal

function client(
  endpoint: string,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly bucket?: string
    readonly secret?: string
    readonly prefix?: string
  } = {},
): StateBackend {
  return closedInTheEnd(
    s3Backend({
      settings: { bucket: changes.bucket ?? 'states', prefix: changes.prefix ?? 'team a/x', region: S3_KEYS.region, endpoint },
      credentials: async () => ({
        ok: true,
        value: { accessKeyId: S3_KEYS.id, secretAccessKey: changes.secret ?? S3_KEYS.secret, sessionToken: undefined },
      }),
      ...storeOptions(journalDirectory, changes.process),
      environment: {},
    }),
  )
}

describeObjectStore('s3', { start: startS3Server, client, writes: 'PUT' })

describe('s3', () => {
  test('signs as AWS documents it', () => {
    // "GET Object" of AWS's published examples for Signature Version 4 and S3.
    const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
    const signed = signRequest(
      {
        method: 'GET',
        url,
        headers: { range: 'bytes=0-9' },
        body: new Uint8Array(),
        region: 'us-east-1',
        now: Date.UTC(2013, 4, 24),
      },
      { accessKeyId: S3_KEYS.id, secretAccessKey: S3_KEYS.secret, sessionToken: undefined },
    )
    expect(signed.authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    )
  })

  test('a bucket that is not there and keys that do not fit are said', async () => {
    const server = await startS3Server()
    const folder = await temporaryFolder()
    const missing = await client(server.endpoint, folder, { bucket: 'other' }).snapshots.read(REF, SIGNAL)
    expect(missing).toMatchInlineSnapshot(`
      {
        "error": {
          "kind": "invalid-configuration",
          "message": "There is no bucket other. Make it first.",
        },
        "ok": false,
      }
    `)
    const wrong = await client(server.endpoint, folder, { secret: 'wrong' }).snapshots.read(REF, SIGNAL)
    expect(wrong).toMatchInlineSnapshot(`
      {
        "error": {
          "kind": "unauthorized",
          "message": "Reading s3://states/team a/x/default/bookinfo.json: the store refuses it to these credentials (status 403, SignatureDoesNotMatch).",
        },
        "ok": false,
      }
    `)
    expect(refusal(await client('http://127.0.0.1:1', folder).snapshots.read(REF, SIGNAL))).toBe('unreachable')
  })

  test('credentials come from the environment or the shared file', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'credentials')
    await writeFile(
      file,
      '[default]\naws_access_key_id = A\naws_secret_access_key = B\n\n[team]\naws_access_key_id=C\naws_secret_access_key=D\naws_session_token=E\n',
    )
    const from = (environment: { readonly [name: string]: string }) => s3Credentials({ HOME: folder, ...environment })
    expect(value(await from({ AWS_ACCESS_KEY_ID: 'X', AWS_SECRET_ACCESS_KEY: 'Y' }))).toEqual({
      accessKeyId: 'X',
      secretAccessKey: 'Y',
      sessionToken: undefined,
    })
    expect(value(await from({ AWS_SHARED_CREDENTIALS_FILE: file }))).toEqual({
      accessKeyId: 'A',
      secretAccessKey: 'B',
      sessionToken: undefined,
    })
    expect(value(await from({ AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'team' }))).toEqual({
      accessKeyId: 'C',
      secretAccessKey: 'D',
      sessionToken: 'E',
    })
    expect(refusal(await from({}))).toBe('unauthorized')
  })
})

const python = motoPython()

if (python === undefined) {
  notTestedHere('the s3 backend on the moto server', 'python3 has no moto.server (pip install moto[server])')
} else {
  describe('s3, on a server that others wrote', () => {
    let server: MotoServer
    beforeAll(async () => {
      server = await startMoto(python, 'states')
    }, 120_000)
    afterAll(() => server.stop())

    test('a state is written, read, changed by one of two, and deleted', async () => {
      const folder = await temporaryFolder()
      const [mine, theirs] = [client(server.endpoint, folder), client(server.endpoint, folder)]
      const { lock, session } = await openSample(mine)
      expect(value(await theirs.locks.inspect(REF, SIGNAL))).toEqual({ info: lock.info, expired: false })
      value(await session.replace(sampleState(2)))
      const found = value(await theirs.snapshots.read(REF, SIGNAL))
      const write = { bytes: Buffer.from('{}'), serial: 9, expected: found?.token, lockId: lock.info.id }
      value(await theirs.snapshots.write(REF, write, SIGNAL))
      // Whoever read before that writes no more, nor does one that thinks that nothing is there.
      expect(refusal(await session.replace(sampleState(2)))).toBe('moved')
      expect(refusal(await mine.snapshots.write(REF, { ...write, bytes: Buffer.from('[]'), expected: undefined }, SIGNAL))).toBe(
        'moved',
      )
      expect(value(await mine.snapshots.list(SIGNAL))).toEqual([REF])
      await lock.release()
    })

    test('of two locks one is had, and one that was not renewed is taken over', async () => {
      const ref = { ...REF, workspace: 'locks' }
      const [mine, theirs] = [client(server.endpoint, await temporaryFolder()), client(server.endpoint, await temporaryFolder())]
      const info = (id: string) => ({
        ...PROCESS,
        machine: '',
        id,
        operation: 'apply',
        created: new Date().toISOString(),
        version: '1',
      })
      const attempts = await Promise.all([
        mine.locks.acquire(ref, info('mine'), 1_000, SIGNAL),
        theirs.locks.acquire(ref, info('theirs'), 1_000, SIGNAL),
      ])
      expect(attempts.map((attempt) => value(attempt).kind).sort()).toEqual(['acquired', 'held'])
      // The server says its time in whole seconds.
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      const next = value(await theirs.locks.acquire(ref, info('next'), 60_000, SIGNAL))
      expect(next).toMatchObject({ kind: 'acquired', tookOver: { expired: true } })
      expect(value(await mine.locks.renew(ref, info('mine'), 60_000, SIGNAL))).toBe('lost')
      expect(value(await theirs.locks.release(ref, info('next'), SIGNAL))).toBe('released')
    })
  })
}
