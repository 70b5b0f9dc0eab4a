import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { type HttpSettingsInput, httpSettings } from '../../../src/state/backends/http/http-settings.ts'
import { type HttpBackendOptions, httpBackend } from '../../../src/state/backends/http.ts'
import { STATE_RETRY_POLICY } from '../../../src/state/backends/remote/retry-policy.ts'
import type { Clock } from '../../../src/state/clock.ts'
import { lockState } from '../../../src/state/lock.ts'
import { openState, readState } from '../../../src/state/session.ts'
import {
  lockOptions,
  lockSample,
  openSample,
  PROCESS,
  REF,
  refusal,
  sampleConclusion,
  sampleEffect,
  sampleId,
  sampleObject,
  sampleOperation,
  sampleState,
  stateOptions,
  temporaryFolder,
  value,
} from '../sample-state.ts'
import { describeBackend } from './conformance.ts'
import { startHttpStateServer } from './http-state-server.ts'
import { movedClock } from './moved-clock.ts'
import { QUICK_RETRIES } from './quick-retries.ts'

const SIGNAL = new AbortController().signal

function client(
  address: string | (HttpSettingsInput & { readonly address: string }),
  journalDirectory: string,
  changes: Partial<Pick<HttpBackendOptions, 'clock' | 'process' | 'credentials' | 'retries' | 'onWaiting'>> = {},
): StateBackend {
  const backend = httpBackend({
    settings: value(httpSettings(typeof address === 'string' ? { address } : address)),
    credentials: { kind: 'none' },
    journalDirectory,
    process: PROCESS,
    clock: movedClock(),
    userAgent: 'meshform-test',
    environment: {},
    retries: QUICK_RETRIES,
    ...changes,
  })
  onTestFinished(() => backend.close())
  return backend
}

const GITLAB = '/api/v4/projects/7/terraform/state/{workspace}-{design}'

function gitlabSettings(url: string): HttpSettingsInput & { readonly address: string } {
  return { address: `${url}${GITLAB}`, lockAddress: `${url}${GITLAB}/lock`, lockMethod: 'POST', unlockMethod: 'DELETE' }
}

const DIALECTS = [
  { name: 'http', dialect: 'strict', settings: (url: string) => ({ address: `${url}/states` }) },
  { name: 'http (as GitLab speaks it)', dialect: 'gitlab', settings: gitlabSettings },
] as const

for (const { name, dialect, settings } of DIALECTS) {
  describeBackend(
    name,
    async () => {
      const [server, folder] = [await startHttpStateServer({ dialect }), await temporaryFolder()]
      return {
        client: async ({ process = PROCESS, machine = 'here' } = {}) =>
          client({ ...settings(server.url), lockExpiryMs: 60_000 }, join(folder, machine), { process }),
        elapse: async (milliseconds) => server.forward(milliseconds),
        wire: server.wire,
      }
    },
    { expiryMs: 60_000, lists: false, renews: false, inspects: false, keepsLocks: dialect !== 'gitlab' },
  )
}

/** A clock whose intervals the test lets pass. */
function handClock(): Clock & { readonly pass: (milliseconds: number) => Promise<void> } {
  const clock = movedClock()
  const calls = new Set<() => void>()
  return {
    ...clock,
    every: (_milliseconds, call) => {
      calls.add(call)
      return () => calls.delete(call)
    },
    pass: async (milliseconds) => {
      clock.forward(milliseconds)
      for (const call of calls) call()
      await new Promise((resolve) => setTimeout(resolve, 50))
    },
  }
}

const ELSEWHERE = { who: 'bob@runner', pid: 1, machine: 'beef', isAlive: () => true }

