import type { JsonValue } from '../../plan/json.ts'

/** The texts that a sensitive value consists of, for masking. */
export function secretTexts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((item: JsonValue) => secretTexts(item))
}

/** Adds the texts of those values that are sensitive. */
export function noteSensitive(
  values: Iterable<{ readonly value: JsonValue; readonly sensitive: boolean }>,
  texts: Set<string>,
): void {
  for (const { value, sensitive } of values) if (sensitive) for (const text of secretTexts(value)) texts.add(text)
}
