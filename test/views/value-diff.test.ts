import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../../src/plan/json.ts'
import { blockLines } from '../../src/views/block-lines.ts'
import { valueDiff } from '../../src/views/value-diff.ts'

const shown = (before: JsonValue | undefined, after: JsonValue | undefined) => {
  const diff = valueDiff(before, after)
  return diff.kind === 'inline'
    ? `${diff.before ?? ''} → ${diff.after ?? ''}`
    : diff.lines.map(({ mark, text }) => (mark === 'gap' ? `  … ${text}` : `${mark} ${text}`)).join('\n')
}

test('values are written as people write them', () => {
  const route = {
    hosts: ['reviews'],
    http: [
      { name: 'canary', timeout: '2s', route: [{ destination: { host: 'reviews', port: { number: 80 } }, weight: 90 }] },
      { match: [{ headers: { 'end-user': { exact: 'jason' } } }], fault: {}, mirrors: [] },
    ],
    'app.kubernetes.io/name': 'true',
    text: 'one\ntwo\n',
  }
  expect(blockLines(route).join('\n')).toMatchInlineSnapshot(`
    "hosts: [reviews]
    http:
      - name: canary
        timeout: 2s
        route:
          - destination: {host: reviews, port: {number: 80}}
            weight: 90
      - match:
          - headers.end-user.exact: jason
        fault: {}
        mirrors: []
    app.kubernetes.io/name: "true"
    text: |
      one
      two"
  `)
})

test('short values stand side by side, and what could be mistaken is in quotes', () => {
  expect(shown(1, 2)).toBe('1 → 2')
  expect(shown('1', 1)).toBe('"1" → 1')
  expect(shown('', undefined)).toBe('"" → ')
  expect(shown('yes', null)).toBe('"yes" → null')
  expect(shown(undefined, 'a: b')).toBe(' → "a: b"')
  expect(shown({ a: [1] }, { a: [2] })).toBe('{a: [1]} → {a: [2]}')
})

test('a text changes line by line, with what is around it', () => {
  const text = (line: string) => `${['a', 'b', 'c', 'd', line, 'f', 'g', 'h', 'i'].join('\n')}\n`
  expect(shown(text('old'), text('new'))).toMatchInlineSnapshot(`
    "  … 2 lines the same
      c
      d
    - old
    + new
      f
      g
      … 2 lines the same"
  `)
})

test('long words are cut down to where they differ', () => {
  const word = (middle: string) => `${'a'.repeat(200)}${middle}${'b'.repeat(200)}`
  expect(shown(word('1'), word('2'))).toBe(`…${'a'.repeat(20)}1${'b'.repeat(20)}… → …${'a'.repeat(20)}2${'b'.repeat(20)}…`)
})

test('texts that differ in nothing but the line end at their end are told apart', () => {
  const text = `${'a\n'.repeat(3)}b`
  expect(shown(text, `${text}\n`)).toBe('"a\\na\\na\\nb" → "a\\na\\na\\nb\\n"')
})

test('values that differ are never shown as the same', () => {
  const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
  const text = fc.array(fc.constantFrom('a', 'b', '', ' c'), { maxLength: 12 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(fc.oneof(fc.tuple(value, value), fc.tuple(text, text)), ([before, after]) => {
      fc.pre(JSON.stringify(before) !== JSON.stringify(after))
      const diff = valueDiff(before, after)
      if (diff.kind === 'inline') expect(diff.before).not.toBe(diff.after)
      else expect(diff.lines.some(({ mark }) => mark === '+' || mark === '-')).toBe(true)
    }),
    { numRuns: 600 },
  )
})

test('nothing in a value steers the terminal', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<JsonValue>, (value) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there.
      expect(blockLines(value).join('')).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/)
    }),
  )
})

test('JSON on one line is compared by what is in it, unless its spelling differs too', () => {
  const settings = (level: string, last: number) => ({
    log: { level, format: 'a long enough text' },
    retries: [
      { on: '5xx', attempts: 3 },
      { on: 'reset', attempts: last },
    ],
    text: 'something that makes the line longer than a hundred characters',
  })
  const [old, fresh] = [settings('info', 1), settings('debug', 2)]
  const expected = `  {
    "log": {
-     "level": "info",
+     "level": "debug",
      "format": "a long enough text"
    },
  … 5 lines the same
      {
        "on": "reset",
-       "attempts": 1
+       "attempts": 2
      }
    ],
  … 2 lines the same`
  expect(shown(JSON.stringify(old), JSON.stringify(fresh))).toBe(expected)
  const spaced = (value: JsonValue) =>
    JSON.stringify(value, null, 1)
      .replaceAll(/\n */g, ' ')
      .replaceAll(/([[{]) | ([\]}])/g, '$1$2')
  expect(shown(spaced(old), spaced(fresh))).toBe(expected)
  expect(shown(JSON.stringify(old), spaced(fresh))).toContain('→')
  const deep = (end: string) => `${'['.repeat(5000)}${end}${']'.repeat(5000)}`
  expect(shown(deep('1'), deep('2'))).toContain('→')
})
