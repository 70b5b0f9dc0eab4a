import { afterAll, describe, expect, test } from 'vitest'
import { SandboxedBench } from '../../src/filters/bench/sandboxed-bench.ts'
import { type FilterSettings, filterSettings } from '../../src/filters/host/filter-settings.ts'
import type { FilterTest } from '../../src/filters/test/filter-test.ts'
import { runFilterTests } from '../../src/filters/test/run-filter-tests.ts'
import { compileSource } from './compile-filter.ts'
import { workerScript } from './worker-script.ts'

const common = `
@external("env", "proxy_log") declare function proxy_log(level: i32, at: usize, length: i32): i32
@external("env", "proxy_set_effective_context") declare function choose(id: i32): i32
@external("env", "proxy_continue_stream") declare function go(stream: i32): i32
@external("env", "proxy_close_stream") declare function cut(stream: i32): i32
@external("env", "proxy_set_tick_period_milliseconds") declare function tick(period: i32): i32
@external("env", "proxy_call_foreign_function") declare function foreign(name: usize, nameLength: i32, at: usize, length: i32, out: usize, size: usize): i32
@external("env", "proxy_get_buffer_bytes") declare function bytes(buffer: i32, start: i32, length: i32, out: usize, size: usize): i32
@external("env", "proxy_set_buffer_bytes") declare function setBytes(buffer: i32, start: i32, length: i32, at: usize, size: i32): i32
@external("env", "proxy_add_header_map_value") declare function add(map: i32, key: usize, keyLength: i32, value: usize, length: i32): i32
@external("env", "proxy_get_header_map_pairs") declare function pairs(map: i32, out: usize, size: usize): i32
@external("env", "proxy_register_shared_queue") declare function register(name: usize, length: i32, out: usize): i32
@external("env", "proxy_resolve_shared_queue") declare function resolve(vm: usize, vmLength: i32, name: usize, length: i32, out: usize): i32
@external("env", "proxy_enqueue_shared_queue") declare function enqueue(id: i32, at: usize, length: i32): i32
@external("env", "proxy_dequeue_shared_queue") declare function dequeue(id: i32, out: usize, size: usize): i32
@external("env", "proxy_grpc_call") declare function grpc(u: usize, ul: i32, s: usize, sl: i32, m: usize, ml: i32, p: usize, pl: i32, b: usize, bl: i32, timeout: i32, id: usize): i32
@external("env", "proxy_get_status") declare function status(code: usize, out: usize, size: usize): i32
@external("wasi_snapshot_preview1", "poll_oneoff") declare function poll(subscriptions: usize, events: usize, count: i32, out: usize): i32
@external("wasi_snapshot_preview1", "clock_time_get") declare function clockTime(clock: i32, precision: i64, out: usize): i32
export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: i32): i32 { return <i32>heap.alloc(size) }
const out = memory.data(16)
function log(text: string): void { const b = String.UTF8.encode(text); proxy_log(2, changetype<usize>(b), b.byteLength) }
function at(text: ArrayBuffer): usize { return changetype<usize>(text) }
function taken(): string { return String.UTF8.decodeUnsafe(load<usize>(out), load<i32>(out + 4)) }
`

const open: SandboxedBench[] = []
afterAll(() => Promise.all(open.map((bench) => bench.close())))

