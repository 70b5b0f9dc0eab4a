import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { fromRecord } from '../../src/perf/check/perf-record.ts'
import { fillQuery, overheadFromPrometheus } from '../../src/perf/metrics/measure-overhead.ts'
import { queryInstant, queryRange } from '../../src/perf/metrics/prometheus.ts'
import { pushToGateway, remoteWrite } from '../../src/perf/metrics/push-metrics.ts'
import { findProvider } from '../../src/providers/registry.ts'
import { installed } from './binaries.ts'
import { resultWith } from './sample-result.ts'
import { serveHttp, type TestServer } from './servers.ts'

const { signal } = new AbortController()
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(listener: Parameters<typeof serveHttp>[0]): Promise<TestServer> {
  const server = await serveHttp(listener)
  ends.push(() => server.close())
  return server
}

const source = (port: number) => ({ url: `http://127.0.0.1:${port}`, token: undefined })

describe('queries', () => {
  test('placeholders are filled, and values can not end a label', () => {
    const filled = fillQuery(
      'sum(rate(x{namespace="$namespace",pod=~"$workload-.*"}[$window]))',
      { namespace: 'a"} or', workload: 'web' },
      90,
    )
    expect(filled).toBe('sum(rate(x{namespace="a...or",pod=~"web-.*"}[90s]))')
  })

  test('answers are read, values that are no numbers left out', async () => {
    let asked = ''
    const server = await serve(async (request, response) => {
      for await (const chunk of request) asked += String(chunk)
      response.end(
        JSON.stringify({
          status: 'success',
          data: {
            resultType: 'matrix',
            result: [
              {
                metric: { pod: 'a' },
                values: [
                  [1, '0.5'],
                  [2, 'NaN'],
                  [3, '+Inf'],
                  [4, '2'],
                ],
              },
            ],
          },
        }),
      )
    })
    const answer = await queryRange(source(server.port), 'up{a="b"}', { from: 1, to: 4, step: 1 }, signal)
    expect(answer).toEqual({
      ok: true,
      series: [
        {
          labels: { pod: 'a' },
          values: [
            [1, 0.5],
            [4, 2],
          ],
        },
      ],
      warnings: [],
    })
    expect(Object.fromEntries(new URLSearchParams(asked))).toEqual({
      query: 'up{a="b"}',
      start: '1.000',
      end: '4.000',
      step: '1.000',
    })
  })

  test('what goes wrong is said', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(400).end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }))
    })
    const answer = await queryInstant(source(server.port), 'up{', 1, signal)
    expect(answer).toEqual({ ok: false, problem: `http://127.0.0.1:${server.port} answered parse error` })
    await server.close()
    const gone = await queryInstant(source(server.port), 'up', 1, signal)
    expect(gone.ok ? '' : gone.problem).toContain("can't be asked")
  })

  test('overhead is the mesh provider’s queries over the window', async () => {
    const { provider } = findProvider('istio')
    if (provider === undefined) throw new Error('istio is gone')
    const asked: string[] = []
    const server = await serve(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const query = new URLSearchParams(body).get('query') ?? ''
      asked.push(query)
      const value = query.includes('discovery') ? '' : query.includes('cpu') ? '0.25' : '52428800'
      const result = value === '' ? [] : [{ metric: {}, value: [1, value] }]
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
    })
    const answer = await overheadFromPrometheus(
      source(server.port),
      provider.metrics,
      { namespace: 'shop', workload: 'reviews' },
      { from: 0, to: 60_000 },
      signal,
    )
    expect(answer.overhead).toEqual({ dataplane: { cpu: 0.25, memory: 52_428_800 } })
    expect(answer.problems.map((problem) => problem.split(':')[0])).toEqual(['control plane processor', 'control plane memory'])
    expect(asked.every((query) => !query.includes('$'))).toBe(true)
    expect(asked[0]).toContain('namespace="shop"')
  })
})

test('a Pushgateway gets each check as a group of its own', async () => {
  const seen: { method: string | undefined; url: string | undefined; body: string; authorization: string | undefined }[] = []
  const server = await serve(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen.push({ method: request.method, url: request.url, body, authorization: request.headers.authorization })
    response.writeHead(seen.length > 1 ? 400 : 200).end('no')
  })
  const check = fromRecord(resultWith([1, 2, 3]))
  const options = { url: `http://127.0.0.1:${server.port}/push/`, token: 'secret', signal }
  expect(await pushToGateway([check], options)).toBeUndefined()
  expect(seen[0]).toMatchObject({
    method: 'PUT',
    url: `/push/metrics/job/meshform_perf/check@base64/${Buffer.from('reviews').toString('base64url')}`,
    authorization: 'Bearer secret',
  })
  expect(seen[0]?.body).toContain('perfcheck_requests{')
  const refused = await pushToGateway([check], options)
  expect(refused).toContain('answered 400')
  expect(refused).not.toContain('secret')
})

