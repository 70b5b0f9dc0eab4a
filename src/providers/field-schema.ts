import { closest, distance } from 'fastest-levenshtein'
import { isJsonObject, type JsonValue } from '../plan/json.ts'
import type { ValuePath } from '../plan/source.ts'

/**
 * What a field of a kind may hold, as short as it can be written, since the definitions themselves are megabytes:
 *
 *   's' 'i' 'n' 'b'    text, whole number, number, true or false
 *   's:A|B'            one of these texts
 *   'x'                a whole number or text
 *   '*'                anything
 *   [item]             a list
 *   {name: field}      an object; what stands under '' holds for every name that is not written out
 */
export type FieldSchema = string | readonly [FieldSchema] | { readonly [name: string]: FieldSchema }

/** The fields below `spec` of a kind; undefined where its definition is not known. */
export type FieldsOf = (apiVersion: string, kind: string) => FieldSchema | undefined

/** A value that its field does not take. */
export interface FieldMistake {
  readonly path: ValuePath
  /** One line, told of the field. */
  readonly problem: string
  readonly hint: string | undefined
}

/** What of a value its fields do not take: unknown names, other types, texts that are not among the ones allowed. */
export function fieldMistakes(schema: FieldSchema, value: JsonValue | undefined, path: ValuePath = []): readonly FieldMistake[] {
  // Null takes a field away in a merge.
  if (value === undefined || value === null || schema === '*') return []
  if (typeof schema === 'string') return scalarMistakes(schema, value, path)
  if (isList(schema)) {
    if (!Array.isArray(value)) return [{ path, problem: 'must be a list', hint: undefined }]
    return value.flatMap((item: JsonValue, index) => fieldMistakes(schema[0], item, [...path, index]))
  }
  if (!isJsonObject(value)) return [{ path, problem: 'must be an object', hint: undefined }]
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = Object.hasOwn(schema, name) ? schema[name] : schema['']
    if (field !== undefined) return fieldMistakes(field, inner, [...path, name])
    const names = Object.keys(schema)
    return [{ path: [...path, name], problem: 'is not a field', hint: namesHint(name, names) }]
  })
}

function isList(schema: FieldSchema): schema is readonly [FieldSchema] {
  return Array.isArray(schema)
}

/** The nearest name, else all of them where they are few. */
function namesHint(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'There is nothing to set in it.'
  const nearest = closest(name, names)
  if (distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3)) return `Did you mean "${nearest}"?`
  const shown = names.slice(0, 12)
  return `Fields there are ${shown.join(', ')}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ''}.`
}

const TYPES: { readonly [letter: string]: { readonly words: string; readonly takes: (value: JsonValue) => boolean } } = {
  s: { words: 'text', takes: (value) => typeof value === 'string' },
  i: { words: 'a whole number', takes: (value) => typeof value === 'number' && Number.isInteger(value) },
  n: { words: 'a number', takes: (value) => typeof value === 'number' },
  b: { words: 'true or false', takes: (value) => typeof value === 'boolean' },
  x: {
    words: 'a whole number or text',
    takes: (value) => typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value)),
  },
}

function scalarMistakes(schema: string, value: JsonValue, path: ValuePath): readonly FieldMistake[] {
  const type = TYPES[schema.slice(0, 1)]
  if (type === undefined) throw new Error(`no field type is written ${schema}`)
  if (!type.takes(value)) {
    const quoted = type === TYPES.s && typeof value !== 'object' ? `Write "${String(value)}" with quotes.` : undefined
    return [{ path, problem: `must be ${type.words}`, hint: quoted }]
  }
  if (!schema.startsWith('s:')) return []
  const allowed = schema.slice(2).split('|')
  return allowed.includes(String(value))
    ? []
    : [{ path, problem: `cannot be "${String(value)}"`, hint: `One of ${allowed.join(', ')}.` }]
}
