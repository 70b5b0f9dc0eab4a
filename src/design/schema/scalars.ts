import Type from 'typebox'

/** Makes every level of a type read-only: what the language's schemas produce is never changed after evaluation. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/** The static, read-only type of a schema. */
export type Evaluated<Schema extends Type.TSchema> = DeepReadonly<Type.Static<Schema>>

/** A closed object: unknown keys are errors, with the nearest known name offered. */
export function closed<Properties extends Type.TProperties>(properties: Properties, description: string) {
  return Type.Object(properties, { additionalProperties: false, description })
}

/** A map from names that the user chooses. */
export function mapOf<Schema extends Type.TSchema>(schema: Schema, description: string) {
  return Type.Record(Type.String(), schema, { description })
}

/** Optional with a description, the commonest field of the language. */
export function text(description: string) {
  return Type.String({ description })
}

/** A component's or version's name: an RFC 1123 label, since it becomes part of object names. */
export const NAME_PATTERN = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'

/** A length of time such as `500ms`, `2s`, `1m30s`, `1h`. */
export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$'

/** Schema of a length of time. */
export function duration(description: string) {
  return Type.String({ pattern: DURATION_PATTERN, description, examples: ['500ms', '2s', '1m30s'] })
}

/** Schema of a share in per cent, fractions allowed. */
export function percent(description: string) {
  return Type.Number({ minimum: 0, maximum: 100, description })
}

/** Schema of a TCP port. */
export function port(description: string) {
  return Type.Integer({ minimum: 1, maximum: 65535, description })
}

/** Schema of a count of at least `minimum`. */
export function count(description: string, minimum = 0) {
  return Type.Integer({ minimum, description })
}

/** Schema of a flag. */
export function flag(description: string) {
  return Type.Boolean({ description })
}

/** Schema of one word out of a fixed list. */
export function oneOf<const Words extends readonly string[]>(words: Words, description: string) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], description })
}

/** Schema of a map of strings, as labels and annotations are. */
export function stringMap(description: string) {
  return Type.Record(Type.String(), Type.String(), { description })
}

/** Schema of any object that is passed through as it is. */
export function freeObject(description: string) {
  return Type.Record(Type.String(), Type.Unknown(), { description })
}
