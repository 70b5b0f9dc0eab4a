import { didYouMean } from '../design/nearest.ts'
import { canonicalJson } from '../plan/canonical-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import type { ValuePath } from '../plan/source.ts'

/** A value that the schema of a kind does not take. */
export interface SchemaMistake {
  readonly path: ValuePath
  /** One line, told of the field. */
  readonly problem: string
  readonly hint: string | undefined
}

/**
 * What of a value a structural schema of a CustomResourceDefinition is sure to refuse: unknown and missing fields, wrong types, values
 * outside enumerations, bounds and lengths. Rules in CEL, patterns and alternatives are left to the server.
 */
export function schemaMistakes(schema: JsonObject, value: JsonValue | undefined, path: ValuePath = []): readonly SchemaMistake[] {
  // Null takes a field away in an apply.
  if (value === undefined || value === null) return []
  if (schema['x-kubernetes-int-or-string'] === true) {
    return Number.isInteger(value) || typeof value === 'string' ? [] : [wrong(path, 'must be a whole number or a text')]
  }
  if (schema['x-kubernetes-embedded-resource'] === true) return isJsonObject(value) ? [] : [wrong(path, 'must be an object')]
  const type = typeMistake(schema.type, value, path)
  if (type !== undefined) return [type]
  if (Array.isArray(schema.enum) && !schema.enum.some((one: JsonValue) => canonicalJson(one) === canonicalJson(value))) {
    return [wrong(path, `must be one of ${schema.enum.map((one: JsonValue) => JSON.stringify(one)).join(', ')}`)]
  }
  if (isJsonObject(value)) return objectMistakes(schema, value, path)
  if (Array.isArray(value)) {
    const { items } = schema
    const inner = isJsonObject(items)
      ? value.flatMap((item: JsonValue, index) => schemaMistakes(items, item, [...path, index]))
      : []
    return [...sizeMistakes(schema, value.length, 'Items', path), ...inner]
  }
  if (typeof value === 'string') return sizeMistakes(schema, [...value].length, 'Length', path)
  return typeof value === 'number' ? boundMistakes(schema, value, path) : []
}

function typeMistake(type: JsonValue | undefined, value: JsonValue, path: ValuePath): SchemaMistake | undefined {
  switch (type) {
    case 'object':
      return isJsonObject(value) ? undefined : wrong(path, 'must be an object')
    case 'array':
      return Array.isArray(value) ? undefined : wrong(path, 'must be a list')
    case 'string':
      return typeof value === 'string' ? undefined : wrong(path, 'must be a text')
    case 'integer':
      return Number.isInteger(value) ? undefined : wrong(path, 'must be a whole number')
    case 'number':
      return typeof value === 'number' ? undefined : wrong(path, 'must be a number')
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrong(path, 'must be true or false')
    default:
      return undefined
  }
}

function objectMistakes(schema: JsonObject, value: JsonObject, path: ValuePath): readonly SchemaMistake[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const more = schema.additionalProperties
  const takesAll = schema['x-kubernetes-preserve-unknown-fields'] === true || more === true || schema.type !== 'object'
  const inner = Object.entries(value).flatMap(([name, child]): readonly SchemaMistake[] => {
    if (path.length === 0 && OF_EVERY_OBJECT.has(name)) return []
    const property = Object.hasOwn(properties, name) ? properties[name] : more
    if (isJsonObject(property)) return schemaMistakes(property, child, [...path, name])
    if (takesAll) return []
    return [{ path: [...path, name], problem: 'is no field of the kind', hint: didYouMean(name, Object.keys(properties)) }]
  })
  const required: readonly JsonValue[] = Array.isArray(schema.required) ? schema.required : []
  const missing = required.flatMap((name): readonly SchemaMistake[] => {
    if (typeof name !== 'string' || (Object.hasOwn(value, name) && value[name] !== null)) return []
    const property = properties[name]
    const hasDefault = isJsonObject(property) && property.default !== undefined
    return hasDefault || (path.length === 0 && OF_EVERY_OBJECT.has(name)) ? [] : [wrong([...path, name], 'is required')]
  })
  return [...inner, ...missing, ...sizeMistakes(schema, Object.keys(value).length, 'Properties', path)]
}

/** Held against the schema of all objects, not that of the kind. `status` is its controller's. */
const OF_EVERY_OBJECT: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status'])

function sizeMistakes(
  schema: JsonObject,
  size: number,
  what: 'Items' | 'Length' | 'Properties',
  path: ValuePath,
): readonly SchemaMistake[] {
  const [least, most] = [schema[`min${what}`], schema[`max${what}`]]
  const noun = what === 'Length' ? 'characters' : what === 'Items' ? 'items' : 'entries'
  if (typeof least === 'number' && size < least) return [wrong(path, `must have at least ${least} ${noun}`)]
  return typeof most === 'number' && size > most ? [wrong(path, `may have at most ${most} ${noun}`)] : []
}

function boundMistakes(schema: JsonObject, value: number, path: ValuePath): readonly SchemaMistake[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    return [wrong(path, `must be ${exclusiveMinimum === true ? 'more than' : 'at least'} ${minimum}`)]
  }
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    return [wrong(path, `must be ${exclusiveMaximum === true ? 'less than' : 'at most'} ${maximum}`)]
  }
  return []
}

function wrong(path: ValuePath, problem: string): SchemaMistake {
  return { path, problem, hint: undefined }
}
