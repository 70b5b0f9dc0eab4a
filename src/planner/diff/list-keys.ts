import { isJsonObject, type JsonValue } from '../../plan/json.ts'

/** Fields that name the items of a list, most telling first. A list whose items all have one, without repeats, is walked by it. */
const KEY_FIELDS: readonly (readonly string[])[] = [
  ['name'],
  ['type'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['port'],
  ['mountPath'],
  ['devicePath'],
  ['key'],
  ['ip'],
  ['uid'],
  ['topologyKey', 'whenUnsatisfiable'],
]

function keyBy(items: readonly JsonValue[], fields: readonly string[]): readonly string[] | undefined {
  const keys = new Set<string>()
  for (const item of items) {
    if (!isJsonObject(item)) return undefined
    const parts: string[] = []
    for (const field of fields) {
      const value = item[field]
      if (typeof value === 'string' || typeof value === 'number') parts.push(`${field}=${value}`)
      else if (field !== 'protocol') return undefined
    }
    const key = parts.join(',')
    if (keys.has(key)) return undefined
    keys.add(key)
  }
  return [...keys]
}

/** The fields that name the items of a list; undefined where only the position does. */
export function keyFieldsOf(items: readonly JsonValue[]): readonly string[] | undefined {
  return items.length === 0 ? undefined : KEY_FIELDS.find((fields) => keyBy(items, fields) !== undefined)
}

/**
 * How the items of two versions of a list find each other: the text of their keys, aligned with the items, or undefined where only
 * the position tells. Both versions must be nameable by the same fields.
 */
export function listKeys(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
): { readonly before: readonly string[]; readonly after: readonly string[] } | undefined {
  if (before.length === 0 && after.length === 0) return undefined
  for (const fields of KEY_FIELDS) {
    const keysBefore = keyBy(before, fields)
    if (keysBefore === undefined) continue
    const keysAfter = keyBy(after, fields)
    if (keysAfter !== undefined) return { before: keysBefore, after: keysAfter }
  }
  return undefined
}
