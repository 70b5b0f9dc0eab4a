import { removeFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonObject } from '../plan/json.ts'
import type { IgnoreRule } from '../providers/rules.ts'

/** Bookkeeping of servers in metadata: nobody's wish, so never a difference. */
const SERVER_METADATA = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
])

/** An object without what servers and controllers write for themselves: what a person means when they compare two objects. */
export function visibleFields(object: JsonObject, ignore: readonly IgnoreRule[]): JsonObject {
  let visible = withoutServerFields(object)
  for (const rule of ignore) for (const path of rule.paths) visible = removeFieldPath(visible, path)
  return visible
}

function withoutServerFields(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {}
  const isOfServer = Object.keys(metadata).some((key) => SERVER_METADATA.has(key))
  if (!isOfServer && !('status' in object) && object.metadata === metadata) return object
  const { status: _status, metadata: _metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_METADATA.has(key))
  return { ...rest, metadata: Object.fromEntries(kept) }
}
