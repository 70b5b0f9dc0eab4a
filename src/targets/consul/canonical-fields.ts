import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goDuration, isDurationField } from './go-duration.ts'

/** Maps whose keys the user chose, or whose contents Consul hands on as they are. */
const OPAQUE: ReadonlySet<string> = new Set(['Config', 'Arguments', 'Meta'])

/**
 * A config entry as it can be compared: what is empty left out, since Consul answers empty fields that nobody set; lengths of time
 * in Go's form; intentions without what the server works out, in the order it keeps them.
 */
export function canonicalFields(kind: string, fields: JsonObject): JsonObject {
  const pruned = objectFields(fields)
  return kind === 'service-intentions' ? intentionFields(pruned) : pruned
}

function objectFields(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields).flatMap(([name, value]): [string, JsonValue][] => {
    if (OPAQUE.has(name)) return isEmpty(value) ? [] : [[name, value]]
    const own = fieldValue(name, value)
    return isEmpty(own) ? [] : [[name, own]]
  })
  return Object.fromEntries(kept)
}

function fieldValue(name: string, value: JsonValue): JsonValue {
  if (typeof value === 'string' && isDurationField(name)) {
    const duration = goDuration(value)
    return duration === '0s' ? '' : duration
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => (isJsonObject(item) ? objectFields(item) : item))
  return isJsonObject(value) ? objectFields(value) : value
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '' || value === false || value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  return isJsonObject(value) && Object.keys(value).length === 0
}

/** What the server adds to each source. */
const WORKED_OUT: ReadonlySet<string> = new Set(['Precedence', 'LegacyID', 'LegacyMeta', 'LegacyCreateTime', 'LegacyUpdateTime'])

function intentionFields(fields: JsonObject): JsonObject {
  const sources = Array.isArray(fields.Sources) ? (fields.Sources as readonly JsonValue[]).filter(isJsonObject) : []
  const plain = sources.map((source) =>
    Object.fromEntries(
      Object.entries(source).filter(
        ([name, value]) => !WORKED_OUT.has(name) && !(name === 'Type' && value === 'consul') && !isDefaultScope(name, value),
      ),
    ),
  )
  // Exact sources go before wildcards; the order is the server's, not ours.
  const sorted = [...plain.filter(({ Name }) => Name !== '*'), ...plain.filter(({ Name }) => Name === '*')]
  return { ...fields, ...(sorted.length === 0 ? {} : { Sources: sorted }) }
}

function isDefaultScope(name: string, value: JsonValue): boolean {
  return (name === 'Namespace' || name === 'Partition') && value === 'default'
}
