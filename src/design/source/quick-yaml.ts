import type { JsonValue } from '../../plan/json.ts'
import { plainScalar } from './plain-scalar.ts'
import { QuickCursor, Unusual } from './quick-cursor.ts'
import type { QuickNode } from './quick-node.ts'
import { foldedQuotes, foldedWords, literal, plain, quoted } from './quick-scalars.ts'
import {
  APOSTROPHE,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DASH,
  HASH,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  PIPE,
  QUOTE,
  SPACE,
} from './yaml-characters.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a YAML text may not hold, or what takes a closer look.
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f\u0085\u2028\u2029\ufeff]/
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype', '<<'])
const DEEPEST = 100

/**
 * Reads the YAML that people and tools write most: block and flow collections, words, quoted and folded text, literal
 * blocks. Several times as fast as the whole parser. Undefined where the text holds anything else (anchors, tags,
 * `>`, empty values, mistakes): then the whole parser has to read it, and its answer counts.
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
  readonly #cursor: QuickCursor
  readonly #dialect: 'design' | 'manifest'
  #depth = 0

  constructor(text: string, dialect: 'design' | 'manifest') {
    this.#cursor = new QuickCursor(text)
    this.#dialect = dialect
  }

  documents(): readonly QuickNode[] {
    const found: QuickNode[] = []
    if (!this.#cursor.nextLine()) throw new Unusual()
    while (this.#cursor.at < this.#cursor.text.length) {
      if (this.#cursor.isMarker()) {
        this.#cursor.at += 3
        this.#cursor.endLine()
        // A marker with nothing behind it makes an empty document.
        if (!this.#cursor.nextLine() || this.#cursor.isMarker()) throw new Unusual()
      } else if (found.length > 0) throw new Unusual()
      found.push(this.#block(this.#cursor.indent))
      if (this.#cursor.at < this.#cursor.text.length && !this.#cursor.isMarker()) throw new Unusual()
    }
    return found
  }

  /** The value that begins here, at this column, over as many lines as it takes; ends at the first thing behind it. */
  #block(column: number): QuickNode {
    this.#depth++
    if (this.#depth > DEEPEST) throw new Unusual()
    const code = this.#cursor.code(this.#cursor.at)
    const node =
      code === DASH && this.#cursor.isBlank(this.#cursor.at + 1)
        ? this.#blockList(column)
        : this.#beginsEntry()
          ? this.#blockMap(column)
          : this.#lastScalar(column - 1)
    this.#depth--
    return node
  }

  /** A scalar or flow collection, with the rest of its line and what goes on from it on deeper lines. */
  #lastScalar(parent: number): QuickNode {
    const start = this.#cursor.at
    const code = this.#cursor.code(start)
    if (code === PIPE) return this.#passLiteral(parent)
    const quoted = code === QUOTE || code === APOSTROPHE ? foldedQuotes(this.#cursor, parent) : undefined
    const node = quoted ?? this.#inline(parent)
    const isPlain = typeof node.value === 'string' && code !== QUOTE && code !== APOSTROPHE
    if (!this.#cursor.nextLine() || this.#cursor.indent <= parent) return node
    // At the root what follows may be the marker of another document.
    if (!isPlain || parent < 0 || this.#cursor.text.charCodeAt(this.#cursor.lineBefore(node.end)) === HASH) throw new Unusual()
    return foldedWords(this.#cursor, node, parent)
  }

  #passLiteral(parent: number): QuickNode {
    const node = literal(this.#cursor, parent)
    if (this.#cursor.nextLine() && this.#cursor.indent > parent) throw new Unusual()
    return node
  }

  #inline(parent: number): QuickNode {
    const node = this.#flow(parent, false)
    this.#cursor.endLine()
    return node
  }

  /** Whether the line goes on as `key: `. */
  #beginsEntry(): boolean {
    const code = this.#cursor.code(this.#cursor.at)
    if (code === OPEN_MAP || code === OPEN_LIST || code === PIPE) return false
    const before = this.#cursor.at
    const isQuoted = code === QUOTE || code === APOSTROPHE
    if (isQuoted) quoted(this.#cursor)
    else plain(this.#cursor, false)
    const isEntry = this.#cursor.code(this.#cursor.at) === COLON && this.#cursor.isBlank(this.#cursor.at + 1)
    this.#cursor.at = before
    return isEntry
  }

  #blockMap(column: number): QuickNode {
    const start = this.#cursor.at
    const value: { [key: string]: JsonValue } = {}
    const entries = new Map<string, { readonly start: number; readonly node: QuickNode }>()
    let end = start
    do {
      const keyStart = this.#cursor.at
      const key = this.#key()
      if (entries.has(key) || FORBIDDEN_KEYS.has(key)) throw new Unusual()
      if (this.#cursor.code(this.#cursor.at) !== COLON || !this.#cursor.isBlank(this.#cursor.at + 1)) throw new Unusual()
      this.#cursor.at++
      const node = this.#entryValue(column)
      value[key] = node.value
      entries.set(key, { start: keyStart, node })
      end = node.end
      if (this.#cursor.indent > column) throw new Unusual()
    } while (
      this.#cursor.indent === column &&
      this.#cursor.at < this.#cursor.text.length &&
      !this.#cursor.isMarker() &&
      !this.#cursor.isItem()
    )
    if (this.#cursor.indent === column && this.#cursor.at < this.#cursor.text.length && this.#cursor.isItem()) throw new Unusual()
    return { value, start, end, entries }
  }

  /** What stands behind `key:`. */
  #entryValue(column: number): QuickNode {
    if (!this.#cursor.isLineDone()) {
      while (this.#cursor.code(this.#cursor.at) === SPACE) this.#cursor.at++
      return this.#lastScalar(column)
    }
    this.#cursor.endLine()
    if (!this.#cursor.nextLine() || this.#cursor.indent < column || (this.#cursor.indent === 0 && this.#cursor.isMarker()))
      throw new Unusual()
    if (this.#cursor.indent > column) return this.#block(this.#cursor.indent)
    // Lists of a map may stand as far left as its keys. What is empty takes a closer look.
    if (!this.#cursor.isItem()) throw new Unusual()
    return this.#block(column)
  }

  #blockList(column: number): QuickNode {
    const start = this.#cursor.at
    const items: QuickNode[] = []
    let end = start
    do {
      const dash = this.#cursor.at
      this.#cursor.at++
      let node: QuickNode
      if (this.#cursor.isLineDone()) {
        this.#cursor.endLine()
        if (!this.#cursor.nextLine() || this.#cursor.indent <= column) throw new Unusual()
        node = this.#block(this.#cursor.indent)
      } else {
        while (this.#cursor.code(this.#cursor.at) === SPACE) this.#cursor.at++
        node = this.#itemValue(column, column + this.#cursor.at - dash)
      }
      items.push(node)
      end = node.end
      if (this.#cursor.indent > column) throw new Unusual()
    } while (this.#cursor.indent === column && this.#cursor.at < this.#cursor.text.length && this.#cursor.isItem())
    return { value: items.map((item) => item.value), start, end, items }
  }

  /** What stands behind `- ` in the same line. */
  #itemValue(listColumn: number, column: number): QuickNode {
    if (this.#cursor.isItem() || this.#beginsEntry()) return this.#block(column)
    return this.#lastScalar(listColumn)
  }

  #key(): string {
    const code = this.#cursor.code(this.#cursor.at)
    const key = code === QUOTE || code === APOSTROPHE ? quoted(this.#cursor) : plain(this.#cursor, false)
    if (key === '') throw new Unusual()
    return key
  }

  /** A flow collection, quoted text or a word. */
  #flow(parent: number, isInside: boolean): QuickNode {
    const start = this.#cursor.at
    switch (this.#cursor.code(start)) {
      case OPEN_MAP:
        return this.#flowMap(parent)
      case OPEN_LIST:
        return this.#flowList(parent)
      case QUOTE:
      case APOSTROPHE: {
        const value = quoted(this.#cursor)
        return { value, start, end: this.#cursor.at }
      }
      default: {
        const source = plain(this.#cursor, isInside)
        if (this.#cursor.code(this.#cursor.at) === COLON) throw new Unusual()
        const value = plainScalar(source, this.#dialect)
        if (value === undefined || source === '') throw new Unusual()
        return { value, start, end: start + source.length }
      }
    }
  }

  /** Passes over blanks, line ends and comments inside a flow collection. */
  #flowBlank(parent: number): void {
    for (;;) {
      while (this.#cursor.code(this.#cursor.at) === SPACE) this.#cursor.at++
      if (this.#cursor.at >= this.#cursor.text.length) throw new Unusual()
      const code = this.#cursor.code(this.#cursor.at)
      if (code === HASH && this.#cursor.code(this.#cursor.at - 1) !== SPACE) throw new Unusual()
      if (code !== NEWLINE && code !== HASH) return
      const end = this.#cursor.text.indexOf('\n', this.#cursor.at)
      if (end < 0) throw new Unusual()
      this.#cursor.at = end + 1
      if (!this.#cursor.nextLine() || this.#cursor.indent <= parent || this.#cursor.indent === 0) throw new Unusual()
    }
  }

  #flowMap(parent: number): QuickNode {
    const start = this.#open()
    const value: { [key: string]: JsonValue } = {}
    const entries = new Map<string, { readonly start: number; readonly node: QuickNode }>()
    this.#flowBlank(parent)
    while (this.#cursor.code(this.#cursor.at) !== CLOSE_MAP) {
      const keyStart = this.#cursor.at
      const isQuoted = this.#cursor.code(keyStart) === QUOTE || this.#cursor.code(keyStart) === APOSTROPHE
      const key = isQuoted ? quoted(this.#cursor) : plain(this.#cursor, true)
      if (key === '' || entries.has(key) || FORBIDDEN_KEYS.has(key)) throw new Unusual()
      if (this.#cursor.code(this.#cursor.at) !== COLON || !(isQuoted || this.#cursor.isBlank(this.#cursor.at + 1)))
        throw new Unusual()
      this.#cursor.at++
      this.#flowBlank(parent)
      const node = this.#flow(parent, true)
      value[key] = node.value
      entries.set(key, { start: keyStart, node })
      this.#flowNext(parent, CLOSE_MAP)
    }
    this.#close()
    return { value, start, end: this.#cursor.at, entries }
  }

  #flowList(parent: number): QuickNode {
    const start = this.#open()
    const items: QuickNode[] = []
    this.#flowBlank(parent)
    while (this.#cursor.code(this.#cursor.at) !== CLOSE_LIST) {
      items.push(this.#flow(parent, true))
      this.#flowNext(parent, CLOSE_LIST)
    }
    this.#close()
    return { value: items.map((item) => item.value), start, end: this.#cursor.at, items }
  }

  #open(): number {
    this.#depth++
    if (this.#depth > DEEPEST) throw new Unusual()
    this.#cursor.at++
    return this.#cursor.at - 1
  }

  #close(): void {
    this.#depth--
    this.#cursor.at++
  }

  /** Passes over the comma behind an item; nothing else may stand there but the end. */
  #flowNext(parent: number, close: number): void {
    this.#flowBlank(parent)
    if (this.#cursor.code(this.#cursor.at) === close) return
    if (this.#cursor.code(this.#cursor.at) !== COMMA) throw new Unusual()
    this.#cursor.at++
    this.#flowBlank(parent)
  }
}
