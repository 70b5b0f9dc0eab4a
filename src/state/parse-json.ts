import type { JsonValue } from '../plan/json.ts'
import { ok, refused, type StateResult } from './state-result.ts'

/** Twenty thousand objects are about 40 MB. Beyond this a file is not a state but a mistake. */
export const MAX_STATE_BYTES = 256 * 1024 * 1024

/** Bytes as text; a byte that is not UTF-8 is an error, never a replacement character. */
export function decodeText(bytes: Uint8Array, file: string): StateResult<string> {
  if (bytes.byteLength > MAX_STATE_BYTES) {
    return refused({
      kind: 'too-large',
      message: `${file} is ${bytes.byteLength} bytes long; at most ${MAX_STATE_BYTES} are read.`,
    })
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return corrupt(file, 'It is not UTF-8 text.')
  }
}

/** Parses JSON; the error says the line and column. */
export function parseJson(text: string, file: string): StateResult<JsonValue> {
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /at position (\d+)/.exec(message)?.[1]
    const offset = position === undefined ? text.length : Number(position)
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - before.lastIndexOf('\n')
    const truncated = offset >= text.trimEnd().length
    return corrupt(
      file,
      truncated ? 'It ends too early: it was cut off while it was written or copied.' : 'It is not valid JSON there.',
      {
        line,
        column,
      },
    )
  }
}

/** The error of a damaged file. */
export function corrupt(
  file: string,
  message: string,
  location?: { readonly line: number; readonly column: number },
): {
  readonly ok: false
  readonly error: { kind: 'corrupt'; message: string; file: string; line: number | undefined; column: number | undefined }
} {
  const place = location === undefined ? '' : ` at line ${location.line}, column ${location.column}`
  return {
    ok: false,
    error: {
      kind: 'corrupt',
      message: `${file} is damaged${place}. ${message} It was left as it is.`,
      file,
      line: location?.line,
      column: location?.column,
    },
  }
}
