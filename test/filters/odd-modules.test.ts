import { describe, expect, test } from 'vitest'
import { benchOptions, FilterBench } from '../../src/filters/bench/filter-bench.ts'
import { findRoots, mayHoldRoots } from '../../src/filters/bench/find-roots.ts'
import { type FilterSettings, filterSettings } from '../../src/filters/host/filter-settings.ts'
import { inspectFilter } from '../../src/filters/inspect/inspect-filter.ts'
import { ok, request, send } from './bench-fixture.ts'
import { compileSource } from './compile-filter.ts'

const marker =
  'export function proxy_abi_version_0_2_1(): void {}\nexport function malloc(size: i32): i32 { return <i32>heap.alloc(size) }\n'

/** A module of one function without parameters, in bytes: what no compiler at hand writes. */
function assemble(module: {
  readonly body?: readonly number[]
  readonly memory?: readonly number[]
  /** How many tables of a million entries it has. */
  readonly tables?: number
  readonly start?: boolean
  /** Where a byte of data goes, as a signed LEB128 of one byte. */
  readonly dataAt?: number
}): Uint8Array {
  const name = Buffer.from('proxy_abi_version_0_2_1', 'latin1')
  const body = module.body ?? [0x0b]
  const section = (id: number, bytes: readonly number[]): readonly number[] => [id, bytes.length, ...bytes]
  return Uint8Array.from([
    ...Buffer.from('\0asm\x01\0\0\0', 'latin1'),
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...(module.tables === undefined
      ? []
      : section(4, [module.tables, ...Array.from({ length: module.tables }, () => [0x70, 0, 0xc0, 0x84, 0x3d]).flat()])),
    ...section(5, [1, ...(module.memory ?? [0, 1])]),
    ...section(7, [1, name.length, ...name, 0, 0]),
    ...(module.start === true ? section(8, [0]) : []),
    ...section(10, [1, body.length + 1, 0, ...body]),
    ...(module.dataAt === undefined ? [] : section(11, [1, 0, 0x41, module.dataAt, 0x0b, 1, 0])),
  ])
}

async function benchOf(source: string, settings: Partial<FilterSettings> = {}, options: readonly string[] = []) {
  const wasm = await compileSource(source.includes('proxy_abi_version') ? source : marker + source, options)
  return new FilterBench(benchOptions({ filters: [filterSettings({ name: 'odd', wasm, ...settings })] }))
}

