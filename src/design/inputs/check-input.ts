import type { Ajv, ErrorObject } from 'ajv'
import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'

/** Keys of an input's declaration that are no JSON Schema. */
const OURS = new Set(['sensitive', 'default', 'description'])

let validator: Ajv | undefined

/** Loads the validator that declarations beyond types, bounds and enums need. Costs nothing where none of them does. */
export async function prepareInputChecks(declarations: readonly JsonObject[]): Promise<void> {
  if (validator !== undefined || declarations.every(isSimple)) return
  const { createSchemaValidator } = await import('./schema-validator.ts')
  validator = createSchemaValidator()
}

/** The declaration of an input as the JSON Schema of its values. Without a type it is a string, or of the type of its default. */
export function inputSchema(declaration: JsonObject): JsonObject {
  const schema = Object.fromEntries(Object.entries(declaration).filter(([key]) => !OURS.has(key)))
  return { ...schema, type: inputType(declaration) }
}

/** The type of an input's values. */
export function inputType(declaration: JsonObject): string {
  if (typeof declaration.type === 'string') return declaration.type
  const { default: value } = declaration
  if (value === undefined || value === null || typeof value === 'string') return 'string'
  if (Array.isArray(value)) return 'array'
  if (isJsonObject(value)) return 'object'
  return typeof value === 'number' ? 'number' : typeof value
}

/** False for a declaration whose type the language does not have. */
export function isKnownType(declaration: JsonObject): boolean {
  return Object.hasOwn(WORDS, inputType(declaration))
}

/** What is wrong with a value of an input, as the end of a sentence; undefined when it fits. */
export function checkInputValue(declaration: JsonObject, value: JsonValue): string | undefined {
  const type = inputType(declaration)
  if (!isOfType(value, type)) return `is not ${WORDS[type] ?? `of type ${type}`}`
  if (isSimple(declaration)) return checkSimple(declaration, value)
  if (validator === undefined) throw new Error('prepareInputChecks was not called for this declaration')
  try {
    const validate = validator.compile(inputSchema(declaration))
    if (validate(value)) return undefined
    return describe(validate.errors?.[0])
  } catch (error) {
    return `cannot be checked, since the declaration is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The commonest declarations (a type, bounds, an enum) are checked without loading a validator's worth of code. */
function checkSimple(declaration: JsonObject, value: JsonValue): string | undefined {
  const { minimum, maximum } = declaration
  if (typeof value === 'number' && typeof minimum === 'number' && value < minimum) return `is below ${minimum}`
  if (typeof value === 'number' && typeof maximum === 'number' && value > maximum) return `is above ${maximum}`
  if (Array.isArray(declaration.enum) && !declaration.enum.includes(value)) {
    return `is none of ${declaration.enum.map(String).join(', ')}`
  }
  return undefined
}

function isOfType(value: JsonValue, type: string): boolean {
  const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return type === 'integer' ? Number.isInteger(value) : type === found
}

function isSimple(declaration: JsonObject): boolean {
  const keys = Object.keys(inputSchema(declaration))
  if (keys.some((key) => !['type', 'minimum', 'maximum', 'enum'].includes(key))) return false
  return !Array.isArray(declaration.enum) || declaration.enum.every((item) => typeof item !== 'object')
}

const WORDS: { readonly [type: string]: string } = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
}

function describe(error: ErrorObject | undefined): string {
  if (error === undefined) return 'does not fit its declaration'
  const where = error.instancePath === '' ? '' : ` at ${error.instancePath.slice(1).replaceAll('/', '.')}`
  const word = error.keyword === 'type' ? WORDS[String(error.params.type)] : undefined
  return `does not fit its declaration${where}: ${word === undefined ? (error.message ?? error.keyword) : `it is not ${word}`}`
}
