import { readFile } from 'node:fs/promises'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { JsonValue } from '../../plan/json.ts'

/** Reads a JSON file; `shown` is how the user named it. */
export async function readJsonFile(
  path: string,
  shown: string,
): Promise<{ readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  try {
    const value: JsonValue = JSON.parse(await readFile(path, 'utf8'))
    return { ok: true, value }
  } catch (error) {
    const detail = error instanceof Error ? `${error.message}.` : 'It is not JSON.'
    return { ok: false, diagnostic: { severity: 'error', code: 'MF6003', summary: `${shown} can not be read`, detail } }
  }
}