describe('modules that are not as one would wish', () => {
  test('an import that nobody gives ends the filter only when it is called', async () => {
    const bench = await benchOf(`
      @external("elsewhere", "mystery") declare function mystery(a: i32): f64
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { return count > 4 ? <i32>mystery(1) : 0 }
    `)
    expect(bench.startFailures).toEqual([])
    expect(bench.warnings.filter((warning) => !warning.includes('abort'))).toEqual([
      'odd: it imports elsewhere.mystery, which no proxy gives: calling it ends the filter here, and Envoy does not load the module',
    ])
    expect(send(bench, request({})).outcome).toBe('responded')
    expect(send(bench, request({ one: '1' })).failures[0]).toMatchObject({
      kind: 'trap',
      message: 'call of elsewhere.mystery, which no proxy gives',
    })
  })

  test('an imported memory is refused, with words', async () => {
    const bench = await benchOf('export function f(): void {}', {}, ['--importMemory'])
    expect(bench.startFailures[0]).toMatchObject({
      kind: 'load',
      message: 'it imports the memory env.memory, which no proxy gives',
    })
  })

  test('modules that no instance can be made of are refused, with words', () => {
    const refusal = (module: Parameters<typeof assemble>[0]): unknown => {
      const filter = filterSettings({ name: 'odd', wasm: assemble(module) })
      const failure = new FilterBench(benchOptions({ filters: [filter] })).startFailures[0]
      return failure?.kind === 'load' ? failure.message : failure
    }
    const unreachable = [0x00, 0x0b]
    expect(refusal({ memory: [4, 1] })).toBe(
      'its memory has 64-bit addresses, and Proxy-Wasm passes 32-bit ones: build it for wasm32',
    )
    expect(refusal({ body: [0x1f, 0x40, 0x00, 0x0b, 0x0b] })).toContain('throws exceptions the newer way')
    const newer = inspectFilter('odd.wasm', assemble({ body: [0x1f, 0x40, 0x00, 0x0b, 0x0b] })).diagnostics
    expect(newer.map(({ code, severity }) => [code, severity])).toContainEqual(['MF9011', 'warning'])
    expect(refusal({ body: [0xd3, 0x0b] })).toContain("it is not valid WebAssembly for this host's engine: Compiling function #0")
    expect(refusal({ body: unreachable, start: true })).toBe('its start section crashed: unreachable')
    expect(refusal({ body: [0x10, 0x00, 0x0b], start: true })).toBe('its start section crashed: call stack exhausted')
    expect(refusal({ tables: 2 })).toBe('its tables start with 2000000 entries, and 1000000 are the most')
    // A loop that grows a table until it can't any more: it gets to an end, and crashes there.
    const grow = [0x03, 0x40, 0xd0, 0x70, 0x41, 0x80, 0x08, 0xfc, 0x0f, 0x00, 0x41, 0x00, 0x4e, 0x0d, 0x00, 0x0b, 0x00, 0x0b]
    expect(refusal({ tables: 1, body: grow, start: true })).toBe('its start section crashed: unreachable')
    expect(refusal({ dataAt: 0x7f })).toMatch(/^it can not be linked: data segment .*is out of bounds/)
  })

  test('what is made to keep the engine busy, or is for other engines, is told without asking it', () => {
    const memory = [3, 1, 0, 1] // the section, its size and one memory of a page
    const header = [...Buffer.from('\0asm\x01\0\0\0', 'latin1'), 1, 4, 1, 0x60, 0, 0]
    /** Three functions, each with that many local variables in a group of their own. */
    const locals = (count: readonly number[]): Uint8Array => {
      const body = [count.length + 3, 1, ...count, 0x7f, 0x0b]
      const code = [3, ...body, ...body, ...body]
      return Uint8Array.from([...header, 3, 4, 3, 0, 0, 0, 5, ...memory, 10, code.length, ...code])
    }
    const said = (wasm: Uint8Array) =>
      inspectFilter('odd.wasm', wasm).diagnostics.map(({ code, summary }) => `${code} ${summary}`)
    expect(said(locals([0x80, 0x80, 0x80, 0x80, 0x02]))).toContain('MF9003 odd.wasm is more than an engine should be given')
    expect(said(locals([0x05])).filter((line) => line.startsWith('MF9003'))).toEqual([])
    const structs = Uint8Array.from([...Buffer.from('\0asm\x01\0\0\0', 'latin1'), 1, 4, 1, 0x5f, 0, 0])
    expect(said(structs)).toEqual(['MF9003 odd.wasm has types of the garbage collection proposal'])
    expect(said(assemble({ memory: [4, 1] }))).toContain('MF9009 odd.wasm has a memory with 64-bit addresses')
  })

  test('a module without an ABI marker is refused', async () => {
    const bench = await benchOf('// proxy_abi_version\nexport function proxy_on_tick(id: i32): void {}')
    expect(bench.startFailures[0]).toMatchObject({ kind: 'load', message: expect.stringContaining('proxy_abi_version_') })
  })

  test('imports that nobody gives are told together, by what they do', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const declare = (name: string) => `@external("env", "${name}") declare function ${name}(): void\n`
    const bench = await benchOf(
      `${names.map(declare).join('')}export function use(): void { ${names.map((name) => `${name}()`).join(';')} }`,
    )
    expect(bench.warnings).toContainEqual(
      expect.stringMatching(
        /^odd: it imports env\.\w, .* and \d more, which no proxy gives: calling one of them ends the filter here, and Envoy does not/,
      ),
    )
  })

  test("emscripten's and AssemblyScript's own imports are carried out", async () => {
    const bench = await benchOf(`
      @external("env", "emscripten_get_now") declare function now(): f64
      @external("env", "emscripten_resize_heap") declare function resize(bytes: i32): i32
      @external("env", "getentropy") declare function entropy(at: usize, size: i32): i32
      @external("env", "__assert_fail") declare function fail(condition: usize, file: usize, line: i32, name: usize): void
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      const text = memory.data<u8>([111, 104, 0])
      export function proxy_on_vm_start(id: i32, size: i32): i32 { return now() > 0 && resize(1 << 20) == 1 && memory.size() >= 16 && entropy(8, 16) == 0 && entropy(8, 999) == -1 ? 1 : 0 }
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { fail(text, text, 7, text); return 0 }
    `)
    expect(bench.startFailures).toEqual([])
    expect(send(bench, request({})).failures[0]).toMatchObject({ message: 'assertion failed: oh in oh:7' })
  })

  test('a start function that ends with exit code 0 has ended well, and any other has not', async () => {
    const source = (code: number) => `
      @external("wasi_unstable", "proc_exit") declare function exit(code: i32): void
      exit(${code})
    `
    expect((await benchOf(source(0))).startFailures).toEqual([])
    expect((await benchOf(source(3))).startFailures).toEqual([{ kind: 'exit', filter: 'odd', callback: '_initialize', code: 3 }])
  })

  test('callbacks of ABI 0.1.0 take no end of stream', async () => {
    const bench = await benchOf(`
      @external("env", "proxy_get_header_map_value") declare function get(map: i32, key: usize, length: i32, out: usize, size: usize): i32
      const key = memory.data<u8>([120])
      const out = memory.data(16)
      export function proxy_abi_version_0_1_0(): void {}
      export function malloc(size: i32): i32 { return <i32>heap.alloc(size) }
      export function proxy_on_request_headers(id: i32, count: i32): i32 { return get(0, key, 1, out, out + 4) }
    `)
    // A header that is not there is an empty one in this version of the ABI.
    expect(send(bench, request({})).callbacks[0]).toMatchObject({ callback: 'proxy_on_request_headers', returned: 0 })
  })

  test('answers of the ABI: a missing header, a map that is over, a property that is not there', async () => {
    const bench = await benchOf(`
      @external("env", "proxy_get_header_map_value") declare function get(map: i32, key: usize, length: i32, out: usize, size: usize): i32
      @external("env", "proxy_get_property") declare function property(path: usize, length: i32, out: usize, size: usize): i32
      @external("env", "proxy_record_metric") declare function record(id: i32, value: i64): i32
      const key = memory.data<u8>([120])
      const out = memory.data(16)
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        if (get(0, key, 1, out, out + 4) != 1) return 9
        if (get(2, key, 1, out, out + 4) != 2) return 8
        if (get(0, -8, 100, out, out + 4) != 6) return 7
        if (get(0, key, 1, -4, out + 4) != 1) return 6
        if (property(key, 1, out, out + 4) != 1) return 5
        return record(77, 1) == 1 ? 0 : 4
      }
    `)
    expect(send(bench, request({})).callbacks[0]).toMatchObject({ returned: 0 })
  })

  test('numbers below metadata are floating point, as out of a protobuf Struct', async () => {
    const wasm = await compileSource(`${marker}
      @external("env", "proxy_get_property") declare function property(path: usize, length: i32, out: usize, size: usize): i32
      const path = memory.data<u8>([110, 111, 100, 101, 0, 109, 101, 116, 97, 100, 97, 116, 97, 0, 120])
      const out = memory.data(16)
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
        if (property(path, 15, out, out + 4) != 0) return 9
        return load<f64>(load<usize>(out)) == 3 ? 0 : 8
      }
    `)
    const bench = new FilterBench(
      benchOptions({ filters: [filterSettings({ name: 'odd', wasm })], properties: { node: { metadata: { x: 3 } } } }),
    )
    expect(send(bench, request({})).callbacks[0]).toMatchObject({ returned: 0 })
  })

  test.each([
    ['a constant', 'const root = memory.data<u8>([109, 121, 95, 114, 111, 111, 116, 0])'],
    [
      'a copy of the end of another constant',
      `const longer = memory.data<u8>([110, 111, 95, 109, 121, 95, 114, 111, 111, 116, 0])
      const root = memory.data(16)
      memory.copy(root, longer + 3, 7)`,
    ],
  ])('a module that does nothing without a root id is given the one that it registers: %s', async (_words, root) => {
    const wasm = await compileSource(`${marker}
      @external("env", "proxy_get_property") declare function property(path: usize, length: i32, out: usize, size: usize): i32
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      const path = memory.data<u8>([112,108,117,103,105,110,95,114,111,111,116,95,105,100,0])
      const other = memory.data<u8>([97, 110, 121, 116, 104, 105, 110, 103, 0])
      ${root}
      const out = memory.data(16)
      let mine = false
      export function proxy_on_context_create(id: i32, parent: i32): void {
        if (parent != 0) return
        property(path, 14, out, out + 4)
        mine = load<i32>(out + 4) == 7 && memory.compare(load<usize>(out), root, 7) == 0 && load<u8>(other) == 97
      }
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { if (mine) log(2, root, 7); return 0 }
    `)
    const settings = filterSettings({ name: 'odd', wasm })
    expect(mayHoldRoots(wasm)).toBe(true)
    expect(findRoots(settings, () => request({}), ok, 'first')).toEqual({ needed: true, rootIds: ['my_root'] })
    expect(findRoots({ ...settings, rootId: 'my_root' }, () => request({}), ok, 'all')).toEqual({
      needed: true,
      rootIds: ['my_root'],
    })
    const plain = await compileSource(`${marker}
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { return log(2, 0, 0) }
    `)
    const roots = findRoots(filterSettings({ name: 'odd', wasm: plain }), () => request({}), ok, 'first')
    expect(roots).toEqual({ needed: false, rootIds: [] })
  })

  test.each([
    [
      '_proxy_onRequestHeaders',
      'proxy-wasm-without-version',
      'it has callbacks and no proxy_abi_version_* marker: it is from before the ABI had versions, and no proxy of today loads it',
    ],
    ['proxy_abi_version_0_3_0', 'other-module', 'it exports proxy_abi_version_0_3_0, a version of the ABI that no proxy knows'],
    ['something', 'other-module', 'it exports no proxy_abi_version_* marker, so it is not a Proxy-Wasm filter'],
  ])('a module that exports %s and no version that is known is told as what it is', async (name, kind, message) => {
    const wasm = await compileSource(`export function ${name}(): void {}`)
    expect(inspectFilter('odd.wasm', wasm)).toMatchObject({ kind, loadable: false, diagnostics: [{ code: 'MF9004' }] })
    const bench = new FilterBench(benchOptions({ filters: [filterSettings({ name: 'odd', wasm })] }))
    expect(bench.startFailures).toEqual([{ kind: 'load', filter: 'odd', message }])
  })

  test('a module that can make no stream without one of its root ids is asked for all of them', async () => {
    const wasm = await compileSource(`${marker}
      @external("env", "proxy_get_property") declare function property(path: usize, length: i32, out: usize, size: usize): i32
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      const path = memory.data<u8>([112,108,117,103,105,110,95,114,111,111,116,95,105,100,0])
      const one = memory.data<u8>([99, 111, 110, 116, 101, 120, 116, 49, 0])
      const two = memory.data<u8>([99, 111, 110, 116, 101, 120, 116, 50, 0])
      const out = memory.data(16)
      let known = 0
      export function proxy_on_context_create(id: i32, parent: i32): void {
        if (parent != 0) {
          if (known != 0) return
          log(4, path, 2)
          unreachable()
        }
        property(path, 14, out, out + 4)
        if (load<i32>(out + 4) != 8) return
        if (memory.compare(load<usize>(out), one, 8) == 0) known = 1
        if (memory.compare(load<usize>(out), two, 8) == 0) known = 2
      }
      export function proxy_on_configure(id: i32, size: i32): i32 { return known == 2 ? 0 : 1 }
      export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 { log(2, one, 8); return 0 }
    `)
    const roots = findRoots(filterSettings({ name: 'odd', wasm }), () => request({}), ok, 'all')
    expect(roots.needed).toBe(true)
    expect([...roots.rootIds].sort()).toEqual(['context1', 'context2'])
  })

  test('a filter that is not done yet is waited for, on the virtual clock', async () => {
    const bench = await benchOf(`
      @external("env", "proxy_set_tick_period_milliseconds") declare function tick(period: i32): i32
      @external("env", "proxy_set_effective_context") declare function choose(id: i32): i32
      @external("env", "proxy_done") declare function done(): i32
      @external("env", "proxy_define_metric") declare function define(type: i32, name: usize, length: i32, out: usize): i32
      @external("env", "proxy_increment_metric") declare function increment(id: i32, by: i64): i32
      const name = memory.data<u8>([109])
      const out = memory.data(8)
      let stream = 0
      export function proxy_on_vm_start(id: i32, size: i32): i32 { define(0, name, 1, out); return 1 }
      export function proxy_on_done(id: i32): i32 { stream = id; tick(100); return 0 }
      export function proxy_on_tick(id: i32): void { choose(stream); done(); tick(0) }
      export function proxy_on_log(id: i32): void { increment(load<i32>(out), 1) }
    `)
    const report = send(bench, request({}), ok())
    expect(report.metrics).toEqual([{ name: 'm', type: 'counter', value: 1 }])
    expect(report.elapsedMilliseconds).toBe(100)
  })
})
