import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeaderBlock, decodeHuffman, HpackError } from '../../src/perf/wire/hpack-decode.ts'
import { encodeField, encodeHttp2Headers } from '../../src/perf/wire/hpack-encode.ts'

describe('header blocks', () => {
  test('what is encoded is decoded again', () => {
    const text = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength: 200 })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (fields) => {
        const block = Buffer.concat(fields.map(([name, value]) => encodeField(name, value)))
        expect(decodeHeaderBlock(block, 0, block.length)).toEqual(fields)
      }),
    )
  })

  // RFC 7541 appendix C.4.1 and C.6.1.
  test.each([
    ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
    ['a8eb10649cbf', 'no-cache'],
    ['6402', '302'],
    ['d07abe941054d444a8200595040b8166e082a62d1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['9d29ad171863c78f0b97c8e9ae82ae43d3', 'https://www.example.com'],
  ])('Huffman text %s is %s', (hex, text) => {
    const bytes = Buffer.from(hex, 'hex')
    expect(decodeHuffman(bytes, 0, bytes.length)).toBe(text)
  })

  test('a request is its pseudo headers first, without connection headers', () => {
    const block = encodeHttp2Headers(
      {
        method: 'GET',
        authority: 'a.test',
        path: '/x',
        headers: [
          ['Host', 'b.test'],
          ['Connection', 'close'],
          ['Accept', '*/*'],
        ],
        body: undefined,
      },
      'http',
      false,
    )
    expect(decodeHeaderBlock(block, 0, block.length)).toEqual([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/x'],
      [':authority', 'b.test'],
      ['accept', '*/*'],
    ])
  })

  test('refuses the dynamic table and broken blocks, and nothing else is thrown', () => {
    expect(() => decodeHeaderBlock(Buffer.from([0x80 | 62]), 0, 1)).toThrow(HpackError)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeHeaderBlock(Buffer.from(bytes), 0, bytes.length)
        } catch (error) {
          expect(error).toBeInstanceOf(HpackError)
        }
      }),
    )
  })
})
