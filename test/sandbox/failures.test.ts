import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FAILURES } from '../../src/sandbox/failures/failure-table.ts'
import { parseFailure } from '../../src/sandbox/failures/parse-failure.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'

describe('failures as they are written', () => {
  test.each([
    ['throttle', { concerns: 'requests', failure: { kind: 'throttle', amount: 50 } }],
    ['throttle=30', { concerns: 'requests', failure: { kind: 'throttle', amount: 30 } }],
    ['server-error=5%', { concerns: 'requests', failure: { kind: 'server-error', amount: 5 } }],
    ['slow=250ms', { concerns: 'requests', failure: { kind: 'slow', amount: 250 } }],
    ['drop-watches', { concerns: 'requests', failure: { kind: 'drop-watches', amount: 500 } }],
    ['image-pull', { concerns: 'pods', failure: 'image-pull', pods: { namespace: undefined, labels: {} } }],
    ['crash-loop=shop', { concerns: 'pods', failure: 'crash-loop', pods: { namespace: 'shop', labels: {} } }],
    [
      'rollout-stall=shop/app=reviews,version=v2',
      { concerns: 'pods', failure: 'rollout-stall', pods: { namespace: 'shop', labels: { app: 'reviews', version: 'v2' } } },
    ],
  ])('%s', (text, value) => {
    expect(parseFailure(text)).toEqual({ ok: true, value })
  })

  test.each([
    ['explode', 'There is no failure "explode"'],
    ['throttle=150', '"150" is no number of percent'],
    ['slow=soon', '"soon" is no number of milliseconds'],
    ['image-pull=shop/reviews', '"shop/reviews" selects no pods'],
  ])('%s is refused', (text, problem) => {
    expect(parseFailure(text)).toMatchObject({ ok: false, problem })
  })

  test('every failure of the table can be written by its name alone', () => {
    for (const { name, concerns } of FAILURES) expect(parseFailure(name)).toMatchObject({ ok: true, value: { concerns } })
  })
})

describe('failures of requests', () => {
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await Sandbox.open({ directory: undefined })
  })
  afterEach(() => sandbox.close())
  const get = async (path = '/api/v1/namespaces') => await sandbox.handle({ method: 'GET', path })

  test('hit their share of the requests, evenly, until they are switched off', async () => {
    const recover = sandbox.failures.requests.fail({ kind: 'throttle', amount: 25 })
    const statuses: number[] = []
    for (let count = 0; count < 8; count += 1) statuses.push((await get()).status)
    expect(statuses).toEqual([200, 200, 200, 429, 200, 200, 200, 429])
    recover()
    for (let count = 0; count < 8; count += 1) expect((await get()).status).toBe(200)
  })

  test('a storm ends after its number of requests', async () => {
    sandbox.failures.requests.fail({ kind: 'server-error', amount: 100, times: 2 })
    expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([500, 500, 200])
    expect(sandbox.failures.requests.isQuiet).toBe(true)
  })

  test('answer as a real server does', async () => {
    sandbox.failures.requests.fail({ kind: 'throttle', amount: 100, times: 1 })
    const throttled = await get()
    expect(throttled.headers['retry-after']).toBe('1')
    sandbox.failures.requests.fail({ kind: 'server-error', amount: 100 })
    const failed = await get()
    expect(failed.kind === 'answer' ? failed.json() : undefined).toMatchObject({
      kind: 'Status',
      reason: 'InternalError',
      code: 500,
    })
  })

  test('concern only the requests that are meant, and never the probes', async () => {
    sandbox.failures.requests.fail({ kind: 'server-error', amount: 100, concerns: (request) => request.path.includes('/pods') })
    expect((await get()).status).toBe(200)
    expect((await get('/api/v1/pods')).status).toBe(500)
    sandbox.failures.requests.fail({ kind: 'server-error', amount: 100 })
    expect((await get('/readyz')).status).toBe(200)
  })

  test('cut watches off', async () => {
    sandbox.failures.requests.fail({ kind: 'drop-watches', amount: 5 })
    const watch = await get('/api/v1/namespaces?watch=1')
    const seen: string[] = []
    if (watch.kind === 'stream') for await (const event of watch.events) seen.push(event.type)
    expect(seen).toEqual(['ADDED', 'ADDED', 'ADDED', 'ADDED'])
  })
})
