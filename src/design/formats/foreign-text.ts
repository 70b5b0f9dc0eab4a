import { isJsonObject, type JsonValue } from '../../plan/json.ts'

/** Other languages know no expressions of ours: what looks like one is meant as it stands. */
export function escapeExpressions(value: JsonValue): JsonValue {
  if (typeof value === 'string') return escapeText(value)
  if (Array.isArray(value)) return value.map(escapeExpressions)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escapeText(key), escapeExpressions(item)]))
}

/** The same of one text. */
export function escapeText(text: string): string {
  // As a function: in a replacement text, two dollars would stand for one.
  return text.replaceAll('${', () => '$${')
}

/** A text as a name of the language: lower case, digits and dashes; '' when nothing of it can stand. */
export function labelOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
}

/** The name that is wanted, or the first one after it, `name-2` and on, that is not taken. */
export function freeName(wanted: string, taken: { readonly [name: string]: unknown }): string {
  const base = labelOf(wanted) || 'unnamed'
  let name = base
  for (let count = 2; Object.hasOwn(taken, name); count++) name = `${base}-${count}`
  return name
}
