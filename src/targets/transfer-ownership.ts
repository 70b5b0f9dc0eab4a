import { isJsonObject, type JsonObject, type JsonValue } from '../plan/json.ts'
import { itemByKey, mergedFields, parsedArgument } from './field-sets.ts'
import { objectOf, objectsOf, textOf } from './json-fields.ts'

/**
 * `metadata.managedFields` with the entries of some managers made those of another, as if that one had applied them; undefined where
 * none of them has an entry. Entries of subresources stay with whoever wrote them.
 */
export function withTransferredFields(
  entries: readonly JsonObject[],
  from: readonly string[],
  to: string,
): readonly JsonObject[] | undefined {
  if (!entries.some((entry) => isOf(entry, from))) return undefined
  const kept: JsonObject[] = []
  const ours = new Map<string, JsonObject>()
  for (const entry of entries) {
    const isOurs = isOf(entry, [to]) && entry.operation === 'Apply'
    if (!isOurs && !isOf(entry, from)) {
      kept.push(entry)
      continue
    }
    const version = textOf(entry.apiVersion) ?? ''
    const known = ours.get(version)
    const fieldsV1 = mergedFields(objectOf(known?.fieldsV1), objectOf(entry.fieldsV1))
    ours.set(version, { ...entry, ...known, manager: to, operation: 'Apply', fieldsV1 })
  }
  return [...kept, ...ours.values()]
}

/** What a dry run answered, as it will be once fields of some managers are ours: those that nobody applies any more are gone. */
export function afterTransfer(
  answer: JsonObject,
  from: readonly string[],
  to: string,
): { readonly object: JsonObject; readonly removes: boolean } {
  const entries = objectsOf(objectOf(answer.metadata).managedFields)
  const taken = unionOf(entries.filter((entry) => isOf(entry, from)))
  const held = unionOf(entries.filter((entry) => !isOf(entry, from) || isOf(entry, [to])))
  const left = withoutOrphans(answer, taken, held)
  return { object: isJsonObject(left) ? left : answer, removes: left !== answer }
}

function isOf(entry: JsonObject, managers: readonly string[]): boolean {
  return managers.includes(textOf(entry.manager) ?? '') && (textOf(entry.subresource) ?? '') === ''
}

function unionOf(entries: readonly JsonObject[]): JsonObject {
  return entries.map((entry) => objectOf(entry.fieldsV1)).reduce(mergedFields, {})
}

/** The value without what `taken` names and `held` does not; the same value where that is nothing. */
function withoutOrphans(value: JsonValue, taken: JsonObject, held: JsonObject): JsonValue | undefined {
  let left: JsonValue | undefined = value
  for (const [name, fields] of Object.entries(taken)) {
    if (name === '.' || left === undefined) continue
    const child = childOf(left, name)
    if (child === undefined) continue
    const below = objectOf(fields)
    const others = held[name]
    const isLeaf = Object.keys(below).every((step) => step === '.')
    // Whoever owns a thing with nothing below it owns all of it.
    if (others !== undefined && (isLeaf || Object.keys(objectOf(others)).length === 0)) continue
    const kept = isLeaf ? undefined : withoutOrphans(child, below, objectOf(others))
    const isEmptied = isEmpty(kept) && !isEmpty(child) && others === undefined
    if (kept === child) continue
    left = withChild(left, name, isEmptied ? undefined : kept)
  }
  return left
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

function childOf(value: JsonValue, name: string): JsonValue | undefined {
  const argument = name.slice(2)
  switch (name.slice(0, 2)) {
    case 'f:':
      return isJsonObject(value) && Object.hasOwn(value, argument) ? value[argument] : undefined
    case 'k:':
      return itemByKey(value, argument)
    case 'v:': {
      const member = parsedArgument(argument)
      return Array.isArray(value) && member !== undefined && value.includes(member) ? member : undefined
    }
    default:
      return undefined
  }
}

/** The value with a child replaced, or taken out where it is undefined. */
function withChild(value: JsonValue, name: string, child: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value
    const old = childOf(value, name)
    return items.flatMap((item) => (item === old ? (child === undefined ? [] : [child]) : [item]))
  }
  if (!isJsonObject(value)) return value
  const { [name.slice(2)]: _old, ...rest } = value
  return child === undefined ? rest : { ...value, [name.slice(2)]: child }
}
