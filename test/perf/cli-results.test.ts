import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PerfRecord, readRecord } from '../../src/perf/check/perf-record.ts'
import type { LoadResult } from '../../src/perf/load/load-result.ts'
import { type Workplace, workplace } from './cli-fixture.ts'
import { resultWith } from './sample-result.ts'
import { serveHttp } from './servers.ts'

let place: Workplace
beforeEach(async () => {
  place = await workplace()
})
afterEach(() => place.remove())

/** Six trials whose latencies are these, each a little apart from the next. */
function trials(milliseconds: number): PerfRecord {
  const results: LoadResult[] = Array.from({ length: 6 }, (_, trial) =>
    resultWith(Array.from({ length: 1200 }, (_unused, index) => milliseconds * (1 + trial / 200 + index / 3000))),
  )
  const [first] = results
  if (first === undefined) throw new Error('no trials')
  return { ...first, trials: results }
}

test('two result files are compared by their trials', async () => {
  await place.write('before.json', JSON.stringify(trials(10)))
  await place.write('same.json', JSON.stringify(trials(10)))
  await place.write('slower.json', JSON.stringify(trials(15)))
  const same = await place.run(['perf', 'compare', 'before.json', 'same.json'])
  expect(same).toMatchObject({ code: 0, stderr: '' })
  expect(same.stdout).toContain('(6 and 6 trials): no-regression')
  const slower = await place.run(['perf', 'compare', 'before.json', 'slower.json', '--json'])
  expect(slower.code).toBe(1)
  expect(JSON.parse(slower.stdout)).toMatchObject({
    verdict: 'regression',
    metrics: [{ name: 'p50', verdict: 'regression', relativeDifference: expect.closeTo(0.5, 2) }, {}, {}],
  })
  const markdown = await place.run(['perf', 'compare', 'before.json', 'slower.json', '--markdown'])
  expect(markdown.stdout).toContain('**regression**')
  const wide = await place.run(['perf', 'compare', 'before.json', 'slower.json', '--relative-margin', '100%'])
  expect(wide.code).toBe(0)
})

test('too few trials are inconclusive, which fails only when that is asked', async () => {
  const { trials: _trials, ...single } = trials(10)
  await place.write('one.json', JSON.stringify(single))
  expect((await place.run(['perf', 'compare', 'one.json', 'one.json'])).code).toBe(0)
  expect((await place.run(['perf', 'compare', 'one.json', 'one.json', '--strict'])).code).toBe(1)
})

test('two addresses are run turn about', async () => {
  const order: string[] = []
  const server = await serveHttp((request, response) => {
    order.push(request.url ?? '')
    setTimeout(() => response.end('ok'), 5)
  })
  const base = `http://127.0.0.1:${server.port}`
  const options = ['--requests', '4', '--duration', '10s', '--connections', '1', '--trials', '2']
  const compared = await place.run(['perf', 'compare', `${base}/a`, `${base}/b`, '--json', ...options])
  await server.close()
  expect(JSON.parse(compared.stdout).trials).toEqual({ baseline: 2, candidate: 2 })
  const turns = order.filter((url, index) => url !== order[index - 1])
  expect(turns).toEqual(['/a', '/b', '/a'])
})

test('results go from form to form, and files that are none are refused', async () => {
  await place.write('result.json', JSON.stringify(trials(10)))
  for (const [file, pattern] of [
    ['out.html', /^<!doctype html>/],
    ['out.md', /^### ✅/],
    ['out.xml', /^<\?xml/],
    ['out.hgrm', /Percentile/],
    ['out.hlog', /HISTF/],
    ['out.prom', /^# HELP/],
  ] as const) {
    expect((await place.run(['perf', 'report', 'result.json', '-o', file])).code).toBe(0)
    expect(await readFile(join(place.folder, file), 'utf8')).toMatch(pattern)
  }
  for (const format of ['fortio', 'smp']) {
    const written = await place.run(['perf', 'report', 'result.json', '--format', format])
    await place.write(`again.${format}`, written.stdout)
    const read = await place.run(['perf', 'report', `again.${format}`, '--format', 'json'])
    const record = readRecord(JSON.parse(read.stdout))
    expect(record.ok && Math.abs(record.record.latency.p50 - 12)).toBeLessThan(1)
  }
  await place.write('no.json', '{"what": 1}')
  const refused = await place.run(['perf', 'report', 'no.json'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('MF7008')
  expect((await place.run(['perf', 'report', 'missing.json'])).stderr).toContain('MF6003')
})

test('a check is exported as an SMP test, with what it has no words for', async () => {
  const exported = await place.run([
    ...['perf', 'export', 'http://reviews.shop:9080/', '--rate', '50', '--duration', '30s'],
    ...['--warmup', '5s', '--dialect', 'meshery', '--json'],
  ])
  expect(JSON.parse(exported.stdout)).toMatchObject({
    smpVersion: 'v0.0.1',
    duration: '30s',
    clients: [{ rps: 50, protocol: 'http', endpointUrls: ['http://reviews.shop:9080/'] }],
  })
  expect(exported.stderr).toContain('SMP has no words for the warm-up')
})

test('mistakes on the command line are told', async () => {
  const missing = await place.run(['perf', 'run', 'nowhere.yaml'])
  expect(missing).toMatchObject({ code: 1, stdout: '' })
  expect(missing.stderr).toContain('MF6003')
  await place.write('check.yaml', 'target: http://web/\nthresholds: ["p99 < 3 apples"]\n')
  const threshold = await place.run(['perf', 'run', 'check.yaml'])
  expect(threshold.stderr).toContain('check.yaml:2:23')
  const engine = await place.run(['perf', 'run', 'http://127.0.0.1:1/', '--engine', 'nighthawk', '--rate', '1'])
  expect(engine.code).toBe(1)
  expect(engine.stderr).toContain('MF7012')
})
