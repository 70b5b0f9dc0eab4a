import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import type { SourceLocation } from '../../plan/source.ts'
import { mistake } from '../mistake.ts'
import { OLD_BOOLEANS } from './plain-scalar.ts'
import { lineLocator, quickDocument } from './quick-locator.ts'
import { readQuickYaml } from './quick-yaml.ts'
import { createLocator, keyText, type SourceDocument, YAML_ERROR_WORDS } from './yaml-source.ts'

/** Largest file that is read, in bytes. */
export const LARGEST_FILE = 10 * 1024 * 1024
/** How many values the aliases of one file may unfold to. */
const MOST_ALIASED_VALUES = 100_000
/** How deep values may be nested. */
const DEEPEST = 200

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])
/** Whole numbers with a leading zero are octal to Kubernetes (`defaultMode: 0644`), decimal to YAML 1.2. */
const OCTAL = /^[-+]?0[0-7]+$/
/** A YAML text read: its documents, or why not. */
export interface YamlReading {
  readonly documents: readonly SourceDocument[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads YAML (or JSON, which is YAML) into JSON values that know their places. Merge keys are resolved and octal numbers are
 * read as Kubernetes reads them. In manifests, `yes`, `no`, `on` and `off` are booleans too, as they are to kubectl.
 */
export function readYaml(text: string, file: string, dialect: 'design' | 'manifest'): YamlReading {
  if (Buffer.byteLength(text) > LARGEST_FILE) {
    return {
      documents: [],
      diagnostics: [mistake('MF1004', { file, line: 1, column: 1 }, { summary: `${file} is larger than 10 MiB` })],
    }
  }
  const quick = readQuickYaml(text, dialect)
  if (quick === undefined) return readWholeYaml(text, file, dialect)
  const at = lineLocator(text, file)
  return { documents: quick.map((root) => quickDocument(file, text, root, at)), diagnostics: [] }
}

/** Reads any YAML, and says what is wrong with it. */
export function readWholeYaml(text: string, file: string, dialect: 'design' | 'manifest'): YamlReading {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' })
  const documents: SourceDocument[] = []
  const diagnostics: Diagnostic[] = []
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const problems = rootProblems([...document.errors, ...document.warnings])
    for (const problem of problems) {
      const place = lines.linePos(problem.pos[0])
      if (problem.message.includes('call stack')) {
        diagnostics.push(
          mistake(
            'MF1005',
            { file, line: place.line, column: place.col },
            { summary: `Values are nested more than ${DEEPEST} deep` },
          ),
        )
        continue
      }
      diagnostics.push(
        mistake(
          'MF1001',
          { file, line: place.line, column: place.col },
          {
            summary: YAML_ERROR_WORDS[problem.code] ?? 'This is not YAML',
            detail: problem.message.split('\n')[0],
            hint: problem.code === 'TAB_AS_INDENT' ? 'Indent with spaces.' : undefined,
          },
        ),
      )
    }
    if (document.errors.length > 0 || document.contents === null) continue
    const locator = createLocator(file, text, document, lines)
    const reader = createReader(document, dialect, (offset) => locationAt(lines, file, offset))
    const value = reader.read(document.contents)
    diagnostics.push(...reader.diagnostics)
    documents.push({ ...locator, value })
  }
  return { documents, diagnostics }
}

/** After these the parser has lost its place: whatever it finds amiss further on in the document comes of them. */
const LOST: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'MISSING_CHAR', 'BAD_INDENT', 'BLOCK_IN_FLOW'])

/** The problems of a document in the order of its text, up to the first that the others come of. */
function rootProblems(problems: readonly (YAMLParseError | YAMLWarning)[]): readonly (YAMLParseError | YAMLWarning)[] {
  const inOrder = [...problems].sort((one, other) => one.pos[0] - other.pos[0])
  const lost = inOrder.findIndex(({ code }) => LOST.has(code))
  return lost < 0 ? inOrder : inOrder.slice(0, lost + 1)
}

function locationAt(lines: LineCounter, file: string, offset: number): SourceLocation {
  const place = lines.linePos(offset)
  return { file, line: place.line, column: place.col }
}

