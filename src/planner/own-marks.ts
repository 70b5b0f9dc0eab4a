import type { FieldChange } from '../plan/change.ts'
import { isJsonObject } from '../plan/json.ts'
import { isOwnersMark } from './owner-labels.ts'

/** True for a change that only puts our own labels or annotations on an object. */
export function isOwnMark({ path, before, after }: FieldChange): boolean {
  const [first, second, third] = path
  if (first !== 'metadata' || (second !== 'labels' && second !== 'annotations')) return false
  if (third !== undefined) return typeof third === 'string' && isOwnersMark(third)
  return before === undefined && isJsonObject(after) && Object.keys(after).every(isOwnersMark)
}
