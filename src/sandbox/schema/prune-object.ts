import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** An object cut down to its schema, and the paths of what was cut, in their order. */
export interface PrunedObject {
  readonly object: JsonObject
  readonly unknown: readonly string[]
}

/** Cuts fields that the schema doesn't know. The same object when there is nothing to cut. */
export function pruneObject(object: JsonObject, schema: StructuralSchema): PrunedObject {
  const unknown: string[] = []
  const pruned = prune(object, schema, '', unknown)
  return { object: isJsonObject(pruned) ? pruned : object, unknown }
}

const typeFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

/** Cuts a value to its schema; of a value without one nothing but scalars and lists stays. */
function prune(value: JsonValue, schema: StructuralSchema | undefined, path: string, unknown: string[]): JsonValue {
  if (Array.isArray(value)) return pruneList(value, schema, path, unknown)
  return isJsonObject(value) ? pruneFields(value, schema ?? {}, path, unknown) : value
}

function isOpen(schema: StructuralSchema | undefined): boolean {
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true
}

function pruneList(
  value: readonly JsonValue[],
  schema: StructuralSchema | undefined,
  path: string,
  unknown: string[],
): JsonValue {
  const items = schema?.items
  if (items === undefined && isOpen(schema)) return value
  let out: JsonValue[] | undefined
  for (const [index, item] of value.entries()) {
    const pruned = prune(item, items, `${path}[${index}]`, unknown)
    if (pruned === item) continue
    out ??= [...value]
    out[index] = pruned
  }
  return out ?? value
}

function pruneFields(value: JsonObject, schema: StructuralSchema, path: string, unknown: string[]): JsonValue {
  const { additionalProperties } = schema
  const open = isOpen(schema)
  let out: { [name: string]: JsonValue } | undefined
  for (const name of Object.keys(value)) {
    const inner = value[name] as JsonValue
    const at = path === '' ? name : `${path}.${name}`
    const declared = ownProperty(schema, name)
    if (declared === undefined && (additionalProperties === undefined || additionalProperties === false)) {
      const isType = schema['x-kubernetes-embedded-resource'] === true && typeFields.has(name)
      if (open || isType) continue
      unknown.push(at)
      out ??= { ...value }
      delete out[name]
      continue
    }
    const additional = typeof additionalProperties === 'object' ? additionalProperties : undefined
    const pruned = prune(inner, declared ?? additional, at, unknown)
    if (pruned === inner) continue
    out ??= { ...value }
    out[name] = pruned
  }
  return out ?? value
}

/** The schema of a declared property; names such as `constructor` are no properties unless declared. */
export function ownProperty(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
}
