import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type YAMLParseError } from 'yaml'
import type { JsonValue } from '../../plan/json.ts'
import { exactWhole } from '../exact-json.ts'
import { isTooDeep } from '../go-json-error.ts'
import { yamlProblem } from './yaml-problem.ts'

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
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== dates)),
  })
  const error = document.errors.find((each) => !isBehindDocument(each, document))
  if (error !== undefined) return { ok: false, problem: yamlProblem(error, text) }
  try {
    return { ok: true, value: plainOf(document), duplicates: duplicatesOf(document, lineCounter) }
  } catch (problem) {
    const words = problem instanceof Error ? problem.message : String(problem)
    const late = lateProblems.find(([known]) => known.test(words))
    return { ok: false, problem: late === undefined ? words : words.replace(...late) }
  }
}
