import type { JsonObject, JsonValue } from '../../../plan/json.ts'
import { internalValue } from '../internal-value.ts'
import { unifiedDifference } from '../unified-difference.ts'
import { escapeHtml } from './field-errors.ts'

function pretty(value: JsonValue): string {
  return escapeHtml(JSON.stringify(value, null, 1))
}

/** What an update would change that it may not, as the server puts it behind its refusal. */
export function describeDifference(modelName: string, before: JsonObject, after: JsonObject): string {
  return unifiedDifference(pretty(internalValue(modelName, before)), pretty(internalValue(modelName, after)))
}
