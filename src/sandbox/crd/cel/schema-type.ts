import { isJsonObject, type JsonObject } from '../../../plan/json.ts'
import { numberAt, objectAt, textAt, textsAt } from '../../builtin/json-tree.ts'
import { escapedFieldName } from './field-names.ts'
import { type CelType, celTypes, listType, mapType, structType } from './types.ts'

/**
 * What CEL knows of the values of a schema: their type, how large they may be (characters, items, entries) and how small they
 * may be written, in bytes of JSON.
 */
export interface DeclaredType {
  readonly type: CelType
  readonly most: number
  readonly smallest: number
  readonly fields: ReadonlyMap<string, DeclaredType>
  readonly key: DeclaredType | undefined
  readonly element: DeclaredType | undefined
}

/** The largest request that counts for what values may come to. */
export const largestRequest = 3 * 1024 * 1024

const noFields: ReadonlyMap<string, DeclaredType> = new Map()

function plain(type: CelType, most: number, smallest: number): DeclaredType {
  return { type, most, smallest, fields: noFields, key: undefined, element: undefined }
}

const anyText = plain(celTypes.string, largestRequest - 2, 2)

/** How texts of formats are read: their type, and the least and most characters with quotes. */
const textFormats: { readonly [format: string]: DeclaredType } = {
  duration: plain(celTypes.duration, 32, 3),
  date: plain(celTypes.timestamp, 12, 12),
  'date-time': plain(celTypes.timestamp, 32, 21),
}

function positive(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, value)
}

function textType(schema: JsonObject): DeclaredType {
  const format = textAt(schema, 'format')
  const longest = positive(numberAt(schema, 'maxLength'))
  if (format === 'byte') return plain(celTypes.bytes, longest ?? largestRequest - 2, 2)
  const formatted = Object.hasOwn(textFormats, format) ? textFormats[format] : undefined
  if (formatted !== undefined) return formatted
  if (longest !== undefined) return plain(celTypes.string, longest * 4, 2)
  const allowed = textsAt(schema, 'enum')
  const isEnum = Array.isArray(schema.enum) && schema.enum.length > 0
  if (!isEnum) return anyText
  return plain(celTypes.string, Math.max(0, ...allowed.map((each) => Buffer.byteLength(each))), 2)
}

const metadataSchema: JsonObject = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
}
const objectFields: JsonObject = { kind: { type: 'string' }, apiVersion: { type: 'string' }, metadata: metadataSchema }

/**
 * What CEL knows of a schema's values; undefined when they have no type and rules can't see them. Whole objects have type and
 * metadata whatever their schema says. Structs are named by their place below `name`.
 */
export function declaredTypeOf(schema: JsonObject, isObject: boolean, name: string): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const longest = positive(numberAt(schema, 'maxLength'))
    return plain(celTypes.dyn, longest === undefined ? largestRequest - 2 : longest * 4, 1)
  }
  switch (isObject ? 'object' : textAt(schema, 'type')) {
    case 'array':
      return listOf(schema, name)
    case 'object':
      return isObject ? structOf(schema, true, name) : (mapOf(schema, name) ?? structOf(schema, false, name))
    case 'string':
      return textType(schema)
    case 'boolean':
      return plain(celTypes.bool, 0, 4)
    case 'number':
      return plain(celTypes.double, 0, 1)
    case 'integer':
      return plain(celTypes.int, 0, 1)
    default:
      return undefined
  }
}

function isEmbedded(schema: JsonObject): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function listOf(schema: JsonObject, name: string): DeclaredType | undefined {
  const items = objectAt(schema, 'items')
  const element = items === undefined ? undefined : declaredTypeOf(items, isEmbedded(items), `${name}.@idx`)
  if (element === undefined) return undefined
  const most = positive(numberAt(schema, 'maxItems')) ?? Math.floor((largestRequest - 2) / (element.smallest + 1))
  return { type: listType(element.type), most, smallest: 2, fields: noFields, key: undefined, element }
}

function mapOf(schema: JsonObject, name: string): DeclaredType | undefined {
  const values = objectAt(schema, 'additionalProperties')
  if (values === undefined) return undefined
  const element = declaredTypeOf(values, isEmbedded(values), `${name}.@elem`)
  if (element === undefined) return undefined
  const most = positive(numberAt(schema, 'maxProperties')) ?? Math.floor((largestRequest - 2) / (element.smallest + 6))
  const key = plain(celTypes.string, 0, 2)
  return { type: mapType(celTypes.string, element.type), most, smallest: 2, fields: noFields, key, element }
}

function structOf(schema: JsonObject, isObject: boolean, name: string): DeclaredType | undefined {
  if (objectAt(schema, 'additionalProperties') !== undefined) return undefined
  const properties = { ...objectAt(schema, 'properties'), ...(isObject ? objectFields : {}) }
  const required = new Set(textsAt(schema, 'required'))
  const fields = new Map<string, DeclaredType>()
  let smallest = 2
  for (const [property, inner] of Object.entries(properties)) {
    if (!isJsonObject(inner)) continue
    const escaped = escapedFieldName(property)
    const field = declaredTypeOf(inner, isEmbedded(inner), `${name}.${escaped ?? property}`)
    if (field === undefined) continue
    if (escaped !== undefined) fields.set(escaped, field)
    if (required.has(property) && inner.default === undefined) smallest += property.length + field.smallest + 4
  }
  return { type: structType(name), most: 0, smallest, fields, key: undefined, element: undefined }
}

/** Finds the fields of every struct in a type by the struct's name. */
export function structsOf(declared: DeclaredType): ReadonlyMap<string, DeclaredType> {
  const found = new Map<string, DeclaredType>()
  const visit = (each: DeclaredType): void => {
    if (each.type.kind === 'struct') found.set(each.type.name, each)
    for (const field of each.fields.values()) visit(field)
    if (each.element !== undefined) visit(each.element)
  }
  visit(declared)
  return found
}
