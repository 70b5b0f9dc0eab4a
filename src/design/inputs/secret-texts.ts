import type { JsonValue } from '../../plan/json.ts'

/** The texts that a sensitive value consists of, for masking. */
export function secretTexts(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((item: JsonValue) => secretTexts(item))
}
