import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { engineCommand } from '../../src/perf/engines/engine-command.ts'
import { EngineProblem, outsideRunner } from '../../src/perf/engines/run-engine.ts'
import { completeLoadSpec } from '../../src/perf/load/load-spec.ts'
import { atRate } from './run-spec.ts'

/*
 * The engines are stood in for by programs that print what the real ones print; their command lines are compared whole.
 */

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshform-engines-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function program(name: string, script: string): Promise<void> {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

const spec = completeLoadSpec({
  requests: [{ url: 'http://web:8080/a', headers: [['X-Team', 'shop']] }],
  mode: atRate(100, 5),
  connections: 8,
})
const path = () => `${folder}${delimiter}${process.env.PATH ?? ''}`
const options = { signal: new AbortController().signal, name: 'web', environment: { mesh: 'istio' }, onProgress: () => undefined }

test('the command lines', () => {
  const lineOf = (engine: 'fortio' | 'wrk2' | 'nighthawk' | 'k6'): string => {
    const built = engineCommand(engine, spec)
    return built.ok ? `${built.command.programs[0]} ${built.command.arguments.join(' ')}` : built.problem
  }
  expect(lineOf('fortio')).toBe(
    'fortio load -quiet -json - -r 0.000001 -qps 100 -c 8 -t 5s -timeout 10s -uniform -H X-Team: shop http://web:8080/a',
  )
  expect(lineOf('wrk2')).toBe('wrk2 -t1 -c8 -d5s -R100 --latency --timeout 10s -H X-Team: shop http://web:8080/a')
  expect(lineOf('nighthawk')).toBe(
    'nighthawk_client --concurrency 1 --rps 100 --open-loop --connections 8 --duration 5 --timeout 10 --request-method GET --request-header X-Team:shop --output-format fortio http://web:8080/a',
  )
  expect(lineOf('k6')).toBe('k6 run --quiet --no-usage-report --out json=points.json load.js')
})

test('what an engine can not do is refused, never left out', () => {
  const several = completeLoadSpec({ requests: [{ url: 'http://a/' }, { url: 'http://b/' }], mode: atRate(1, 1) })
  expect(engineCommand('fortio', several)).toMatchObject({ ok: false, problem: expect.stringContaining('several kinds') })
  const closed = completeLoadSpec({ requests: [{ url: 'http://a/' }], mode: { kind: 'closed' } })
  expect(engineCommand('wrk2', closed)).toMatchObject({ ok: false, problem: expect.stringContaining('a closed loop') })
  const grpc = completeLoadSpec({ protocol: 'grpc', requests: [{ url: 'grpc://a:1/x' }], mode: atRate(1, 1) })
  expect(engineCommand('nighthawk', grpc)).toMatchObject({ ok: false, problem: expect.stringContaining('protocol grpc') })
})

test('fortio’s result is read', async () => {
  const result = {
    RunType: 'HTTP',
    RequestedQPS: '100',
    RequestedDuration: '5s',
    ActualQPS: 99.8,
    ActualDuration: 5_000_000_000,
    NumThreads: 8,
    DurationHistogram: { Count: 2, Max: 0.003, Data: [{ Start: 0.001, End: 0.003, Percent: 100, Count: 2 }] },
    RetCodes: { '200': 2 },
    URL: 'http://web:8080/a',
  }
  await program('fortio', `echo 'log line'; echo '${JSON.stringify(result)}'`)
  const read = await outsideRunner('fortio', path())(spec, options)
  expect(read).toMatchObject({ engine: 'fortio', name: 'web', requests: 2, achievedRate: 99.8, environment: { mesh: 'istio' } })
})

test('wrk2’s output is read', async () => {
  const output = `Running 5s test @ http://web:8080/a
  Thread Stats   Avg      Stdev     Max   +/- Stdev
  Latency Distribution (HdrHistogram - Recorded Latency)
 50.000%    1.82ms
  Detailed Percentile spectrum:
       Value   Percentile   TotalCount 1/(1-Percentile)

       1.000     0.000000            1         1.00
       1.820     0.500000          250         2.00
       9.000     0.990000          495       100.00
      12.000     1.000000          500          inf
#[Mean    =        2.000, StdDeviation   =        1.000]
----------------------------------------------------------
  500 requests in 5.00s, 1.20MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 7
Requests/sec:    100.00
Transfer/sec:    245.00KB`
  await program('wrk2', `cat <<'END'\n${output}\nEND`)
  const read = await outsideRunner('wrk2', path())(spec, options)
  expect(read).toMatchObject({ requests: 503, errors: 10, failures: { status: 7, reset: 2, timeout: 1 }, achievedRate: 100 })
  expect(read.latency).toMatchObject({ count: 500, p50: 1.82, max: 12 })
})

test('k6’s points are read, each request of them', async () => {
  const point = (value: number, status: string, expected: boolean, second: number): string =>
    JSON.stringify({
      metric: 'http_req_duration',
      type: 'Point',
      data: { time: `2026-01-02T03:04:0${second}Z`, value, tags: { status, expected_response: String(expected) } },
    })
  const lines = [
    '{"type":"Metric","data":{}}',
    point(1, '200', true, 1),
    point(2, '200', true, 2),
    point(3, '503', false, 3),
    point(0, '0', false, 4),
  ]
  await program('k6', `test -f load.js && cat > points.json <<'END'\n${lines.join('\n')}\nEND`)
  const read = await outsideRunner('k6', path())(spec, options)
  expect(read).toMatchObject({ requests: 4, errors: 2, failures: { status: 1, closed: 1 }, statuses: { '200': 2, '503': 1 } })
  expect(read.latency.count).toBe(2)
})

test('an engine that is not there, fails or talks nonsense is a problem in words', async () => {
  await expect(outsideRunner('nighthawk', folder)(spec, options)).rejects.toThrow(EngineProblem)
  await expect(outsideRunner('nighthawk', folder)(spec, options)).rejects.toThrow(/is not installed/)
  await program('fortio', 'echo "flag provided but not defined" >&2; exit 2')
  await expect(outsideRunner('fortio', path())(spec, options)).rejects.toThrow(/ended with code 2: flag provided/)
  await program('fortio', 'echo hello')
  await expect(outsideRunner('fortio', path())(spec, options)).rejects.toThrow(/is no result of it/)
})
