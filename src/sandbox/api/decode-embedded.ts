import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { decodeObject } from '../builtin/decode-object.ts'
import { schemaOfModel } from '../builtin/model-schema.ts'
import { goKindOf } from '../go-json-error.ts'
import type { DecodedResource } from '../resource-type.ts'
import { pruneObject } from '../schema/prune-object.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { goJsonText } from './go-json-text.ts'

const withEmbedded = new WeakMap<StructuralSchema, boolean>()

/** True when there is an object within the objects of the schema. */
function hasEmbedded(schema: StructuralSchema): boolean {
  const known = withEmbedded.get(schema)
  if (known !== undefined) return known
  const { items, additionalProperties } = schema
  const found =
    schema['x-kubernetes-embedded-resource'] === true ||
    Object.values(schema.properties ?? {}).some(hasEmbedded) ||
    (items !== undefined && hasEmbedded(items)) ||
    (typeof additionalProperties === 'object' && hasEmbedded(additionalProperties))
  withEmbedded.set(schema, found)
  return found
}

/** Reads the type and metadata of the objects within a custom object, and tells the first that can't be read. */
export function decodeEmbedded(object: JsonObject, schema: StructuralSchema): EmbeddedReading {
  if (!hasEmbedded(schema)) return { object, error: undefined, unknown: [] }
  const reading: Reading = { error: undefined, unknown: [] }
  const read = readFields(object, schema, '', reading)
  return { object: read, error: reading.error, unknown: reading.unknown.sort() }
}

interface Reading {
  error: string | undefined
  readonly unknown: string[]
}

/** An object whose inner objects were read, with the fields of their metadata that no metadata has. */
export interface EmbeddedReading extends DecodedResource {
  readonly unknown: readonly string[]
}

function readValue(value: JsonValue, schema: StructuralSchema, path: string, reading: Reading): JsonValue {
  if (!hasEmbedded(schema)) return value
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? value : value.map((item, index) => readValue(item, items, `${path}[${index}]`, reading))
  }
  if (!isJsonObject(value)) return value
  const object = readFields(value, schema, path, reading)
  return schema['x-kubernetes-embedded-resource'] === true ? readEmbedded(object, path, reading) : object
}

function readFields(object: JsonObject, schema: StructuralSchema, path: string, reading: Reading): JsonObject {
  const out: { [name: string]: JsonValue } = { ...object }
  for (const [name, value] of Object.entries(object)) {
    const declared =
      schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
    const at = declared === undefined ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    const known = declared ?? additional
    if (known !== undefined) out[name] = readValue(value, known, at, reading)
  }
  return out
}

function readEmbedded(object: JsonObject, path: string, reading: Reading): JsonObject {
  for (const name of ['apiVersion', 'kind']) {
    const value = object[name]
    if (value === undefined || typeof value === 'string') continue
    reading.error ??= `${path}.${name}: Invalid value: ${goJsonText(value)}: must be a string`
  }
  const { metadata } = object
  if (metadata === undefined) return object
  const refuse = (why: string): void => {
    reading.error ??= `${path}.metadata: Invalid value: ${goJsonText(metadata)}: ${why}`
  }
  if (!isJsonObject(metadata)) {
    refuse(`json: cannot unmarshal ${goKindOf(metadata)} into Go value of type v1.ObjectMeta`)
    return object
  }
  const decoded = decodeObject('ObjectMeta', metadata)
  if (decoded.error !== undefined) refuse(decoded.error)
  const { unknown } = pruneObject(metadata, schemaOfModel('ObjectMeta'))
  reading.unknown.push(...unknown.map((field) => `${path}.metadata.${field}`))
  return { ...object, metadata: decoded.object }
}
