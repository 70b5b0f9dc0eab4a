import { type QuickCursor, Unusual } from './quick-cursor.ts'
import type { QuickNode } from './quick-node.ts'
import {
  APOSTROPHE,
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  HASH,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  QUOTE,
  SPACE,
} from './yaml-characters.ts'

/** Characters that begin something else than plain text; `-`, `?` and `:` only before a space. */
const INDICATORS = new Set([...',[]{}#&*!|>\'"%@`'].map((character) => character.charCodeAt(0)))
const BEFORE_SPACE = new Set([...'-?:'].map((character) => character.charCodeAt(0)))
/** Words over several lines: a line end is a space, each empty line a line end. Comments between them are mistakes. */
export function foldedWords(cursor: QuickCursor, first: QuickNode, parent: number): QuickNode {
  let value = String(first.value)
  let end = first.end
  do {
    const between = cursor.text.slice(end, cursor.at)
    if (between.includes('#')) throw new Unusual()
    const source = plainRest(cursor)
    value += fold(between) + source
    end = cursor.at
    if (!cursor.isLineDone() || cursor.text.charCodeAt(cursor.lineBefore(end)) === HASH) throw new Unusual()
    cursor.endLine()
  } while (cursor.nextLine() && cursor.indent > parent)
  return { value, start: first.start, end }
}

/** A line of words that began on an earlier one: it may begin with anything but a comment. */
function plainRest(cursor: QuickCursor): string {
  const start = cursor.at
  const line = cursor.text.indexOf('\n', start)
  const source = cursor.text.slice(start, line < 0 ? cursor.text.length : line).trimEnd()
  if (/:( |$)| #/.test(source)) throw new Unusual()
  cursor.at = start + source.length
  return source
}

/** Text in quotes that ends on a later line; undefined when it ends on this one. */
export function foldedQuotes(cursor: QuickCursor, parent: number): QuickNode | undefined {
  const start = cursor.at
  const quote = cursor.text[start] ?? ''
  const line = cursor.text.indexOf('\n', start)
  const pattern = quote === "'" ? /'(?:[^']|'')*'/y : /"[^"\\]*"/y
  pattern.lastIndex = start
  const raw = pattern.exec(cursor.text)?.[0]
  if (line < 0 || raw === undefined || start + raw.length <= line) return undefined
  const lines = raw.slice(1, -1).split('\n')
  for (const continued of lines.slice(1)) {
    const text = continued.trimStart()
    if (text !== '' && continued.length - text.length <= parent) throw new Unusual()
  }
  if (lines.at(-1)?.trim() === '' || lines[0]?.trim() === '' || parent < 0) throw new Unusual()
  const folded = raw.slice(1, -1).replaceAll(/ *\n[ \n]*/g, fold)
  cursor.at = start + raw.length
  cursor.endLine()
  return { value: quote === "'" ? folded.replaceAll("''", "'") : folded, start, end: start + raw.length }
}

/** Text in quotes, on one line. */
export function quoted(cursor: QuickCursor): string {
  const text = cursor.text
  const quote = cursor.code(cursor.at)
  let at = cursor.at + 1
  for (; ; at++) {
    const code = cursor.code(at)
    if (code === NEWLINE) throw new Unusual()
    if (code === BACKSLASH && quote === QUOTE) at++
    else if (code === quote && (quote === QUOTE || cursor.code(at + 1) !== APOSTROPHE)) break
    else if (code === quote) at++
  }
  const raw = text.slice(cursor.at, at + 1)
  cursor.at = at + 1
  if (quote === APOSTROPHE) return raw.slice(1, -1).replaceAll("''", "'")
  if (!raw.includes('\\')) return raw.slice(1, -1)
  try {
    return JSON.parse(raw) as string
  } catch {
    // YAML has more escapes than JSON.
    throw new Unusual()
  }
}

/** A word without quotes up to what ends it, its trailing spaces passed over but not in it. */
export function plain(cursor: QuickCursor, isInside: boolean): string {
  const start = cursor.at
  const first = cursor.code(start)
  if (INDICATORS.has(first) || (BEFORE_SPACE.has(first) && !isWordBehind(cursor.code(start + 1), isInside))) throw new Unusual()
  let at = start
  let end = start
  for (; ; at++) {
    const code = cursor.code(at)
    if (code === NEWLINE) break
    if (code === SPACE) continue
    if (code === HASH && cursor.code(at - 1) === SPACE) break
    if (code === COLON && (cursor.isBlank(at + 1) || (isInside && isFlowEnd(cursor.code(at + 1))))) break
    if (isInside && isFlowEnd(code)) break
    end = at + 1
  }
  cursor.at = cursor.code(at) === COLON || (isInside && isFlowEnd(cursor.code(at))) ? at : end
  return cursor.text.slice(start, end)
}

/** A literal block: `|`, with `-` or `+`. */
export function literal(cursor: QuickCursor, parent: number): QuickNode {
  const start = cursor.at
  cursor.at++
  const sign = cursor.text[cursor.at]
  if (sign === '-' || sign === '+') cursor.at++
  cursor.endLine()
  const lines: string[] = []
  let indent = -1
  let end = cursor.at
  while (cursor.at < cursor.text.length) {
    const newline = cursor.text.indexOf('\n', cursor.at)
    const lineEnd = newline < 0 ? cursor.text.length : newline
    let first = cursor.at
    while (first < lineEnd && cursor.text.charCodeAt(first) === SPACE) first++
    const column = first - cursor.at
    if (first === lineEnd) {
      if (indent < 0) throw new Unusual()
      lines.push(column > indent ? ' '.repeat(column - indent) : '')
    } else {
      if (indent < 0) indent = column
      if (column < indent) break
      lines.push(cursor.text.slice(cursor.at + indent, lineEnd))
    }
    if (indent <= Math.max(parent, 0)) throw new Unusual()
    // The last line may lack its end, which then is not part of the text either.
    if (newline < 0) throw new Unusual()
    cursor.at = newline + 1
    end = cursor.at
  }
  if (indent < 0) throw new Unusual()
  return { value: chomp(lines, sign), start, end }
}

/** What stands for the line ends between two lines of folded text. */
function fold(between: string): string {
  const lineEnds = between.split('\n').length - 1
  return lineEnds === 1 ? ' ' : '\n'.repeat(lineEnds - 1)
}

function chomp(lines: readonly string[], sign: string | undefined): string {
  if (sign === '+') return `${lines.join('\n')}\n`
  let count = lines.length
  while (count > 0 && lines[count - 1] === '') count--
  if (lines.slice(count - 1).some((line) => /^ +$/.test(line))) throw new Unusual()
  const kept = lines.slice(0, count).join('\n')
  return sign === '-' ? kept : `${kept}\n`
}

/** Whether a word inside a flow collection ends here. */
function isFlowEnd(code: number): boolean {
  return code === COMMA || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_MAP || code === CLOSE_MAP
}

function isWordBehind(code: number, isInside: boolean): boolean {
  return code !== SPACE && code !== NEWLINE && !(isInside && isFlowEnd(code))
}
