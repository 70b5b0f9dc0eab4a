import { isJsonObject, type JsonValue } from '../../plan/json.ts'

/**
 * JSON Merge Patch (RFC 7396). Unchanged parts are shared with the target. As API servers do it, what takes the place of no
 * object loses its nulls even inside lists.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(target)) return withoutNulls(patch)
  if (!isJsonObject(patch)) return patch
  const out: { [name: string]: JsonValue } = { ...target }
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name]
    else out[name] = mergePatch(out[name], value)
  }
  return out
}

/** The value without the fields that are null; items of lists stay. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withoutNulls)
  if (!isJsonObject(value)) return value
  const out: { [name: string]: JsonValue } = {}
  for (const [name, inner] of Object.entries(value)) if (inner !== null) out[name] = withoutNulls(inner)
  return out
}
