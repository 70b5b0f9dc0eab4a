import { isJsonObject, type JsonObject, type JsonValue } from '../../../plan/json.ts'
import type { StructuralSchema } from '../../structural-schema.ts'
import { ruleEnvironment } from './environment.ts'

/** Words of CEL that a field may have for its name; a rule writes them with underscores around. */
const reserved: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

/** A field's name as rules write it. */
export function escapedName(name: string): string {
  if (reserved.has(name)) return `__${name}__`
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.includes('__')) return name
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}

/** The same, or undefined for a name that rules can't write at all. */
export function escapedFieldName(name: string): string | undefined {
  return /^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name) ? escapedName(name) : undefined
}

function parsed(call: 'timestamp' | 'duration', text: string): unknown {
  try {
    return ruleEnvironment().evaluate(`${call}(text)`, { text })
  } catch {
    // Validation by format tells of it; a rule then sees the text.
    return text
  }
}

function scalarValue(value: string | number | boolean | null, schema: StructuralSchema | undefined): unknown {
  if (typeof value === 'number') return schema?.type !== 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'string') return value
  switch (schema?.format) {
    case 'date-time':
      return parsed('timestamp', value)
    case 'date':
      return parsed('timestamp', `${value}T00:00:00Z`)
    case 'duration':
      return parsed('duration', value)
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'))
    default:
      return value
  }
}

function fieldsValue(value: JsonObject, schema: StructuralSchema | undefined): { [name: string]: unknown } {
  const out: { [name: string]: unknown } = {}
  const { properties, additionalProperties } = schema ?? {}
  const additional = typeof additionalProperties === 'object' ? additionalProperties : undefined
  for (const [name, inner] of Object.entries(value)) {
    const declared = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined
    out[declared === undefined ? name : escapedName(name)] = celValue(inner, declared ?? additional)
  }
  return out
}

/** A JSON value as CEL sees it through its schema: whole numbers, times and bytes as such, fields by their escaped names. */
export function celValue(value: JsonValue, schema: StructuralSchema | undefined): unknown {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => celValue(item, schema?.items))
  if (isJsonObject(value)) return fieldsValue(value, schema)
  return scalarValue(value as string | number | boolean | null, schema)
}
