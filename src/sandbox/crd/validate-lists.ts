import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goJsonText } from '../api/go-json-text.ts'
import { objectAt, textAt } from '../builtin/json-tree.ts'
import { FieldErrors } from '../builtin/validation/field-errors.ts'
import { label1035Complaints, pathSegmentComplaints } from '../builtin/validation/names.ts'
import { validateObjectMeta } from '../builtin/validation/object-meta.ts'
import type { FieldError } from '../resource-type.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { duplicateValue, invalidValue, requiredValue } from './value-errors.ts'

/** Items that are in a set or keyed list twice: each is told once, at its second place. */
export function validateLists(value: JsonValue, schema: StructuralSchema): readonly FieldError[] {
  const errors: FieldError[] = []
  walk(value, schema, '', (inner, innerSchema, path) => {
    if (Array.isArray(inner)) checkItems(inner, innerSchema, path, errors)
  })
  return errors
}

/** Objects inside a value that lack their type or have metadata that no object may have. */
export function validateEmbedded(value: JsonValue, schema: StructuralSchema): readonly FieldError[] {
  const errors: FieldError[] = []
  walk(value, schema, '', (inner, innerSchema, path) => {
    if (isJsonObject(inner) && innerSchema['x-kubernetes-embedded-resource'] === true) checkEmbedded(inner, path, errors)
  })
  return errors
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

type Visit = (value: JsonValue, schema: StructuralSchema, path: string) => void

function walk(value: JsonValue, schema: StructuralSchema, path: string, visit: Visit): void {
  visit(value, schema, path)
  if (Array.isArray(value)) {
    const { items } = schema
    if (items === undefined) return
    for (const [index, item] of (value as readonly JsonValue[]).entries()) walk(item, items, `${path}[${index}]`, visit)
    return
  }
  if (!isJsonObject(value)) return
  const { properties, additionalProperties } = schema
  for (const [name, inner] of Object.entries(value)) {
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      walk(inner, properties[name] as StructuralSchema, join(path, name), visit)
    } else if (typeof additionalProperties === 'object') walk(inner, additionalProperties, `${path}[${name}]`, visit)
  }
}

function checkItems(list: readonly JsonValue[], schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return
  const misfit = type === 'map' ? list.findIndex((item) => item !== null && !isJsonObject(item)) : -1
  if (misfit >= 0) {
    const detail = 'must be an object for an array of list-type map'
    errors.push(invalidValue(`${path}[${misfit}]`, list[misfit] ?? null, detail))
    return
  }
  const seen = new Map<string, number>()
  for (const [index, item] of list.entries()) {
    const identity = type === 'set' ? item : keysOf(schema, item)
    const text = goJsonText(identity)
    const times = seen.get(text) ?? 0
    if (times === 1) errors.push(duplicateValue(`${path}[${index}]`, identity))
    seen.set(text, times + 1)
  }
}

function keysOf(schema: StructuralSchema, item: JsonValue): JsonValue {
  if (!isJsonObject(item)) return {}
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key] ?? null]))
}

const groupVersion = /^[^/]*(?:\/[^/]*)?$/

function checkType(value: JsonObject, name: 'apiVersion' | 'kind', path: string, errors: FieldError[]): void {
  const at = join(path, name)
  const given = value[name]
  if (given === undefined) errors.push(requiredValue(at))
  else if (typeof given !== 'string') errors.push(invalidValue(at, given, 'must be a string'))
  else if (given === '') errors.push(invalidValue(at, given, 'must not be empty'))
  else if (name === 'apiVersion') {
    if (!groupVersion.test(given)) errors.push(invalidValue(at, given, `unexpected GroupVersion string: ${given}`))
  } else {
    const complaints = label1035Complaints(given.toLowerCase())
    const detail = `may have mixed case, but should otherwise match: ${complaints.join(',')}`
    if (complaints.length > 0) errors.push(invalidValue(at, given, detail))
  }
}

function checkEmbedded(value: JsonObject, path: string, errors: FieldError[]): void {
  checkType(value, 'apiVersion', path, errors)
  checkType(value, 'kind', path, errors)
  if (!Object.hasOwn(value, 'metadata')) return
  const own = new FieldErrors()
  const metadata = objectAt(value, 'metadata') ?? {}
  // Only a name that is there is looked at.
  const named = textAt(metadata, 'name') === '' ? { ...metadata, name: 'unnamed' } : metadata
  validateObjectMeta(own, { metadata: named }, textAt(metadata, 'namespace') !== '', pathSegmentComplaints)
  errors.push(...own.all.map((error) => ({ ...error, field: join(path, error.field) })))
}
