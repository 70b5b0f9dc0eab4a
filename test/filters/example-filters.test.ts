import { describe, expect, test } from 'vitest'
import { benchOf, ok, request, send } from './bench-fixture.ts'

describe('the example filters', () => {
  test('key-auth lets a known key through and names the consumer', async () => {
    const bench = await benchOf('key-auth', { header: 'x-api-key', keys: { s3cret: 'alice' } })
    expect(bench.startFailures).toEqual([])
    const allowed = send(bench, request({ 'x-api-key': 's3cret' }))
    expect(allowed.outcome).toBe('responded')
    expect(Object.fromEntries(allowed.request.headers)).toMatchObject({ 'x-consumer': 'alice' })
    expect(Object.fromEntries(allowed.request.headers)).not.toHaveProperty('x-api-key')
    expect(allowed.response?.headers).toContainEqual(['x-filtered-by', 'key-auth'])
    const denied = send(bench, request({}))
    expect(denied.outcome).toBe('local-response')
    expect(denied.localResponse).toMatchObject({ status: 401, details: 'key_auth_denied', grpcStatus: 16 })
    expect(denied.response?.headers).toContainEqual(['x-filtered-by', 'key-auth'])
    expect(denied.logs).toEqual([{ filter: 'key-auth', level: 'warn', message: 'no key', via: 'log' }])
  })

  test('key-auth refuses a configuration without keys', async () => {
    const bench = await benchOf('key-auth', { header: 'x' })
    expect(bench.startFailures).toEqual([{ kind: 'rejected', filter: 'key-auth', callback: 'proxy_on_configure' }])
    expect(send(bench, request({})).response?.status).toBe(503)
  })

  test('header-change sets, adds and removes', async () => {
    const bench = await benchOf('header-change', {
      request: { set: { 'x-one': '1' }, remove: ['x-gone'] },
      response: { add: { 'x-two': '2' }, remove: ['content-length'] },
    })
    const report = send(bench, request({ 'x-gone': 'y', 'x-one': '0' }))
    expect(report.request.headers).toContainEqual(['x-one', '1'])
    expect(report.request.headers.map(([name]) => name)).not.toContain('x-gone')
    expect(report.response?.headers).toEqual([
      [':status', '200'],
      ['x-two', '2'],
    ])
  })

  test('rate-limit counts in windows of virtual time', async () => {
    const bench = await benchOf('rate-limit', { limit: 2, windowSeconds: 10 })
    const statuses = (): number[] => [1, 2, 3].map(() => send(bench, request({ 'x-user': 'bob' })).response?.status ?? 0)
    expect(statuses()).toEqual([200, 200, 429])
    bench.advance(10_000)
    expect(statuses()).toEqual([200, 200, 429])
  })

  test('body-rewrite waits for the whole body', async () => {
    const bench = await benchOf('body-rewrite', { replace: { world: 'mesh' } })
    const report = send(bench, request({}), ok(['hello wor', 'ld, bye world']))
    expect(report.response?.body).toEqual({ text: 'hello mesh, bye mesh' })
    expect(report.callbacks.filter((entry) => entry.callback === 'proxy_on_response_body').map((entry) => entry.action)).toEqual([
      'pause',
      'continue',
    ])
    expect(report.response?.headers.map(([name]) => name)).not.toContain('content-length')
  })

  test('metrics are counted, set and recorded', async () => {
    const bench = await benchOf('metrics', undefined)
    send(bench, request({}, ['abc', 'de']))
    const report = send(bench, request({}))
    expect(report.metrics).toEqual([
      { name: 'requests', type: 'counter', value: 2 },
      { name: 'requests_active', type: 'gauge', value: 0 },
      { name: 'request_body_bytes', type: 'histogram', value: 1, records: [2], sum: 2 },
      { name: 'responses_2xx', type: 'counter', value: 2 },
    ])
  })

  test.each([
    ['trap', /unreachable/],
    ['abort', /unreachable/],
    ['memory', /out of bounds/],
    ['stack', /call stack exhausted/],
  ])('a crash by %s is a 503 and not the end of the process', async (how, message) => {
    const bench = await benchOf('crash', undefined)
    expect(send(bench, request({})).response?.status).toBe(200)
    const crashed = send(bench, request({ 'x-crash': how }))
    expect(crashed.outcome).toBe('failed')
    expect(crashed.response?.status).toBe(503)
    expect(crashed.failures[0]).toMatchObject({
      kind: 'trap',
      callback: 'proxy_on_request_headers',
      message: expect.stringMatching(message),
    })
    // The instance is dead: the proxy goes on refusing.
    expect(send(bench, request({})).response?.status).toBe(503)
  })

  test('memory is bounded by the engine', async () => {
    const bench = await benchOf('crash', undefined)
    expect(send(bench, request({ 'x-crash': 'memory-growth' })).response?.status).toBe(200)
    expect(bench.links[0]?.vm?.memory.size).toBeLessThanOrEqual(256 * 1024 * 1024)
  })
})
