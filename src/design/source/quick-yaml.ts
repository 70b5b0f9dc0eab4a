import type { JsonValue } from '../../plan/json.ts'
import { plainScalar } from './plain-scalar.ts'

/** A value and where it stands in the text: offsets in UTF-16 units, `end` behind its last character. */
export interface QuickNode {
  readonly value: JsonValue
  readonly start: number
  readonly end: number
  /** Of a map: where each key stands, and its value. */
  readonly entries?: ReadonlyMap<string, { readonly start: number; readonly node: QuickNode }>
  /** Of a list. */
  readonly items?: readonly QuickNode[]
}

/** Thrown inside this file alone: the text uses something that only the whole parser knows. */
class Unusual extends Error {}

const NEWLINE = 10
const SPACE = 32
const QUOTE = 34
const HASH = 35
const APOSTROPHE = 39
const COMMA = 44
const DASH = 45
const COLON = 58
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN_MAP = 123
const PIPE = 124
const CLOSE_MAP = 125

/** Characters that begin something else than plain text; `-`, `?` and `:` only before a space. */
const INDICATORS = new Set([...',[]{}#&*!|>\'"%@`'].map((character) => character.charCodeAt(0)))
const BEFORE_SPACE = new Set([...'-?:'].map((character) => character.charCodeAt(0)))
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a YAML text may not hold, or what takes a closer look.
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f\u0085\u2028\u2029\ufeff]/
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype', '<<'])
const DEEPEST = 100

/**
 * Reads the YAML that people and tools write most: block and flow collections, words, quoted text and literal blocks, each
 * scalar on one line. Several times as fast as the whole parser. Undefined where the text holds anything else (anchors, tags,
 * folded text, empty values, mistakes): then the whole parser has to read it, and its answer counts.
 */
export function readQuickYaml(text: string, dialect: 'design' | 'manifest'): readonly QuickNode[] | undefined {
  if (CONTROL.test(text) || /^(%|\.\.\.)/m.test(text)) return undefined
  try {
    return new QuickReader(text, dialect).documents()
  } catch (error) {
    if (error instanceof Unusual) return undefined
    throw error
  }
}

class QuickReader {
  readonly #text: string
  readonly #dialect: 'design' | 'manifest'
  #at = 0
  /** Column of what `#at` is at, when it is the first thing in its line. */
  #indent = 0
  #depth = 0

  constructor(text: string, dialect: 'design' | 'manifest') {
    this.#text = text
    this.#dialect = dialect
  }

