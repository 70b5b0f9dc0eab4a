import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goJsonText } from '../api/go-json-text.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import { validateChangedMeta } from '../builtin/validation/object-meta.ts'
import type { FieldError } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { itemKey } from './correlate.ts'
import { duplicateValue, requiredValue } from './value-errors.ts'

/** Items that are in a set or keyed list twice, and objects inside the object that lack their type. */
export function validateLists(value: JsonValue, schema: StructuralSchema): readonly FieldError[] {
  const errors: FieldError[] = []
  walk(value, schema, '', errors, true)
  return errors
}

/** Objects inside a value that lack their type or have metadata that no object may have. */
export function validateEmbedded(value: JsonValue, schema: StructuralSchema): readonly FieldError[] {
  const errors: FieldError[] = []
  walk(value, schema, '', errors, false)
  return errors
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function walk(value: JsonValue, schema: StructuralSchema, path: string, errors: FieldError[], withLists: boolean): void {
  if (Array.isArray(value)) {
    if (withLists) checkItems(value, schema, path, errors)
    const { items } = schema
    if (items === undefined) return
    for (const [index, item] of (value as readonly JsonValue[]).entries())
      walk(item, items, `${path}[${index}]`, errors, withLists)
    return
  }
  if (!isJsonObject(value)) return
  if (schema['x-kubernetes-embedded-resource'] === true) checkEmbedded(value, path, errors)
  const { properties, additionalProperties } = schema
  for (const [name, inner] of Object.entries(value)) {
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      walk(inner, properties[name] as StructuralSchema, join(path, name), errors, withLists)
    } else if (typeof additionalProperties === 'object') walk(inner, additionalProperties, `${path}[${name}]`, errors, withLists)
  }
}

function checkItems(list: readonly JsonValue[], schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return
  const seen = new Set<string>()
  for (const [index, item] of list.entries()) {
    const identity = type === 'set' ? goJsonText(item) : itemKey(schema, item)
    if (identity === undefined) continue
    if (seen.has(identity)) errors.push(duplicateValue(`${path}[${index}]`, type === 'set' ? item : keysOf(schema, item)))
    seen.add(identity)
  }
}

function keysOf(schema: StructuralSchema, item: JsonValue): JsonValue {
  if (!isJsonObject(item)) return item
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key] ?? null]))
}

function checkEmbedded(value: JsonObject, path: string, errors: FieldError[]): void {
  for (const name of ['apiVersion', 'kind']) {
    if (typeof value[name] !== 'string' || value[name] === '') errors.push(requiredValue(join(path, name)))
  }
  const own = new FieldErrors()
  validateChangedMeta(own, value)
  errors.push(...own.all.map((error) => ({ ...error, field: join(path, error.field) })))
}
