import { build } from 'esbuild'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { PerfCheckSpec } from '../../src/perf/check/perf-check-spec.ts'
import { readPerfCheck } from '../../src/perf/check/read-perf-check.ts'
import { type PerfCheckEvent, runPerfCheck } from '../../src/perf/check/run-perf-check.ts'
import { nextRate } from '../../src/perf/check/search-rate.ts'
import { runLoad } from '../../src/perf/load/run-load.ts'
import { resultWith } from './sample-result.ts'
import { serveHttp, type TestServer, TLS_FILES } from './servers.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function checkOf(value: Record<string, unknown>, files: Record<string, string> = {}): Promise<PerfCheckSpec> {
  const read = await readPerfCheck('web', value, async (path) => {
    const text = files[path]
    if (text === undefined) throw new Error('no such file')
    return Buffer.from(text)
  })
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics, null, 2))
  return read.check
}

async function mistakesOf(value: Record<string, unknown>): Promise<string[]> {
  const read = await readPerfCheck('web', value, async () => new Uint8Array(0))
  return read.ok ? [] : read.diagnostics.map(({ code, detail }) => `${code} ${detail}`)
}

const run = (check: PerfCheckSpec, more: Partial<Parameters<typeof runPerfCheck>[1]> = {}) =>
  runPerfCheck(check, { signal: new AbortController().signal, clock: Date.now, ...more })

describe('a check as written', () => {
  test('says a load in full', async () => {
    const check = await checkOf(
      {
        target: 'https://web:8443/base',
        load: {
          stages: [
            { rate: 10, duration: '1s' },
            { to: 30, duration: '2s' },
          ],
          warmup: '500ms',
          streams: 4,
        },
        protocol: 'http2',
        tls: { ca: 'ca.pem', certificate: 'c.pem', key: 'k.pem', serverName: 'web.shop' },
        headers: { 'X-Team': 'shop' },
        cookies: { session: '{{id}}' },
        data: 'rows.csv',
        requests: [
          { path: '/users/{{id}}', weight: 3 },
          { name: 'write', path: '/users', body: { id: '{{id}}' } },
        ],
      },
      {
        'ca.pem': TLS_FILES.authority,
        'c.pem': TLS_FILES.client.cert,
        'k.pem': TLS_FILES.client.key,
        'rows.csv': 'id,name\n1,"a, b"\n2,c\n',
      },
    )
    const { spec } = check
    expect(spec.rows).toEqual([
      { id: '1', name: 'a, b' },
      { id: '2', name: 'c' },
    ])
    expect(spec.mode).toEqual({
      kind: 'open',
      arrival: 'uniform',
      profile: {
        pieces: [
          { from: 10, to: 10, seconds: 1 },
          { from: 10, to: 30, seconds: 2 },
        ],
      },
    })
    expect(spec.tls).toMatchObject({ serverName: 'web.shop', ca: TLS_FILES.authority, certificate: TLS_FILES.client.cert })
    expect(spec.requests.map(({ name, url, weight, method, headers }) => ({ name, url, weight, method, headers }))).toEqual([
      {
        name: '/users/{{id}}',
        url: 'https://web:8443/users/{{id}}',
        weight: 3,
        method: 'GET',
        headers: [
          ['X-Team', 'shop'],
          ['Cookie', 'session={{id}}'],
        ],
      },
      {
        name: 'write',
        url: 'https://web:8443/users',
        weight: 1,
        method: 'POST',
        headers: [
          ['X-Team', 'shop'],
          ['Cookie', 'session={{id}}'],
          ['Content-Type', 'application/json'],
        ],
      },
    ])
  })

  test('is told everything that is wrong with it', async () => {
    expect(
      await mistakesOf({
        target: 'ftp://web',
        load: { rate: 10, mode: 'closed', duration: '10 s', rates: 3 },
      }),
    ).toEqual([
      'MF7001 `load.rates` is not a known key.',
      'MF7001 `load.duration` must be like this: How long, such as 30s or 1m30s.',
    ])
    expect(
      await mistakesOf({
        target: 'ftp://web',
        load: { rate: 10, mode: 'closed' },
        headers: { 'X-Bad': 'a\r\nb' },
        thresholds: ['p99 < 3 apples'],
        requests: [{ path: '/{{id}}' }],
      }),
    ).toEqual([
      'MF7003 `ftp://web` is not an address to load.',
      "MF7004 Header `X-Bad` can't be sent as it is.",
      'MF7007 `id` has no data to come from.',
      'MF7006 A closed loop has no rate; it goes as fast as the target answers.',
      expect.stringMatching(/^MF7002 In `p99 < 3 apples`, column \d+:/),
    ])
  })
})

