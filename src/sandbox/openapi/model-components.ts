import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { describeField } from '../builtin/field-descriptions.ts'
import type { FieldType, ModelField, ScalarName } from '../builtin/model-notation.ts'
import { modelNamed, qualifiedModelName } from '../builtin/models.ts'

/** Where a document keeps its schemas: `#/components/schemas/` in version 3, `#/definitions/` in version 2. */
export type ReferencePrefix = '#/components/schemas/' | '#/definitions/'

const scalars: { readonly [name in ScalarName]: JsonObject } = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  intOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  any: { type: 'object' },
  json: {},
  schema: {},
}

/** A reference to a model's schema, wrapped where something is said beside it. */
export function modelReference(name: string, prefix: ReferencePrefix): JsonObject {
  return { $ref: `${prefix}${qualifiedModelName(name)}` }
}

function typeComponent(type: FieldType, prefix: ReferencePrefix, needed: Set<string>): JsonObject {
  switch (type.kind) {
    case 'scalar':
      return scalars[type.name]
    case 'model':
      needed.add(type.name)
      return modelReference(type.name, prefix)
    case 'list':
      return { type: 'array', items: typeComponent(type.item, prefix, needed) }
    case 'map':
      return { type: 'object', additionalProperties: typeComponent(type.value, prefix, needed) }
  }
}

function ownership(field: ModelField): JsonObject {
  const { ownership: owned, type } = field
  if (owned === undefined) return {}
  if (typeof owned === 'object') return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': owned.keys }
  if (type.kind === 'list') return owned === 'granular' ? {} : { 'x-kubernetes-list-type': owned }
  return owned === 'set' ? {} : { 'x-kubernetes-map-type': owned }
}

function fieldComponent(model: string, field: ModelField, prefix: ReferencePrefix, needed: Set<string>): JsonObject {
  const description = describeField(model, field.name)
  const beside: JsonObject = {
    ...(description === undefined ? {} : { description }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...ownership(field),
    ...(field.patch === undefined ? {} : { 'x-kubernetes-patch-strategy': field.patch.strategy }),
    ...(field.patch?.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.patch.mergeKey }),
  }
  const component = typeComponent(field.type, prefix, needed)
  if (!Object.hasOwn(component, '$ref') || Object.keys(beside).length === 0) return { ...beside, ...component }
  // Nothing may stand beside a reference.
  return prefix === '#/definitions/' ? { ...component, ...beside } : { ...beside, allOf: [component] }
}

/** The schema of one model, and the names of those that it refers to. */
export function modelComponent(name: string, prefix: ReferencePrefix, needed: Set<string>): { [key: string]: JsonValue } {
  const model = modelNamed(name)
  const properties: { [key: string]: JsonValue } = {}
  for (const field of model.fields) properties[field.name] = fieldComponent(name, field, prefix, needed)
  const required = model.fields.filter((field) => field.required && field.name !== 'metadata').map((field) => field.name)
  const description = describeField(name, undefined)
  return {
    ...(description === undefined ? {} : { description }),
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties,
    ...(model.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  }
}
