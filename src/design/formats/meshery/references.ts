import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'

/** `$(#ref.vars.NAME)` and `$(#ref.services.KEY.PATH)`, and `$(#use URL)`. Keys may hold spaces. */
const REFERENCE = /\$\(#(ref|use)[. ]([^)]*)\)/g

/** A text with its references filled in, or what is wrong with one of them. */
export type Filled =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'missing'; readonly reference: string }
  | { readonly kind: 'unsupported'; readonly reference: string }

/** Fills references in. A text that is one reference takes on the value with its type. */
export function fillReferences(text: string, root: JsonObject): Filled {
  let filled = ''
  let end = 0
  for (const match of text.matchAll(REFERENCE)) {
    const [reference, verb, path = ''] = match
    if (verb === 'use') return { kind: 'unsupported', reference }
    const value = lookUp(root, path)
    if (value === undefined || value === reference) return { kind: 'missing', reference }
    if (reference === text) return { kind: 'value', value }
    filled += text.slice(end, match.index) + (typeof value === 'string' ? value : JSON.stringify(value))
    end = match.index + reference.length
  }
  return { kind: 'value', value: filled + text.slice(end) }
}

/** Follows a path of dots; keys that hold dots themselves are found too, the longest first. */
function lookUp(value: JsonValue | undefined, path: string): JsonValue | undefined {
  if (path === '') return value
  if (!isJsonObject(value)) return undefined
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const key = path.slice(0, end)
    if (!Object.hasOwn(value, key)) continue
    const found = lookUp(value[key], path.slice(end + 1))
    if (found !== undefined) return found
  }
  return undefined
}
