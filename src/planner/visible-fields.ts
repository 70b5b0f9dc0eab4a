import { removeFieldPath } from '../plan/field-path.ts'
import type { JsonObject, JsonValue } from '../plan/json.ts'
import type { IgnoreRule } from '../providers/rules.ts'

/** Bookkeeping of servers in metadata: nobody's wish, so never a difference. */
const SERVER_METADATA = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]

/** An object without what servers and controllers write for themselves: what a person means when they compare two objects. */
export function visibleFields(object: JsonObject, ignore: readonly IgnoreRule[]): JsonObject {
  const { status: _status, metadata, ...rest } = object
  const kept: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries((metadata as JsonObject | undefined) ?? {})) {
    if (!SERVER_METADATA.includes(key)) kept[key] = value
  }
  let visible: JsonObject = { ...rest, metadata: kept }
  for (const rule of ignore) for (const path of rule.paths) visible = removeFieldPath(visible, path)
  return visible
}
