import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'

/** The binary form of an OpenAPI v2 document, as clients up to kubectl 1.28 ask for it; they can't read an answer by that name. */
export const askedBinaryType = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
/** The name that it is answered by. */
export const binaryDocumentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** Field numbers of `openapi.v2` in gnostic's OpenAPIv2.proto, of what the sandbox's documents say. */
const DOCUMENT = { swagger: 1, info: 2, definitions: 9 } as const
const INFO = { title: 1, version: 2 } as const
const NAMED = { name: 1, value: 2 } as const
const ANY_YAML = 2
const TEXTS = { $ref: 1, format: 2, title: 3, description: 4, pattern: 13 } as const
const DOUBLES = { multipleOf: 6, maximum: 7, minimum: 9 } as const
const FLAGS = { exclusiveMaximum: 8, exclusiveMinimum: 10, uniqueItems: 16 } as const
const LENGTHS = { maxLength: 11, minLength: 12, maxItems: 14, minItems: 15, maxProperties: 17, minProperties: 18 } as const
const SCHEMA = {
  default: 5,
  required: 19,
  enum: 20,
  additionalProperties: 21,
  type: 22,
  items: 23,
  allOf: 24,
  properties: 25,
  extension: 31,
} as const

const VARINT = 0
const DOUBLE = 1
const BYTES = 2

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}

const tagged = (field: number, wire: number, value: Buffer): Buffer => Buffer.concat([varint(field * 8 + wire), value])
const message = (field: number, parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return tagged(field, BYTES, Buffer.concat([varint(body.length), body]))
}
const text = (field: number, value: string): Buffer => message(field, [Buffer.from(value)])
const flag = (field: number): Buffer => tagged(field, VARINT, varint(1))
const any = (field: number, value: JsonValue): Buffer => message(field, [text(ANY_YAML, JSON.stringify(value))])

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return tagged(field, DOUBLE, bytes)
}

const named = (name: string, value: (field: number) => Buffer): Buffer => message(1, [text(NAMED.name, name), value(NAMED.value)])

const objectOf = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

function namedSchemas(field: number, schemas: JsonObject): Buffer {
  return message(
    field,
    Object.entries(schemas).map(([name, schema]) => named(name, (value) => message(value, schemaParts(objectOf(schema))))),
  )
}

const numberAt = (table: { readonly [key: string]: number }, key: string): number | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** The fields of a schema. Version 2 has no `oneOf`: what is one of several is told by its format, as a string. */
function schemaParts(schema: JsonObject): readonly Buffer[] {
  const told = Object.hasOwn(schema, 'oneOf') ? { type: 'string', ...schema } : schema
  return Object.entries(told).flatMap(([key, value]) => (value === undefined ? [] : schemaPart(key, value)))
}

function schemaPart(key: string, value: JsonValue): readonly Buffer[] {
  const [textField, doubleField] = [numberAt(TEXTS, key), numberAt(DOUBLES, key)]
  if (textField !== undefined && typeof value === 'string') return [text(textField, value)]
  if (doubleField !== undefined && typeof value === 'number') return [double(doubleField, value)]
  const [flagField, lengthField] = [numberAt(FLAGS, key), numberAt(LENGTHS, key)]
  if (flagField !== undefined) return value === true ? [flag(flagField)] : []
  if (lengthField !== undefined && typeof value === 'number') return [tagged(lengthField, VARINT, varint(value))]
  if (key.startsWith('x-')) return [message(SCHEMA.extension, [text(NAMED.name, key), any(NAMED.value, value)])]
  const values = Array.isArray(value) ? value : []
  switch (key) {
    case 'default':
      return [any(SCHEMA.default, value)]
    case 'enum':
      return values.map((each) => any(SCHEMA.enum, each))
    case 'required':
      return values.map((name) => text(SCHEMA.required, String(name)))
    case 'type':
      return [message(SCHEMA.type, [text(1, String(value))])]
    case 'items':
      return [message(SCHEMA.items, [message(1, schemaParts(objectOf(value)))])]
    case 'allOf':
      return values.map((each) => message(SCHEMA.allOf, schemaParts(objectOf(each))))
    case 'properties':
      return [namedSchemas(SCHEMA.properties, objectOf(value))]
    case 'additionalProperties':
      return [
        message(SCHEMA.additionalProperties, [
          value === true ? flag(2) : message(1, value === false ? [] : schemaParts(objectOf(value))),
        ]),
      ]
    default:
      return []
  }
}

/** Writes a version 2 document in its binary form. Other schemas than those of version 2 lose what it has no word for. */
export function binaryDocument(document: {
  readonly title: string
  readonly version: string
  readonly definitions: JsonObject
}): Uint8Array {
  return Buffer.concat([
    text(DOCUMENT.swagger, '2.0'),
    message(DOCUMENT.info, [text(INFO.title, document.title), text(INFO.version, document.version)]),
    namedSchemas(DOCUMENT.definitions, document.definitions),
  ])
}
