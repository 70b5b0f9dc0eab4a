import { isJsonObject, type JsonValue } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import type { ValueSchema } from '../../validate/value-schema.ts'
import { escapeText } from '../foreign-text.ts'
import type { Places } from '../places.ts'

/**
 * A copy of a value as the language takes it: what its schema has defaults for is there, no text is an expression, and each map and
 * list knows its place in the file.
 */
export function fillDefaults(schema: ValueSchema | undefined, value: JsonValue, place: ValuePath, places: Places): JsonValue {
  if (typeof value === 'string') return escapeText(value)
  const meant = alternativeOf(schema, value)
  if (Array.isArray(value)) {
    const made = value.map((item, index) => fillDefaults(meant?.items, item, [...place, index], places))
    return places.mark(made, place)
  }
  if (!isJsonObject(value)) return value
  const made: Record<string, JsonValue> = {}
  places.mark(made, place)
  for (const [key, item] of Object.entries(value)) {
    made[escapeText(key)] = fillDefaults(schemaOfKey(meant, key), item, [...place, key], places)
  }
  for (const [key, property] of Object.entries(meant?.properties ?? {})) {
    if (made[key] !== undefined || property.default === undefined) continue
    made[key] = fillDefaults(property, property.default, place, places)
    places.markKey(made, key, place)
  }
  return made
}

/** Of several ways to write a value, the first whose required keys are there, else the last. */
function alternativeOf(schema: ValueSchema | undefined, value: JsonValue): ValueSchema | undefined {
  const alternatives = schema?.anyOf
  if (alternatives === undefined) return schema
  return (
    alternatives.find(({ required = [] }) => isJsonObject(value) && required.every((key) => value[key] !== undefined)) ??
    alternatives.at(-1)
  )
}

function schemaOfKey(schema: ValueSchema | undefined, key: string): ValueSchema | undefined {
  const own = schema?.properties?.[key]
  if (own !== undefined) return own
  if (schema?.patternProperties !== undefined) return Object.values(schema.patternProperties)[0]
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
}
