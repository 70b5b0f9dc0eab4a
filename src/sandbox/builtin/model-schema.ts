import type { JsonValue } from '../../plan/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { describeField } from './field-descriptions.ts'
import type { FieldType, Model, ModelField, ScalarName } from './model-notation.ts'
import { modelNamed } from './models.ts'

const scalarSchemas: { readonly [name in ScalarName]: StructuralSchema } = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  // A quantity may be written as a number (cpu: 0.5), so it has no single type.
  quantity: { format: 'quantity', oneOf: [{ type: 'string' }, { type: 'number' }] },
  intOrString: { format: 'int-or-string', 'x-kubernetes-int-or-string': true },
  any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  json: { 'x-kubernetes-preserve-unknown-fields': true },
  schema: { 'x-kubernetes-preserve-unknown-fields': true },
}

const zeroOf: { readonly [name in ScalarName]?: JsonValue } = { string: '', bool: false, int32: 0, int64: 0 }

const schemas = new Map<string, StructuralSchema>()
/** Models by the fields of their schemas, which every schema of a field of that type shares. */
const models = new WeakMap<object, Model>()

/** The model that a schema describes; undefined for any other schema. */
export function modelOfSchema({ properties }: StructuralSchema): Model | undefined {
  return properties === undefined ? undefined : models.get(properties)
}

function typeSchema(type: FieldType): StructuralSchema {
  switch (type.kind) {
    case 'scalar':
      return scalarSchemas[type.name]
    case 'model':
      return schemaOfModel(type.name)
    case 'list':
      return { type: 'array', items: typeSchema(type.item) }
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.value) }
  }
}

function ownershipKeywords(field: ModelField): StructuralSchema {
  const { ownership, type } = field
  if (ownership === undefined) return {}
  if (typeof ownership === 'object') {
    return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ownership.keys }
  }
  if (type.kind === 'list') return ownership === 'granular' ? {} : { 'x-kubernetes-list-type': ownership }
  return ownership === 'set' ? {} : { 'x-kubernetes-map-type': ownership }
}

/** A field that is always written has the zero of its type where nobody gives it: so lists know items that leave out their key. */
function defaultOf({ default: declared, required, pointer, type }: ModelField): JsonValue | undefined {
  if (declared !== undefined || !required || pointer || type.kind !== 'scalar') return declared
  return zeroOf[type.name]
}

function fieldSchema(modelName: string, field: ModelField): StructuralSchema {
  const description = describeField(modelName, field.name)
  const { patch } = field
  const byDefault = defaultOf(field)
  const keywords: StructuralSchema = {
    ...ownershipKeywords(field),
    ...(patch === undefined ? {} : { 'x-kubernetes-patch-strategy': patch.strategy }),
    ...(patch?.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patch.mergeKey }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(description === undefined ? {} : { description }),
  }
  const schema = typeSchema(field.type)
  // Plain fields share their type's schema, so that a kind costs little memory.
  return Object.keys(keywords).length === 0 ? schema : { ...schema, ...keywords }
}

/** The structural schema of a model, made at first use and shared by every field of that type. */
export function schemaOfModel(name: string): StructuralSchema {
  let schema = schemas.get(name)
  if (schema === undefined) {
    const model = modelNamed(name)
    const properties: { [name: string]: StructuralSchema } = {}
    const required = model.fields.filter((field) => field.required).map((field) => field.name)
    const description = describeField(name, undefined)
    schema = {
      type: 'object',
      ...(description === undefined ? {} : { description }),
      properties,
      ...(required.length === 0 ? {} : { required }),
      ...(model.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    }
    // Known before its fields are, because a model may have fields of its own kind.
    schemas.set(name, schema)
    models.set(properties, model)
    for (const field of model.fields) properties[field.name] = fieldSchema(name, field)
  }
  return schema
}
