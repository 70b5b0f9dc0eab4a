import { isJsonObject } from '../../plan/json.ts'
import type { DataRow } from '../load/placeholder.ts'

/** Keys that must never become keys of an object of ours. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Rows of a data file: a JSON array of objects, JSON objects line by line, or CSV (RFC 4180) with a header line. Throws a
 * SyntaxError that says what is wrong.
 */
export function parseDataRows(text: string, limit: number): DataRow[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') throw new SyntaxError('it is empty')
  const rows = trimmed.startsWith('[')
    ? jsonRows(JSON.parse(trimmed))
    : trimmed.startsWith('{')
      ? jsonLines(trimmed)
      : csvRows(trimmed)
  if (rows.length === 0) throw new SyntaxError('it has no rows')
  if (rows.length > limit) throw new SyntaxError(`it has ${rows.length} rows; at most ${limit} are taken`)
  return rows
}

function jsonLines(text: string): DataRow[] {
  return jsonRows(text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as unknown])))
}

function jsonRows(value: unknown): DataRow[] {
  if (!Array.isArray(value)) throw new SyntaxError('it is not a list of rows')
  return value.map((row: unknown, index) => {
    if (!isJsonObject(row)) throw new SyntaxError(`row ${index + 1} is not an object`)
    return rowOf(Object.entries(row).map(([key, cell]) => [key, typeof cell === 'string' ? cell : JSON.stringify(cell)] as const))
  })
}

function csvRows(text: string): DataRow[] {
  const [header, ...records] = csvRecords(text)
  if (header === undefined) return []
  return records.map((record, index) => {
    if (record.length !== header.length) {
      throw new SyntaxError(`row ${index + 1} has ${record.length} cells, the header line ${header.length}`)
    }
    return rowOf(header.map((name, column) => [name.trim(), record[column] ?? ''] as const))
  })
}

function rowOf(entries: readonly (readonly [string, string])[]): DataRow {
  for (const [key] of entries) if (FORBIDDEN.has(key)) throw new SyntaxError(`a column may not be called ${key}`)
  return Object.fromEntries(entries)
}

function csvRecords(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    if (quoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (character === '"' && cell === '') quoted = true
    else if (character === ',') {
      record.push(cell)
      cell = ''
    } else if (character === '\n') {
      record.push(cell)
      records.push(record)
      record = []
      cell = ''
    } else if (character !== '\r') cell += character
  }
  if (quoted) throw new SyntaxError('a quote is not closed')
  record.push(cell)
  records.push(record)
  return records
}
