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
      'it fails without a configuration of the VM, so it was given the same for both: say so with --vm-config',
    ])
    expect((await run(source)).problem).toBe('filter odd refused its configuration in proxy_on_vm_start')
  })

  test('one that does well without is given the configuration that it asks for, and one that asks for none is told of', async () => {
    const read =
      '@external("env", "proxy_get_buffer_bytes") declare function read(buffer: i32, at: i32, size: i32, out: usize, length: usize): i32\n'
    const source = (buffer: number, callback: string) =>
      `${read}export function ${callback}(root: i32, size: i32): i32 { if (read(${buffer}, 0, 9, 8, 12) == 0 && load<i32>(12) == 2) proxy_log(2, hello, 2); return 1 }`
    const vm = await run(source(6, 'proxy_on_vm_start'), '{}')
    expect([vm.before.logs.length, vm.warnings.at(-1)]).toEqual([
      1,
      "it reads the VM's configuration and not the plugin's, so it was given the same for both: say so with --vm-config",
    ])
    const plugin = await run(source(7, 'proxy_on_configure'), '{}')
    expect([plugin.before.logs.length, plugin.warnings.filter((warning) => !warning.includes('abort'))]).toEqual([1, []])
    const none = await run('export function proxy_on_tick(root: i32): void {}', '{}')
    expect(none.warnings.at(-1)).toBe('it never asked for the configuration that it was given')
  })

  test('one with callbacks for streams and connections that leaves a request alone gets a connection', async () => {
    const result = await run(`
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { return 0 }
      export function proxy_on_downstream_data(id: i32, size: i32, end: i32): i32 { proxy_log(2, hello, 2); return 0 }
    `)
    expect(result).toMatchObject({ kind: 'network', connection: { logs: [{ message: 'hi' }] } })
  })

  test('one that writes a line break into a header is told of it', async () => {
    const result = await run(`
      @external("env", "proxy_add_header_map_value") declare function add(map: i32, key: usize, length: i32, value: usize, size: i32): i32
      const value = memory.data<u8>([97, 10])
      export function proxy_on_response_headers(id: i32, count: i32, end: i32): i32 { return add(2, hello, 2, value, 2) }
    `)
    expect([result.problem, result.warnings.at(-1)]).toEqual([
      undefined,
      'it wrote what HTTP can not carry, such as a line break, into "hi"',
    ])
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

  test('one that looks for a queue of its own under the id of a VM gets that id, and one that looks for another filter’s is told', async () => {
    const queues = `
      @external("env", "proxy_register_shared_queue") declare function register(name: usize, length: i32, out: usize): i32
      @external("env", "proxy_resolve_shared_queue")
      declare function resolve(vm: usize, vmLength: i32, name: usize, length: i32, out: usize): i32
      const out = memory.data(4)
    `
    const resolving = `
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        if (resolve(hello, 2, hello, 1, out) != 0) unreachable()
        return 0
      }`
    const own = await run(`${queues}
      export function proxy_on_vm_start(root: i32, size: i32): i32 { return register(hello, 1, out) == 0 ? 1 : 0 }
      ${resolving}`)
    expect(own.problem).toBeUndefined()
    expect(own.warnings.at(-1)).toBe(
      'it looks for the queue "h" of the VM "hi" and makes it itself, so that was taken as its VM\'s id: say so with --vm-id',
    )
    const other = await run(`${queues}${resolving}`)
    expect(other.problem).toContain('crashed in proxy_on_request_headers')
    expect(other.warnings.at(-1)).toBe(
      'it looks for the queue "h" of the VM "hi", which nobody made: a filter test runs it behind the filter that does',
    )
  })

  test('a stream to a service that nobody plays is closed as unavailable, and the callout is told of', async () => {
    const result = await run(`
      @external("env", "proxy_grpc_stream") declare function stream(service: usize, serviceLength: i32, name: usize,
        nameLength: i32, method: usize, methodLength: i32, metadata: usize, metadataLength: i32, out: usize): i32
      @external("env", "proxy_set_effective_context") declare function choose(id: i32): i32
      @external("env", "proxy_continue_stream") declare function go(stream: i32): i32
      const out = memory.data(4)
      let held = 0
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        held = id
        stream(hello, 2, hello, 1, hello, 1, hello, 0, out)
        return 1
      }
      export function proxy_on_grpc_close(root: i32, call: i32, status: i32): void {
        choose(held)
        if (status == 14) go(0)
      }`)
    expect(result.exchange?.outcome).toBe('responded')
    expect(result.exchange?.callouts).toMatchObject([{ kind: 'grpc-stream', upstream: 'hi', fate: 'failed' }])
    expect(result.warnings).toContain('nothing answered its callouts to "hi": give it answers with --callouts')
  })
})
