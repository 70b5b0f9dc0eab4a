import { formatFieldPath } from '../plan/field-text.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { printable } from './terminal/style.ts'

/** How long a collection may be to stand on one line, in characters. */
const FLOW_WIDTH = 64

/** How deep collections may nest on one line. */
const FLOW_DEPTH = 2

/**
 * A value as people write it: YAML in blocks, short collections on one line, maps of one entry joined to a dotted path. Made to be
 * read, not parsed. Every line is free of control characters.
 */
export function blockLines(value: JsonValue): readonly string[] {
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, entry]) => entryLines([key], entry))
  }
  if (Array.isArray(value) && value.length > 0) return value.flatMap(itemLines)
  if (typeof value === 'string' && isText(value)) return textLines(value)
  return [flowText(value)]
}

/** A value on one line, whole: words as they are where that is clear, anything else in quotes. */
export function flowText(value: JsonValue): string {
  if (typeof value === 'string') return isPlain(value) ? value : printable(JSON.stringify(value))
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`
  if (isJsonObject(value)) {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${keyText(key)}: ${flowText(entry)}`)
      .join(', ')}}`
  }
  return String(value)
}

/** Whether a text is shown line by line rather than in quotes. */
export function isText(value: string): boolean {
  return value.trimEnd().includes('\n')
}

/** The lines of a text; a last line end makes no line of its own. */
export function textLines(text: string): readonly string[] {
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(printable)
}

function entryLines(path: readonly string[], value: JsonValue): readonly string[] {
  if (isJsonObject(value)) {
    const [only, ...others] = Object.entries(value)
    if (only !== undefined && others.length === 0) return entryLines([...path, only[0]], only[1])
  }
  const key = path.length === 1 ? keyText(path[0] ?? '') : formatFieldPath(path)
  if (typeof value === 'string' && isText(value)) return [`${key}: |`, ...indented(textLines(value))]
  if (isScalar(value) || fitsOneLine(value)) return [`${key}: ${flowText(value)}`]
  return [`${key}:`, ...indented(blockLines(value))]
}

function itemLines(item: JsonValue): readonly string[] {
  if (typeof item === 'string' && isText(item)) return ['- |', ...indented(textLines(item))]
  if (isJsonObject(item) && fitsOneLine(item) && Object.keys(item).length > 1) return [`- ${flowText(item)}`]
  const [first = '', ...rest] = blockLines(item)
  return [`- ${first}`, ...indented(rest)]
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}

function fitsOneLine(value: JsonValue): boolean {
  return isShallow(value, FLOW_DEPTH) && flowText(value).length <= FLOW_WIDTH
}

function isShallow(value: JsonValue, depth: number): boolean {
  if (typeof value === 'string') return !isText(value)
  if (isScalar(value)) return true
  const entries = Array.isArray(value) ? value : Object.values(value as JsonObject)
  return (
    entries.length === 0 || (depth > 0 && entries.length <= FLOW_WIDTH && entries.every((entry) => isShallow(entry, depth - 1)))
  )
}

function isScalar(value: JsonValue): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_$()./-]+$/.test(key) ? key : printable(JSON.stringify(key))
}

/** Whether a text needs no quotes to be told from a number, a truth value, or the signs around it. */
function isPlain(text: string): boolean {
  if (/^\(sensitive( [0-9a-f#]+)?\)$/.test(text)) return true
  if (!/^[\w./@+*%-]([\w./:@+*%-]*[\w./@+*%-])?( [\w./@+*%-]+)*$/.test(text) || /^[-*%@]( |$)/.test(text)) return false
  return !/^([-+.]?\d[\d_.]*(e[-+]?\d+)?|true|false|null|yes|no|on|off|~)$/i.test(text)
}
