import { ok, refused, type StateResult } from '../../state-result.ts'
import type { HttpAnswer } from '../remote/http-exchange.ts'
import type { StoredObject } from './object-store.ts'

/** What the conditions of such stores are called. */
export const CONDITIONS_ON_ETAGS = 'If-None-Match and If-Match'

/** The object of a good answer, its ETag the token. `what` begins the message of a store that gives none. */
export function objectWithETag(what: string, { headers, bytes, now }: HttpAnswer): StateResult<StoredObject> {
  if (headers.etag === undefined) {
    return refused({ kind: 'backend', message: `${what}: the store answers without an ETag, which writes need.` })
  }
  const modified = Date.parse(headers['last-modified'] ?? '')
  return ok({ bytes, token: headers.etag, modified: Number.isNaN(modified) ? now : modified, now })
}

/** The condition of a write: that the object has this ETag, or, without one, that there is none. */
export function conditionOnETag(expected: string | undefined): { readonly [name: string]: string } {
  return expected === undefined ? { 'if-none-match': '*' } : { 'if-match': expected }
}
