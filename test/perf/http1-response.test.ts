import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Http1Response } from '../../src/perf/wire/http1-response.ts'

/** Reads `text` cut at the given places; returns what came of it. */
function readCut(text: string, cuts: readonly number[], headOnly = false): Http1Response {
  const bytes = Buffer.from(text, 'latin1')
  const response = new Http1Response()
  response.begin({ headOnly })
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (left, right) => left - right,
  )
  for (let index = 0; index + 1 < places.length; index += 1) {
    const piece = Buffer.from(bytes.subarray(places[index], places[index + 1]))
    if (!response.complete && response.problem === '') response.read(piece, 0, piece.length)
  }
  return response
}

const RESPONSES: readonly { readonly text: string; readonly status: number; readonly keepAlive: boolean }[] = [
  { text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', status: 200, keepAlive: true },
  { text: 'HTTP/1.1 404 Not Found\r\nX: y\r\ncontent-length: 0\r\n\r\n', status: 404, keepAlive: true },
  { text: 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n', status: 204, keepAlive: false },
  { text: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', status: 200, keepAlive: false },
  { text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx', status: 201, keepAlive: true },
  {
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;note=1\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n',
    status: 200,
    keepAlive: true,
  },
  { text: 'HTTP/1.1 200 OK\nContent-Length: 3\n\nabc', status: 200, keepAlive: true },
]

describe('an HTTP/1.1 response', () => {
  test('is read the same however it is cut', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RESPONSES), fc.array(fc.nat(500), { maxLength: 12 }), (expected, cuts) => {
        const response = readCut(expected.text, cuts)
        expect({
          complete: response.complete,
          problem: response.problem,
          status: response.status,
          size: response.size,
          keepAlive: response.keepAlive,
        }).toEqual({
          complete: true,
          problem: '',
          status: expected.status,
          size: expected.status === 201 ? expected.text.length : expected.text.length,
          keepAlive: expected.keepAlive,
        })
      }),
    )
  })

  test('stops at its end and leaves the rest', () => {
    const first = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    const bytes = Buffer.from(`${first}HTTP/1.1`)
    const response = new Http1Response()
    response.begin({ headOnly: false })
    expect(response.read(bytes, 0, bytes.length)).toBe(first.length)
    expect(response.complete).toBe(true)
  })

  test('to HEAD has no body', () => {
    expect(readCut('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n', [], true).complete).toBe(true)
  })

  test('without a length ends with the connection', () => {
    const response = readCut('HTTP/1.1 200 OK\r\n\r\nsome', [])
    expect(response.complete).toBe(false)
    expect(response.endOfInput()).toBe(true)
    expect(response.complete).toBe(true)
  })

  test.each([
    ['SSH-2.0-OpenSSH\r\n', 'does not begin'],
    ['HTTP/1.1 abc\r\n\r\n', 'no status'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n', 'content-length'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n', 'content-length'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'content-length'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'hexadecimal'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc', 'longer than its size'],
    [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}`, '64 KiB'],
  ])('%j is none', (text, problem) => {
    expect(readCut(text, [7]).problem).toContain(problem)
  })

  test('never throws on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, prefixed) => {
        const buffer = Buffer.concat([Buffer.from(prefixed ? 'HTTP/1.1 200 OK\r\n' : ''), bytes])
        const response = new Http1Response()
        response.begin({ headOnly: false })
        const end = response.read(buffer, 0, buffer.length)
        expect(end).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(buffer.length)
      }),
    )
  })
})
