import { afterEach, describe, expect, test } from 'vitest'
import type { BenchSetup, PlainMessage } from '../../src/filters/bench/bench-session.ts'
import { defaultSandboxLimits, describeSandboxProblem, SandboxedBench } from '../../src/filters/bench/sandboxed-bench.ts'
import { filterSettings } from '../../src/filters/host/filter-settings.ts'
import { compileExample } from './compile-filter.ts'
import { workerScript } from './worker-script.ts'

const open: SandboxedBench[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((bench) => bench.close()))
})

async function crashBench(commandMilliseconds = 10_000): Promise<SandboxedBench> {
  const bench = new SandboxedBench({
    signal: new AbortController().signal,
    limits: { ...defaultSandboxLimits, commandMilliseconds },
    workerScript: await workerScript(),
  })
  open.push(bench)
  const filters = [filterSettings({ name: 'crash', wasm: await compileExample('crash') })]
  const setup: BenchSetup = { filters, properties: {}, callouts: [], foreignFunctions: {}, logLevel: 0 }
  const started = await bench.send({ op: 'start', setup })
  expect(started).toMatchObject({ ok: true, reply: { kind: 'state', state: { startFailures: [], failures: [] } } })
  return bench
}

function request(how: string): PlainMessage {
  return {
    headers: [
      [':method', 'GET'],
      [':path', '/'],
      [':authority', 'example.test'],
      ['x-crash', how],
    ],
    chunks: [],
  }
}

const upstream: PlainMessage = { headers: [[':status', '204']], chunks: [] }

describe('a bench in its own thread', () => {
  test('answers like one in this thread', async () => {
    const bench = await crashBench()
    const result = await bench.send({ op: 'run', request: request('no'), upstream })
    expect(result).toMatchObject({
      ok: true,
      reply: { kind: 'report', report: { outcome: 'responded', response: { status: 204 } } },
    })
    const crashed = await bench.send({ op: 'run', request: request('trap'), upstream })
    expect(crashed).toMatchObject({ ok: true, reply: { report: { outcome: 'failed' } } })
  })

  test('ends a guest that never returns, and says so from then on', async () => {
    const bench = await crashBench(300)
    const result = await bench.send({ op: 'run', request: request('loop'), upstream })
    expect(result).toEqual({ ok: false, problem: { kind: 'timed-out', milliseconds: 300, callback: 'proxy_on_request_headers' } })
    if (!result.ok)
      expect(describeSandboxProblem(result.problem)).toContain('did not return from proxy_on_request_headers within 300 ms')
    expect(await bench.send({ op: 'advance', milliseconds: 1 })).toMatchObject({ ok: false, problem: { kind: 'timed-out' } })
  })

  test('takes an exchange step by step', async () => {
    const bench = await crashBench()
    const opened = await bench.send({ op: 'open', request: request('no') })
    expect(opened).toMatchObject({ ok: true, reply: { state: { steps: [{ exchange: 1, phase: 'upstream' }] } } })
    const answered = await bench.send({ op: 'respond', exchange: 1, response: upstream })
    expect(answered).toMatchObject({
      ok: true,
      reply: { state: { steps: [{ exchange: 1, phase: 'over', response: { headers: [[':status', '204']] } }] } },
    })
    expect(await bench.send({ op: 'finish', exchange: 1 })).toMatchObject({
      ok: true,
      reply: { report: { outcome: 'responded' } },
    })
  })

  test('a bug of the caller ends the bench and not the process', async () => {
    const bench = await crashBench()
    expect(await bench.send({ op: 'finish', exchange: 9 })).toMatchObject({ ok: false, problem: { kind: 'crashed' } })
  })
})