describe('a run', () => {
  test('with rows of data and several requests', async () => {
    const seen: string[] = []
    server = await serveHttp((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.cookie ?? ''}`)
      response.end()
    })
    const check = await checkOf(
      {
        target: `http://127.0.0.1:${server.port}/`,
        data: 'rows.json',
        cookies: { session: '{{id}}' },
        requests: [{ path: '/users/{{id}}' }],
        load: { requests: 6, duration: '10s', connections: 1 },
      },
      { 'rows.json': '[{"id": "a"}, {"id": "b"}]' },
    )
    const result = await run(check)
    expect(result.result.errors).toBe(0)
    expect(new Set(seen)).toEqual(new Set(['GET /users/a session=a', 'GET /users/b session=b']))
  })

  test('with a rate that changes sends the area under it', async () => {
    server = await serveHttp((_request, response) => response.end())
    const check = await checkOf({
      target: `http://127.0.0.1:${server.port}/`,
      load: {
        stages: [
          { rate: 50, duration: '400ms' },
          { to: 150, duration: '400ms' },
        ],
        connections: 8,
        pacing: 'thread',
      },
    })
    const { result } = await run(check)
    expect(result.requests).toBe(60)
    expect(result.load.profile).toHaveLength(2)
  })

  test('drops its warm-up', async () => {
    server = await serveHttp((_request, response) => response.end())
    const check = await checkOf({
      target: `http://127.0.0.1:${server.port}/`,
      load: { rate: 100, duration: '600ms', warmup: '300ms', pacing: 'thread' },
    })
    const { result } = await run(check)
    expect(result.warmupSeconds).toBe(0.3)
    expect(result.requests).toBeGreaterThanOrEqual(29)
    expect(result.requests).toBeLessThanOrEqual(31)
  })

  test('on worker threads sends the same requests, and their histograms are merged', async () => {
    let seen = 0
    server = await serveHttp((_request, response) => {
      seen += 1
      response.end()
    })
    const bundled = await build({
      entryPoints: ['src/perf/load/generator-worker.ts'],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
    })
    const script = Buffer.from(bundled.outputFiles[0]?.contents ?? []).toString('base64')
    const check = await checkOf({
      target: `http://127.0.0.1:${server.port}/`,
      load: { rate: 200, duration: '500ms', threads: 2, connections: 4 },
    })
    const result = await runLoad(check.spec, {
      signal: new AbortController().signal,
      name: 'web',
      environment: {},
      workerScript: new URL(`data:text/javascript;base64,${script}`),
    })
    expect(result.requests).toBe(100)
    expect(result.latency.count).toBe(100)
    expect(seen).toBe(100)
    expect(result.load.threads).toBe(2)
  })

  test('says how it goes on, and ends when it is told to', async () => {
    server = await serveHttp((_request, response) => response.end())
    const check = await checkOf({ target: `http://127.0.0.1:${server.port}/`, load: { rate: 50, duration: '60s' }, trials: 3 })
    const abort = new AbortController()
    const events: PerfCheckEvent['kind'][] = []
    const result = await run(check, {
      signal: abort.signal,
      onProgress: (event) => {
        events.push(event.kind)
        if (event.kind === 'progress') abort.abort()
      },
    })
    expect(events).toEqual(['trial', 'progress'])
    expect(result.verdict).toBe('invalid')
    expect(result.result.ended).toBe('aborted')
  })
})

describe('the search for the highest rate', () => {
  const range = { from: 100, to: 100_000, precision: 0.05, holdSeconds: 1 }

  test('finds any limit to within its precision, in few steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 101, max: 99_000 }), (limit) => {
        const steps: { rate: number; outcome: 'met' | 'missed' }[] = []
        for (let turn = 0; turn < 40; turn += 1) {
          const state = nextRate(steps, range)
          if (state.kind === 'found') {
            expect(state.limitedBy).toBe('thresholds')
            expect(state.rate ?? 0).toBeLessThanOrEqual(limit)
            expect(state.rate ?? 0).toBeGreaterThanOrEqual(limit / 1.1 - 1)
            expect(steps.length).toBeLessThan(20)
            return
          }
          steps.push({ rate: state.rate, outcome: state.rate <= limit ? 'met' : 'missed' })
        }
        throw new Error('it never ends')
      }),
    )
  })

  test('runs each rate, and says what limited it', async () => {
    const check = await checkOf({
      target: 'http://web/',
      load: { search: { from: 100, to: 1600, hold: '1s' } },
      thresholds: ['p99 < 50ms'],
    })
    const tried: number[] = []
    const result = await run(check, {
      runner: async (spec) => {
        const rate = spec.mode.kind === 'open' ? (spec.mode.profile.pieces[0]?.to ?? 0) : 0
        tried.push(rate)
        const latency = rate > 500 ? 80 : 10
        const sample = resultWith(Array.from({ length: 2000 }, () => latency))
        return { ...sample, achievedRate: rate, load: { ...sample.load, rate } }
      },
    })
    expect(tried.slice(0, 4)).toEqual([100, 200, 400, 800])
    expect(result.search).toMatchObject({ limitedBy: 'thresholds' })
    expect(result.search?.rate).toBeGreaterThan(470)
    expect(result.search?.rate).toBeLessThanOrEqual(500)
    expect(result.verdict).toBe('passed')
  })
})