test('a real Pushgateway keeps the last run of each check', { timeout: 20_000 }, async () => {
  const program = await installed(['prometheus-pushgateway', 'pushgateway'])
  if (program === undefined) return
  const port = await freePort()
  await start(program, [`--web.listen-address=127.0.0.1:${port}`])
  const url = `http://127.0.0.1:${port}`
  const options = { url, token: undefined, signal }
  const checks = [fromRecord(resultWith([1, 2, 3])), fromRecord(resultWith([4, 5], { name: 'a/b "c"' }))]
  const pushed = await until(async () => (await pushToGateway(checks, options)) === undefined)
  expect(pushed).toBe(true)
  expect(await pushToGateway([fromRecord(resultWith([7]))], options)).toBeUndefined()
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const requests = metrics.split('\n').filter((line) => line.startsWith('perfcheck_requests{'))
  expect(requests).toHaveLength(2)
  expect(requests.find((line) => line.includes('check="reviews"'))).toMatch(/job="meshform_perf".* 1$/)
  expect(requests.find((line) => line.includes('check="a/b \\"c\\""'))).toMatch(/ 2$/)
})

test('a real Prometheus scrapes, is written to and answers', { timeout: 40_000 }, async () => {
  const program = await installed(['prometheus'])
  if (program === undefined) return
  let cpu = 0
  const server = await serve((_request, response) => {
    cpu += 0.5
    const labels = 'namespace="shop",pod="reviews-v1-abc",container="istio-proxy"'
    const control = 'namespace="istio-system",pod="istiod-1",container="discovery"'
    response.end(
      [labels, control]
        .map((one) => `container_cpu_usage_seconds_total{${one}} ${cpu}\ncontainer_memory_working_set_bytes{${one}} 64000000\n`)
        .join(''),
    )
  })
  const folder = await mkdtemp(join(tmpdir(), 'meshform-prometheus-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  const config = join(folder, 'prometheus.yml')
  await writeFile(
    config,
    `scrape_configs: [{job_name: pods, scrape_interval: 1s, static_configs: [{targets: ['127.0.0.1:${server.port}']}]}]\n`,
  )
  const port = await freePort()
  await start(program, [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
  ])
  const from = Date.now()
  const scraped = await until(async () => {
    const answer = await queryInstant(
      source(port),
      'count_over_time(container_cpu_usage_seconds_total[1m])',
      Date.now() / 1000,
      signal,
    )
    return answer.ok && (answer.series[0]?.values[0]?.[1] ?? 0) >= 4
  })
  expect(scraped).toBe(true)
  const { provider } = findProvider('istio')
  if (provider === undefined) throw new Error('istio is gone')
  const { overhead, problems } = await overheadFromPrometheus(
    source(port),
    provider.metrics,
    { namespace: 'shop', workload: 'reviews' },
    { from, to: Date.now() },
    signal,
  )
  expect(problems).toEqual([])
  expect(overhead.dataplane?.memory).toBe(64_000_000)
  expect(overhead.controlplane?.memory).toBe(64_000_000)
  expect(overhead.dataplane?.cpu).toBeGreaterThan(0)
  const check = fromRecord(resultWith([1, 2, 3], { startedAt: new Date(Date.now() - 2000).toISOString(), elapsedSeconds: 1 }))
  expect(await remoteWrite([check], { url: `http://127.0.0.1:${port}`, token: undefined, signal })).toBeUndefined()
  const written = await until(async () => {
    const answer = await queryInstant(source(port), 'perfcheck_latency_seconds{quantile="0.5"}', Date.now() / 1000, signal)
    return answer.ok && answer.series[0]?.labels.check === 'reviews' && answer.series[0].values[0]?.[1] === 0.002
  })
  expect(written).toBe(true)
})

async function start(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' })
  ends.push(
    () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  )
  await new Promise((resolve) => child.once('spawn', resolve))
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (await holds()) return true
    await sleep(250)
  }
  return false
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
