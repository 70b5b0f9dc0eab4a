import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import type { JsonValue } from '../../plan/json.ts'
import type { SourceLocation, ValuePath } from '../../plan/source.ts'

/** One document of a YAML file: its value, and where each part of it stands. */
export interface SourceDocument {
  readonly file: string
  readonly value: JsonValue
  /** Where the value at a path stands, or the nearest value around it. */
  readonly locate: (path: ValuePath) => SourceLocation
  /** Where the key of the entry at a path stands; for items of lists, and where there is no key, the value's place. */
  readonly locateKey: (path: ValuePath) => SourceLocation
  /** Where a piece of the scalar at a path stands: `${...}` and what is inside. Falls back to the scalar's own place. */
  readonly locateText: (path: ValuePath, text: string, offset: number, occurrence: number) => SourceLocation
}

/** Answers where values of a parsed document stand. Works on the syntax tree, so it costs nothing until asked. */
export function createLocator(
  file: string,
  text: string,
  document: Document.Parsed,
  lines: LineCounter,
): Omit<SourceDocument, 'value'> {
  const indices = new WeakMap<YAMLMap, Map<string, Pair>>()
  const at = (offset: number): SourceLocation => {
    const place = lines.linePos(offset)
    return { file, line: place.line === 0 ? 1 : place.line, column: place.col === 0 ? 1 : place.col }
  }
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    let index = indices.get(map)
    if (index === undefined) {
      index = new Map(map.items.map((pair) => [keyText(pair.key), pair]))
      indices.set(map, index)
    }
    return index.get(key)
  }
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
  const follow = (path: ValuePath): { readonly node: unknown; readonly key: unknown } => {
    let node: unknown = document.contents
    let key: unknown
    for (const step of path) {
      const container = resolve(node)
      if (isMap(container)) {
        const pair = pairOf(container, String(step))
        if (pair === undefined) return { node, key: undefined }
        key = pair.key
        node = pair.value ?? pair.key
        if (startOf(node) === undefined) node = pair.key
      } else if (isSeq(container)) {
        const item = container.items[Number(step)]
        if (item === undefined) return { node, key: undefined }
        key = undefined
        node = item
      } else {
        return { node, key: undefined }
      }
    }
    return { node, key }
  }
  const start = (node: unknown): number => startOf(node) ?? startOf(document.contents) ?? document.range[0]
  return {
    file,
    locate: (path) => at(start(follow(path).node)),
    locateKey: (path) => {
      const { node, key } = follow(path)
      return at(start(key ?? node))
    },
    locateText: (path, piece, offset, occurrence) => {
      const { node } = follow(path)
      const range = rangeOf(resolve(node))
      if (range === undefined) return at(start(node))
      const raw = text.slice(range[0], range[1])
      let found = -1
      for (let time = 0; time <= occurrence; time++) {
        found = raw.indexOf(piece, found + 1)
        if (found < 0) return at(range[0])
      }
      return at(range[0] + found + offset)
    },
  }
}

/** The text of a key as JSON has it: YAML keys may be numbers, booleans or null. */
export function keyText(key: unknown): string {
  if (isScalar(key)) return key.source !== undefined && typeof key.value !== 'string' ? key.source : String(key.value)
  return String(key)
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return (node as Node | null | undefined)?.range ?? undefined
}

function startOf(node: unknown): number | undefined {
  return rangeOf(node)?.[0]
}

/** Our words for what the YAML parser complains about; what is not listed keeps the parser's own. */
export const YAML_ERROR_WORDS: { readonly [Code in ErrorCode]?: string } = {
  BAD_INDENT: 'Indentation does not fit',
  TAB_AS_INDENT: 'Tabs cannot indent YAML',
  DUPLICATE_KEY: 'Key is there twice',
  MISSING_CHAR: 'A character is missing',
  UNEXPECTED_TOKEN: 'Unexpected characters',
  BAD_ALIAS: 'Alias leads nowhere',
  TAG_RESOLVE_FAILED: 'Unknown tag',
}