async function filter(name: string, source: string, settings: Partial<FilterSettings> = {}): Promise<FilterSettings> {
  const used = [...new Set(source.match(/\b[a-zA-Z]+(?=\()/g) ?? [])]
  // Only the functions that are used are declared: the others would be imports that nobody calls.
  const declared = common
    .split('\n')
    .filter(
      (line) =>
        !line.startsWith('@external') || used.some((word) => line.includes(`function ${word}(`)) || line.includes('proxy_log'),
    )
  const abort = '\nfunction abort(a: usize, b: usize, c: u32, d: u32): void { unreachable() }\n'
  const wasm = await compileSource(declared.join('\n') + source + abort, ['--use', 'abort=filter/abort'])
  return filterSettings({ name, wasm, ...settings })
}

async function problems(filters: readonly FilterSettings[], given: FilterTest) {
  const script = await workerScript()
  const launch = () => {
    const bench = new SandboxedBench({ signal: new AbortController().signal, workerScript: script })
    open.push(bench)
    return bench
  }
  const [result] = await runFilterTests(filters, [given], launch)
  return result?.problems
}

describe('what filters ask of a proxy', () => {
  test('a queue: one filter puts in, another is told and takes out', async () => {
    const receiver = await filter(
      'receiver',
      `
      const name = String.UTF8.encode('jobs')
      export function proxy_on_configure(id: i32, size: i32): i32 { return register(at(name), 4, out) == 0 ? 1 : 0 }
      export function proxy_on_queue_ready(root: i32, queue: i32): void { if (dequeue(queue, out, out + 4) == 0) log('got ' + taken()); if (dequeue(queue, out, out + 4) == 7) log('empty') }
      `,
      { vmId: 'receiver', kind: 'service' },
    )
    const sender = await filter(
      'sender',
      `
      const vm = String.UTF8.encode('receiver')
      const name = String.UTF8.encode('jobs')
      const item = String.UTF8.encode('work')
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        if (resolve(at(vm), 8, at(name), 4, out) != 0) return 1
        return enqueue(load<i32>(out), at(item), 4)
      }
      `,
    )
    const expected = { outcome: 'responded', action: 'continue', logs: ['got work', 'empty'] } as const
    expect(await problems([receiver, sender], { name: 'queue', expect: expected })).toEqual([])
  })

  test('a timer lets a held request go, when its time has come', async () => {
    const slow = await filter(
      'slow',
      `
      let held = 0
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { held = id; tick(250); return 1 }
      export function proxy_on_tick(root: i32): void { log('tick'); tick(0); choose(held); go(0) }
      `,
    )
    expect(await problems([slow], { name: 'timer', expect: { outcome: 'responded', action: 'pause', logs: ['tick'] } })).toEqual(
      [],
    )
  })

  test('a gRPC call, answered and refused', async () => {
    const caller = await filter(
      'caller',
      `
      const service = String.UTF8.encode('acl.Checker')
      const method = String.UTF8.encode('Check')
      const cluster = String.UTF8.encode('acl')
      const body = String.UTF8.encode('may I')
      let held = 0
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        held = id
        return grpc(at(cluster), 3, at(service), 11, at(method), 5, 0, 0, at(body), 5, 1000, out) == 0 ? 1 : 0
      }
      export function proxy_on_grpc_receive(root: i32, call: i32, size: i32): void { bytes(5, 0, size, out, out + 4); log('said ' + taken()); choose(held); go(0) }
      export function proxy_on_grpc_close(root: i32, call: i32, code: i32): void { status(out + 8, out, out + 4); log('closed ' + code.toString() + ' ' + taken()); choose(held); go(0) }
      `,
    )
    const callout = { cluster: 'acl', service: 'acl.Checker', method: 'Check', body: 'may I' }
    expect(
      await problems([caller], {
        name: 'answered',
        callouts: [{ cluster: 'acl', grpc: { messages: ['yes'] }, delay: '5ms' }],
        expect: { outcome: 'responded', logs: ['said yes'], callouts: [callout] },
      }),
    ).toEqual([])
    expect(
      await problems([caller], {
        name: 'refused',
        callouts: [{ cluster: 'acl', grpc: { status: 7, message: 'no' } }],
        expect: { outcome: 'responded', logs: ['closed 7 no'] },
      }),
    ).toEqual([])
    expect(
      await problems([caller], { name: 'unknown cluster', clusters: ['other'], expect: { action: 'continue', callouts: [] } }),
    ).toEqual([])
  })

  test('trailers are added to, and a body is put before and after', async () => {
    const writer = await filter(
      'writer',
      `
      const key = String.UTF8.encode('x-end')
      const before = String.UTF8.encode('<')
      const after = String.UTF8.encode('>')
      export function proxy_on_response_body(id: i32, size: i32, end: i32): i32 { setBytes(1, 0, 0, at(before), 1); setBytes(1, 1000, 0, at(after), 1); return 0 }
      export function proxy_on_response_trailers(id: i32, count: i32): i32 { log('trailers ' + count.toString()); return add(3, at(key), 5, at(after), 1) }
      `,
    )
    expect(
      await problems([writer], {
        name: 'trailers',
        response: { chunks: ['a', 'b'], trailers: { 'grpc-status': 0 } },
        expect: { response: { body: '<a><b>', trailers: { 'x-end': '>', 'grpc-status': 0 } }, logs: ['trailers 1'] },
      }),
    ).toEqual([])
  })

  test('trailers are made at the end of a body that has none, and only there', async () => {
    const writer = await filter(
      'writer',
      `
      const key = String.UTF8.encode('x-end')
      const value = String.UTF8.encode('>')
      export function proxy_on_response_headers(id: i32, count: i32, end: i32): i32 { log('at headers ' + add(3, at(key), 5, at(value), 1).toString()); return 0 }
      export function proxy_on_response_body(id: i32, size: i32, end: i32): i32 { log(end.toString() + ' ' + add(3, at(key), 5, at(value), 1).toString()); return end == 0 ? 1 : 0 }
      export function proxy_on_response_trailers(id: i32, count: i32): i32 { log('trailers'); return 0 }
      `,
    )
    const reader = await filter(
      'reader',
      `
      export function proxy_on_response_body(id: i32, size: i32, end: i32): i32 { log('later ' + end.toString()); return 0 }
      export function proxy_on_response_trailers(id: i32, count: i32): i32 { log('later trailers ' + count.toString()); return 0 }
      `,
    )
    const expected = {
      response: { body: 'ab', trailers: { 'x-end': '>' } },
      logs: ['at headers 2', '0 2', '1 0', 'later 0', 'later trailers 1'],
    }
    const response = { chunks: ['a', 'b'] }
    expect(await problems([reader, writer], { name: 'made', response, expect: expected })).toEqual([])
  })

  test('what is empty is no bytes, and out-pointers may be null where the ABI says so', async () => {
    const asker = await filter(
      'asker',
      `
      const name = String.UTF8.encode('compress')
      const bad = String.UTF8.encode('uncompress')
      function shown(status: i32): string { return status.toString() + ' ' + (load<u32>(out) == 0 ? 'null' : 'bytes') + ' ' + load<u32>(out + 4).toString() }
      function reset(): void { store<u32>(out, 7); store<u32>(out + 4, 7) }
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        reset(); log('trailers ' + shown(pairs(1, out, out + 4)))
        reset(); log('headers ' + (pairs(0, out, out + 4) == 0 && load<u32>(out + 4) > 4).toString())
        reset(); log('size alone ' + shown(foreign(at(name), 8, at(name), 8, 0, out + 4)))
        reset(); log('nothing ' + shown(foreign(at(name), 8, at(name), 8, 0, 0)))
        reset(); log('failed ' + shown(foreign(at(bad), 10, at(name), 8, out, out + 4)))
        return 0
      }
      `,
    )
    const logs = ['trailers 0 null 0', 'headers true', 'size alone 0 bytes 16', 'nothing 0 bytes 7', 'failed 3 null 0']
    expect(await problems([asker], { name: 'empty', expect: { logs } })).toEqual([])
  })

  test('a queue is found without a VM id: it is the own', async () => {
    const own = await filter(
      'own',
      `
      const name = String.UTF8.encode('jobs')
      export function proxy_on_configure(id: i32, size: i32): i32 { return register(at(name), 4, out) == 0 ? 1 : 0 }
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { log('found ' + resolve(0, 0, at(name), 4, out).toString()); return 0 }
      `,
      { vmId: 'mine' },
    )
    expect(await problems([own], { name: 'own', expect: { logs: ['found 0'] } })).toEqual([])
  })

  test('a connection: data is held until there is enough of it, and a word ends it', async () => {
    const tcp = await filter(
      'tcp',
      `
      export function proxy_on_new_connection(id: i32): i32 { log('new'); return 0 }
      export function proxy_on_downstream_data(id: i32, size: i32, end: i32): i32 {
        bytes(2, 0, size, out, out + 4)
        if (taken().startsWith('quit')) cut(2)
        return size < 4 ? 1 : 0
      }
      export function proxy_on_downstream_connection_close(id: i32, peer: i32): void { log('closed by ' + peer.toString()) }
      `,
    )
    expect(
      await problems([tcp], {
        name: 'held',
        connection: [{ send: 'ab' }, { send: 'cd' }, { receive: 'answer' }, { close: 'client' }],
        expect: { connection: { toService: 'abcd', toClient: 'answer' }, logs: ['new', 'closed by'] },
      }),
    ).toEqual([])
    expect(
      await problems([tcp], {
        name: 'cut',
        connection: [{ send: 'quit' }, { send: 'more' }],
        expect: { connection: { closed: true, toService: { matches: '^(quit)?$' } } },
      }),
    ).toEqual([])
  })

  test('expressions over attributes, as Envoy evaluates them', async () => {
    const expressive = await filter(
      'expressive',
      `
      const create = String.UTF8.encode('expr_create')
      const evaluate = String.UTF8.encode('expr_evaluate')
      const right = String.UTF8.encode('request.headers["x-user"] + "@" + request.host + (request.method == "GET" ? "!" : "?") + node.metadata.tier')
      const wrong = String.UTF8.encode('request.headers[')
      const missing = String.UTF8.encode('request.headers["x-none"]')
      function value(text: ArrayBuffer): string {
        if (foreign(at(create), 11, at(text), text.byteLength, out, out + 4) != 0) return 'no expression'
        if (foreign(at(evaluate), 13, load<usize>(out), 4, out, out + 4) != 0) return 'no value'
        return taken()
      }
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { log(value(right)); log(value(wrong)); log(value(missing)); return 0 }
      `,
    )
    expect(
      await problems([expressive], {
        name: 'expressions',
        request: { headers: { 'x-user': 'ann' } },
        properties: { 'node.metadata': { tier: 'gold' } },
        expect: { logs: ['ann@example.test!gold', 'no expression', 'no value'] },
      }),
    ).toEqual([])
  })

  test('a capability that is not allowed answers as Envoy does, and a callback that is not allowed is not called', async () => {
    const settings = { allowedCapabilities: ['proxy_log', 'proxy_on_request_headers'] }
    const limited = await filter(
      'limited',
      `
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { log('tick is ' + tick(5).toString()); return 0 }
      export function proxy_on_response_headers(id: i32, count: i32, end: i32): i32 { log('never'); return 1 }
      `,
      settings,
    )
    expect(await problems([limited], { name: 'limited', expect: { outcome: 'responded', logs: ['tick is 10'] } })).toEqual([])
  })

  test('a sleep until a moment of the wall clock, and the event names the clock that rang, not what was polled first', async () => {
    const sleeper = await filter(
      'sleeper',
      `
      const asked = memory.data(96)
      const event = memory.data(32)
      const before = memory.data(8)
      const after = memory.data(8)
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        clockTime(0, 0, before)
        store<u64>(asked, 7)
        store<u8>(asked + 8, 1)
        store<u64>(asked + 48, 9)
        store<u32>(asked + 64, 0)
        store<u64>(asked + 72, load<u64>(before) + 5000000)
        store<u16>(asked + 88, 1)
        log('answer ' + poll(asked, event, 2, out).toString())
        clockTime(0, 0, after)
        log('event of ' + load<u64>(event).toString())
        log('slept ' + (load<u64>(after) - load<u64>(before)).toString())
        return 0
      }
      `,
    )
    const logs = ['answer 0', 'event of 9', 'slept 5000000']
    expect(await problems([sleeper], { name: 'sleep', expect: { outcome: 'responded', logs } })).toEqual([])
  })
})
