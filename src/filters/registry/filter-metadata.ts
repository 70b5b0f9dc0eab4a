import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'

/** What is told of a filter beside its bytes. It travels with the module in its OCI configuration, and beside a file. */
export interface FilterMetadata {
  readonly name?: string
  readonly version?: string
  readonly description?: string
  /** SPDX expression. */
  readonly licence?: string
  /** Where its source is. */
  readonly source?: string
  /** JSON Schema that the plugin's configuration must fit. */
  readonly configSchema?: JsonObject
  /** Root ids that a C++ module registers. */
  readonly rootIds?: readonly string[]
}

const textFields = ['name', 'version', 'description', 'licence', 'source'] as const

/** Reads metadata out of JSON, leaving out whatever is not of its form. */
export function metadataOf(value: JsonValue | undefined): FilterMetadata {
  if (!isJsonObject(value)) return {}
  const texts = textFields.flatMap((field) => (typeof value[field] === 'string' ? [[field, value[field]] as const] : []))
  const { configSchema, rootIds } = value
  const ids = Array.isArray(rootIds) ? rootIds.filter((id): id is string => typeof id === 'string') : []
  return {
    ...Object.fromEntries(texts),
    ...(isJsonObject(configSchema) ? { configSchema } : {}),
    ...(ids.length === 0 ? {} : { rootIds: ids }),
  }
}
