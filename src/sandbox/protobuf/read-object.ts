import type { JsonObject, JsonValue } from '../../plan/json.ts'
import type { FieldType, ScalarName } from '../builtin/model-notation.ts'
import { modelNamed } from '../builtin/models.ts'
import { fieldNumbers, inlined } from './field-numbers.ts'
import { MalformedMessage, type WireField, wireFields } from './wire-reader.ts'

/** The bytes that stand before every object in Kubernetes' binary form: `k8s` and a zero. */
const magic = [0x6b, 0x38, 0x73, 0x00]

const schemaModel = 'JSONSchemaProps'

function textOf(field: WireField | undefined): string {
  return field?.kind === 'bytes' ? new TextDecoder().decode(field.value) : ''
}

function fieldsOf(field: WireField | undefined): ReadonlyMap<number, WireField> {
  return new Map(field?.kind === 'bytes' ? [...wireFields(field.value)].map((inner) => [inner.number, inner]) : [])
}

function numberOf(field: WireField | undefined): number {
  return field?.kind === 'varint' ? Number(field.value) : 0
}

/** True for what a field holds when it holds nothing: zero, false, or an empty text or message. */
function isZero(field: WireField): boolean {
  return field.kind === 'varint' ? field.value === 0n : field.value.length === 0
}

function timeOf(field: WireField): JsonValue {
  const seconds = numberOf(fieldsOf(field).get(1))
  return seconds === 0 ? null : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}

function scalarOf(name: ScalarName, field: WireField): JsonValue {
  switch (name) {
    case 'string':
      return textOf(field)
    case 'bool':
      return numberOf(field) !== 0
    case 'int32':
    case 'int64':
      return numberOf(field)
    case 'bytes':
      return field.kind === 'bytes' ? Buffer.from(field.value).toString('base64') : ''
    case 'time':
    case 'microTime':
      return timeOf(field)
    case 'quantity':
      return textOf(fieldsOf(field).get(1))
    case 'intOrString': {
      const parts = fieldsOf(field)
      return numberOf(parts.get(1)) === 1 ? textOf(parts.get(3)) : numberOf(parts.get(2))
    }
    case 'number':
      if (field.kind !== 'fixed' || field.value.length !== 8) throw new MalformedMessage('a number with a point is not read')
      return Buffer.from(field.value).readDoubleLE()
    case 'any':
    case 'json':
      return rawJson(field)
    case 'schema':
      return schemaOrNot(field)
  }
}

/** What has no model is JSON even here: the only field of a message of its own. */
function rawJson(field: WireField): JsonValue {
  const text = textOf(fieldsOf(field).get(1))
  try {
    // What names nothing good is no part of any object.
    const value: JsonValue = text === '' || text.includes('__proto__') ? null : (JSON.parse(text) as JsonValue)
    return value
  } catch {
    throw new MalformedMessage('JSON inside a message is not read')
  }
}

/** A schema, true or false, or several schemas: the wire tells which. */
function schemaOrNot(field: WireField): JsonValue {
  if (field.kind !== 'bytes') throw new MalformedMessage('a schema is no message')
  const parts = [...wireFields(field.value)]
  const [first] = parts.filter(({ number }) => number === 1)
  const second = parts.filter(({ number }) => number === 2)
  if (first?.kind === 'bytes') return messageOf(schemaModel, first)
  if (first === undefined) return second.map((part) => messageOf(schemaModel, part))
  return second[0] === undefined ? numberOf(first) !== 0 : messageOf(schemaModel, second[0])
}

function fieldValue(type: FieldType, field: WireField): JsonValue {
  switch (type.kind) {
    case 'scalar':
      return scalarOf(type.name, field)
    case 'model':
      return messageOf(type.name, field)
    case 'list': {
      // A list inside a map is a message of its own, whose only field is the list.
      if (field.kind !== 'bytes') throw new MalformedMessage('a list inside a collection is no message')
      return [...wireFields(field.value)].map((inner) => fieldValue(type.item, inner))
    }
    case 'map':
      throw new MalformedMessage('a map inside a collection is not read')
  }
}

/** The fields of a model that a message holds: all of them, or those of a part that JSON doesn't set apart. */
function messageOf(model: string, field: WireField, part = model): JsonObject {
  if (field.kind !== 'bytes') throw new MalformedMessage(`${model} is no message`)
  const names = fieldNumbers(part)
  if (names === undefined) throw new MalformedMessage(`${part} is not read`)
  const types = new Map(modelNamed(model).fields.map((each) => [each.name, each.type]))
  const out: { [name: string]: JsonValue } = {}
  for (const inner of wireFields(field.value)) {
    const name = names.get(inner.number)
    if (name?.startsWith(inlined)) {
      Object.assign(out, messageOf(model, inner, name.slice(inlined.length)))
      continue
    }
    const type = name === undefined ? undefined : types.get(name)
    if (name === undefined || type === undefined) {
      if (isZero(inner)) continue
      throw new MalformedMessage(`field ${inner.number} of ${part} is not read`)
    }
    out[name] = joined(out[name], type, inner)
  }
  return out
}

/** A repeated field adds to what came before; any other takes its place. */
function joined(before: JsonValue | undefined, type: FieldType, field: WireField): JsonValue {
  switch (type.kind) {
    case 'list':
      return [...(Array.isArray(before) ? (before as readonly JsonValue[]) : []), fieldValue(type.item, field)]
    case 'map': {
      const entry = fieldsOf(field)
      const value = entry.get(2)
      const there = typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {}
      const key = textOf(entry.get(1))
      return { ...there, [key]: value === undefined ? '' : fieldValue(type.value, value) }
    }
    default:
      return fieldValue(type, field)
  }
}

/** Reads an object in Kubernetes' binary form; undefined when it is none, or has fields whose numbers aren't known here. */
export function readBinaryObject(bytes: Uint8Array, model: string): JsonObject | undefined {
  if (magic.some((byte, index) => bytes[index] !== byte)) return undefined
  try {
    const envelope = new Map([...wireFields(bytes.subarray(magic.length))].map((field) => [field.number, field]))
    const type = fieldsOf(envelope.get(1))
    const raw = envelope.get(2)
    if (raw === undefined) return undefined
    const object = messageOf(model, raw)
    if (Object.hasOwn(object, '__proto__')) return undefined
    return { apiVersion: textOf(type.get(1)), kind: textOf(type.get(2)), ...object }
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined
    throw error
  }
}
