import { afterEach, describe, expect, test } from 'vitest'
import { atRate, run } from './run-spec.ts'
import { closedPort, serveHttp, serveHttps, serveTcp, type TestServer } from './servers.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const get = (port: number, scheme = 'http') => [{ url: `${scheme}://127.0.0.1:${port}/` }]

describe('a failing target gives counted errors and an ended run', () => {
  test('refusing', async () => {
    const port = await closedPort()
    const open = await run({ requests: get(port), mode: atRate(100, 0.5), connections: 4 })
    expect(open.failures).toEqual({ refused: 50 })
    expect(open.requests).toBe(50)
    expect(open.errorShare).toBe(1)
    const closed = await run({ requests: get(port), mode: { kind: 'closed' }, connections: 4, seconds: 0.5 })
    expect(Object.keys(closed.failures)).toEqual(['refused'])
    // A closed loop waits before it knocks again, so it does not spin.
    expect(closed.errors).toBeLessThan(60)
  })

  test('resetting', async () => {
    server = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const result = await run({ requests: get(server.port), mode: atRate(100, 0.5), connections: 4 })
    expect(result.failures).toEqual({ reset: 50 })
  })

  test('half-closing', async () => {
    server = await serveTcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
    )
    const result = await run({ requests: get(server.port), mode: atRate(100, 0.5), connections: 4 })
    expect(result.failures).toEqual({ closed: 50 })
    expect(result.failureExamples.closed).toContain('before the whole answer')
  })

  test('answering garbage, to each protocol', async () => {
    server = await serveTcp((socket) => {
      socket.on('data', () => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'))
    })
    const http1 = await run({ requests: get(server.port), mode: atRate(100, 0.5), connections: 4 })
    expect(http1.failures).toEqual({ malformed: 50 })
    const http2 = await run({ protocol: 'http2', requests: get(server.port), mode: atRate(40, 0.5), connections: 2 })
    expect(http2.failures).toEqual({ malformed: 20 })
  })

  test('never answering', async () => {
    server = await serveTcp((socket) => socket.resume())
    const result = await run({ requests: get(server.port), mode: atRate(100, 0.3), connections: 4, timeoutMs: 150 })
    const { timeout = 0, unsent = 0 } = result.failures
    expect(timeout).toBeGreaterThanOrEqual(4)
    expect(timeout + unsent).toBe(30)
    expect(result.requests).toBe(30)
    const http2 = await run({
      protocol: 'http2',
      requests: get(server.port),
      mode: atRate(20, 0.2),
      connections: 1,
      timeoutMs: 150,
    })
    expect(http2.requests).toBe(4)
    expect(http2.errors).toBe(4)
  })

  test('answering no handshake, or with the wrong certificate', async () => {
    server = await serveHttps((_request, response) => response.end())
    const untrusted = await run({ requests: get(server.port, 'https'), mode: atRate(40, 0.5), connections: 2 })
    expect(untrusted.failures).toEqual({ tls: 20 })
    expect(untrusted.failureExamples.tls).toMatch(/certificate/)
    const plain = await serveHttp((_request, response) => response.end())
    const noTls = await run({ requests: get(plain.port, 'https'), mode: atRate(40, 0.5), connections: 2 })
    await plain.close()
    expect(noTls.failures).toEqual({ tls: 20 })
    expect(noTls.failureExamples).toEqual({ tls: 'the answer is not TLS' })
  })

  test('with no such name', async () => {
    const result = await run({ requests: [{ url: 'http://no-such-host.invalid/' }], mode: atRate(20, 0.5) })
    expect(result.requests).toBe(10)
    expect(result.errors).toBe(10)
    const closed = await run({ requests: [{ url: 'http://no-such-host.invalid/' }], mode: { kind: 'closed' }, seconds: 5 })
    expect(closed.requests).toBe(1)
  })

  test('stopping for too many errors', async () => {
    server = await serveHttp((_request, response) => response.writeHead(500).end())
    const result = await run({
      requests: get(server.port),
      mode: { kind: 'closed' },
      connections: 2,
      seconds: 30,
      stopOnErrors: { share: 0.5, after: 20 },
    })
    expect(result.ended).toBe('error-share')
    expect(result.errors).toBeGreaterThanOrEqual(20)
  })

  test('stopping when told', async () => {
    server = await serveHttp((_request, response) => response.end())
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 200)
    const result = await run({ requests: get(server.port), mode: atRate(50, 60) }, abort.signal)
    expect(result.ended).toBe('aborted')
    expect(result.valid).toBe(false)
  })
})

test('a stall is felt by every request that was due in it', async () => {
  let stalled = false
  let asked = 0
  server = await serveHttp((_request, response) => {
    asked += 1
    if (asked === 100) stalled = true
    const answer = (): void => {
      if (stalled) setTimeout(answer, 5)
      else response.end()
    }
    if (asked === 100) {
      setTimeout(() => {
        stalled = false
      }, 500)
    }
    answer()
  })
  const result = await run({ requests: get(server.port), mode: atRate(200, 1.5), connections: 2 })
  expect(result.requests).toBe(300)
  // A hundred requests were due while it stood still: a third of the run waited, though only two were ever under way.
  expect(result.latency.p75).toBeGreaterThan(50)
  expect(result.serviceTime.p75).toBeLessThan(result.latency.p75)
  expect(result.scheduleLag.max).toBeGreaterThan(100)
  expect(result.latency.max).toBeGreaterThan(400)
})