describe.each([
  { dialect: 'strict', settings: DIALECTS[0].settings, path: '/states/default/bookinfo' },
  { dialect: 'gitlab', settings: gitlabSettings, path: GITLAB.replace('{workspace}-{design}', 'default-bookinfo') },
  { dialect: 'silent', settings: DIALECTS[0].settings, path: '/states/default/bookinfo' },
] as const)('the lock of a server that is $dialect', ({ dialect, settings, path }) => {
  const minute = 60_000

  test('is kept by the heartbeat in the state, for as long as the operation takes', async () => {
    const server = await startHttpStateServer({ dialect })
    const clock = handClock()
    const mine = client(settings(server.url), await temporaryFolder(), { clock })
    const lock = await lockSample(mine, { clock })
    const session = value(await openState(mine, REF, lock, stateOptions({ clock })))
    const apply = value(await session.begin(sampleOperation([sampleEffect(0)])))
    value(await apply.intent(sampleEffect(0)))
    const other = client(settings(server.url), await temporaryFolder(), { process: ELSEWHERE })
    for (let minutes = 0; minutes < 40; minutes++) {
      server.forward(minute)
      const before = server.stateAt(path)
      await clock.pass(minute)
      // A tick that comes while the last write is under way writes nothing.
      for (let tries = 0; server.stateAt(path) === before && tries < 100; tries++) await clock.pass(0)
      if (minutes % 8 !== 0) continue
      const refused = await lockState(other, REF, { operation: 'apply', process: ELSEWHERE, version: '1' }, lockOptions())
      expect([minutes, refusal(refused)]).toEqual([minutes, 'locked'])
    }
    expect(refusal(lock.check())).toBe('ok')
    apply.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
    value(await apply.finish(sampleConclusion()))
    value(await lock.release())
    const next = await openSample(other)
    expect([...next.session.state.objects.keys()]).toEqual([sampleId(0)])
    expect(next.lock.tookOver).toBeUndefined()
    value(await next.lock.release())
  })

  test('is taken over three minutes after its holder was last heard of, which can write no more', async () => {
    const server = await startHttpStateServer({ dialect })
    const clock = handClock()
    const mine = client(settings(server.url), await temporaryFolder(), { clock })
    const lock = await lockSample(mine, { clock })
    const session = value(await openState(mine, REF, lock, stateOptions({ clock })))
    const apply = value(await session.begin(sampleOperation([sampleEffect(0), sampleEffect(1)])))
    value(await apply.intent(sampleEffect(0)))
    expect(JSON.parse(server.stateAt(path) ?? '')).toMatchObject({ heartbeat: { lock: lock.info.id, expiryMs: 180_000 } })
    const other = client(settings(server.url), await temporaryFolder(), { process: ELSEWHERE })
    const request = { operation: 'apply', process: ELSEWHERE, version: '1' }
    server.forward(2 * minute)
    expect(refusal(await lockState(other, REF, request, lockOptions()))).toBe('locked')
    server.forward(2 * minute)
    const taken = value(await lockState(other, REF, request, lockOptions()))
    expect(taken.tookOver).toMatchObject({ info: { id: lock.info.id } })
    const next = value(await openState(other, REF, taken, stateOptions()))
    expect(next.pending.map(({ id }) => id)).toEqual([sampleId(0), sampleId(1)])
    value(await next.replace(next.state))
    // The holder wakes up: its own clock tells it, and if that stood still, the server.
    apply.result({ id: sampleId(0), outcome: 'recorded', object: sampleObject(0) })
    expect(['lock-lost', 'moved']).toContain(refusal(await apply.finish(sampleConclusion())))
    await clock.pass(4 * minute)
    expect(refusal(await apply.intent(sampleEffect(1)))).toBe('lock-lost')
    expect(value(await readState(other, REF, stateOptions())).state.serial).toBe(next.state.serial)
    value(await taken.release())
  })

  test('is given back while nothing is written, and taken again by a run that goes on', async () => {
    const server = await startHttpStateServer({ dialect })
    const clock = handClock()
    const mine = client(settings(server.url), await temporaryFolder(), { clock })
    const lock = await lockSample(mine, { clock })
    const first = lock.info.id
    const session = value(await openState(mine, REF, lock, stateOptions({ clock })))
    value(await session.rest())
    // Whatever becomes of the run that plans now: the next one, on any machine, has the lock.
    const other = client(settings(server.url), await temporaryFolder(), { process: ELSEWHERE })
    const request = { operation: 'apply', process: ELSEWHERE, version: '1' }
    const theirs = value(await lockState(other, REF, request, lockOptions()))
    expect(theirs.tookOver).toBeUndefined()
    expect(refusal(await session.claim())).toBe('locked')
    value(await theirs.release())
    await clock.pass(24 * minute)
    value(await session.claim())
    expect(lock.info.id).not.toBe(first)
    const apply = value(await session.begin(sampleOperation([sampleEffect(0)])))
    const atWork = lock.info.id
    expect(JSON.parse(server.stateAt(path) ?? '')).toMatchObject({ heartbeat: { lock: atWork } })
    await clock.pass(minute)
    expect(lock.info.id).toBe(atWork)
    value(await apply.finish(sampleConclusion()))
    value(await lock.release())
  })

  test('that rested finds out what another run wrote meanwhile, and does nothing', async () => {
    const server = await startHttpStateServer({ dialect })
    const mine = client(settings(server.url), await temporaryFolder())
    const { lock, session } = await openSample(mine)
    value(await session.rest())
    const other = client(settings(server.url), await temporaryFolder(), { process: ELSEWHERE })
    const theirs = await openSample(other)
    value(await theirs.session.replace({ ...sampleState(1), pending: [] }))
    value(await theirs.lock.release())
    expect(refusal(await session.begin(sampleOperation([sampleEffect(0)])))).toBe('moved')
    value(await lock.release())
    expect(value(await readState(other, REF, stateOptions())).state.pending ?? []).toEqual([])
  })

  test('is heard of in the state before perf-checks are run that change nothing', async () => {
    const server = await startHttpStateServer({ dialect })
    const { lock, session } = await openSample(client(settings(server.url), await temporaryFolder()))
    const apply = value(await session.begin({ ...sampleOperation(), measures: true }))
    expect(JSON.parse(server.stateAt(path) ?? '')).toMatchObject({ heartbeat: { lock: lock.info.id } })
    await apply.abandon()
    value(await lock.release())
  })

  test('of a run that was killed before it began is taken over after three minutes, on its own machine at once', async () => {
    const server = await startHttpStateServer({ dialect })
    const folder = await temporaryFolder()
    const mine = client(settings(server.url), folder)
    const left = await lockSample(mine)
    const request = { operation: 'apply', process: ELSEWHERE, version: '1' }
    const other = client(settings(server.url), await temporaryFolder(), { process: ELSEWHERE })
    server.forward(2 * minute)
    expect(refusal(await lockState(other, REF, request, lockOptions()))).toBe('locked')
    if (dialect === 'silent') {
      // Nothing says whose lock it is, but a note beside the journals of its own machine.
      server.forward(60 * minute)
      const refused = await lockState(other, REF, request, lockOptions())
      expect(refused.ok ? '' : refused.error.message).toMatch(
        /does not say by whom.*notes the ID of its lock where it runs, in .*bookinfo\.lock-\*/,
      )
      const alive = client(settings(server.url), folder)
      expect(refusal(await lockState(alive, REF, { ...request, process: PROCESS }, lockOptions()))).toBe('locked')
      const next = client(settings(server.url), folder, { process: { ...PROCESS, isAlive: () => false } })
      const taken = value(await lockState(next, REF, request, lockOptions()))
      expect(taken.tookOver?.info.id).toBe(left.info.id)
      await taken.release()
      expect((await readdir(join(folder, REF.workspace))).filter((name) => name.includes('.lock-'))).toEqual([])
      return
    }
    const here = client(settings(server.url), await temporaryFolder(), { process: { ...PROCESS, isAlive: () => false } })
    const taken = value(await lockState(here, REF, request, lockOptions()))
    expect(taken.tookOver?.info).toMatchObject({ operation: 'apply', pid: PROCESS.pid })
    server.forward(4 * minute)
    expect(value(await lockState(other, REF, request, lockOptions())).tookOver?.info.id).toBe(taken.info.id)
  })
})

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

  test('a storm of 503 and 429 is sat out for two minutes, as the server asks, and told of', async () => {
    const server = await startHttpStateServer()
    const told: string[] = []
    const waits: number[] = []
    let now = Date.parse('2026-01-02T03:04:05Z')
    const clock: Clock = {
      ...movedClock(),
      now: () => now,
      sleep: async (milliseconds) => {
        waits.push(milliseconds)
        now += milliseconds
        server.failNext(waits.length % 2 === 0 ? 503 : 429, waits.length % 2 === 0 ? '' : '7')
      },
    }
    const ways = { clock, retries: STATE_RETRY_POLICY, onWaiting: (reason: string) => told.push(reason) }
    const backend = client(`${server.url}/states`, await temporaryFolder(), ways)
    server.failNext(503, '')
    const read = await backend.snapshots.read(REF, SIGNAL)
    expect(read).toMatchObject({ ok: false, error: { kind: 'backend', message: expect.stringMatching(/status (503|429)/) } })
    expect(waits.slice(0, 6)).toEqual([500, 7_000, 2_000, 7_000, 8_000, 7_000])
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(100_000)
    expect(told[0]).toBe('Reading the state default/bookinfo: the server answers with status 503; trying again.')
    expect(told.length).toBeLessThan(14)
  })

  test('waiting for a server ends with the signal', async () => {
    const server = await startHttpStateServer()
    const stop = new AbortController()
    const onWaiting = () => stop.abort()
    const backend = client(`${server.url}/states`, await temporaryFolder(), { retries: STATE_RETRY_POLICY, onWaiting })
    server.failNext(503, '60')
    expect(refusal(await backend.snapshots.read(REF, stop.signal))).toBe('aborted')
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

  test('GitLab keeps one write of each serial: an answer that is lost on the way is no second one', async () => {
    const server = await startHttpStateServer({ dialect: 'gitlab' })
    const backend = client(gitlabSettings(server.url), await temporaryFolder())
    const { lock, session } = await openSample(backend)
    server.loseNextAnswer('POST')
    const state = value(await session.replace(sampleState(2)))
    value(await session.replace(state))
    value(await session.remove())
    await lock.release()
    expect(value(await backend.snapshots.read(REF, SIGNAL))).toBeUndefined()
  })

  test('a lock of Terraform is never taken away', async () => {
    const server = await startHttpStateServer()
    const backend = client(`${server.url}/states`, await temporaryFolder())
    const theirs = {
      ID: '3f1c9d2e-6a53-0d6b-31b2-3f1f9a7c0e11',
      Operation: 'OperationTypeApply',
      Who: 'ann@laptop',
      Created: '2020-01-02T03:04:05Z',
    }
    await fetch(`${server.url}/states/default/bookinfo`, { method: 'LOCK', body: JSON.stringify(theirs) })
    server.forward(1_000_000_000)
    const request = { operation: 'apply', process: PROCESS, version: '1' }
    const attempt = await lockState(backend, REF, request, lockOptions())
    expect(attempt).toMatchObject({ ok: false, error: { kind: 'locked', message: expect.stringContaining('ann@laptop') } })
    value(await backend.locks.forceUnlock(REF, theirs.ID, SIGNAL))
    value(await lockState(backend, REF, request, lockOptions()))
  })

  test('a server without locks is said, with what to set', async () => {
    const server = await startHttpStateServer({ dialect: 'gitlab' })
    const backend = client(`${server.url}/states`, await temporaryFolder())
    const attempt = await lockState(backend, REF, { operation: 'apply', process: PROCESS, version: '1' }, lockOptions())
    expect(attempt).toMatchObject({ error: { message: expect.stringContaining('set state.http.lockAddress') } })
  })

  test.each(['0', new Date(0).toUTCString()])('waits as long as the server asks for: %s', async (wait) => {
    const server = await startHttpStateServer()
    const waits: number[] = []
    const clock: Clock = { ...movedClock(), sleep: async (milliseconds) => void waits.push(milliseconds) }
    const backend = client(`${server.url}/states`, await temporaryFolder(), { clock })
    server.failNext(429, wait)
    expect(refusal(await backend.snapshots.read(REF, SIGNAL))).toBe('ok')
    server.failNext(503, '17')
    expect(refusal(await backend.snapshots.read(REF, SIGNAL))).toBe('ok')
    server.failNext(503, new Date(Date.now() + 3_600_000).toUTCString())
    // More patience than anybody has: it is told instead.
    expect(await backend.snapshots.read(REF, SIGNAL)).toMatchObject({
      error: { message: expect.stringMatching(/status 503.* It asks to come back in 36\d\d s\.$/) },
    })
    expect(waits).toEqual([1, 17_000])
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
