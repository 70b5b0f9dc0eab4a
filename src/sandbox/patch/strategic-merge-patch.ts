import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goPlain } from '../apply/go-text.ts'
import { ownProperty } from '../schema/prune-object.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import {
  checkOrder,
  deleteFromList,
  directive,
  elementTypeOf,
  expectedList,
  inOrder,
  type ListMerge,
  mergeListItems,
} from './strategic-list.ts'
import { StrategicPatchError } from './strategic-patch-error.ts'

type Fields = { [name: string]: JsonValue }

const retainKeys = '$retainKeys'
const deleteFromPrimitiveList = '$deleteFromPrimitiveList'
const setElementOrder = '$setElementOrder'
const open: StructuralSchema = {}

/**
 * Kubernetes' strategic merge patch: lists merge by key or as sets where the schema says so, with directives in the patch.
 * Throws `StrategicPatchError`.
 */
export function strategicMergePatch(target: JsonObject, patch: JsonObject, schema: StructuralSchema): JsonObject {
  if (Object.hasOwn(patch, directive)) return directed(patch)
  const out: Fields = { ...retained(target, patch) }
  const ordered = mergeOrderedLists(out, patch, schema)
  for (const [name, value] of Object.entries(patch)) {
    if (name === retainKeys || name.startsWith(setElementOrder) || ordered.has(name)) continue
    if (name.startsWith(deleteFromPrimitiveList)) deleteItems(out, name, value)
    else if (value === null) delete out[name]
    else mergeField(out, name, value, schema)
  }
  return out
}

/** A map that says what is to become of it as a whole. */
function directed(patch: JsonObject): JsonObject {
  const { [directive]: asked, ...rest } = patch
  if (asked === 'replace') return rest
  if (asked === 'delete') return {}
  throw new StrategicPatchError(`unknown patch type: ${goPlain(asked ?? null)} in map: ${goPlain(patch)}`)
}

/** Under `$retainKeys` only the named fields of the target stay, and only they may be in the patch. */
function retained(target: JsonObject, patch: JsonObject): JsonObject {
  if (!Object.hasOwn(patch, retainKeys)) return target
  const keys = patch[retainKeys]
  const kept = new Set(Array.isArray(keys) ? (keys as readonly JsonValue[]) : [])
  const isStray = ([name, value]: readonly [string, JsonValue]): boolean =>
    value !== null && !name.startsWith('$') && !kept.has(name)
  if (!Array.isArray(keys) || Object.entries(patch).some(isStray)) {
    throw new StrategicPatchError('invalid patch format of retainKeys', 'bad request')
  }
  return Object.fromEntries(Object.entries(target).filter(([name]) => kept.has(name)))
}

/** Merges the lists that the patch gives an order, and tells their names. */
function mergeOrderedLists(out: Fields, patch: JsonObject, schema: StructuralSchema): ReadonlySet<string> {
  const done = new Set<string>()
  for (const [name, given] of Object.entries(patch)) {
    if (!name.startsWith(setElementOrder)) continue
    const order = expectedList(given)
    const list = listName(name, setElementOrder)
    const there = Object.hasOwn(out, list) ? expectedList(out[list] ?? null) : undefined
    const changes = Object.hasOwn(patch, list) ? expectedList(patch[list] ?? null) : undefined
    const merge = listMergeOf(fieldSchema(schema, list))
    checkOrder(changes ?? [], order, merge.key)
    done.add(list)
    if (there === undefined && changes === undefined) continue
    elementTypeOf(there ?? [], changes ?? [])
    out[list] = inOrder(mergedOrAdded(there, changes, merge), order, merge.key, there ?? [])
  }
  return done
}

function mergedOrAdded(
  there: readonly JsonValue[] | undefined,
  changes: readonly JsonValue[] | undefined,
  merge: ListMerge,
): readonly JsonValue[] {
  if (changes === undefined) return there ?? []
  if (there === undefined) return withoutDirectives(changes) as readonly JsonValue[]
  return merge.isMerged ? mergeListItems(there, changes, merge) : changes
}

function deleteItems(out: Fields, name: string, value: JsonValue): void {
  const list = listName(name, deleteFromPrimitiveList)
  const there = out[list]
  if (value === null) delete out[list]
  else if (Array.isArray(there) && Array.isArray(value)) out[list] = deleteFromList(there, value)
}

function listName(name: string, prefix: string): string {
  if (name.startsWith(`${prefix}/`)) return name.slice(prefix.length + 1)
  const what = prefix === setElementOrder ? 'setElementOrder' : 'primitive'
  throw new StrategicPatchError(`invalid patch format of ${what} list`, 'bad request')
}

function mergeField(out: Fields, name: string, value: JsonValue, schema: StructuralSchema): void {
  const there = Object.hasOwn(out, name) ? out[name] : undefined
  const inner = fieldSchema(schema, name)
  if (isJsonObject(there) && isJsonObject(value)) {
    out[name] = strategyOf(inner).has('replace') ? value : strategicMergePatch(there, value, inner)
    return
  }
  if (Array.isArray(there) && Array.isArray(value)) {
    const merge = listMergeOf(inner)
    out[name] = merge.isMerged ? mergeListItems(there, value, merge) : value
    return
  }
  const added = withoutDirectives(withoutNulls(value))
  if (added === undefined) delete out[name]
  else out[name] = added
}

function strategyOf(schema: StructuralSchema): ReadonlySet<string> {
  return new Set((schema['x-kubernetes-patch-strategy'] ?? '').split(','))
}

function listMergeOf(schema: StructuralSchema): ListMerge {
  const items = schema.items ?? open
  return {
    isMerged: strategyOf(schema).has('merge'),
    key: schema['x-kubernetes-patch-merge-key'],
    mergeItem: (there, item) => strategicMergePatch(there, item, items),
  }
}

function fieldSchema(schema: StructuralSchema, name: string): StructuralSchema {
  const declared = ownProperty(schema, name)
  if (declared !== undefined) return declared
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : open
}

/** What is added has no fields to take away: null ones are left out. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withoutNulls)
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)]))
}

/** What is added, without the maps that ask to be replaced or deleted; undefined when it is one itself. */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map(withoutDirectives).filter((item) => item !== undefined)
  }
  if (!isJsonObject(value)) return value
  if (Object.hasOwn(value, directive)) return undefined
  const out: Fields = {}
  for (const [name, inner] of Object.entries(value)) {
    const kept = withoutDirectives(inner)
    if (kept !== undefined) out[name] = kept
  }
  return out
}
