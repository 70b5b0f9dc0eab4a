import { describe, expect, test } from 'vitest'
import { ConcurrencyLimiter } from '../../src/targets/concurrency-limiter.ts'
import type { Exchange, TransportRequest } from '../../src/targets/kubernetes/transport.ts'
import { answer, failure, fakeClock, fakeTransport, senderFor } from './fake-transport.ts'

const request: TransportRequest = { method: 'GET', path: '/x', timeoutMs: 1000, signal: new AbortController().signal }
const status = (reason: string) => ({ kind: 'Status', reason })

/** An answer that says it is well, and can't be read. */
function cut(text: string, type = 'application/json'): Exchange {
  const headers = { 'content-type': type }
  return { ok: true, response: { status: 200, headers, text: () => text, head: text, json: () => undefined } }
}

describe('requests that are not answered well', () => {
  test('are sent again with pauses that double up to a limit', async () => {
    const clock = fakeClock()
    const transport = fakeTransport((_request, index) =>
      index === 0 ? answer(200, {}) : answer(503, status('ServiceUnavailable')),
    )
    const sender = senderFor(transport, clock)
    await sender.send(request)
    const last = await sender.send(request)
    expect(last.ok && last.response.status).toBe(503)
    expect(clock.slept.slice(0, 8)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000])
  })

  test.each([
    ['seconds', '3', 3250],
    ['a date', new Date(1_000_000 + 5000).toUTCString(), 5250],
  ])('wait as long as Retry-After says in %s', async (_form, header, pause) => {
    const clock = fakeClock()
    const transport = fakeTransport((_request, index) =>
      index === 0 ? answer(429, {}, { 'retry-after': header }) : answer(200, {}),
    )
    expect((await senderFor(transport, clock).send(request)).ok).toBe(true)
    expect(clock.slept).toEqual([pause])
  })

  test('are given up when the server asks for longer than a minute', async () => {
    const clock = fakeClock()
    const transport = fakeTransport(() => answer(429, {}, { 'retry-after': '600' }))
    const last = await senderFor(transport, clock).send(request)
    expect(last.ok && last.response.status).toBe(429)
    expect(clock.slept).toEqual([])
  })

  test.each([
    ['a refusal', answer(403, status('Forbidden')), 1],
    ['a conflict', answer(409, status('Conflict')), 1],
    ['an error that a webhook caused', answer(500, status('InternalError')), 9],
    ['an error without a reason', answer(500, {}), 1],
    ['a gateway', answer(502, {}), 17],
    ['a server that is overloaded', answer(429, {}), 17],
    ['an answer cut short', cut('{"kind":"ConfigMap","da'), 17],
    ['a page of HTML', cut('<html>', 'text/html'), 1],
    ['a certificate', failure('tls', 'CERT_HAS_EXPIRED'), 1],
    ['an abort', failure('aborted'), 1],
    ['a broken connection', failure('unreachable', 'ECONNRESET'), 17],
    ['a refused connection', failure('unreachable', 'ECONNREFUSED'), 17],
  ])('%s is tried %s times once the server has answered', async (_what, exchange, tries) => {
    const transport = fakeTransport((_request, index) => (index === 0 ? answer(200, {}) : exchange))
    const sender = senderFor(transport, fakeClock())
    await sender.send(request)
    await sender.send(request)
    expect(transport.asked).toHaveLength(1 + tries)
  })

  test.each([
    ['ECONNREFUSED', 1],
    ['ENOTFOUND', 1],
    ['ECONNRESET', 3],
  ])('before the first answer, %s is tried %s times', async (code, tries) => {
    const transport = fakeTransport(() => failure('unreachable', code))
    expect((await senderFor(transport, fakeClock()).send(request)).ok).toBe(false)
    expect(transport.asked).toHaveLength(tries)
  })

  test('a server that went away is waited for as long as an upgrade takes, and that is told now and then', async () => {
    const clock = fakeClock()
    const sender = senderFor(
      fakeTransport((_request, index) => (index === 0 ? answer(200, {}) : failure('unreachable', 'ECONNREFUSED'))),
      clock,
    )
    const told: string[] = []
    sender.whenWaiting((reason) => told.push(reason))
    await sender.send(request)
    expect((await sender.send(request)).ok).toBe(false)
    const waited = clock.slept.reduce((sum, pause) => sum + pause, 0)
    expect(waited).toBeGreaterThan(105_000)
    expect(waited).toBeLessThanOrEqual(120_000)
    expect(told).toHaveLength(11)
    // It is still away: the next request is tried once, and nobody waits as long again.
    const before = clock.slept.length
    expect((await sender.send(request)).ok).toBe(false)
    expect(clock.slept).toHaveLength(before)
    expect(new Set(told)).toEqual(new Set(['unreachable ECONNREFUSED; trying again']))
  })

  test('one request that the server never answers well is given up sooner while others are', async () => {
    const transport = fakeTransport(({ path }) => (path === '/x' ? answer(503, {}) : answer(200, {})))
    const clock = fakeClock()
    const sender = senderFor(transport, {
      ...clock,
      sleep: async (milliseconds, signal) => {
        await clock.sleep(milliseconds, signal)
        await sender.send({ ...request, path: '/well' })
      },
    })
    await sender.send({ ...request, path: '/well' })
    await sender.send(request)
    expect(transport.asked.filter((asked) => asked === 'GET /x')).toHaveLength(9)
  })

  test('a request without an answer is told of now and then', async () => {
    let answered: (exchange: Exchange) => void = () => undefined
    let tick: () => void = () => undefined
    let now = 0
    const transport = {
      ...fakeTransport(() => answer(200, {})),
      request: () => new Promise<Exchange>((resolve) => (answered = resolve)),
    }
    const sender = senderFor(transport, {
      ...fakeClock(),
      now: () => now,
      every: (_milliseconds, call) => {
        tick = call
        return () => undefined
      },
    })
    const told: string[] = []
    sender.whenWaiting((reason) => told.push(reason))
    const sent = sender.send(request)
    await Promise.resolve()
    for (now = 0; now <= 20_000; now += 1000) tick()
    answered(answer(200, {}))
    await sent
    for (; now <= 60_000; now += 1000) tick()
    expect(told).toEqual(['no answer to GET /x for 5 s yet', 'no answer to GET /x for 15 s yet'])
  })

  test('credentials are renewed once', async () => {
    const transport = fakeTransport(() => answer(401, status('Unauthorized')))
    const last = await senderFor(transport, fakeClock()).send(request)
    expect(last.ok && last.response.status).toBe(401)
    expect([transport.renewals, transport.asked.length]).toEqual([1, 2])
  })

  test('an abort ends the pause', async () => {
    const stop = new AbortController()
    const transport = fakeTransport(() => {
      stop.abort()
      return answer(503, {})
    })
    await senderFor(transport, fakeClock()).send({ ...request, signal: stop.signal })
    expect(transport.asked).toHaveLength(1)
  })
})

