import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { labelsIn, stringIn, valueIn } from '../json-view.ts'

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], joint: 'and' | 'or' = 'and'): string {
  const last = items.at(-1)
  if (last === undefined) return ''
  return items.length === 1 ? last : `${items.slice(0, -1).join(', ')} ${joint} ${last}`
}

/** Parts of a sentence that are there, joined by semicolons. */
export function clauses(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join('; ')
}

/** A sentence: a capital at its start unless that is a name, a full stop at its end. */
export function sentence(text: string): string {
  const [word = ''] = text.split(' ')
  const first = /[./:=]./.test(word) ? text : text.charAt(0).toUpperCase() + text.slice(1)
  return /[.:!?]$/.test(first) ? first : `${first}.`
}

/** A scalar at a path as text, undefined where there is none. */
export function scalarIn(value: JsonValue | undefined, ...keys: readonly string[]): string | undefined {
  const inner = valueIn(value, ...keys)
  return typeof inner === 'string' || typeof inner === 'number' || typeof inner === 'boolean' ? String(inner) : undefined
}

/** `app=web, tier=front` of labels at a path; undefined without labels. */
export function labelWords(value: JsonValue | undefined, ...keys: readonly string[]): string | undefined {
  const labels = Object.entries(labelsIn(value, ...keys))
  return labels.length === 0 ? undefined : labels.map(([key, text]) => `${key}=${text}`).join(', ')
}

/** Destinations with their shares: `90% to v1 and 10% to v2`; weights are made per cents of their sum. */
export function shareWords(targets: readonly { readonly name: string; readonly weight: number | undefined }[]): string {
  if (targets.length === 0) return 'nowhere'
  const total = targets.reduce((sum, { weight }) => sum + (weight ?? 1), 0)
  if (targets.length === 1) return `to ${targets[0]?.name ?? ''}`
  return listed(
    targets.map(({ name, weight }) => `${total === 0 ? 0 : Math.round(((weight ?? 1) / total) * 10_000) / 100}% to ${name}`),
  )
}

/** How a string is compared, as `{exact}`, `{prefix}`, `{regex}` or `{}` for presence say it. */
export function comparisonWords(how: JsonObject): string {
  const [key] = Object.keys(how)
  const text = key === undefined ? undefined : stringIn(how, key)
  switch (key) {
    case 'exact':
      return `is ${text ?? ''}`
    case 'prefix':
      return `begins with ${text ?? ''}`
    case 'suffix':
      return `ends with ${text ?? ''}`
    case 'regex':
      return `matches ${text ?? ''}`
    default:
      return 'is there'
  }
}
