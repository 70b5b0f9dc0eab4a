import type { JsonObject } from '../plan/json.ts'
import type { SourceLocation } from '../plan/source.ts'
import type { ReadLine } from './terminal/diagnostics.ts'

/** What begins at a place: a text in quotes, or a word up to what may end one in YAML and CEL. */
const TOKEN = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[\w$./-]+|\S)/

/**
 * A place as readers of Terraform's diagnostics look for it. It ends behind what begins there, as far as the file can be read; lines and
 * columns count from 1, the end is exclusive.
 */
export function diagnosticRange({ file, line, column, concealed }: SourceLocation, readLine: ReadLine): JsonObject {
  const text = concealed === true ? undefined : readLine(file, line)?.slice(column - 1)
  const length = TOKEN.exec(text ?? '')?.[0].length ?? 0
  return { filename: file, start: { line, column }, end: { line, column: column + length } }
}
