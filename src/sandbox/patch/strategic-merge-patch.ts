import type { JsonObject } from '../../plan/json.ts'
import { copyTree, isTree, type Tree, type TreeValue } from '../builtin/json-tree.ts'
import { modelOfSchema } from '../builtin/model-schema.ts'
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
  unknownDirective,
} from './strategic-list.ts'
import { StrategicPatchError } from './strategic-patch-error.ts'

const retainKeys = '$retainKeys'
const deleteFromPrimitiveList = '$deleteFromPrimitiveList'
const setElementOrder = '$setElementOrder'
const open: StructuralSchema = {}

/** What came of a strategic merge patch. */
export interface StrategicOutcome {
  readonly value: JsonObject
  /** The patch without the directives that were carried out: so an API server shows it when the value is no object of the kind. */
  readonly rest: JsonObject
}

/**
 * Kubernetes' strategic merge patch: lists merge by key or as sets where the schema says so, with directives in the patch.
 * Throws `StrategicPatchError`.
 */
export function strategicMergePatch(target: JsonObject, patch: JsonObject, schema: StructuralSchema): StrategicOutcome {
  const rest = copyTree(patch) as Tree
  return { value: mergeFields(copyTree(target) as Tree, rest, schema), rest }
}

/** Lays a patch over a map. Both are the caller's to lose: what is carried out goes from the patch, what is added is shared. */
function mergeFields(into: Tree, patch: Tree, schema: StructuralSchema): Tree {
  if (Object.hasOwn(patch, directive)) return directed(patch)
  keepNamed(into, patch)
  mergeOrderedLists(into, patch, schema)
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith(deleteFromPrimitiveList)) deleteItems(into, name, value, schema)
    else if (value === null) delete into[name]
    else mergeField(into, name, value, schema)
  }
  return into
}

/** A map that says what is to become of it as a whole. */
function directed(patch: Tree): Tree {
  const asked = patch[directive] ?? null
  if (asked === 'delete') return {}
  if (asked !== 'replace') throw unknownDirective(asked, patch)
  delete patch[directive]
  return patch
}

/** Under `$retainKeys` only the named fields of the target stay, and only they may be in the patch. */
function keepNamed(into: Tree, patch: Tree): void {
  if (!Object.hasOwn(patch, retainKeys)) return
  const keys = patch[retainKeys]
  delete patch[retainKeys]
  const kept = new Set<unknown>(Array.isArray(keys) ? keys : [])
  const isStray = ([name, value]: readonly [string, TreeValue]): boolean =>
    value !== null && !name.startsWith(deleteFromPrimitiveList) && !name.startsWith(setElementOrder) && !kept.has(name)
  if (!Array.isArray(keys) || Object.entries(patch).some(isStray)) {
    throw new StrategicPatchError('invalid patch format of retainKeys', 'bad request')
  }
  for (const name of Object.keys(into)) if (!kept.has(name)) delete into[name]
}

/** Merges the lists that the patch gives an order, and takes them from the patch. */
function mergeOrderedLists(into: Tree, patch: Tree, schema: StructuralSchema): void {
  for (const [name, given] of Object.entries(patch)) {
    if (!name.startsWith(setElementOrder)) continue
    delete patch[name]
    const order = expectedList(given)
    const list = listName(name, setElementOrder)
    const there = Object.hasOwn(into, list) ? expectedList(into[list] ?? null) : undefined
    const changes = Object.hasOwn(patch, list) ? expectedList(patch[list] ?? null) : undefined
    const merge = listMergeOf(fieldSchema(schema, list, 'list'))
    checkOrder(changes ?? [], order, merge.key)
    if (there === undefined && changes === undefined) continue
    const merged = mergedOrAdded(there, changes, merge)
    elementTypeOf(there ?? [], changes ?? [])
    into[list] = inOrder(merged, order, merge.key, there ?? [])
    delete patch[list]
  }
}

function mergedOrAdded(there: TreeValue[] | undefined, changes: TreeValue[] | undefined, merge: ListMerge): readonly TreeValue[] {
  if (changes === undefined) return there ?? []
  if (there === undefined) return changes.flatMap((item) => withoutDirectives(item) ?? [])
  return merge.isMerged ? mergeListItems(there, changes, merge) : changes
}