  documents(): readonly QuickNode[] {
    const found: QuickNode[] = []
    if (!this.#nextLine()) throw new Unusual()
    while (this.#at < this.#text.length) {
      if (this.#isMarker()) {
        this.#at += 3
        this.#endLine()
        // A marker with nothing behind it makes an empty document.
        if (!this.#nextLine() || this.#isMarker()) throw new Unusual()
      } else if (found.length > 0) throw new Unusual()
      found.push(this.#block(this.#indent))
      if (this.#at < this.#text.length && !this.#isMarker()) throw new Unusual()
    }
    return found
  }

  #isMarker(): boolean {
    return this.#indent === 0 && this.#text.startsWith('---', this.#at) && this.#isBlank(this.#at + 3)
  }

  #code(at: number): number {
    return at < this.#text.length ? this.#text.charCodeAt(at) : NEWLINE
  }

  /** A space, or the end of the line. */
  #isBlank(at: number): boolean {
    const code = this.#code(at)
    return code === SPACE || code === NEWLINE
  }

  /** Goes to the first thing of the next line that holds anything but a comment. False at the end of the text. */
  #nextLine(): boolean {
    const text = this.#text
    while (this.#at < text.length) {
      const begin = this.#at
      while (this.#code(this.#at) === SPACE) this.#at++
      const code = this.#code(this.#at)
      if (code !== NEWLINE && code !== HASH) {
        this.#indent = this.#at - begin
        return true
      }
      const end = text.indexOf('\n', this.#at)
      this.#at = end < 0 ? text.length : end + 1
    }
    this.#indent = -1
    return false
  }

  /** Goes behind the end of the line, where nothing but a comment may be left. */
  #endLine(): void {
    const begin = this.#at
    while (this.#code(this.#at) === SPACE) this.#at++
    const code = this.#code(this.#at)
    if (code === HASH && this.#at === begin) throw new Unusual()
    if (code !== NEWLINE && code !== HASH) throw new Unusual()
    const end = this.#text.indexOf('\n', this.#at)
    this.#at = end < 0 ? this.#text.length : end + 1
  }

  /** True when the rest of the line is empty or a comment. */
  #isLineDone(): boolean {
    let at = this.#at
    while (this.#code(at) === SPACE) at++
    const code = this.#code(at)
    return code === NEWLINE || (code === HASH && at > this.#at)
  }

  /** The value that begins here, at this column, over as many lines as it takes; ends at the first thing behind it. */
  #block(column: number): QuickNode {
    this.#depth++
    if (this.#depth > DEEPEST) throw new Unusual()
    const code = this.#code(this.#at)
    const node =
      code === DASH && this.#isBlank(this.#at + 1)
        ? this.#blockList(column)
        : this.#beginsEntry()
          ? this.#blockMap(column)
          : this.#lastScalar(column - 1)
    this.#depth--
    return node
  }

  /** A scalar or flow collection, with the rest of its line and what goes on from it on deeper lines. */
  #lastScalar(parent: number): QuickNode {
    const start = this.#at
    const code = this.#code(start)
    if (code === PIPE) return this.#passLiteral(parent)
    const quoted = code === QUOTE || code === APOSTROPHE ? this.#foldedQuotes(parent) : undefined
    const node = quoted ?? this.#inline(parent)
    const isPlain = typeof node.value === 'string' && code !== QUOTE && code !== APOSTROPHE
    if (!this.#nextLine() || this.#indent <= parent) return node
    if (!isPlain || this.#text.charCodeAt(this.#lineBefore(node.end)) === HASH) throw new Unusual()
    return this.#foldedWords(node, parent)
  }

  #passLiteral(parent: number): QuickNode {
    const node = this.#literal(parent)
    if (this.#nextLine() && this.#indent > parent) throw new Unusual()
    return node
  }

  /** The first thing behind an offset in its line. */
  #lineBefore(offset: number): number {
    let at = offset
    while (this.#code(at) === SPACE) at++
    return at
  }

  /** Words over several lines: a line end is a space, each empty line a line end. Comments between them are mistakes. */
  #foldedWords(first: QuickNode, parent: number): QuickNode {
    let value = String(first.value)
    let end = first.end
    do {
      const between = this.#text.slice(end, this.#at)
      if (between.includes('#')) throw new Unusual()
      const source = this.#plainRest()
      value += fold(between) + source
      end = this.#at
      if (!this.#isLineDone() || this.#text.charCodeAt(this.#lineBefore(end)) === HASH) throw new Unusual()
      this.#endLine()
    } while (this.#nextLine() && this.#indent > parent)
    return { value, start: first.start, end }
  }

  /** A line of words that began on an earlier one: it may begin with anything but a comment. */
  #plainRest(): string {
    const start = this.#at
    const line = this.#text.indexOf('\n', start)
    const source = this.#text.slice(start, line < 0 ? this.#text.length : line).trimEnd()
    if (/:( |$)| #/.test(source)) throw new Unusual()
    this.#at = start + source.length
    return source
  }

  /** Text in quotes that ends on a later line; undefined when it ends on this one. */
  #foldedQuotes(parent: number): QuickNode | undefined {
    const start = this.#at
    const quote = this.#text[start] ?? ''
    const line = this.#text.indexOf('\n', start)
    const pattern = quote === "'" ? /'(?:[^']|'')*'/y : /"[^"\\]*"/y
    pattern.lastIndex = start
    const raw = pattern.exec(this.#text)?.[0]
    if (line < 0 || raw === undefined || start + raw.length <= line) return undefined
    const lines = raw.slice(1, -1).split('\n')
    for (const continued of lines.slice(1)) {
      const text = continued.trimStart()
      if (text !== '' && continued.length - text.length <= parent) throw new Unusual()
    }
    if (lines.at(-1)?.trim() === '' || lines[0]?.trim() === '' || parent < 0) throw new Unusual()
    const folded = raw.slice(1, -1).replaceAll(/ *\n[ \n]*/g, fold)
    this.#at = start + raw.length
    this.#endLine()
    return { value: quote === "'" ? folded.replaceAll("''", "'") : folded, start, end: start + raw.length }
  }

  #inline(parent: number): QuickNode {
    const node = this.#flow(parent, false)
    this.#endLine()
    return node
  }

  /** Whether the line goes on as `key: `. */
  #beginsEntry(): boolean {
    const code = this.#code(this.#at)
    if (code === OPEN_MAP || code === OPEN_LIST || code === PIPE) return false
    const before = this.#at
    const isQuoted = code === QUOTE || code === APOSTROPHE
    if (isQuoted) this.#quoted()
    else this.#plain(false)
    const isEntry = this.#code(this.#at) === COLON && this.#isBlank(this.#at + 1)
    this.#at = before
    return isEntry
  }

  #blockMap(column: number): QuickNode {
    const start = this.#at
    const value: { [key: string]: JsonValue } = {}
    const entries = new Map<string, { readonly start: number; readonly node: QuickNode }>()
    let end = start
    do {
      const keyStart = this.#at
      const key = this.#key()
      if (entries.has(key) || FORBIDDEN_KEYS.has(key)) throw new Unusual()
      if (this.#code(this.#at) !== COLON || !this.#isBlank(this.#at + 1)) throw new Unusual()
      this.#at++
      const node = this.#entryValue(column)
      value[key] = node.value
      entries.set(key, { start: keyStart, node })
      end = node.end
      if (this.#indent > column) throw new Unusual()
    } while (this.#indent === column && this.#at < this.#text.length && !this.#isMarker() && !this.#isItem())
    if (this.#indent === column && this.#at < this.#text.length && this.#isItem()) throw new Unusual()
    return { value, start, end, entries }
  }

  #isItem(): boolean {
    return this.#code(this.#at) === DASH && this.#isBlank(this.#at + 1)
  }

  /** What stands behind `key:`. */
  #entryValue(column: number): QuickNode {
    if (!this.#isLineDone()) {
      while (this.#code(this.#at) === SPACE) this.#at++
      return this.#lastScalar(column)
    }
    this.#endLine()
    if (!this.#nextLine() || this.#indent < column || (this.#indent === 0 && this.#isMarker())) throw new Unusual()
    if (this.#indent > column) return this.#block(this.#indent)
    // Lists of a map may stand as far left as its keys. What is empty takes a closer look.
    if (!this.#isItem()) throw new Unusual()
    return this.#block(column)
  }

  #blockList(column: number): QuickNode {
    const start = this.#at
    const items: QuickNode[] = []
    let end = start
    do {
      const dash = this.#at
      this.#at++
      let node: QuickNode
      if (this.#isLineDone()) {
        this.#endLine()
        if (!this.#nextLine() || this.#indent <= column) throw new Unusual()
        node = this.#block(this.#indent)
      } else {
        while (this.#code(this.#at) === SPACE) this.#at++
        node = this.#itemValue(column, column + this.#at - dash)
      }
      items.push(node)
      end = node.end
      if (this.#indent > column) throw new Unusual()
    } while (this.#indent === column && this.#at < this.#text.length && this.#isItem())
    return { value: items.map((item) => item.value), start, end, items }
  }

  /** What stands behind `- ` in the same line. */
  #itemValue(listColumn: number, column: number): QuickNode {
    if (this.#isItem() || this.#beginsEntry()) return this.#block(column)
    return this.#lastScalar(listColumn)
  }

  #key(): string {
    const code = this.#code(this.#at)
    const key = code === QUOTE || code === APOSTROPHE ? this.#quoted() : this.#plain(false)
    if (key === '') throw new Unusual()
    return key
  }

  /** A flow collection, quoted text or a word. */
  #flow(parent: number, isInside: boolean): QuickNode {
    const start = this.#at
    switch (this.#code(start)) {
      case OPEN_MAP:
        return this.#flowMap(parent)
      case OPEN_LIST:
        return this.#flowList(parent)
      case QUOTE:
      case APOSTROPHE: {
        const value = this.#quoted()
        return { value, start, end: this.#at }
      }
      default: {
        const source = this.#plain(isInside)
        if (this.#code(this.#at) === COLON) throw new Unusual()
        const value = plainScalar(source, this.#dialect)
        if (value === undefined || source === '') throw new Unusual()
        return { value, start, end: start + source.length }
      }
    }
  }

  /** Passes over blanks, line ends and comments inside a flow collection. */
  #flowBlank(parent: number): void {
    for (;;) {
      while (this.#code(this.#at) === SPACE) this.#at++
      if (this.#at >= this.#text.length) throw new Unusual()
      const code = this.#code(this.#at)
      if (code === HASH && this.#code(this.#at - 1) !== SPACE) throw new Unusual()
      if (code !== NEWLINE && code !== HASH) return
      const end = this.#text.indexOf('\n', this.#at)
      if (end < 0) throw new Unusual()
      this.#at = end + 1
      if (!this.#nextLine() || this.#indent <= parent || this.#indent === 0) throw new Unusual()
    }
  }

  #flowMap(parent: number): QuickNode {
    const start = this.#open()
    const value: { [key: string]: JsonValue } = {}
    const entries = new Map<string, { readonly start: number; readonly node: QuickNode }>()
    this.#flowBlank(parent)
    while (this.#code(this.#at) !== CLOSE_MAP) {
      const keyStart = this.#at
      const isQuoted = this.#code(keyStart) === QUOTE || this.#code(keyStart) === APOSTROPHE
      const key = isQuoted ? this.#quoted() : this.#plain(true)
      if (key === '' || entries.has(key) || FORBIDDEN_KEYS.has(key)) throw new Unusual()
      if (this.#code(this.#at) !== COLON || !(isQuoted || this.#isBlank(this.#at + 1))) throw new Unusual()
      this.#at++
      this.#flowBlank(parent)
      const node = this.#flow(parent, true)
      value[key] = node.value
      entries.set(key, { start: keyStart, node })
      this.#flowNext(parent, CLOSE_MAP)
    }
    this.#close()
    return { value, start, end: this.#at, entries }
  }

  #flowList(parent: number): QuickNode {
    const start = this.#open()
    const items: QuickNode[] = []
    this.#flowBlank(parent)
    while (this.#code(this.#at) !== CLOSE_LIST) {
      items.push(this.#flow(parent, true))
      this.#flowNext(parent, CLOSE_LIST)
    }
    this.#close()
    return { value: items.map((item) => item.value), start, end: this.#at, items }
  }

  #open(): number {
    this.#depth++
    if (this.#depth > DEEPEST) throw new Unusual()
    this.#at++
    return this.#at - 1
  }

  #close(): void {
    this.#depth--
    this.#at++
  }

  /** Passes over the comma behind an item; nothing else may stand there but the end. */
  #flowNext(parent: number, close: number): void {
    this.#flowBlank(parent)
    if (this.#code(this.#at) === close) return
    if (this.#code(this.#at) !== COMMA) throw new Unusual()
    this.#at++
    this.#flowBlank(parent)
  }

  /** Text in quotes, on one line. */
  #quoted(): string {
    const text = this.#text
    const quote = this.#code(this.#at)
    let at = this.#at + 1
    for (; ; at++) {
      const code = this.#code(at)
      if (code === NEWLINE) throw new Unusual()
      if (code === 92 && quote === QUOTE) at++
      else if (code === quote && (quote === QUOTE || this.#code(at + 1) !== APOSTROPHE)) break
      else if (code === quote) at++
    }
    const raw = text.slice(this.#at, at + 1)
    this.#at = at + 1
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
  #plain(isInside: boolean): string {
    const start = this.#at
    const first = this.#code(start)
    if (INDICATORS.has(first) || (BEFORE_SPACE.has(first) && !isWordBehind(this.#code(start + 1), isInside))) throw new Unusual()
    let at = start
    let end = start
    for (; ; at++) {
      const code = this.#code(at)
      if (code === NEWLINE) break
      if (code === SPACE) continue
      if (code === HASH && this.#code(at - 1) === SPACE) break
      if (code === COLON && (this.#isBlank(at + 1) || (isInside && isFlowEnd(this.#code(at + 1))))) break
      if (isInside && isFlowEnd(code)) break
      end = at + 1
    }
    this.#at = this.#code(at) === COLON || (isInside && isFlowEnd(this.#code(at))) ? at : end
    return this.#text.slice(start, end)
  }

  /** A literal block: `|`, with `-` or `+`. */
  #literal(parent: number): QuickNode {
    const start = this.#at
    this.#at++
    const sign = this.#text[this.#at]
    if (sign === '-' || sign === '+') this.#at++
    this.#endLine()
    const lines: string[] = []
    let indent = -1
    let end = this.#at
    while (this.#at < this.#text.length) {
      const newline = this.#text.indexOf('\n', this.#at)
      const lineEnd = newline < 0 ? this.#text.length : newline
      let first = this.#at
      while (first < lineEnd && this.#text.charCodeAt(first) === SPACE) first++
      const column = first - this.#at
      if (first === lineEnd) {
        if (indent < 0) throw new Unusual()
        lines.push(column > indent ? ' '.repeat(column - indent) : '')
      } else {
        if (indent < 0) indent = column
        if (column < indent) break
        lines.push(this.#text.slice(this.#at + indent, lineEnd))
      }
      if (indent <= Math.max(parent, 0)) throw new Unusual()
      // The last line may lack its end, which then is not part of the text either.
      if (newline < 0) throw new Unusual()
      this.#at = newline + 1
      end = this.#at
    }
    if (indent < 0) throw new Unusual()
    return { value: chomp(lines, sign), start, end }
  }
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

function isFlowEnd(code: number): boolean {
  return code === COMMA || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_MAP || code === CLOSE_MAP
}

function isWordBehind(code: number, isInside: boolean): boolean {
  return code !== SPACE && code !== NEWLINE && !(isInside && isFlowEnd(code))
}
