import { diffArrays } from 'diff'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import { blockLines, flowText, isText } from './block-lines.ts'

/** One line of a difference. A gap stands for lines that are the same on both sides. */
export interface DiffLine {
  readonly mark: '+' | '-' | ' ' | 'gap'
  readonly text: string
}

/** How a value changes: short ones side by side, others line by line. Nothing that differs is ever left out. */
export type ValueDiff =
  | { readonly kind: 'inline'; readonly before: string | undefined; readonly after: string | undefined }
  | { readonly kind: 'lines'; readonly lines: readonly DiffLine[] }

/** How long a value may be to stand beside another, in characters. */
const INLINE_WIDTH = 100

/** Characters of what is the same on either side of a difference within a long word. */
const WORD_CONTEXT = 20

/** Lines of what is the same on either side of a difference. */
const LINE_CONTEXT = 2

/** Edits after which two texts are shown one after the other: nobody reads more as a difference. */
const MOST_EDITS = 1000

/** The difference of two values of a field; undefined where the field is added or removed. */
export function valueDiff(before: JsonValue | undefined, after: JsonValue | undefined): ValueDiff {
  if (isShort(before) && isShort(after)) return { kind: 'inline', before: inlineText(before), after: inlineText(after) }
  if (typeof before === 'string' && typeof after === 'string' && !isText(before) && !isText(after)) {
    const inside = jsonDiff(before, after)
    if (inside !== undefined) return inside
    return { kind: 'inline', ...aroundDifference(flowText(before), flowText(after)) }
  }
  const lines = lineDiff(before === undefined ? [] : blockLines(before), after === undefined ? [] : blockLines(after))
  // Texts that differ in their last line end only, for one, are the same line by line.
  if (lines.some(({ mark }) => mark === '+' || mark === '-')) return { kind: 'lines', lines }
  return { kind: 'inline', ...aroundDifference(JSON.stringify(before), JSON.stringify(after)) }
}

/** Two long words that are JSON, by what is in them; undefined where they are none, or differ in their spelling as well. */
function jsonDiff(before: string, after: string): ValueDiff | undefined {
  const [old, fresh] = [parsedJson(before), parsedJson(after)]
  if (old === undefined || fresh === undefined) return undefined
  const isSpelled = SPELLINGS.some((spell) => spell(old) === before && spell(fresh) === after)
  return isSpelled ? { kind: 'lines', lines: lineDiff(jsonLines(old), jsonLines(fresh)) } : undefined
}

function jsonLines(value: JsonValue): readonly string[] {
  return JSON.stringify(value, null, 2).split('\n')
}

/** How JSON is written on one line: without spaces, or with one behind each comma and colon. */
const SPELLINGS: readonly ((value: JsonValue) => string)[] = [(value) => JSON.stringify(value), spacedJson]

function spacedJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${spacedJson(item)}`)
    .join(', ')}}`
}

function parsedJson(text: string): JsonValue | undefined {
  if (!/^[[{]/.test(text) || isDeep(text)) return undefined
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** Nested deeper than anyone reads. Brackets within texts count as well, which is close enough. */
function isDeep(text: string): boolean {
  let depth = 0
  for (const sign of text) {
    if (sign === '[' || sign === '{') depth++
    else if (sign === ']' || sign === '}') depth--
    if (depth > 100) return true
  }
  return false
}

function isShort(value: JsonValue | undefined): boolean {
  if (value === undefined) return true
  if (typeof value === 'string') return value.length <= INLINE_WIDTH && !isText(value)
  return flowText(value).length <= INLINE_WIDTH && (typeof value !== 'object' || blockLines(value).length <= 2)
}

function inlineText(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : flowText(value)
}

/** Two long words, cut down to where they differ. */
function aroundDifference(before: string, after: string): { readonly before: string; readonly after: string } {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start++
  let end = 0
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  const cut = (text: string) => {
    const from = start <= WORD_CONTEXT + 1 ? 0 : start - WORD_CONTEXT
    const to = end <= WORD_CONTEXT + 1 ? text.length : text.length - end + WORD_CONTEXT
    return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`
  }
  return { before: cut(before), after: cut(after) }
}

function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const parts = diffArrays([...before], [...after], { maxEditLength: MOST_EDITS })
  if (parts === undefined) return [...marked('-', before), ...marked('+', after)]
  return parts.flatMap(({ added, removed, value }, index) => {
    if (added) return marked('+', value)
    if (removed) return marked('-', value)
    return sameLines(value, index === 0, index === parts.length - 1)
  })
}

function marked(mark: DiffLine['mark'], lines: readonly string[]): readonly DiffLine[] {
  return lines.map((text) => ({ mark, text }))
}

function sameLines(lines: readonly string[], isFirst: boolean, isLast: boolean): readonly DiffLine[] {
  const head = isFirst ? 0 : LINE_CONTEXT
  const tail = isLast ? 0 : LINE_CONTEXT
  const hidden = lines.length - head - tail
  if (hidden <= 1) return marked(' ', lines)
  const gap: DiffLine = { mark: 'gap', text: `${hidden} lines the same` }
  return [...marked(' ', lines.slice(0, head)), gap, ...marked(' ', lines.slice(lines.length - tail))]
}
