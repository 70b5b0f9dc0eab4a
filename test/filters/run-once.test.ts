import { describe, expect, test } from 'vitest'
import { SandboxedBench } from '../../src/filters/bench/sandboxed-bench.ts'
import { filterSettings } from '../../src/filters/host/filter-settings.ts'
import { type RunOrder, runOnce } from '../../src/filters/run/run-once.ts'
import { requestMessage, responseMessage } from '../../src/filters/test/test-messages.ts'
import { compileSource } from './compile-filter.ts'
import { workerScript } from './worker-script.ts'

const head = `
@external("env", "proxy_log") declare function proxy_log(level: i32, at: usize, length: i32): i32
@external("env", "proxy_set_tick_period_milliseconds") declare function tick(period: i32): i32
export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: i32): i32 { return <i32>heap.alloc(size) }
const hello = memory.data<u8>([104, 105])
`

async function run(source: string, configuration = '') {
  const script = await workerScript()
  const order: RunOrder = {
    filter: filterSettings({ name: 'odd', wasm: await compileSource(head + source), configuration: Buffer.from(configuration) }),
    kind: 'auto',
    request: requestMessage(),
    upstream: responseMessage(),
    connection: [{ kind: 'send', bytes: Buffer.from('x'), endOfStream: true }],
    callouts: [],
    properties: {},
    logLevel: 0,
    advanceMilliseconds: 0,
  }
  return runOnce(order, () => new SandboxedBench({ signal: new AbortController().signal, workerScript: script }))
}

describe('running a filter that one knows nothing of', () => {
  test('one without contexts for streams is run as a service, and its timer with it', async () => {
    const result = await run(`
      export function proxy_on_context_create(id: i32, parent: i32): void { if (parent != 0) unreachable(); tick(4000) }
      export function proxy_on_tick(root: i32): void { proxy_log(2, hello, 2) }
    `)
    expect(result).toMatchObject({ kind: 'service', started: true })
    expect(result.problem).toBeUndefined()
    expect(result.before.logs.map((log) => log.message)).toEqual(['hi', 'hi'])
  })

  test('one that reads the configuration of the VM alone gets it there, and that is said', async () => {
    const source = 'export function proxy_on_vm_start(root: i32, size: i32): i32 { return size == 2 ? 1 : 0 }'
    const result = await run(source, '{}')
    expect([result.started, result.problem, result.warnings.at(-1)]).toEqual([
      true,
      undefined,
      "it works only when the VM's configuration is that of the plugin too: give it as the VM's",
    ])
    expect((await run(source)).problem).toBe('filter odd refused its configuration in proxy_on_vm_start')
  })

  test('a crash in a stream stays a crash', async () => {
    const result = await run(
      'export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { unreachable(); return 0 }',
    )
    expect(result).toMatchObject({
      kind: 'http',
      started: true,
      problem: 'filter odd crashed in proxy_on_request_headers: unreachable',
    })
  })
})
