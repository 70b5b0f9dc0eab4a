import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateLoad } from '../../src/perf/load/generator.ts'
import { createHistogram, encodeHistogram, mergeHistograms, recordMilliseconds } from '../../src/perf/load/histogram.ts'
import { LatencyCounter, toMicroseconds } from '../../src/perf/load/latency-counter.ts'
import { completeLoadSpec, LOAD_PROTOCOLS } from '../../src/perf/load/load-spec.ts'
import { Http1Response } from '../../src/perf/wire/http1-response.ts'
import { startPracticeServer } from '../../src/perf/wire/practice-server.ts'
import { atRate, run } from './run-spec.ts'
import { serveHttp } from './servers.ts'

const milliseconds = fc.oneof(
  fc.double({ min: -5, max: 10, noNaN: true }),
  fc.double({ min: 0, max: 5_000_000, noNaN: true }),
  fc.constantFrom(0, 0.0005, 2.047, 2.048, 2_147_483.648, 3_600_000, 3_600_001),
)

describe('a latency counter', () => {
  test.each([2, 3] as const)('of %i digits counts as an HDR histogram does', (digits) => {
    fc.assert(
      fc.property(fc.array(milliseconds, { maxLength: 60 }), fc.array(milliseconds, { maxLength: 60 }), (first, second) => {
        const counters = [first, second].map((times) => {
          const counter = new LatencyCounter(digits)
          for (const time of times) counter.record(toMicroseconds(time))
          return counter
        })
        const histograms = [first, second].map((times) => {
          const histogram = createHistogram(digits)
          for (const time of times) recordMilliseconds(histogram, time)
          return histogram
        })
        const sum = new LatencyCounter(digits)
        for (const counter of counters) sum.add(counter)
        expect(encodeHistogram(sum.toHistogram())).toBe(encodeHistogram(mergeHistograms(histograms, digits)))
      }),
    )
  })
})

/** What one reader makes of responses that come one after the other into the same buffer, each in one piece or cut in two. */
function readInTurn(responses: readonly string[], cuts: readonly number[], reader: () => Http1Response): unknown[] {
  const buffer = Buffer.allocUnsafeSlow(4096)
  return responses.map((text, index) => {
    const response = reader()
    response.begin({ headOnly: false })
    const cut = (cuts[index] ?? 0) % text.length
    for (const piece of cut === 0 ? [text] : [text.slice(0, cut), text.slice(cut)]) {
      response.read(buffer, 0, buffer.write(piece, 'latin1'))
    }
    return [response.complete, response.status, response.size, response.keepAlive, response.problem]
  })
}

test('a response whose head is known from the last one is read as any other', () => {
  const heads = fc.constantFrom(
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabd',
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd',
    'HTTP/1.1 404 Not\r\nContent-Length: 3\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx',
    `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(1100)}\r\nContent-Length: 0\r\n\r\n`,
    'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
  )
  fc.assert(
    fc.property(
      fc.array(heads, { minLength: 1, maxLength: 12 }),
      fc.array(fc.oneof(fc.constant(0), fc.nat(80)), { maxLength: 12 }),
      (responses, cuts) => {
        const one = new Http1Response()
        expect(readInTurn(responses, cuts, () => one)).toEqual(readInTurn(responses, cuts, () => new Http1Response()))
      },
    ),
  )
})

describe('practice before a demanding run', () => {
  test.each(LOAD_PROTOCOLS)('%s: the server of our own answers our own driver', async (protocol) => {
    const port = await startPracticeServer(protocol)
    const scheme = { http1: 'http', http2: 'http', grpc: 'grpc', tcp: 'tcp' }[protocol]
    const spec = completeLoadSpec({
      protocol,
      mode: { kind: 'closed' },
      requests: [{ url: `${scheme}://127.0.0.1:${port}/`, body: Buffer.from('x') }],
      connections: 2,
      streams: 4,
      requestLimit: 500,
      timeoutMs: 2000,
    })
    const { recording, planned } = await generateLoad(spec, {
      signal: new AbortController().signal,
      share: { index: 0, count: 1 },
    })
    expect(planned).toBe(500)
    expect(recording.failures).toEqual({})
  })

  test('is over before the target is loaded, which sees only what was planned', async () => {
    let seen = 0
    const server = await serveHttp((_request, response) => {
      seen += 1
      response.end('ok')
    })
    const result = await run({ mode: atRate(6000, 0.05), requests: [{ url: `http://127.0.0.1:${server.port}/` }] })
    await server.close()
    expect([seen, result.requests, result.errors]).toEqual([300, 300, 0])
  })
})