function createReader(document: Document.Parsed, dialect: 'design' | 'manifest', at: (offset: number) => SourceLocation) {
  const diagnostics: Diagnostic[] = []
  const anchors = new Map<unknown, { readonly value: JsonValue; readonly size: number }>()
  const open = new Set<unknown>()
  let size = 0
  let aliased = 0
  let depth = 0

  const complain = (...words: Parameters<typeof mistake>) => {
    diagnostics.push(mistake(...words))
  }
  const place = (node: unknown) => at((node as { range?: readonly number[] } | null)?.range?.[0] ?? 0)

  const read = (node: unknown): JsonValue => {
    size++
    if (isScalar(node)) return readScalar(node)
    if (isAlias(node)) return readAlias(node)
    if (!isMap(node) && !isSeq(node)) return null
    if (depth >= DEEPEST) {
      complain('MF1005', place(node), { summary: `Values are nested more than ${DEEPEST} deep` })
      return null
    }
    const before = size
    open.add(node)
    depth++
    const value = isMap(node) ? readMap(node) : node.items.map(read)
    depth--
    open.delete(node)
    if (node.anchor !== undefined) anchors.set(node, { value, size: size - before })
    return value
  }

  const readScalar = (node: Scalar): JsonValue => {
    const { value } = node
    if (node.type === 'PLAIN' && node.source !== undefined) {
      if (OCTAL.test(node.source)) return Number.parseInt(node.source, 8)
      if (dialect === 'manifest' && typeof value === 'string' && Object.hasOwn(OLD_BOOLEANS, node.source))
        return OLD_BOOLEANS[node.source] ?? value
    }
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (Number.isSafeInteger(value) || !Number.isInteger(value) || /[.e]/i.test(node.source ?? '')) return value
      complain('MF1007', place(node), {
        summary: `The number ${node.source} is too large to be exact`,
        hint: 'Write it in quotes.',
      })
      return null
    }
    complain('MF1007', place(node), {
      summary: `JSON has no ${node.source ?? String(value)}`,
      hint: 'Write it in quotes if the text is meant.',
    })
    return null
  }

  const readAlias = (node: Alias): JsonValue => {
    const target = node.resolve(document)
    if (target === undefined || open.has(target)) {
      complain('MF1005', place(node), { summary: `The anchor &${node.source} holds itself` })
      return null
    }
    const known = anchors.get(target)
    if (known === undefined) return isScalar(target) ? readScalar(target) : null
    aliased += known.size
    size += known.size
    if (aliased > MOST_ALIASED_VALUES) {
      if (!diagnostics.some((diagnostic) => diagnostic.code === 'MF1005')) {
        complain('MF1005', place(node), { summary: `Aliases unfold to more than ${MOST_ALIASED_VALUES} values` })
      }
      return null
    }
    return known.value
  }

  const readMap = (node: YAMLMap): JsonValue => {
    const result: Record<string, JsonValue> = {}
    for (const pair of node.items) {
      const { key } = pair
      if (key !== null && !isScalar(key)) {
        complain('MF1006', place(key), { summary: 'A key must be a plain word, not a list or a map' })
        continue
      }
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') {
        merge(result, read(pair.value), pair.value)
        continue
      }
      const name = keyText(key)
      if (FORBIDDEN_KEYS.has(name)) {
        complain('MF1006', place(key), { summary: `The key ${name} is not allowed` })
        continue
      }
      const value = read(pair.value)
      if (written(node, name, pair)) complain('MF1002', place(key), { summary: `The key ${name} is there twice` })
      else result[name] = value
    }
    return result
  }

  /** Keys already seen by writing, per map; keys that a merge brought may be overwritten. */
  const seen = new WeakMap<YAMLMap, Map<string, unknown>>()
  const written = (node: YAMLMap, name: string, pair: unknown): boolean => {
    const names = seen.get(node) ?? new Map<string, unknown>()
    seen.set(node, names)
    const first = names.get(name)
    if (first === undefined) names.set(name, pair)
    return first !== undefined && first !== pair
  }

  const merge = (result: Record<string, JsonValue>, value: JsonValue, node: unknown): void => {
    const sources = Array.isArray(value) ? value : [value]
    for (const source of sources) {
      if (!isJsonObject(source)) {
        complain('MF1001', place(node), { summary: 'A merge key needs a map, or a list of maps' })
        continue
      }
      for (const [key, item] of Object.entries(source)) if (!Object.hasOwn(result, key)) result[key] = item
    }
  }
  return { read, diagnostics }
}
