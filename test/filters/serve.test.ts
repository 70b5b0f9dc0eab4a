import { createServer, type Server } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { measureOverhead } from '../../src/filters/bench/measure-overhead.ts'
import { defaultSandboxLimits, SandboxedBench } from '../../src/filters/bench/sandboxed-bench.ts'
import { type FilterSettings, filterSettings } from '../../src/filters/host/filter-settings.ts'
import { FilterServer } from '../../src/filters/serve/filter-server.ts'
import { LiveBench } from '../../src/filters/serve/live-bench.ts'
import { UpstreamClient } from '../../src/filters/serve/send-upstream.ts'
import { benchOf, ok, request } from './bench-fixture.ts'
import { compileExample, compileSource } from './compile-filter.ts'
import { workerScript } from './worker-script.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function upstreamServer(): Promise<string> {
  const server: Server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method, url, headers } = incoming
      response.writeHead(200, { 'content-type': 'application/json', 'x-upstream': 'yes' })
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
    })
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', () => settle()))
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A gRPC service without TLS: it echoes its one message, and its method's name tells what else it does. */
async function grpcServer(): Promise<string> {
  const server = createHttp2Server()
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      const failing = headers[':path'] === '/svc/F'
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': failing ? '7' : '0', 'grpc-message': 'not%20you' }))
      stream.end(failing ? undefined : Buffer.concat(chunks))
    })
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', () => settle()))
  closing.push(async () => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serve(
  filters: readonly FilterSettings[],
  clusters: Readonly<Record<string, string>> = {},
): Promise<{ address: string; upstream: string; said: string[]; bench: LiveBench }> {
  const upstream = await upstreamServer()
  const said: string[] = []
  const script = await workerScript()
  const { signal } = new AbortController()
  const named = new Map(Object.entries(clusters).map(([name, url]) => [name, new URL(url === '' ? upstream : url)]))
  const client = new UpstreamClient(new URL(upstream), named)
  const bench = new LiveBench({
    filters,
    launch: () =>
      new SandboxedBench({
        signal,
        workerScript: script,
        limits: { ...defaultSandboxLimits, startMilliseconds: 10_000, commandMilliseconds: 500 },
      }),
    upstream: client,
    signal,
    events: { log: (record) => said.push(record.message), trouble: (text) => said.push(`trouble: ${text}`) },
  })
  const server = new FilterServer(bench)
  closing.push(
    () => client.close(),
    () => bench.close(),
    () => server.close(),
  )
  return { address: `http://127.0.0.1:${await server.listen(0)}`, upstream, said, bench }
}

describe('filters in a real proxy', () => {
  test('change what goes through, answer themselves, and say so', async () => {
    const wasm = await compileExample('key-auth')
    const configuration = Buffer.from('{"keys":{"s3cret":"alice"}}')
    const { address, said } = await serve([filterSettings({ name: 'key-auth', wasm, configuration })])
    const allowed = await fetch(`${address}/orders?a=1`, { method: 'POST', body: 'hello', headers: { 'x-api-key': 's3cret' } })
    expect([allowed.status, allowed.headers.get('x-filtered-by'), allowed.headers.get('x-upstream')]).toEqual([
      200,
      'key-auth',
      'yes',
    ])
    expect(await allowed.json()).toMatchObject({
      method: 'POST',
      url: '/orders?a=1',
      body: 'hello',
      headers: { 'x-consumer': 'alice', 'x-forwarded-proto': 'http' },
    })
    const denied = await fetch(address)
    expect([denied.status, await denied.text()]).toEqual([401, 'a valid key is needed\n'])
    expect(said).toEqual(['let alice through', 'no key'])
  })

  test('many requests at once each get their own answer', async () => {
    const { address } = await serve([filterSettings({ name: 'body-rewrite', wasm: await compileExample('body-rewrite') })])
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => (await fetch(`${address}/${index}`)).json() as Promise<{ url: string }>),
    )
    expect(answers.map((answer) => answer.url)).toEqual(Array.from({ length: 40 }, (_, index) => `/${index}`))
  })

  test('call other services for real, and go on when the answer is in', async () => {
    const wasm = await compileSource(`
      @external("env", "proxy_http_call") declare function call(up: usize, upLen: i32, h: usize, hLen: i32, b: usize, bLen: i32, t: usize, tLen: i32, timeout: i32, id: usize): i32
      @external("env", "proxy_continue_stream") declare function go(stream: i32): i32
      @external("env", "proxy_set_effective_context") declare function choose(id: i32): i32
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      const cluster = memory.data<u8>([97, 117, 116, 104, 122])
      const pairs = memory.data<u8>([3,0,0,0, 10,0,0,0, 1,0,0,0, 7,0,0,0, 3,0,0,0, 5,0,0,0, 2,0,0,0,
        58,97,117,116,104,111,114,105,116,121,0, 97,0, 58,109,101,116,104,111,100,0, 71,69,84,0, 58,112,97,116,104,0, 47,97,0])
      const id = memory.data(4)
      const ok = memory.data<u8>([111, 107])
      let held = 0
      export function proxy_abi_version_0_2_1(): void {}
      export function malloc(size: i32): i32 { return <i32>heap.alloc(size) }
      export function proxy_on_request_headers(context: i32, count: i32, end: i32): i32 {
        held = context
        return call(cluster, 5, pairs, 28 + 11 + 2 + 8 + 4 + 6 + 3, 0, 0, 0, 0, 1000, id) == 0 ? 1 : 0
      }
      export function proxy_on_http_call_response(root: i32, call: i32, headers: i32, body: i32, trailers: i32): void {
        if (headers > 0) log(2, ok, 2)
        choose(held)
        go(0)
      }
    `)
    const { address, said } = await serve([filterSettings({ name: 'authz', wasm })], { authz: '' })
    expect((await fetch(address)).status).toBe(200)
    expect(said).toEqual(['ok'])
  })

  test('call gRPC services for real, and have their last word when the proxy drains', async () => {
    const wasm = await compileSource(`
      @external("env", "proxy_grpc_call") declare function call(up: usize, upLen: i32, s: usize, sLen: i32, m: usize, mLen: i32, h: usize, hLen: i32, b: usize, bLen: i32, timeout: i32, id: usize): i32
      @external("env", "proxy_get_buffer_bytes") declare function read(buffer: i32, at: i32, size: i32, out: usize, length: usize): i32
      @external("env", "proxy_get_status") declare function status(code: usize, out: usize, length: usize): i32
      @external("env", "proxy_continue_stream") declare function go(stream: i32): i32
      @external("env", "proxy_set_effective_context") declare function choose(id: i32): i32
      @external("env", "proxy_log") declare function log(level: i32, at: usize, length: i32): i32
      const text = memory.data<u8>([113, 115, 118, 99, 70, 71, 104, 105, 98, 121, 101]) // qsvcFGhibye
      const none = memory.data<u8>([0, 0, 0, 0])
      const out = memory.data(12)
      let held = 0
      export function proxy_abi_version_0_2_1(): void {}
      export function malloc(size: i32): i32 { return <i32>heap.alloc(size) }
      export function proxy_on_request_headers(context: i32, count: i32, end: i32): i32 {
        held = context
        return call(text, 1, text + 1, 3, text + 4 + (count & 1), 1, none, 4, text + 6, 2, 1000, out) == 0 ? 1 : 0
      }
      export function proxy_on_grpc_receive(root: i32, call: i32, size: i32): void {
        read(5, 0, size, out, out + 4)
        log(2, load<usize>(out), load<i32>(out + 4))
        choose(held)
        go(0)
      }
      export function proxy_on_grpc_close(root: i32, call: i32, code: i32): void {
        status(out, out + 4, out + 8)
        log(3, load<usize>(out + 4), load<i32>(out + 8))
        choose(held)
        go(0)
      }
      export function proxy_on_done(context: i32): i32 { if (context == 1) log(2, text + 8, 3); return 1 }
    `)
    const { address, said, bench } = await serve([filterSettings({ name: 'quota', wasm })], { q: await grpcServer() })
    expect((await fetch(address)).status).toBe(200)
    expect((await fetch(address, { headers: { 'x-one': 'more' } })).status).toBe(200)
    await bench.drain()
    expect(said.sort()).toEqual(['bye', 'hi', 'not you'])
  })

  test('a filter that hangs is a 503 once, and then it is started anew', async () => {
    const { address, said } = await serve([filterSettings({ name: 'crash', wasm: await compileExample('crash') })])
    expect((await fetch(address, { headers: { 'x-crash': 'loop' } })).status).toBe(503)
    expect((await fetch(address)).status).toBe(200)
    expect(said[0]).toContain('did not return from proxy_on_request_headers within 500 ms')
  })
})

test('the cost of a filter is measured beside that of none', async () => {
  const bench = await benchOf('header-change', { request: { set: { a: 'b' } } })
  const report = measureOverhead(bench, request({}), ok(), 200)
  expect(report.withFilters.requests).toBe(200)
  expect(report.outcomes).toEqual({ responded: 200 })
  expect(report.withFilters.mean).toBeGreaterThan(0)
  expect(report.added.mean).toBeGreaterThanOrEqual(0)
})
