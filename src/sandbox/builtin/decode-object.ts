import type { JsonObject, JsonValue } from '../../plan/json.ts'
import { parseGoTime } from './go-time.ts'
import { copyTree, isTree, type Tree, type TreeValue } from './json-tree.ts'
import type { FieldType, Model, ModelField, ScalarName } from './model-notation.ts'
import { modelNamed } from './models.ts'
import { formatQuantity, parseQuantity, quantityFormatMessage } from './quantity.ts'
import { literalOf } from './written-number.ts'
import { zeroScalar } from './zero-scalar.ts'

/** An object as the API server holds it once read, and the first thing in it that can't be read, worded as the server words it. */
export interface DecodedObject {
  readonly object: Tree
  readonly error: string | undefined
}

interface Reading {
  error: string | undefined
}

/** Where a value stands, for messages only: the Go struct it is a field of, and the dotted path from the root. */
interface Place {
  readonly model: string
  readonly path: string
}

function isInteger(type: FieldType): boolean {
  return type.kind === 'scalar' && (type.name === 'int32' || type.name === 'int64' || type.name === 'intOrString')
}

/** What a value is called. A number that is of the right kind and doesn't fit is told itself. */
function jsonKind(value: JsonValue, type: FieldType): string {
  if (Array.isArray(value)) return 'array'
  const literal = literalOf(value)
  if (literal !== undefined) return isInteger(type) ? `number ${literal}` : 'number'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') {
    return isInteger(type) ? `number ${Number.isInteger(value) ? BigInt(value) : value}` : 'number'
  }
  return 'object'
}

const goScalars: ReadonlyMap<ScalarName, string> = new Map([
  ['number', 'float64'],
  ['bytes', '[]uint8'],
  ['any', 'map[string]interface {}'],
  ['time', 'string'],
  ['microTime', 'string'],
  ['intOrString', 'int32'],
])

function goTypeOf(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return goScalars.get(type.name) ?? type.name
    case 'model':
      return `v1.${type.name}`
    case 'list':
      return `[]${goTypeOf(type.item)}`
    case 'map':
      return `map[string]${goTypeOf(type.value)}`
  }
}

function mismatch(reading: Reading, place: Place, type: FieldType, value: JsonValue): void {
  reading.error ??= `json: cannot unmarshal ${jsonKind(value, type)} into Go struct field ${place.model}.${place.path} of type ${goTypeOf(type)}`
}

/** The greatest of 64 bits is read as one more. */
const integerBounds = { int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 63), 2 ** 63] } as const

function isWithin(literal: string, name: 'int32' | 'int64'): boolean {
  if (!/^-?\d+$/.test(literal)) return false
  return BigInt.asIntN(name === 'int32' ? 32 : 64, BigInt(literal)) === BigInt(literal)
}
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The index of the first byte that is no base64, as Go's decoder counts; line breaks are allowed. */
function firstBadByte(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/=\r\n]/)
  if (bad >= 0) return bad
  const padding = text.indexOf('=')
  return padding >= 0 ? padding : text.length
}

function readBytes(reading: Reading, value: string): string {
  const text = value.replaceAll(/[\r\n]/g, '')
  if (!base64.test(text)) reading.error ??= `illegal base64 data at input byte ${firstBadByte(value)}`
  return text
}

/** Times that were read lately and are in their canonical form already: most objects of one moment share one. */
const canonicalTimes = new Set<string>()
const mostCanonicalTimes = 1000

function readTime(reading: Reading, value: string, precision: 'seconds' | 'microseconds'): string {
  if (precision === 'seconds' && canonicalTimes.has(value)) return value
  const parsed = parseGoTime(value, precision)
  if (parsed.kind === 'problem') {
    reading.error ??= parsed.message
    return value
  }
  const seconds = new Date(parsed.milliseconds).toISOString().slice(0, 19)
  if (precision === 'microseconds') return `${seconds}.${parsed.fraction}Z`
  if (canonicalTimes.size >= mostCanonicalTimes) canonicalTimes.clear()
  canonicalTimes.add(`${seconds}Z`)
  return `${seconds}Z`
}

function readQuantity(reading: Reading, value: JsonValue): string {
  const text = typeof value === 'string' || typeof value === 'number' ? (literalOf(value) ?? String(value)) : ''
  const quantity = parseQuantity(text.trim())
  if (quantity !== undefined) return formatQuantity(quantity)
  reading.error ??= quantityFormatMessage
  return String(value)
}

function readScalar(reading: Reading, place: Place, name: ScalarName, value: JsonValue): TreeValue {
  const wrong = (): TreeValue => {
    mismatch(reading, place, { kind: 'scalar', name }, value)
    return copyTree(value)
  }
  switch (name) {
    case 'string':
      return typeof value === 'string' && literalOf(value) === undefined ? value : wrong()
    case 'bool':
      return typeof value === 'boolean' ? value : wrong()
    case 'int32':
    case 'int64': {
      const [least, most] = integerBounds[name]
      const literal = literalOf(value)
      if (literal !== undefined) return isWithin(literal, name) ? Number(literal) : wrong()
      return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : wrong()
    }
    case 'number':
      return typeof value === 'number' ? value : literalOf(value) === undefined ? wrong() : Number(literalOf(value))
    case 'bytes':
      return typeof value === 'string' ? readBytes(reading, value) : wrong()
    case 'time':
      return typeof value === 'string' ? readTime(reading, value, 'seconds') : wrong()
    case 'microTime':
      return typeof value === 'string' ? readTime(reading, value, 'microseconds') : wrong()
    case 'quantity':
      return readQuantity(reading, value)
    case 'intOrString':
      if (literalOf(value) !== undefined) return isWithin(literalOf(value) ?? '', 'int32') ? Number(literalOf(value)) : wrong()
      return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value)) ? value : wrong()
    case 'any':
    case 'json':
      return copyTree(value)
    case 'schema':
      if (Array.isArray(value)) return value.map((each) => readScalar(reading, place, name, each))
      return isTree(value) ? readModel(reading, modelNamed('JSONSchemaProps'), value, place.path) : copyTree(value)
  }
}

