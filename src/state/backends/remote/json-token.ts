import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../plan/canonical-json.ts'
import type { JsonValue } from '../../../plan/json.ts'

/** A token of stored JSON that stays the same when a server lays it out anew; of anything else, of its bytes. */
export function jsonToken(bytes: Uint8Array): string {
  const hash = createHash('sha256')
  try {
    return hash.update(canonicalJson(JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue)).digest('hex')
  } catch {
    return hash.update(bytes).digest('hex')
  }
}
