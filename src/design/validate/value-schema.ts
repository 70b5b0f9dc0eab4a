import type { JsonValue } from '../../plan/json.ts'

/** What the language's schemas use of JSON Schema: the vocabulary of src/design/schema, and no more. */
export interface ValueSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null'
  readonly description?: string
  /** What other languages take where nothing is written; the language's own schemas say it in words. */
  readonly default?: JsonValue
  readonly const?: JsonValue
  readonly enum?: readonly JsonValue[]
  readonly examples?: readonly JsonValue[]
  readonly anyOf?: readonly ValueSchema[]
  readonly properties?: { readonly [key: string]: ValueSchema }
  readonly patternProperties?: { readonly [pattern: string]: ValueSchema }
  readonly additionalProperties?: boolean | ValueSchema
  readonly required?: readonly string[]
  readonly items?: ValueSchema
  readonly minItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/** A TypeBox schema as the plain JSON Schema it is. */
export function valueSchema(schema: object): ValueSchema {
  return schema
}
