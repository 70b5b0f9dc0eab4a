import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Workplace, workplace } from './cli-fixture.ts'
import { serveHttp, type TestServer } from './servers.ts'

let place: Workplace
let server: TestServer
let status = 200
beforeEach(async () => {
  status = 200
  place = await workplace()
  // A pause keeps the thread that test and server share from being busy all the time, which would make runs invalid.
  server = await serveHttp((_request, response) => setTimeout(() => response.writeHead(status).end('ok'), 10))
})
afterEach(async () => {
  await server.close()
  await place.remove()
})

const design = (onFail: string): string => `
apiVersion: meshform.dev/v1
kind: Design
metadata: {name: shop}
inputs:
  image: {type: string, default: "example.org/web:1"}
resources:
  config:
    manifest:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: web, namespace: default}
      data: {image: "\${inputs.image}"}
perfChecks:
  web:
    measures: [resources.config]
    target: http://127.0.0.1:${server.port}/
    load: {requests: 20, duration: 20s, connections: 2}
    thresholds: ["errors < 1%"]
    onFail: ${onFail}
`

async function recordedImage(): Promise<unknown> {
  const shown = await place.run(['state', 'show', 'resources.config', '--json'])
  return JSON.parse(shown.stdout)[0].desired.data.image
}

test('a check that holds is part of the apply, and its result is recorded', async () => {
  await place.write('design.yaml', design('fail'))
  const applied = await place.run(['apply', '-y'])
  expect(applied.code).toBe(0)
  expect(applied.stderr).toContain('perfChecks.web  passed')
  const history = await place.run(['perf', 'history', '--json'])
  expect(JSON.parse(history.stdout).web).toMatchObject([{ verdict: 'passed', environment: { cluster: 'sandbox' } }])
})

test('a failing threshold makes apply exit with 1, with what was applied recorded', async () => {
  await place.write('design.yaml', design('fail'))
  await place.run(['apply', '-y'])
  status = 500
  const failed = await place.run(['apply', '-y', '--input', 'image=example.org/web:2'])
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('MF4008')
  expect(failed.stderr).toContain('`errors < 1%` does not hold')
  expect(await recordedImage()).toBe('example.org/web:2')
  const plan = await place.run(['plan', '--input', 'image=example.org/web:2', '--detailed-exitcode'])
  expect(plan.code).toBe(0)
})

test('a check that only warns does not fail the apply', async () => {
  await place.write('design.yaml', design('warn'))
  status = 500
  const applied = await place.run(['apply', '-y'])
  expect(applied.code).toBe(0)
  expect(applied.stderr).toContain('MF4008')
})

test('rollback puts back what this apply changed, and says so in the history', async () => {
  await place.write('design.yaml', design('rollback'))
  await place.run(['apply', '-y'])
  status = 500
  const failed = await place.run(['apply', '-y', '--input', 'image=example.org/web:2'])
  expect(failed.code).toBe(1)
  expect(failed.stdout).toContain('example.org/web:2 → example.org/web:1')
  expect(await recordedImage()).toBe('example.org/web:1')
  const plan = await place.run(['plan', '--detailed-exitcode'])
  expect(plan.code).toBe(0)
  const history = JSON.parse((await place.run(['state', 'history', '--json'])).stdout)
  expect(history.map(({ operation, result }: { operation: string; result: string }) => [operation, result])).toEqual([
    ['apply', 'succeeded'],
    ['apply', 'failed'],
    ['rollback', 'succeeded'],
  ])
})

test('rollback deletes what this apply made', async () => {
  await place.write('design.yaml', design('rollback'))
  status = 500
  const failed = await place.run(['apply', '-y'])
  expect(failed.code).toBe(1)
  expect((await place.run(['state', 'list', '--json'])).stdout.trim()).toBe('[]')
})

test('baselines are set from the last run, listed, compared with and removed', async () => {
  await place.write('design.yaml', design('fail'))
  await place.run(['apply', '-y'])
  expect((await place.run(['perf', 'baseline', 'set', 'release-1', '--check', 'web'])).code).toBe(0)
  const listed = JSON.parse((await place.run(['perf', 'baseline', 'list', '--json'])).stdout)
  expect(listed).toMatchObject([{ name: 'release-1', check: 'web', trials: [{ name: 'web' }] }])
  const compared = await place.run(['perf', 'compare', 'baseline:release-1', 'baseline:release-1', '--json'])
  expect(JSON.parse(compared.stdout).metrics.map((metric: { name: string }) => metric.name)).toEqual([
    'rate',
    'p50',
    'p90',
    'p99',
  ])
  expect((await place.run(['perf', 'baseline', 'rm', 'release-1'])).code).toBe(0)
  expect((await place.run(['perf', 'baseline', 'rm', 'release-1'])).stderr).toContain('There is no baseline release-1')
})

test('a check whose target nobody serves in the sandbox is not run, and says so', async () => {
  const text = design('fail').replace(/target: .*/, 'target: http://web.shop.invalid:8080/')
  await place.write('design.yaml', text)
  const applied = await place.run(['apply', '-y'])
  expect(applied.code).toBe(0)
  expect(applied.stderr).toContain('was not run: the sandbox runs no pods')
})

test('mistakes of checks are told before anything is applied', async () => {
  await place.write('design.yaml', design('fail').replace('errors < 1%', 'p99 <> 3'))
  const failed = await place.run(['apply', '-y'])
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('MF7002')
  expect(failed.stderr).toMatch(/design\.yaml:\d+:\d+/)
  expect((await place.run(['validate'])).code).toBe(1)
})

test('a result file is written as it is asked for', async () => {
  const ran = await place.run([
    'perf',
    'run',
    `http://127.0.0.1:${server.port}/`,
    ...['--requests', '30', '--connections', '2', '--duration', '20s', '--json'],
    ...['-o', 'report.html', '-o', 'report.md', '-o', 'report.xml'],
  ])
  expect(ran.code).toBe(0)
  const result = JSON.parse(ran.stdout)
  expect(result).toMatchObject({ requests: 30, errors: 0 })
  for (const key of ['p50', 'p90', 'p99', 'p999', 'max']) expect(result.latency[key]).toBeGreaterThan(0)
  expect(await readFile(join(place.folder, 'report.html'), 'utf8')).toContain('<!doctype html>')
  expect(await readFile(join(place.folder, 'report.md'), 'utf8')).toContain('Perf-checks passed')
  expect(await readFile(join(place.folder, 'report.xml'), 'utf8')).toContain('<testsuites name="meshform perf"')
})
