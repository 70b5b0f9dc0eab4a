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
  const lines: string[] = []
  writeBlock(value, '', lines)
  return lines
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

// A plan has thousands of objects, most of them to be shown: lines are written one after the other, each once.
function writeBlock(value: JsonValue, indent: string, lines: string[]): void {
  if (isJsonObject(value)) {
    const keys = Object.keys(value)
    for (const key of keys) writeEntry(key, value[key] as JsonValue, indent, lines)
    if (keys.length > 0) return
  } else if (Array.isArray(value) && value.length > 0) {
    for (const item of value) writeItem(item, indent, lines)
    return
  } else if (typeof value === 'string' && isText(value)) {
    writeText(value, indent, lines)
    return
  }
  lines.push(`${indent}${flowText(value)}`)
}

function writeEntry(name: string, entry: JsonValue, indent: string, lines: string[]): void {
  let value = entry
  let path: string[] | undefined
  for (let only = onlyKey(value); only !== undefined; only = onlyKey(value)) {
    path ??= [name]
    path.push(only)
    value = (value as JsonObject)[only] as JsonValue
  }
  const key = path === undefined ? keyText(name) : formatFieldPath(path)
  if (typeof value === 'string' && isText(value)) {
    lines.push(`${indent}${key}: |`)
    writeText(value, `${indent}  `, lines)
    return
  }
  const line = isScalar(value) ? flowText(value) : oneLine(value)
  if (line !== undefined) {
    lines.push(`${indent}${key}: ${line}`)
    return
  }
  lines.push(`${indent}${key}:`)
  writeBlock(value, `${indent}  `, lines)
}

function writeItem(item: JsonValue, indent: string, lines: string[]): void {
  const inside = `${indent}  `
  if (typeof item === 'string' && isText(item)) {
    lines.push(`${indent}- |`)
    writeText(item, inside, lines)
    return
  }
  const line = isJsonObject(item) && Object.keys(item).length > 1 ? oneLine(item) : undefined
  if (line !== undefined) {
    lines.push(`${indent}- ${line}`)
    return
  }
  const first = lines.length
  writeBlock(item, inside, lines)
  lines[first] = `${indent}- ${(lines[first] ?? '').slice(inside.length)}`
}

function writeText(text: string, indent: string, lines: string[]): void {
  for (const line of textLines(text)) lines.push(`${indent}${line}`)
}

/** The key of a map of one entry. */
function onlyKey(value: JsonValue): string | undefined {
  if (!isJsonObject(value)) return undefined
  const keys = Object.keys(value)
  return keys.length === 1 ? keys[0] : undefined
}

/** A collection on one line, where it is short enough for that. */
function oneLine(value: JsonValue): string | undefined {
  if (!isShallow(value, FLOW_DEPTH)) return undefined
  const line = flowText(value)
  return line.length <= FLOW_WIDTH ? line : undefined
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
