import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { benchOptions, FilterBench } from '../../src/filters/bench/filter-bench.ts'
import { filterSettings } from '../../src/filters/host/filter-settings.ts'
import { inspectFilter } from '../../src/filters/inspect/inspect-filter.ts'
import { parseModule } from '../../src/filters/wasm/module-parser.ts'
import { ok, request } from './bench-fixture.ts'
import { compileExample, compileSource } from './compile-filter.ts'

describe('inspecting a filter', () => {
  test('says what an example filter is and needs', async () => {
    const bytes = await compileExample('rate-limit')
    const inspection = inspectFilter('rate-limit.wasm', bytes)
    expect(inspection).toMatchObject({
      kind: 'proxy-wasm',
      loadable: true,
      abi: '0.2.1',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      startFunctions: ['_initialize'],
      allocator: 'proxy_on_memory_allocate',
      callbacks: ['proxy_on_configure', 'proxy_on_request_headers', 'proxy_on_response_headers'],
      handles: { httpRequests: true, httpResponses: true, tcp: false, timers: false },
      unknownImports: [],
      diagnostics: [],
    })
    expect(inspection.hostFunctions.map((entry) => entry.name)).toContain('proxy_set_shared_data')
    expect(inspection.hostFunctions.every((entry) => entry.typeMatches)).toBe(true)
    const verdicts = Object.fromEntries(inspection.meshes.map((verdict) => [verdict.mesh, verdict.accepted]))
    expect(verdicts).toMatchObject({ istio: true, consul: true, kuma: true, cilium: true, 'envoy-gateway': true, linkerd: false })
  })

  test.each([
    ['', 'is empty'],
    ['hello', 'is not a WebAssembly module'],
    ['{"a":1}', 'is not a WebAssembly module'],
    ['\0asm', 'is a damaged WebAssembly module'],
    ['\0asm\x02\0\0\0', 'has binary format version 2'],
    ['\0asm\x0d\0\x01\0', 'is a WebAssembly component'],
    ['\0asm\x01\0\0\0', 'is a WebAssembly module but not a filter'],
    ['\0asm\x01\0\0\0\x01\xff\xff\xff\xff\x0f', 'is a damaged WebAssembly module'],
    ['\0asm\x01\0\0\0\x63\x00', 'is a damaged WebAssembly module'],
  ])('says what is wrong with %j', (text, summary) => {
    const inspection = inspectFilter('x', Buffer.from(text, 'latin1'))
    expect(inspection.diagnostics[0]?.summary).toContain(summary)
    expect(inspection.loadable).toBe(false)
    expect(inspection.meshes.some((verdict) => verdict.accepted)).toBe(false)
  })

  test('finds wrong types and unknown imports', async () => {
    const bytes = await compileSource(`
      @external("env", "proxy_log") declare function log(level: u64): u32
      @external("env", "proxy_redis_call") declare function redis(): u32
      @external("wasi_snapshot_preview1", "poll_oneoff") declare function poll(a: i32, b: i32, c: i32, d: i32): i32
      @external("env", "proxy_get_log_level") declare function level(out: usize): i32
      export function proxy_abi_version_0_2_0(): void { log(1); redis(); poll(0, 0, 0, 0); level(0) }
      export function proxy_on_request_headers(id: u64): void {}
    `)
    const inspection = inspectFilter('odd.wasm', bytes)
    expect(inspection.loadable).toBe(false)
    expect(inspection.diagnostics.map((entry) => [entry.severity, entry.code])).toEqual(
      expect.arrayContaining([
        ['error', 'MF9005'],
        ['error', 'MF9006'],
        ['error', 'MF9008'],
        ['warning', 'MF9011'],
      ]),
    )
    expect(inspection.unknownImports).toEqual(['env.proxy_redis_call'])
    expect(inspection.diagnostics.map((entry) => entry.summary)).toContain(
      'odd.wasm speaks ABI 0.2.0 and imports what only other versions have: proxy_get_log_level',
    )
  })

  test('never throws for any bytes, nor for a module cut short anywhere', async () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        inspectFilter('x', bytes)
        inspectFilter('x', Buffer.concat([Buffer.from('\0asm\x01\0\0\0', 'latin1'), bytes]))
      }),
      { numRuns: 300 },
    )
    const whole = await compileExample('crash')
    for (let length = 0; length < whole.length; length += 1)
      expect(inspectFilter('x', whole.subarray(0, length)).loadable).toBe(false)
  })

  test('a module with flipped bytes neither crashes the parser nor the host', async () => {
    const whole = await compileExample('header-change')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        const parsed = parseModule(bytes)
        // What the engine takes, the reader takes too: a filter is not refused for the reader's own mistake.
        if (WebAssembly.validate(bytes)) expect(parsed.ok).toBe(true)
        expect(inspectFilter('x', bytes).sha256).toHaveLength(64)
      }),
      { numRuns: 300 },
    )
    const bench = new FilterBench(benchOptions({ filters: [filterSettings({ name: 'broken', wasm: whole.subarray(0, 500) })] }))
    expect(bench.request(request({}), () => ok()).outcome).toBe('failed')
  })
})
