import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { exactDigits } from '../exact-json.ts'

/** A value as Go prints it with `%v`. */
export function goPlain(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(goPlain).join(' ')}]`
  if (isJsonObject(value)) {
    const names = Object.keys(value).sort()
    return `map[${names.map((name) => `${name}:${goPlain(value[name] ?? null)}`).join(' ')}]`
  }
  return exactDigits(value) ?? String(value)
}

/** A value as Go prints it with `%#v`. */
export function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${(value as readonly JsonValue[]).map(goSyntax).join(', ')}}`
  if (isJsonObject(value)) {
    const object: JsonObject = value
    const names = Object.keys(object).sort()
    return `map[string]interface {}{${names.map((name) => `${JSON.stringify(name)}:${goSyntax(object[name] ?? null)}`).join(', ')}}`
  }
  return exactDigits(value) ?? JSON.stringify(value)
}
