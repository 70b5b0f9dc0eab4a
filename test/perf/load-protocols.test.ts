import { afterEach, describe, expect, test } from 'vitest'
import { healthCheckMessage } from '../../src/perf/wire/grpc-message.ts'
import { atRate, run } from './run-spec.ts'
import { serveHttp, serveHttp2, serveHttp2Tls, serveHttps, serveTcp, type TestServer, TLS_FILES } from './servers.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

describe('HTTP/1.1', () => {
  test('an open loop sends exactly what was planned', async () => {
    let seen = 0
    server = await serveHttp((_request, response) => {
      seen += 1
      response.end('ok')
    })
    const result = await run({
      requests: [{ url: `http://127.0.0.1:${server.port}/a?b=c` }],
      mode: atRate(300, 1),
      connections: 8,
    })
    expect(result.requests).toBe(300)
    expect(seen).toBe(300)
    expect(result.errors).toBe(0)
    expect(result.statuses).toEqual({ 200: 300 })
    expect(result.latency.count).toBe(300)
    expect(result.latency.p50).toBeLessThanOrEqual(result.latency.p99)
    expect(result.latency.p99).toBeLessThanOrEqual(result.latency.max)
    expect(result.serviceTime.p50).toBeLessThanOrEqual(result.latency.p50 + 0.001)
    expect(result.overTime.reduce((sum, slice) => sum + slice.requests, 0)).toBe(300)
  })

  test('a closed loop keeps to its request limit, connections and kinds of answer', async () => {
    const sockets = new Set<unknown>()
    server = await serveHttp((request, response) => {
      sockets.add(request.socket)
      if (request.url === '/chunked') {
        response.write('one')
        response.end('two')
      } else response.writeHead(request.url === '/missing' ? 404 : 200).end()
    })
    const base = `http://127.0.0.1:${server.port}`
    const result = await run({
      requests: [
        { url: `${base}/`, name: 'home', weight: 2 },
        { url: `${base}/chunked`, name: 'chunked' },
        { url: `${base}/missing`, name: 'missing' },
      ],
      mode: { kind: 'closed' },
      connections: 4,
      requestLimit: 400,
      seconds: 20,
    })
    expect(result.requests).toBe(400)
    expect(result.statuses).toEqual({ 200: 300, 404: 100 })
    expect(result.failures).toEqual({ status: 100 })
    expect(result.byRequest.map(({ name, errors, latency }) => [name, errors, latency.count])).toEqual([
      ['home', 0, 200],
      ['chunked', 0, 100],
      ['missing', 100, 0],
    ])
    expect(sockets.size).toBe(4)
  })

  test('without keep-alive each request has its own connection', async () => {
    const sockets = new Set<unknown>()
    server = await serveHttp((request, response) => {
      sockets.add(request.socket)
      response.end(request.headers.connection)
    })
    const result = await run({
      requests: [{ url: `http://127.0.0.1:${server.port}/` }],
      mode: atRate(100, 0.5),
      keepAlive: false,
    })
    expect(result.errors).toBe(0)
    expect(sockets.size).toBe(50)
  })

  test('bodies, headers and rows of data go out as written', async () => {
    const seen: string[] = []
    server = await serveHttp((request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => {
        body += piece.toString()
      })
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['x-user']} ${body}`)
        response.end()
      })
    })
    const result = await run({
      requests: [
        {
          url: `http://127.0.0.1:${server.port}/users/{{id}}`,
          method: 'PUT',
          headers: [['X-User', '{{name}}']],
          body: Buffer.from('{"id":"{{id}}"}'),
        },
      ],
      rows: [
        { id: '1', name: 'ann' },
        { id: '2', name: 'bob' },
      ],
      mode: { kind: 'closed' },
      connections: 1,
      requestLimit: 3,
    })
    expect(result.errors).toBe(0)
    expect(seen).toEqual(['PUT /users/1 ann {"id":"1"}', 'PUT /users/2 bob {"id":"2"}', 'PUT /users/1 ann {"id":"1"}'])
  })

  test('several origins each get their share', async () => {
    const counts = [0, 0]
    server = await serveHttp((_request, response) => {
      counts[0] = (counts[0] ?? 0) + 1
      response.end()
    })
    const other = await serveHttp((_request, response) => {
      counts[1] = (counts[1] ?? 0) + 1
      response.end()
    })
    const result = await run({
      requests: [
        { url: `http://127.0.0.1:${server.port}/`, weight: 3 },
        { url: `http://127.0.0.1:${other.port}/`, weight: 1 },
      ],
      mode: atRate(400, 0.5),
    })
    await other.close()
    expect(result.errors).toBe(0)
    expect(counts).toEqual([150, 50])
  })

  test('TLS with a custom authority and server name, and mutual TLS', async () => {
    server = await serveHttps((request, response) => response.end(String(request.socket)), true)
    const result = await run({
      requests: [{ url: `https://127.0.0.1:${server.port}/` }],
      mode: atRate(100, 0.5),
      tls: {
        ca: TLS_FILES.authority,
        certificate: TLS_FILES.client.cert,
        key: TLS_FILES.client.key,
        serverName: 'server.perf.test',
      },
    })
    expect(result.failures).toEqual({})
    expect(result.requests).toBe(50)
    expect(result.load.tls).toBe('mtls')
  })
})

