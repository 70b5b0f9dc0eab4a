import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { design } from './design.ts'

const EXPRESSION: JsonObject = { $ref: '#/definitions/expression' }

/** Keywords whose values are maps of schemas rather than schemas. */
const MAPS_OF_SCHEMAS = new Set(['properties', 'patternProperties'])

/**
 * The JSON Schema of a design file for editors and other tools: the language's own schema, in which an expression may stand for
 * any value that is not a name of the language itself.
 */
export function editorSchema(): JsonObject {
  const schema: JsonValue = JSON.parse(JSON.stringify(design))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://meshform.dev/schemas/design.schema.json',
    title: 'meshform design',
    definitions: { expression: { type: 'string', pattern: '\\$\\{', description: 'A CEL expression.' } },
    ...(isJsonObject(schema) ? rewriteObject(schema) : {}),
  }
}

function rewrite(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(rewrite)
  if (!isJsonObject(value)) return value
  return withExpressions(rewriteObject(value))
}

function rewriteObject(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]): [string, JsonValue] => {
      if (MAPS_OF_SCHEMAS.has(key) && isJsonObject(value)) {
        return [key, Object.fromEntries(Object.entries(value).map(([name, child]) => [name, rewrite(child)]))]
      }
      if (key === 'items' || key === 'additionalProperties') return [key, rewrite(value)]
      if (key === 'anyOf' && Array.isArray(value)) {
        return [key, [...value.map((child) => (isJsonObject(child) ? rewriteObject(child) : child)), EXPRESSION]]
      }
      return [key, value]
    }),
  )
}

/** Numbers, flags, lists, maps and fixed words may be computed; plain text takes an expression as it is. */
function withExpressions(schema: JsonObject): JsonObject {
  if (schema.const !== undefined || schema.anyOf !== undefined || schema.type === undefined) return schema
  if (schema.type === 'string' && schema.enum === undefined && schema.pattern === undefined) return schema
  const { description, ...rest } = schema
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, EXPRESSION] }
}
