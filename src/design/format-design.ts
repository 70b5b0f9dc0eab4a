import { type Document, isMap, isScalar, type Pair, parseAllDocuments, type YAMLMap } from 'yaml'
import type { Diagnostic } from '../plan/diagnostic.ts'
import { design } from './schema/design.ts'
import { isBeside, settleComments, withCommentsBeside } from './settle-comments.ts'
import { readYaml } from './source/read-yaml.ts'
import { keyText } from './source/yaml-source.ts'
import { unfoldLong } from './unfold-long.ts'
import { type ValueSchema, valueSchema } from './validate/value-schema.ts'

/** A design file in its canonical form, or why it has none. */
export interface FormattedDesign {
  readonly text: string | undefined
  readonly changed: boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** Longest line that a flow collection may take before it is broken. */
const LINE_WIDTH = 120
/** What moves a line or a comment may make room for the next; it is done after two times or three. */
const MOST_TIMES = 5

/**
 * Puts a design file into one form: keys in the order of the language, two spaces of indent. Names that the user chose keep their
 * order, comments and quotes stay where they are. Formatting twice changes nothing.
 */
export function formatDesign(text: string, file: string): FormattedDesign {
  const { diagnostics } = readYaml(text, file, 'design')
  if (diagnostics.length > 0) return { text: undefined, changed: false, diagnostics }
  let formatted = text
  for (let time = 0; time < MOST_TIMES; time += 1) {
    const before = formatted
    formatted = formatOnce(before)
    if (formatted === before) break
  }
  return { text: formatted, changed: formatted !== text, diagnostics: [] }
}

function formatOnce(text: string): string {
  const documents = parseAllDocuments(text, { keepSourceTokens: false, logLevel: 'silent' })
  return Array.isArray(documents) ? documents.map((document) => formatDocument(document, text)).join('') : text
}

function formatDocument(document: Document.Parsed, text: string): string {
  settleComments(document, text)
  unfoldLong(document.contents, text, LINE_WIDTH, { column: 0, start: 0 })
  if (isMap(document.contents)) sortKeys(document.contents, valueSchema(design), 'document')
  return withCommentsBeside(
    document.toString({ indent: 2, lineWidth: LINE_WIDTH, flowCollectionPadding: false, indentSeq: true }),
  )
}

function sortKeys(map: YAMLMap, schema: ValueSchema, place: 'document' | 'inside' = 'inside'): void {
  const order = new Map(Object.keys(schema.properties ?? {}).map((key, index) => [key, index]))
  if (order.size > 0) {
    const [head] = map.items
    const lead = leadingComment(map, head)
    map.items = map.items
      .map((pair, index) => ({ pair, index, rank: order.get(keyText(pair.key)) ?? order.size }))
      .sort((left, right) => left.rank - right.rank || left.index - right.index)
      .map(({ pair }) => pair)
    if (place === 'document') keepOnTop(map, head)
    else if (lead !== undefined) moveLead(map, head, lead)
  }
  for (const pair of map.items) {
    const child = childSchema(schema, keyText(pair.key))
    if (child !== undefined) sortValue(pair.value, child)
  }
}

function sortValue(value: unknown, schema: ValueSchema): void {
  if (isMap(value)) {
    const alternatives = schema.anyOf?.filter(({ properties }) => properties !== undefined) ?? []
    sortKeys(value, alternatives.length === 1 ? (alternatives[0] ?? schema) : schema)
    return
  }
  if (
    typeof value === 'object' &&
    value !== null &&
    'items' in value &&
    Array.isArray(value.items) &&
    schema.items !== undefined
  ) {
    for (const item of value.items) sortValue(item, schema.items)
  }
}

function childSchema(schema: ValueSchema, key: string): ValueSchema | undefined {
  const own = schema.properties?.[key]
  if (own !== undefined) return own
  const others = schema.patternProperties === undefined ? schema.additionalProperties : Object.values(schema.patternProperties)[0]
  return typeof others === 'object' ? others : undefined
}

function leadingComment(map: YAMLMap, head: Pair | undefined): string | undefined {
  return map.commentBefore === undefined || map.commentBefore === null || head === undefined ? undefined : map.commentBefore
}

/** The parser gives the comment above the first key to the map; when another key comes first, it must go with its own. */
function moveLead(map: YAMLMap, head: Pair | undefined, lead: string): void {
  if (map.items[0] === head || head === undefined || !isScalar(head.key)) return
  const lines = lead.split('\n')
  map.commentBefore = isBeside(lead) ? (lines.shift() ?? null) : null
  if (lines.length > 0) head.key.commentBefore = lines.join('\n')
}

/** What stands on top of the file speaks of the file, whatever key comes first. */
function keepOnTop(map: YAMLMap, head: Pair | undefined): void {
  const first = map.items[0]
  if (head === first || !isScalar(head?.key) || !isScalar(first?.key) || typeof head.key.commentBefore !== 'string') return
  first.key.commentBefore = [head.key.commentBefore, first.key.commentBefore]
    .filter((text) => typeof text === 'string')
    .join('\n')
  head.key.commentBefore = null
}
