import { expect, test } from 'vitest'
import { HeaderMap } from '../../src/filters/host/header-map.ts'

test('a second value for an inline name is joined to the first, as in Envoy, and any other name gets a second header', () => {
  const headers = new HeaderMap(
    [
      [':path', '/'],
      ['X-Forwarded-For', '192.0.2.1'],
      ['cookie', 'a=1'],
      ['x-forwarded-for', '192.0.2.2'],
      ['cookie', 'b=2'],
      ['x-own', '1'],
      ['x-own', '2'],
    ],
    'request',
  )
  headers.add('User-Agent', '')
  headers.add('user-agent', 'one')
  headers.add('user-agent', '')
  headers.add('x-own', '3')
  headers.add('server', 'a')
  headers.add('server', 'b')
  const joined = [
    [':path', '/'],
    ['x-forwarded-for', '192.0.2.1,192.0.2.2'],
    ['cookie', 'a=1; b=2'],
    ['x-own', '1'],
    ['x-own', '2'],
    ['user-agent', 'one'],
    ['x-own', '3'],
    ['server', 'a'],
    ['server', 'b'],
  ]
  expect(headers.pairs).toEqual(joined)
  const copy = headers.copy()
  copy.add('user-agent', 'two')
  expect([copy.get('user-agent'), headers.get('user-agent')]).toEqual(['one,two', 'one'])
  headers.replaceAll([
    ['accept', 'a'],
    ['accept', 'b'],
  ])
  expect(headers.pairs).toEqual([['accept', 'a,b']])
})

test('which names are inline depends on what the map is for', () => {
  const twice = (name: string, kind: 'request' | 'response' | 'other'): number =>
    new HeaderMap(
      [
        [name, '1'],
        [name, '2'],
      ],
      kind,
    ).length
  expect([twice('server', 'response'), twice('server', 'request'), twice('server', 'other')]).toEqual([1, 2, 2])
  expect([twice('set-cookie', 'response'), twice(':status', 'response'), twice('accept', 'response')]).toEqual([2, 2, 2])
})
