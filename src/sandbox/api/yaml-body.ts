import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ScalarTag,
  visit,
  type YAMLParseError,
} from 'yaml'
import type { JsonValue } from '../../plan/json.ts'
import { exactWhole } from '../exact-json.ts'
import { isTooDeep } from '../go-json-error.ts'
import { brokenEscape, yamlProblem } from './yaml-problem.ts'

/** A body that came as YAML. */
export type YamlBody =
  | {
      readonly ok: true
      readonly value: JsonValue
      /** What a strict reader says of keys that stand twice; undefined when none does. */
      readonly duplicates: string | undefined
    }
  | { readonly ok: false; readonly problem: string }

const dates = 'tag:yaml.org,2002:timestamp'

/** Whole numbers with a base that Go knows and YAML 1.1 does not. Those beyond 64 bits are text. */
function numbersWithBase(exact: boolean): ScalarTag {
  return {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?0(?:[oO][0-7_]+|B[01_]+|X[0-9a-fA-F_]+)$/,
    resolve: (text) => {
      const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase()
      const value = digits.length === 2 ? -1n : BigInt(digits)
      if (value < 0n || BigInt.asUintN(64, value) !== value) return text
      const signed = text.startsWith('-') ? -value : value
      return exact && !Number.isSafeInteger(Number(signed)) ? signed : Number(signed)
    },
  }
}

/** Numbers too large for JSON are text to Go. */
function keepLargeAsText(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      const isLarge = typeof node.value === 'number' && !Number.isFinite(node.value)
      if (isLarge && /^[-+]?\d/.test(node.source ?? '')) node.value = node.source
    },
  })
}

/** The line of the first escape in double quotes that stands for half of a surrogate pair, counted from one; 0 where there is none. */
function lineOfSurrogate(document: Document, text: string): number {
  if (!/\\[uU](?:0000)?[dD][89a-fA-F]/.test(text)) return 0
  let first = Number.POSITIVE_INFINITY
  visit(document, {
    Scalar(_, { type, range }) {
      if (type !== 'QUOTE_DOUBLE' || range === undefined || range === null) return
      const inner = /^(?:[^\\]|\\[^uU]|\\[uU](?!(?:0000)?[dD][89a-fA-F]))*/.exec(text.slice(range[0], range[1]))?.[0].length ?? 0
      if (range[0] + inner < range[1]) first = Math.min(first, range[0] + inner)
    },
  })
  return Number.isFinite(first) ? text.slice(0, first).split('\n').length : 0
}

function duplicatesOf(document: Document, lines: LineCounter): string | undefined {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (isSeq(node)) for (const item of node.items) visit(item)
    if (!isMap(node)) return
    const seen = new Set<string>()
    for (const pair of node.items) {
      if (!isPair(pair)) continue
      visit(pair.value)
      if (!isScalar(pair.key)) continue
      const key = String(pair.key.value)
      if (seen.has(key))
        found.push(`  line ${lines.linePos(pair.key.range?.[0] ?? 0).line}: key ${JSON.stringify(key)} already set in map`)
      seen.add(key)
    }
  }
  if (!isAlias(document.contents)) visit(document.contents)
  return found.length === 0 ? undefined : `yaml: unmarshal errors:\n${found.join('\n')}`
}

/** What follows the first document, which is all that is read. */
function isBehindDocument(error: YAMLParseError, document: Document): boolean {
  if (error.code === 'MULTIPLE_DOCS') return true
  const { contents } = document
  const isFlow = (isMap(contents) || isSeq(contents)) && contents.flow === true
  return isFlow && error.code === 'UNEXPECTED_TOKEN' && error.pos[0] >= (contents.range?.[1] ?? 0)
}

/** A text in base64 is text all the same, and a number that JSON doesn't know is refused. */
function plainValue(this: unknown, name: string, value: unknown): unknown {
  const given = (this as { readonly [name: string]: unknown })[name]
  if (typeof value === 'bigint') return exactWhole(value.toString()) ?? Number(value)
  if (given instanceof Uint8Array) return Buffer.from(given).toString()
  if (typeof value !== 'number' || Number.isFinite(value)) return value
  throw new YamlProblem(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`)
}

class YamlProblem extends Error {}

/** What the library finds only when it makes a value of the document. */
const lateProblems: readonly (readonly [RegExp, string])[] = [
  [/^Unresolved alias .*: (.*)$/s, "yaml: unknown anchor '$1' referenced"],
  [/^Merge sources must be maps.*$/s, 'yaml: map merge requires map or sequence of maps as the value'],
]

function plainOf(document: Document): JsonValue {
  // YAML knows more than JSON does (numbers that are none), and shares what is aliased.
  const plain = JSON.stringify(document.toJS({ maxAliasCount: 100 }) as unknown, plainValue)
  return JSON.parse(plain ?? 'null') as JsonValue
}

/**
 * Reads YAML as the API server does: version 1.1, in which `yes` and `on` are booleans, of keys that stand twice the last. Times
 * stay text, and whole numbers keep their digits where that is asked for. Of several documents the first counts.
 */
export function readYaml(text: string, exact: boolean): YamlBody {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return { ok: false, problem: 'yaml: control characters are not allowed' }
  if (isTooDeep(text)) return { ok: false, problem: 'yaml: exceeded max depth of 10000' }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    intAsBigInt: exact && /\d{16}/.test(text),
    lineCounter,
    customTags: (tags) => [
      numbersWithBase(exact),
      ...tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== dates)),
    ],
  })
  const error = document.errors.find((each) => !isBehindDocument(each, document))
  if (error !== undefined) return { ok: false, problem: yamlProblem(error, text) }
  const broken = lineOfSurrogate(document, text)
  if (broken > 0) return { ok: false, problem: brokenEscape(broken) }
  if (/\d{309}|\d[eE]\+?\d{3}/.test(text)) keepLargeAsText(document)
  try {
    return { ok: true, value: plainOf(document), duplicates: duplicatesOf(document, lineCounter) }
  } catch (problem) {
    const words = problem instanceof Error ? problem.message : String(problem)
    const late = lateProblems.find(([known]) => known.test(words))
    return { ok: false, problem: late === undefined ? words : words.replace(...late) }
  }
}
