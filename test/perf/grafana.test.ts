import { afterEach, beforeEach, expect, test } from 'vitest'
import { allDashboards } from '../../src/cli/perf/grafana.ts'
import { fromRecord } from '../../src/perf/check/perf-record.ts'
import { metricFamilies } from '../../src/perf/formats/metric-samples.ts'
import { checksDashboard } from '../../src/perf/metrics/dashboards.ts'
import { annotateRun, boardQueries, fetchDashboard, pushDashboard } from '../../src/perf/metrics/grafana.ts'
import { workplace } from './cli-fixture.ts'
import { resultWith } from './sample-result.ts'
import { serveHttp, type TestServer } from './servers.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

let server: TestServer
let seen: Seen[]
let answer: { status: number; body: object }
beforeEach(async () => {
  seen = []
  answer = { status: 200, body: { id: 1, uid: 'x', url: '/d/x/perf-checks', status: 'success' } }
  server = await serveHttp(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body })
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.body))
  })
})
afterEach(() => server.close())

const site = () => ({ url: `http://127.0.0.1:${server.port}`, token: 'token-1', signal: new AbortController().signal })

test('every dashboard has a uid that Grafana takes and panels that do not overlap', () => {
  const dashboards = allDashboards()
  expect(dashboards.length).toBeGreaterThan(1)
  expect(new Set(dashboards.map((dashboard) => dashboard.uid)).size).toBe(dashboards.length)
  for (const dashboard of dashboards) {
    expect(dashboard.uid.length).toBeLessThanOrEqual(40)
    const places = dashboard.panels.map((panel) => JSON.stringify((panel as { gridPos: object }).gridPos))
    expect(new Set(places).size).toBe(places.length)
    for (const { query } of boardQueries(dashboard)) expect(query).not.toMatch(/\$(window|undefined)\b(?!\])/)
  }
})

test('the dashboard of checks asks for metrics that runs expose', () => {
  const check = fromRecord(resultWith([1, 2, 3]))
  const exposed = metricFamilies([
    { ...check, overhead: { dataplane: { cpu: 1, memory: 1 }, controlplane: { cpu: 1, memory: 1 } } },
  ])
  const names = new Set(exposed.flatMap((family) => family.samples.map((sample) => sample.name)))
  for (const { query } of boardQueries(checksDashboard())) {
    for (const [name] of query.matchAll(/perfcheck_\w+/g)) expect(names).toContain(name)
  }
})

test('dashboards are put there in place of what was', async () => {
  const pushed = await pushDashboard(site(), checksDashboard(), 'folder-1')
  expect(pushed).toEqual({ ok: true, value: `http://127.0.0.1:${server.port}/d/x/perf-checks` })
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/dashboards/db', authorization: 'Bearer token-1' })
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
    dashboard: { id: null, uid: 'meshform-perf-checks' },
    folderUid: 'folder-1',
    overwrite: true,
  })
})

test('a run leaves an annotation over its time', async () => {
  await annotateRun(site(), fromRecord(resultWith([1, 2, 3], { elapsedSeconds: 2 })))
  const start = Date.parse('2026-01-02T03:04:05.000Z')
  expect(seen[0]?.url).toBe('/api/annotations')
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    time: start,
    timeEnd: start + 2000,
    tags: ['meshform-perf', 'check:reviews', 'verdict:passed'],
    text: 'reviews: passed, 100/s, p50 2 ms, p99 3 ms, 0 errors',
  })
})

test('a refusal is said with what to do, and without the token', async () => {
  answer = { status: 401, body: { message: 'Invalid API key' } }
  const refused = await pushDashboard(site(), checksDashboard(), undefined)
  expect(refused).toEqual({
    ok: false,
    problem: `http://127.0.0.1:${server.port} answered 401 Invalid API key; the token is in MESHFORM_GRAFANA_TOKEN`,
  })
})

test('an existing board is fetched and its queries become those of a check', async () => {
  const board = {
    title: 'old',
    rows: [{ panels: [{ title: 'Rate', targets: [{ expr: 'sum(rate(x[$__rate_interval]))', legendFormat: 'all' }] }] }],
    panels: [
      {
        title: 'In a row',
        panels: [{ title: 'Errors', targets: [{ expr: 'errors[${__interval}]' }, { query: 'not prometheus' }] }],
      },
    ],
  }
  answer = { status: 200, body: { dashboard: board, meta: {} } }
  const fetched = await fetchDashboard(site(), 'a/b')
  expect(seen[0]?.url).toBe('/api/dashboards/uid/a%2Fb')
  expect(fetched.ok && boardQueries(fetched.value)).toEqual([
    { panel: 'Errors', legend: '', query: 'errors[$window]', unit: undefined },
    { panel: 'Rate', legend: 'all', query: 'sum(rate(x[$window]))', unit: undefined },
  ])
  const place = await workplace()
  await place.write('board.json', JSON.stringify(board))
  const imported = await place.run(['perf', 'grafana', 'import', 'board.json'])
  await place.remove()
  expect(imported.stdout).toBe(`overhead:
  queries:
    Errors: errors[$window]
    "Rate: all": sum(rate(x[$window]))
`)
})