/** Takes values out of a list. A parallel list of anything else merges as the field itself would. */
function deleteItems(into: Tree, name: string, value: TreeValue, schema: StructuralSchema): void {
  const list = listName(name, deleteFromPrimitiveList)
  const there = into[list]
  if (value === null) delete into[list]
  else if (Array.isArray(there) && Array.isArray(value)) {
    into[list] = deleteFromList(there, value, listMergeOf(fieldSchema(schema, list, 'list')))
  } else if (there !== undefined && there !== null && !Array.isArray(there) && typeof there === typeof value) {
    if (!Array.isArray(value)) mergeField(into, list, value, schema)
  }
}

function listName(name: string, prefix: string): string {
  if (name.startsWith(`${prefix}/`)) return name.slice(prefix.length + 1)
  const what = prefix === setElementOrder ? 'setElementOrder' : 'primitive'
  throw new StrategicPatchError(`invalid patch format of ${what} list`, 'bad request')
}

function mergeField(into: Tree, name: string, value: TreeValue, schema: StructuralSchema): void {
  const there = Object.hasOwn(into, name) ? into[name] : undefined
  if (isTree(there) && isTree(value)) {
    const inner = fieldSchema(schema, name, 'map')
    into[name] = strategyOf(inner).has('replace') ? value : mergeFields(there, value, inner)
    return
  }
  if (Array.isArray(there) && Array.isArray(value)) {
    const merge = listMergeOf(fieldSchema(schema, name, 'list'))
    into[name] = merge.isMerged ? mergeListItems(there, value, merge) : value
    return
  }
  discardNulls(value)
  const added = withoutDirectives(value)
  if (added === undefined) delete into[name]
  else into[name] = added
}

function strategyOf(schema: StructuralSchema): ReadonlySet<string> {
  return new Set((schema['x-kubernetes-patch-strategy'] ?? '').split(','))
}

function listMergeOf(schema: StructuralSchema): ListMerge {
  const items = schema.items ?? open
  return {
    isMerged: strategyOf(schema).has('merge'),
    key: schema['x-kubernetes-patch-merge-key'],
    mergeItem: (there, item) => mergeFields(there, item, items),
  }
}

/** How a field merges. Only fields of structs are known; asked for others the server says so. */
function fieldSchema(schema: StructuralSchema, name: string, as: 'map' | 'list'): StructuralSchema {
  if (schema === open || schema['x-kubernetes-preserve-unknown-fields'] === true) return open
  if (schema.properties === undefined) {
    const kind = schema.type === 'object' ? 'map' : (schema.type ?? 'interface')
    throw new StrategicPatchError(`merging an object in json but data type is not struct, instead is: ${kind}`)
  }
  const declared = ownProperty(schema, name)
  const model = modelOfSchema(schema)
  if (declared === undefined) {
    const field = JSON.stringify(name)
    throw new StrategicPatchError(`unable to find api field in struct ${model?.name ?? ''} for the json field ${field}`)
  }
  const isList = declared.type === 'array' || declared.format === 'byte'
  const isPointer = model?.fields.some((field) => field.name === name && field.pointer) === true
  if (as === 'list' && !isList && !isPointer) throw new StrategicPatchError('expected slice or array type, but got: struct')
  return declared
}

/** What is added has no fields to take away: null ones go. */
function discardNulls(value: TreeValue): void {
  if (Array.isArray(value)) for (const item of value) discardNulls(item)
  if (!isTree(value)) return
  for (const [name, inner] of Object.entries(value)) {
    if (inner === null) delete value[name]
    else discardNulls(inner)
  }
}

/** What is added, without the maps that ask to be replaced or deleted; undefined when it is one itself. Lists are made anew. */
function withoutDirectives(value: TreeValue): TreeValue | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isTree(value)) return value
  if (Object.hasOwn(value, directive)) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const kept = withoutDirectives(inner)
    if (kept === undefined) delete value[name]
    else value[name] = kept
  }
  return value
}