describe('requests at once', () => {
  async function turns(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }

  test('never pass the limit, and go first come, first served', async () => {
    const limiter = new ConcurrencyLimiter(3)
    const order: number[] = []
    const finish: (() => void)[] = []
    const signal = new AbortController().signal
    const all = Array.from({ length: 8 }, (_, index) =>
      limiter.run(() => {
        order.push(index)
        return new Promise<void>((resolve) => finish.push(resolve))
      }, signal),
    )
    await turns()
    expect([order, limiter.running]).toEqual([[0, 1, 2], 3])
    while (finish.length > 0) {
      finish.shift()?.()
      await turns()
      expect(limiter.running).toBeLessThanOrEqual(3)
    }
    await Promise.all(all)
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('are halved when the server throttles and grow again one by one', () => {
    const limiter = new ConcurrencyLimiter(16)
    limiter.throttled()
    limiter.throttled()
    expect(limiter.limit).toBe(4)
    for (let count = 0; count < 100; count += 1) limiter.answered()
    expect(limiter.limit).toBe(6)
    for (let count = 0; count < 10; count += 1) limiter.throttled()
    expect(limiter.limit).toBe(1)
    for (let count = 0; count < 5000; count += 1) limiter.answered()
    expect(limiter.limit).toBe(16)
  })

  test('that are stopped while they wait start at once, to see their signal', async () => {
    const limiter = new ConcurrencyLimiter(1)
    const stop = new AbortController()
    let end: () => void = () => undefined
    const first = limiter.run(
      () =>
        new Promise<void>((resolve) => {
          end = resolve
        }),
      new AbortController().signal,
    )
    let isStarted = false
    const second = limiter.run(async () => {
      isStarted = true
    }, stop.signal)
    stop.abort()
    await second
    expect(isStarted).toBe(true)
    end()
    await first
    expect(limiter.running).toBe(0)
  })
})
