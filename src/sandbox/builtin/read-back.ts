import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { isTree } from './json-tree.ts'
import type { FieldType, ModelField } from './model-notation.ts'
import { modelNamed } from './models.ts'

/** Models with lists or maps that are written without content, too, by the fields that hold or lead to one. */
const affected = new Map<string, readonly ModelField[]>()

function isCollection(type: FieldType): boolean {
  return type.kind === 'list' || type.kind === 'map'
}

function modelIn(type: FieldType): string | undefined {
  switch (type.kind) {
    case 'model':
      return type.name
    case 'list':
      return modelIn(type.item)
    case 'map':
      return modelIn(type.value)
    case 'scalar':
      return undefined
  }
}

function affectedFields(name: string): readonly ModelField[] {
  const known = affected.get(name)
  if (known !== undefined) return known
  // A model inside itself adds nothing.
  affected.set(name, [])
  const fields = modelNamed(name).fields.filter((field) => {
    const inner = modelIn(field.type)
    const isWritten = field.required && isCollection(field.type)
    return isWritten || (inner !== undefined && affectedFields(inner).length > 0)
  })
  affected.set(name, fields)
  return fields
}

function readValue(type: FieldType, value: JsonValue): JsonValue {
  if (type.kind === 'model') return isTree(value) ? readBack(type.name, value) : value
  if (type.kind === 'list' && Array.isArray(value)) {
    const read = value.map((item: JsonValue) => readValue(type.item, item))
    return read.some((item, index) => item !== value[index]) ? read : value
  }
  if (type.kind === 'map' && isTree(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readValue(type.value, item)]))
  }
  return value
}

function isEmpty(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length === 0 : isTree(value) && Object.keys(value).length === 0
}

/**
 * An object of a model as the server reads it back from its storage. The binary form that objects are stored in doesn't tell
 * an empty list from none, so that lists which are always written become null. The same object where nothing changes.
 */
export function readBack(model: string, object: JsonObject): JsonObject {
  let changed: { [name: string]: JsonValue } | undefined
  for (const field of affectedFields(model)) {
    const value = object[field.name]
    if (value === undefined || value === null) continue
    const read = field.required && isCollection(field.type) && isEmpty(value) ? null : readValue(field.type, value)
    if (read === value) continue
    changed ??= { ...object }
    changed[field.name] = read
  }
  return changed ?? object
}
