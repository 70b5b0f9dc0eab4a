import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { textOf } from '../expression/cel-values.ts'
import { mistake } from '../mistake.ts'
import type { Entry } from '../module/module-source.ts'
import type { EvaluationContext } from './module-instance.ts'
import { addressOfEntry } from './scan-expressions.ts'

/** The items of a forEach by key, in order, or undefined with the mistake said. */
export function forEachItems(
  value: JsonValue,
  entry: Entry,
  context: EvaluationContext,
): ReadonlyMap<string, JsonValue> | undefined {
  const at = entry.document.locate([...entry.path, 'forEach'])
  const address = addressOfEntry(entry)
  if (isJsonObject(value)) return new Map(Object.entries(value))
  if (!Array.isArray(value)) {
    context.diagnostics.push(
      mistake('MF1405', at, { summary: 'forEach takes a list or a map', address, hint: 'Give it [a, b] or {a: ..., b: ...}.' }),
    )
    return undefined
  }
  const items = new Map<string, JsonValue>()
  for (const [index, item] of value.entries()) {
    const key = item === null ? undefined : (textOf(item) ?? keyOfMap(item) ?? String(index))
    if (key === undefined || items.has(key)) {
      context.diagnostics.push(
        mistake('MF1405', at, {
          summary: key === undefined ? `Item ${index + 1} of forEach is null` : `forEach has the item "${key}" twice`,
          detail: 'Keys tell the components apart, so each must be there once.',
          address,
        }),
      )
      return undefined
    }
    items.set(key, item)
  }
  return items
}

/** A map in a list goes by its `name` or `key`, so that its address survives a change of the order. */
function keyOfMap(item: JsonValue): string | undefined {
  const map: JsonObject = isJsonObject(item) ? item : {}
  const name = map.key ?? map.name
  return typeof name === 'string' ? name : undefined
}