describe('HTTP/2', () => {
  test('many streams on few connections, bodies larger than the windows included', async () => {
    const sizes: number[] = []
    server = await serveHttp2(
      (stream) => {
        let size = 0
        stream.on('data', (piece: Buffer) => {
          size += piece.length
        })
        stream.on('end', () => {
          sizes.push(size)
          stream.respond({ ':status': 201, 'x-long': 'v'.repeat(3000) })
          stream.end('x'.repeat(100_000))
        })
      },
      { settings: { maxConcurrentStreams: 5, initialWindowSize: 20_000 } },
    )
    const result = await run({
      protocol: 'http2',
      requests: [{ url: `http://127.0.0.1:${server.port}/upload`, method: 'POST', body: Buffer.alloc(150_000) }],
      mode: { kind: 'closed' },
      connections: 2,
      streams: 10,
      requestLimit: 60,
    })
    expect(result.failures).toEqual({})
    expect(result.statuses).toEqual({ 201: 60 })
    expect(sizes.every((size) => size === 150_000)).toBe(true)
    expect(result.bytes).toBeGreaterThan(60 * 100_000)
    expect(result.generator.connectionsMade).toBe(2)
  })

  test('over TLS by ALPN, in an open loop', async () => {
    server = await serveHttp2Tls((stream) => {
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
    const result = await run({
      protocol: 'http2',
      requests: [{ url: `https://127.0.0.1:${server.port}/` }],
      mode: atRate(200, 0.5),
      tls: { ca: TLS_FILES.authority, serverName: 'server.perf.test' },
    })
    expect(result.failures).toEqual({})
    expect(result.statuses).toEqual({ 200: 100 })
  })

  test('requests that a GOAWAY leaves out are sent again on a new connection', async () => {
    let streams = 0
    server = await serveHttp2((stream) => {
      streams += 1
      if (streams % 25 === 0) stream.session?.goaway(0, stream.id)
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const result = await run({
      protocol: 'http2',
      requests: [{ url: `http://127.0.0.1:${server.port}/` }],
      mode: { kind: 'closed' },
      connections: 1,
      streams: 4,
      requestLimit: 200,
    })
    expect(result.requests).toBe(200)
    expect(result.statuses[200]).toBeGreaterThan(190)
    expect(result.generator.reconnects).toBeGreaterThan(3)
  })
})

describe('gRPC', () => {
  test('counts calls by their status', async () => {
    const paths = new Set<string>()
    let calls = 0
    server = await serveHttp2((stream, headers) => {
      calls += 1
      const status = calls % 4 === 0 ? '14' : '0'
      paths.add(`${headers[':path']} ${headers['content-type']} ${headers.te}`)
      stream.resume()
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }))
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]))
    })
    const result = await run({
      protocol: 'grpc',
      requests: [{ url: `http://127.0.0.1:${server.port}/grpc.health.v1.Health/Check`, body: healthCheckMessage('shop') }],
      mode: { kind: 'closed' },
      connections: 2,
      streams: 3,
      requestLimit: 80,
    })
    expect([...paths]).toEqual(['/grpc.health.v1.Health/Check application/grpc trailers'])
    expect(result.statuses).toEqual({ 0: 60, 14: 20 })
    expect(result.failures).toEqual({ 'grpc-status': 20 })
  })

  test('a message that is cut off is no answer, whatever the status says', async () => {
    const bodies = [Buffer.from([0, 0, 0, 0, 2, 8, 1]), Buffer.from([0, 0, 0, 0, 2, 8]), Buffer.from([0, 0, 0]), Buffer.alloc(0)]
    let calls = 0
    server = await serveHttp2((stream) => {
      const body = bodies[calls % bodies.length] ?? Buffer.alloc(0)
      calls += 1
      stream.resume()
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      // In two frames, so that a message goes on in the next.
      stream.write(body.subarray(0, 4))
      stream.end(body.subarray(4))
    })
    const result = await run({
      protocol: 'grpc',
      requests: [{ url: `http://127.0.0.1:${server.port}/a.B/C` }],
      mode: { kind: 'closed' },
      connections: 1,
      requestLimit: 8,
    })
    expect(result.failures).toEqual({ malformed: 4 })
    expect(result.failureExamples).toEqual({ malformed: 'the message of the gRPC answer is cut off' })
  })

  test('an HTTP error instead of a gRPC answer is a failure of its own', async () => {
    server = await serveHttp2((stream) => {
      stream.respond({ ':status': 503 })
      stream.end('no upstream')
    })
    const result = await run({
      protocol: 'grpc',
      requests: [{ url: `http://127.0.0.1:${server.port}/a.B/C` }],
      mode: { kind: 'closed' },
      connections: 1,
      requestLimit: 1,
      seconds: 1,
    })
    expect(result.failures).toEqual({ status: 1 })
    expect(result.failureExamples.status).toContain('503')
  })
})

describe('TCP', () => {
  test('sends a payload and takes the answer, comparing it', async () => {
    let answers = 0
    server = await serveTcp((socket) => {
      socket.on('data', (piece) => {
        answers += 1
        socket.write(answers % 10 === 0 ? Buffer.from('PANG') : piece)
      })
    })
    const result = await run({
      protocol: 'tcp',
      requests: [{ url: `tcp://127.0.0.1:${server.port}`, body: Buffer.from('PING'), answer: Buffer.from('PING') }],
      mode: atRate(200, 0.5),
      connections: 2,
    })
    expect(result.requests).toBe(100)
    expect(result.failures).toEqual({ mismatch: 10 })
  })
})
