import { createHash } from 'node:crypto'
import { isJsonObject, type JsonValue } from './json.ts'

/** JSON with sorted keys and no spaces: equal values give equal text. Keys whose value is undefined are left out. */
export function canonicalJson(value: JsonValue | undefined): string {
  if (value === undefined) return 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isJsonObject(value)) {
    const parts: string[] = []
    for (const key of Object.keys(value).sort()) {
      const item = value[key]
      if (item !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(item)}`)
    }
    return `{${parts.join(',')}}`
  }
  return JSON.stringify(value)
}

/** sha256 of the canonical JSON, as lower-case hex. */
export function digestOf(value: JsonValue | undefined): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
