import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { type HttpSettingsInput, httpSettings } from '../../../src/state/backends/http/http-settings.ts'
import { type HttpCredentials, httpBackend } from '../../../src/state/backends/http.ts'
import type { Clock } from '../../../src/state/clock.ts'
import { lockState } from '../../../src/state/lock.ts'
import { lockOptions, openSample, PROCESS, REF, refusal, sampleState, temporaryFolder, value } from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { startHttpStateServer } from './http-state-server.ts'
import { movedClock } from './moved-clock.ts'

const SIGNAL = new AbortController().signal

function client(
  address: string | (HttpSettingsInput & { readonly address: string }),
  journalDirectory: string,
  changes: { readonly clock?: Clock; readonly process?: typeof PROCESS; readonly credentials?: HttpCredentials } = {},
): StateBackend {
  const backend = httpBackend({
    settings: value(httpSettings(typeof address === 'string' ? { address } : address)),
    credentials: { kind: 'none' },
    journalDirectory,
    process: PROCESS,
    clock: movedClock(),
    userAgent: 'meshform-test',
    environment: {},
    retryWaitsMs: [1, 1],
    ...changes,
  })
  onTestFinished(() => backend.close())
  return backend
}

/** How servers want to be asked: by Terraform's defaults, or as GitLab has it, which lays JSON out anew as well. */
const DIALECTS = [
  { name: 'http', relay: false, settings: (url: string) => ({ address: `${url}/states` }) },
  {
    name: 'http (as GitLab speaks it)',
    relay: true,
    settings: (url: string) => ({
      address: `${url}/api/v4/projects/7/terraform/state/{workspace}-{design}`,
      lockAddress: `${url}/api/v4/projects/7/terraform/state/{workspace}-{design}/lock`,
      lockMethod: 'POST',
      unlockMethod: 'DELETE',
    }),
  },
]

for (const { name, relay, settings } of DIALECTS) {
  describeBackend(
    name,
    async () => {
      const [server, folder, clock] = [await startHttpStateServer({ relay }), await temporaryFolder(), movedClock()]
      return {
        client: async ({ process = PROCESS, machine = 'here' } = {}) =>
          client(settings(server.url), join(folder, machine), { process, clock }),
        elapse: async (milliseconds) => clock.forward(milliseconds),
      }
    },
    { expiryMs: 60_000, lists: false, renews: false, inspects: false },
  )
}

describe('http', () => {
  test.each(['GET', 'LOCK', 'POST', 'UNLOCK'])('an answer to %s that is lost on the way changes nothing', async (method) => {
    const server = await startHttpStateServer()
    const backend = client(`${server.url}/states`, await temporaryFolder())
    server.loseNextAnswer(method)
    const { lock, session } = await openSample(backend)
    value(await session.replace(sampleState(2)))
    expect(value(await backend.snapshots.read(REF, SIGNAL))).toBeDefined()
    await lock.release()
    expect(value(await backend.locks.acquire(REF, lock.info, 1_000, SIGNAL)).kind).toBe('acquired')
  })

  test('asks again after 503, and says what the server says in the end', async () => {
    const server = await startHttpStateServer()
    const backend = client(`${server.url}/states`, await temporaryFolder())
    server.failNext(503)
    expect(value(await backend.snapshots.read(REF, SIGNAL))).toBeUndefined()
    server.failNext(418)
    expect(await backend.snapshots.read(REF, SIGNAL)).toMatchInlineSnapshot(`
      {
        "error": {
          "kind": "backend",
          "message": "Reading the state default/bookinfo: the server answered with status 418 (Sorry).",
        },
        "ok": false,
      }
    `)
  })

  test('authorizes with a token or a name and password, and says who refused', async () => {
    const folder = await temporaryFolder()
    const bearer = await startHttpStateServer({ authorization: 'Bearer t0ken' })
    const none = await client(bearer.url, folder).snapshots.read(REF, SIGNAL)
    expect(none).toMatchInlineSnapshot(`
      {
        "error": {
          "kind": "unauthorized",
          "message": "Reading the state default/bookinfo: the server wants credentials, or does not accept those given (status 401).",
        },
        "ok": false,
      }
    `)
    const token = client(bearer.url, folder, { credentials: { kind: 'bearer', token: 't0ken' } })
    expect(refusal(await token.snapshots.read(REF, SIGNAL))).toBe('ok')
    const basic = await startHttpStateServer({ authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` })
    const named = client(basic.url, folder, { credentials: { kind: 'basic', username: 'ann', password: 'secret' } })
    expect(refusal(await named.snapshots.read(REF, SIGNAL))).toBe('ok')
    const wrong = client(basic.url, folder, { credentials: { kind: 'basic', username: 'ann', password: 'other' } })
    expect(refusal(await wrong.snapshots.read(REF, SIGNAL))).toBe('unauthorized')
  })

  test('a server that is not there is unreachable', async () => {
    const backend = client('http://127.0.0.1:1', await temporaryFolder())
    expect(refusal(await backend.snapshots.read(REF, SIGNAL))).toBe('unreachable')
  })

  test('an apply stops by itself when its lock ends', async () => {
    const server = await startHttpStateServer()
    const clock = movedClock()
    const backend = client(`${server.url}/states`, await temporaryFolder(), { clock })
    const request = { operation: 'apply', process: PROCESS, version: '1' }
    const lock = value(await lockState(backend, REF, request, lockOptions({ clock })))
    expect(refusal(lock.check())).toBe('ok')
    clock.forward(61 * 60 * 1000)
    expect(refusal(lock.check())).toBe('lock-lost')
    await lock.release()
  })

  test.each([
    ['https://example.org/states', 'https://example.org/states/default/bookinfo'],
    ['https://example.org/states/?token=1', 'https://example.org/states/default/bookinfo?token=1'],
    [
      'https://gitlab.example.org/api/v4/projects/7/terraform/state/{workspace}-{design}',
      'https://gitlab.example.org/api/v4/projects/7/terraform/state/default-bookinfo',
    ],
  ])('%s is the address of %s', async (address, expected) => {
    expect(client(address, await temporaryFolder()).snapshots.describe(REF)).toBe(expected)
  })

  test.each(['ftp://example.org', 'https://ann:secret@example.org/x', 'nonsense'])('%s is refused', (address) => {
    expect(refusal(httpSettings({ address }))).toBe('invalid-configuration')
  })
})
