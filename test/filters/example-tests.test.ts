import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandIo } from '../../src/cli/command-io.ts'
import { readTestFile } from '../../src/cli/filter/read-test-file.ts'
import { defaultSandboxLimits, SandboxedBench } from '../../src/filters/bench/sandboxed-bench.ts'
import { runFilterTests } from '../../src/filters/test/run-filter-tests.ts'
import { compileExample, compileSource, examplesFolder } from './compile-filter.ts'
import { workerScript } from './worker-script.ts'

const files = readdirSync(examplesFolder).filter((name) => name.endsWith('.filter-test.yaml'))
const folder = mkdtempSync(join(tmpdir(), 'filter-tests-'))
const io: CommandIo = {
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  signal: new AbortController().signal,
  cwd: folder,
  setExitCode: () => undefined,
}

beforeAll(async () => {
  await mkdir(join(folder, 'build'))
  for (const name of ['key-auth', 'header-change', 'rate-limit', 'body-rewrite', 'metrics', 'crash'])
    writeFileSync(join(folder, 'build', `${name}.wasm`), await compileExample(name))
  for (const file of files) await cp(join(examplesFolder, file), join(folder, file))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function results(file: string) {
  const suite = await readTestFile(io, file)
  const script = await workerScript()
  const run = await runFilterTests(
    suite.filters,
    suite.tests,
    () => new SandboxedBench({ signal: io.signal, workerScript: script }),
  )
  return { diagnostics: suite.diagnostics, run }
}

describe('declarative tests', () => {
  test.each(files)('%s passes', async (file) => {
    const { diagnostics, run } = await results(file)
    expect(diagnostics).toEqual([])
    expect(run.length).toBeGreaterThan(0)
    expect(run.filter((result) => !result.passed).map((result) => [result.name, result.problems])).toEqual([])
  })

  test('say what does not hold, and what was there instead', async () => {
    writeFileSync(
      join(folder, 'wrong.filter-test.yaml'),
      `
filters:
  key-auth: {source: build/key-auth.wasm, config: {keys: {s3cret: alice}}}
tests:
  - name: wrong in every way
    request: {headers: {x-api-key: s3cret}}
    expect:
      outcome: local-response
      request: {reached: false, headers: {x-consumer: bob, x-api-key: {present: true}}}
      response: {status: 401, body: {json: {a: 1}}}
      logs: [nothing such]
      metrics: {requests: 1}
      callouts: [{cluster: authz}]
`,
    )
    const { run } = await results('wrong.filter-test.yaml')
    expect(run[0]?.problems.map((problem) => `${problem.what}: ${problem.detail}`)).toMatchInlineSnapshot(`
      [
        "outcome: expected "local-response", found "responded"",
        "request.reached: the request got to the upstream",
        "request.headers.x-consumer: expected "bob", found "alice"",
        "request.headers.x-api-key: expected something, found nothing",
        "response.status: expected "401", found "200"",
        "response.body: expected JSON, found """,
        "logs[0]: expected a line with "nothing such", found info "let alice through"",
        "metrics.requests: there is no such metric",
        "callouts: expected 1, found 0",
      ]
    `)
  })

  test('are refused with file and line when they are not written right', async () => {
    writeFileSync(
      join(folder, 'typo.filter-test.yaml'),
      'filters:\n  a: {source: missing.wasm}\ntests:\n  - name: x\n    expects: {outcome: responded}\n',
    )
    const suite = await readTestFile(io, 'typo.filter-test.yaml')
    expect(suite.diagnostics).toMatchInlineSnapshot(`
      [
        {
          "code": "MF1101",
          "hint": "Did you mean "expect"?",
          "location": {
            "column": 5,
            "file": "typo.filter-test.yaml",
            "line": 5,
          },
          "severity": "error",
          "summary": "Unknown key expects",
        },
      ]
    `)
    writeFileSync(join(folder, 'absent.filter-test.yaml'), 'filters:\n  a: {source: missing.wasm}\ntests: []\n')
    const absent = await readTestFile(io, 'absent.filter-test.yaml')
    expect(absent.diagnostics.map(({ code, location }) => [code, location?.line])).toEqual([['MF9012', 2]])
  })

  test('end the filters on the last step, and look at what they say then', async () => {
    const source = `
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      @external("env", "proxy_done") declare function done(): i32
      @external("env", "proxy_set_tick_period_milliseconds") declare function tick(period: i32): i32
      const bye = memory.data<u8>([98, 121, 101])
      export function proxy_abi_version_0_2_1(): void {}
      export function malloc(size: i32): i32 { return <i32>heap.alloc(size) }
      export function proxy_on_done(id: i32): i32 { if (id != 1) return 1; tick(50); return 0 }
      export function proxy_on_tick(id: i32): void { log(2, bye, 3); done() }
      export function proxy_on_delete(id: i32): void { if (id == 1) log(3, bye, 3) }
    `
    writeFileSync(join(folder, 'build', 'farewell.wasm'), await compileSource(source))
    writeFileSync(
      join(folder, 'farewell.filter-test.yaml'),
      `
filters: {farewell: {source: build/farewell.wasm}}
tests:
  - name: says goodbye once, and goes
    steps:
      - expect: {outcome: responded, logs: []}
      - {shutdown: true, expect: {logs: [{level: info, message: bye}, {level: warn, message: bye}]}}
  - name: says something else
    steps: [{shutdown: true, expect: {logs: [hello]}}]
`,
    )
    const { diagnostics, run } = await results('farewell.filter-test.yaml')
    expect(diagnostics).toEqual([])
    expect(run.map((result) => [result.passed, result.problems.map((problem) => problem.what)])).toEqual([
      [true, []],
      [false, ['steps[0].logs[0]']],
    ])
  })

  test('go on after a filter that never returns', async () => {
    const script = await workerScript()
    const launch = () =>
      new SandboxedBench({
        signal: io.signal,
        workerScript: script,
        limits: { ...defaultSandboxLimits, startMilliseconds: 10_000, commandMilliseconds: 300 },
      })
    const suite = await readTestFile(io, 'crash.filter-test.yaml')
    const run = await runFilterTests(
      suite.filters,
      [
        { name: 'loops', request: { headers: { 'x-crash': 'loop' } } },
        { name: 'goes on', expect: { outcome: 'responded' } },
      ],
      launch,
    )
    expect(run.map((result) => [result.name, result.passed])).toEqual([
      ['loops', false],
      ['goes on', true],
    ])
    expect(run[0]?.problems[0]?.detail).toContain('did not return from proxy_on_request_headers within 300 ms')
  })
})
