import { isJsonObject, type JsonValue } from '../../plan/json.ts'

/** JSON Merge Patch (RFC 7396). Unchanged parts are shared with the target. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch
  const out: { [name: string]: JsonValue } = isJsonObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name]
    else out[name] = mergePatch(out[name], value)
  }
  return out
}
