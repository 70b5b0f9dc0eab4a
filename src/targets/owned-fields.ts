import { removeFieldPath } from '../plan/field-path.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { groupOf } from '../plan/manifest.ts'
import type { IgnoreRule } from '../providers/rules.ts'
import { itemByKey, mergedFields, parsedArgument } from './field-sets.ts'
import { objectOf, objectsOf, textOf } from './json-fields.ts'

/**
 * What a manager owns of a live object by server-side apply, as a value whose digest changes exactly when one of those fields does.
 * Items of keyed lists stand under their keys and members of sets in order, so that others may rearrange them. Fields that rules
 * ignore are left out, whoever owns them now. What managers own that are taken over from, however they wrote it, counts as well. The form of `metadata.managedFields` is FieldsV1.
 */
export function ownedFields(
  object: JsonObject,
  manager: string,
  ignore: readonly IgnoreRule[],
  taken: readonly string[] = [],
): JsonObject {
  const owned = ownedFieldSet(object, manager, taken)
  if (owned === undefined) return {}
  const fields = pick(withoutIgnored(object, ignore), owned)
  return isJsonObject(fields) ? fields : {}
}

/** The object without the fields of rules that hold for it. */
export function withoutIgnored(object: JsonObject, ignore: readonly IgnoreRule[]): JsonObject {
  let left = object
  for (const rule of ignore) if (holdsFor(rule, object)) for (const path of rule.paths) left = removeFieldPath(left, path)
  return left
}

function holdsFor(rule: IgnoreRule, object: JsonObject): boolean {
  if (rule.group !== '*' && rule.group !== groupOf(textOf(object.apiVersion) ?? '')) return false
  if (!rule.kinds.includes('*') && !rule.kinds.includes(textOf(object.kind) ?? '')) return false
  if (rule.names === undefined) return true
  const name = textOf(objectOf(object.metadata).name) ?? ''
  return rule.names.some((wanted) => (wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted))
}

/** All that the manager applied, at whatever version; undefined when it applied nothing. */
function ownedFieldSet(object: JsonObject, manager: string, taken: readonly string[]): JsonObject | undefined {
  let union: JsonObject | undefined
  for (const entry of objectsOf(objectOf(object.metadata).managedFields)) {
    const isOurs = entry.manager === manager && entry.operation === 'Apply'
    if ((!isOurs && !taken.includes(textOf(entry.manager) ?? '')) || (textOf(entry.subresource) ?? '') !== '') continue
    const fields = objectOf(entry.fieldsV1)
    union = union === undefined ? fields : mergedFields(union, fields)
  }
  return union
}

/** The owned part of a value, by its own name and that of what is around it; undefined when nothing of it is there any more. */
function pick(value: JsonValue | undefined, owned: JsonObject, own = '', around = ''): JsonValue | undefined {
  if (value === undefined) return undefined
  const names = Object.keys(owned).filter((name) => name !== '.')
  if (names.length === 0) return isWholeMap(owned, own, around) ? {} : value
  const parts: [string, JsonValue][] = []
  const members: JsonValue[] = []
  for (const name of names) {
    const fields = objectOf(owned[name])
    const argument = name.slice(2)
    switch (name.slice(0, 2)) {
      case 'f:': {
        const child = isJsonObject(value) && Object.hasOwn(value, argument) ? value[argument] : undefined
        const part = pick(child, fields, argument, own)
        if (part !== undefined) parts.push([argument, part])
        break
      }
      case 'k:': {
        const part = pick(itemByKey(value, argument), fields, name, own)
        if (part !== undefined) parts.push([name, part])
        break
      }
      case 'v:': {
        const member = parsedArgument(argument)
        if (member !== undefined && Array.isArray(value) && value.includes(member)) members.push(member)
        break
      }
      case 'i:': {
        const item = Array.isArray(value) ? (value as readonly JsonValue[])[Number(argument)] : undefined
        const part = pick(item, fields, name, own)
        if (part !== undefined) parts.push([name, part])
        break
      }
    }
  }
  if (members.length > 0) return [...members].sort(byText)
  if (parts.length > 0) return Object.fromEntries(parts)
  return Object.hasOwn(owned, '.') ? {} : undefined
}

/**
 * A map owned without any of its keys: the map itself is ours, what others put in is not. Without a schema only those that are
 * surely maps can be told from atomic values.
 */
function isWholeMap(owned: JsonObject, own: string, around: string): boolean {
  if (Object.hasOwn(owned, '.')) return true
  return around === 'metadata' && (own === 'labels' || own === 'annotations')
}

function byText(left: JsonValue, right: JsonValue): number {
  const [first, second] = [JSON.stringify(left), JSON.stringify(right)]
  return first < second ? -1 : first > second ? 1 : 0
}