function readList(reading: Reading, place: Place, item: FieldType, value: JsonValue): TreeValue {
  if (!Array.isArray(value)) {
    mismatch(reading, place, { kind: 'list', item }, value)
    return copyTree(value)
  }
  return value.map((child) => readValue(reading, place, item, child))
}

function readMap(reading: Reading, place: Place, valueType: FieldType, value: JsonValue): TreeValue {
  if (!isTree(value)) {
    mismatch(reading, place, { kind: 'map', value: valueType }, value)
    return copyTree(value)
  }
  const result: Tree = {}
  for (const key of Object.keys(value).sort()) {
    if (key !== '__proto__') result[key] = readValue(reading, place, valueType, value[key] ?? null)
  }
  return result
}

/** What Go holds where nothing was given, and writes when the field is always written. */
function zeroOf(type: FieldType): TreeValue | undefined {
  switch (type.kind) {
    case 'model':
      return readModel({ error: undefined }, modelNamed(type.name), {}, '')
    case 'list':
    case 'map':
      return undefined
    case 'scalar':
      return zeroScalar(type.name)
  }
}

function readValue(reading: Reading, place: Place, type: FieldType, value: JsonValue): TreeValue {
  // Bytes of nothing read back as none.
  if (value === null) return type.kind === 'scalar' && type.name === 'bytes' ? '' : (zeroOf(type) ?? null)
  switch (type.kind) {
    case 'scalar':
      return readScalar(reading, place, type.name, value)
    case 'list':
      return readList(reading, place, type.item, value)
    case 'map':
      return readMap(reading, place, type.value, value)
    case 'model':
      if (isTree(value)) return readModel(reading, modelNamed(type.name), value, place.path)
      mismatch(reading, place, type, value)
      return copyTree(value)
  }
}

function isEmpty(value: TreeValue): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isTree(value)) return Object.keys(value).length === 0
  return value === '' || value === 0 || value === false
}

/** True for fields whose Go type is a struct held by value: they are always written, whatever is in them. */
function isStruct(type: FieldType): boolean {
  return type.kind === 'model' || (type.kind === 'scalar' && (type.name === 'quantity' || type.name === 'intOrString'))
}

function isCollection(type: FieldType): boolean {
  return type.kind === 'list' || type.kind === 'map'
}

/** The one model whose times are left out without a value; all others write null. */
const withoutEmptyTimes = 'ObjectMeta'

/** The one field that may be missing and is written all the same; others that are always written can't be left out. */
const mayBeNull = 'apiGroup'

function isWrittenEmpty(model: Model, type: FieldType): boolean {
  if (isCollection(type)) return true
  const isTime = type.kind === 'scalar' && (type.name === 'time' || type.name === 'microTime')
  return isTime && model.name !== withoutEmptyTimes
}

function readField(
  reading: Reading,
  model: Model,
  field: ModelField,
  value: JsonValue | undefined,
  path: string,
): TreeValue | undefined {
  if (value === undefined || value === null) {
    if (field.pointer) return field.required && field.name === mayBeNull ? null : undefined
    const isEmptyTime = !isCollection(field.type) && isWrittenEmpty(model, field.type)
    const written = field.required || isStruct(field.type) || isEmptyTime
    // Lists and maps that are always written are null where there is none.
    return written ? (zeroOf(field.type) ?? (isWrittenEmpty(model, field.type) ? null : undefined)) : undefined
  }
  const place = { model: model.name, path: path === '' ? field.name : `${path}.${field.name}` }
  const read = readValue(reading, place, field.type, value)
  const dropped = !field.pointer && !field.required && !isStruct(field.type) && isEmpty(read)
  return dropped ? undefined : read
}

function readModel(reading: Reading, model: Model, value: JsonObject, path: string): Tree {
  const result: Tree = {}
  for (const field of model.fields) {
    const read = readField(reading, model, field, Object.hasOwn(value, field.name) ? value[field.name] : undefined, path)
    if (read !== undefined) result[field.name] = read
  }
  return result
}

/**
 * Reads an object into a fresh tree as the API server's Go types do: unknown fields and nulls go, empty fields that are only
 * written when set go, records that are always written appear, quantities and times take their canonical form, and fields
 * come in the order of the type. Reading goes on past an error, with what was given left as it is.
 */
export function decodeObject(modelName: string, object: JsonObject): DecodedObject {
  const reading: Reading = { error: undefined }
  const tree = readModel(reading, modelNamed(modelName), object, '')
  return { object: tree, error: reading.error }
}
