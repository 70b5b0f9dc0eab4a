import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { lineLocator, quickDocument } from '../../src/design/source/quick-locator.ts'
import { readQuickYaml } from '../../src/design/source/quick-yaml.ts'
import { readWholeYaml } from '../../src/design/source/read-yaml.ts'
import type { SourceDocument } from '../../src/design/source/yaml-source.ts'
import type { JsonValue } from '../../src/plan/json.ts'
import type { ValuePath } from '../../src/plan/source.ts'

function quickly(text: string, dialect: 'design' | 'manifest'): readonly SourceDocument[] | undefined {
  const at = lineLocator(text, 'file')
  return readQuickYaml(text, dialect)?.map((root) => quickDocument('file', text, root, at))
}

function pathsOf(value: JsonValue, path: ValuePath = []): readonly ValuePath[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Array.isArray(value)
    ? (value as readonly JsonValue[]).flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
  return [path, ...inside]
}

/** Holds the quick reader against the whole one: the same values at the same places, or no answer. */
function compare(text: string, dialect: 'design' | 'manifest'): 'same' | 'left' {
  const quick = quickly(text, dialect)
  if (quick === undefined) return 'left'
  const whole = readWholeYaml(text, 'file', dialect)
  expect(whole.diagnostics).toEqual([])
  expect(quick.map((document) => document.value)).toEqual(whole.documents.map((document) => document.value))
  for (const [index, document] of quick.entries()) {
    const other = whole.documents[index]
    for (const path of pathsOf(document.value)) {
      expect([path, document.locate(path)]).toEqual([path, other?.locate(path)])
      expect([path, document.locateKey(path)]).toEqual([path, other?.locateKey(path)])
      expect(document.locateText(path, '$', 1, 0)).toEqual(other?.locateText(path, '$', 1, 0))
    }
  }
  return 'same'
}

describe('the quick reader of YAML', () => {
  test.each([
    ['block', 'a: 1\nb:\n  c: text here # note\n  d:\n    - x\n    - y: 1\n      z: 2\n    - - 1\n      - 2\n'],
    ['lists as far left as their key', 'a:\n- 1\n- b: 2\n  c: 3\nd: 4\n'],
    ['flow', 'a: {b: [1, "two", three four], c: {}, "d":5}\ne: []\nf: [\n  1, 2,\n  3,\n ]\n'],
    ['JSON', '{"a": {"b": [1, 2.5, -3e2, true, null, "x\\n\\u00e9"]}, "c": {}}\n'],
    [
      'words',
      'a: true\nb: ~\nc: null\nd: 0\ne: -12\nf: 1.50\ng: .5\nh: 1e3\ni: 1.2.3\nj: 12a\nk: "5"\nl: yes\nm: nothing\nn: -\u00fc\n',
    ],
    ['quotes', 'a: \'it\'\'s\'\nb: "x: y # z"\n\'c d\': 1\n"e": ""\n'],
    ['punctuation', 'a: http://x.y/z?q=1#f\nb: a:b\nc: -x\nd: a#b\ne: "${1 + 2}"\nf: x - y\ng: ${inputs.a}\n80: port\n'],
    ['literal blocks', 'a: |\n  one\n    two\n\n  three\n\nb: |-\n  x\n\nc: |+\n  y\n\nd: 1\n'],
    ['folded words', 'a: one\n  two, three\n\n  four\n\n\n  - five\nb:\n- x\n  y\n- z\n'],
    ['folded quotes', "a: 'one\n  it''s\n\n  # three'\nb: \"x: y\n  z\" # c\n"],
    ['documents', '# first\n---\na: 1\n---\n# second\n- b\n- c\n'],
    ['comments', '# top\na: # of a\n  # before b\n  b: 1 # of b\n\n  # before c\n  c: 2\n# end\n'],
  ])('reads %s as the whole one does', (_name, text) => {
    expect(compare(text, 'design')).toBe('same')
    expect(compare(text, 'manifest')).toBe('same')
  })

  test.each([
    'a: &x 1\nb: *x\n',
    'a: !!str 1\n',
    'a: >\n  folded\n',
    'a: one\n  two # x\n  three\n',
    'a: one\n  # x\n  two\n',
    'a: one\n  b: two\n',
    'a:\nb: 1\n',
    'a: 1\na: 2\n',
    'a: b: c\n',
    '? a\n: b\n',
    'a:\t1\n',
    'a: 0644\n',
    'a: 0x1f\n',
    'a: .inf\n',
    'a: 12345678901234567890\n',
    '<<: {a: 1}\n',
    '__proto__: 1\n',
    'a: "x\\\n  y"\n',
    'a: "x\ny"\n',
    'a: [1, 2\n',
    'a: {b}\n',
    '- a\nb: 1\n',
    'a: 1\n  b: 2\n',
    'a:\n    b: 1\n  c: 2\n',
    'a: "\\x41"\n',
    '',
    '---\n---\n',
    '%YAML 1.2\n---\na: 1\n',
    'a: @x\n',
    'a: |2\n    x\n',
    'words\n--- ',
    'words\n...\n',
  ])('leaves %j to the whole one', (text) => {
    expect(quickly(text, 'design')).toBeUndefined()
  })

  test('reads old booleans of manifests as kubectl does', () => {
    expect(quickly('a: yes\nb: off\nyes: 1\n', 'manifest')?.[0]?.value).toEqual({ a: true, b: false, yes: 1 })
    expect(compare('a: yes\nb: off\nyes: 1\n', 'manifest')).toBe('same')
  })

  test.each(['valueOf', 'toString', 'constructor', 'hasOwnProperty'])('%s is a word like any other', (word) => {
    expect(compare(`- ${word}\n- {a: ${word}}\n`, 'manifest')).toBe('same')
    expect(readWholeYaml(`&a ${word}\n`, 'file', 'manifest').documents[0]?.value).toBe(word)
  })

  test('agrees with the whole one on whatever is written by a tool', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...' -:#,[]{}\'"|>&*!%@`?$\n~.019aténulry'), maxLength: 10 }),
    )
    const key = fc.string({ unit: fc.constantFrom(...'abc-_./:# 019$'), minLength: 1, maxLength: 8 })
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.boolean(),
        fc.constant(null),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any
    const style = fc.record({
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any', 'block', 'flow'),
      defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL'),
      lineWidth: fc.constantFrom(0, 40),
    })
    fc.assert(
      fc.property(value, style, (written, options) => {
        for (const dialect of ['design', 'manifest'] as const) compare(stringify(written, options as object), dialect)
      }),
      { numRuns: 400 },
    )
  })

  test('never disagrees on text of any kind', () => {
    const lines = fc.array(
      fc.string({ unit: fc.constantFrom(...' -:#,[]{}\'"|>&*!?$~019abc', '  ', ': ', '- ', '\n', '\n  '), maxLength: 30 }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(lines, (parts) => {
        compare(parts.join('\n'), 'design')
      }),
      { numRuns: 600 },
    )
  })

  test('reads the files of this repository alike, and most of them quickly', () => {
    const root = join(import.meta.dirname, '../..')
    const files = ['patterns', 'test/fixtures', 'examples'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => join(root, folder, name)),
    )
    expect(files.length).toBeGreaterThan(10)
    // The largest are definitions in the same style as smaller ones, and took most of the time.
    const texts = files.map((file) => readFileSync(file, 'utf8')).filter((text) => text.length < 200_000)
    const outcomes = texts.map((text) => compare(text, 'design'))
    expect(outcomes.filter((outcome) => outcome === 'same').length).toBeGreaterThan(texts.length / 2)
  })
})
