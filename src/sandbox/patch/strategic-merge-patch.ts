import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { goPlain } from '../apply/go-text.ts'
import { jsonEqual } from '../apply/value-shape.ts'
import { ownProperty } from '../schema/prune-object.ts'
import type { StructuralSchema } from '../structural-schema.ts'

/** A patch that makes no sense against its schema, in the API server's words. */
export class StrategicPatchError extends Error {}

type Fields = { [name: string]: JsonValue }

const directive = '$patch'
const retainKeys = '$retainKeys'
const deleteFromPrimitiveList = '$deleteFromPrimitiveList/'
const setElementOrder = '$setElementOrder/'
const open: StructuralSchema = {}

/** Kubernetes' strategic merge patch: lists merge by key or as sets where the schema says so, with directives in the patch. */
export function strategicMergePatch(target: JsonObject, patch: JsonObject, schema: StructuralSchema): JsonObject {
  return mergeFields(target, patch, schema, true)
}

function strategyOf(schema: StructuralSchema): ReadonlySet<string> {
  return new Set((schema['x-kubernetes-patch-strategy'] ?? '').split(','))
}

function fieldSchema(schema: StructuralSchema, name: string): StructuralSchema {
  const declared = ownProperty(schema, name)
  if (declared !== undefined) return declared
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : open
}

function mergeFields(target: JsonObject, patch: JsonObject, schema: StructuralSchema, mergeLists: boolean): JsonObject {
  switch (patch[directive]) {
    case undefined:
    case 'merge':
      break
    case 'replace': {
      const { [directive]: _directive, ...rest } = patch
      return rest
    }
    case 'delete':
      return {}
    default:
      throw new StrategicPatchError(`unknown patch type: ${String(patch[directive])} in map: ${goPlain(patch)}`)
  }
  const out: Fields = { ...retained(target, patch) }
  for (const [name, value] of Object.entries(patch)) {
    if (name === directive || name === retainKeys || name.startsWith(setElementOrder)) continue
    if (name.startsWith(deleteFromPrimitiveList)) {
      const list = name.slice(deleteFromPrimitiveList.length)
      const without = Array.isArray(value) ? (value as readonly JsonValue[]) : []
      if (Array.isArray(out[list])) {
        out[list] = (out[list] as readonly JsonValue[]).filter((item) => !without.some((gone) => jsonEqual(gone, item)))
      }
      continue
    }
    if (value === null) {
      delete out[name]
      continue
    }
    const inner = fieldSchema(schema, name)
    const there = Object.hasOwn(out, name) ? out[name] : undefined
    const order = patch[`${setElementOrder}${name}`]
    out[name] = mergeValue(there, value, inner, Array.isArray(order) ? order : undefined, mergeLists)
  }
  return withElementOrders(out, patch, schema)
}

/** Under `$retainKeys` only the named fields of the target stay. */
function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[retainKeys]
  if (!Array.isArray(keys)) return target
  const kept = new Set(keys as readonly JsonValue[])
  return Object.fromEntries(Object.entries(target).filter(([name]) => kept.has(name)))
}

/** An order given without items of its own list still orders what is there. */
function withElementOrders(out: Fields, patch: JsonObject, schema: StructuralSchema): JsonObject {
  for (const [name, order] of Object.entries(patch)) {
    if (!name.startsWith(setElementOrder) || !Array.isArray(order)) continue
    const list = name.slice(setElementOrder.length)
    if (Object.hasOwn(patch, list) || !Array.isArray(out[list])) continue
    const there = out[list] as readonly JsonValue[]
    out[list] = inOrder(there, order, fieldSchema(schema, list)['x-kubernetes-patch-merge-key'], there)
  }
  return out
}

function mergeValue(
  target: JsonValue | undefined,
  patch: JsonValue,
  schema: StructuralSchema,
  order: readonly JsonValue[] | undefined,
  mergeLists: boolean,
): JsonValue {
  if (isJsonObject(patch)) {
    const strategy = strategyOf(schema)
    if (strategy.has('replace')) return patch
    return mergeFields(isJsonObject(target) ? target : {}, patch, schema, mergeLists)
  }
  if (Array.isArray(patch) && mergeLists && strategyOf(schema).has('merge')) {
    return mergeListItems(Array.isArray(target) ? target : [], patch as readonly JsonValue[], schema, order)
  }
  return patch
}

function mergeListItems(
  target: readonly JsonValue[],
  patch: readonly JsonValue[],
  schema: StructuralSchema,
  order: readonly JsonValue[] | undefined,
): JsonValue {
  const key = schema['x-kubernetes-patch-merge-key']
  const merged = key === undefined ? mergeSet(target, patch) : mergeKeyed(target, patch, schema, key)
  // Without an order of its own a patch gives that of its items, so that new ones come to stand in front.
  const own = patch.filter((item) => !isJsonObject(item) || item[directive] === undefined)
  return inOrder(merged, order ?? own, key, target)
}

function mergeSet(target: readonly JsonValue[], patch: readonly JsonValue[]): readonly JsonValue[] {
  const out = [...target]
  for (const item of patch) if (!out.some((there) => jsonEqual(there, item))) out.push(item)
  return out
}

function mergeKeyed(
  target: readonly JsonValue[],
  patch: readonly JsonValue[],
  schema: StructuralSchema,
  key: string,
): readonly JsonValue[] {
  const items = patch.map((item) => {
    if (!isJsonObject(item)) throw new StrategicPatchError(`expected a map in the list, got ${JSON.stringify(item)}`)
    return item
  })
  if (items.some((item) => item[directive] === 'replace')) return items.filter((item) => item[directive] === undefined)
  const out: JsonValue[] = [...target]
  for (const item of items) {
    const value = item[key]
    if (value === undefined) {
      throw new StrategicPatchError(`map: ${goPlain(item)} does not contain declared merge key: ${key}`)
    }
    const at = out.findIndex((there) => isJsonObject(there) && jsonEqual(there[key], value))
    if (item[directive] === 'delete') {
      if (at >= 0) out.splice(at, 1)
      continue
    }
    const inner = schema.items ?? open
    const there = at >= 0 ? out[at] : undefined
    const merged = mergeFields(isJsonObject(there) ? there : {}, item, inner, true)
    if (at >= 0) out[at] = merged
    else out.push(merged)
  }
  return out
}

function identityOf(item: JsonValue, key: string | undefined): string {
  return JSON.stringify(key !== undefined && isJsonObject(item) ? (item[key] ?? null) : item)
}

/**
 * Items in the given order. Those that the order doesn't name are the server's own: each goes in front of the first named one
 * that it stood before in the list as it was.
 */
function inOrder(
  items: readonly JsonValue[],
  order: readonly JsonValue[],
  key: string | undefined,
  before: readonly JsonValue[],
): readonly JsonValue[] {
  const rank = new Map(order.map((item, index) => [identityOf(item, key), index]))
  const place = new Map(before.map((item, index) => [identityOf(item, key), index]))
  const rankOf = (item: JsonValue): number => rank.get(identityOf(item, key)) ?? 0
  const placeOf = (item: JsonValue): number | undefined => place.get(identityOf(item, key))
  const named = items.filter((item) => rank.has(identityOf(item, key))).sort((left, right) => rankOf(left) - rankOf(right))
  const own = items.filter((item) => !rank.has(identityOf(item, key)))
  own.sort((left, right) => (placeOf(left) ?? 0) - (placeOf(right) ?? 0))
  const out: JsonValue[] = []
  let next = 0
  for (const item of named) {
    const at = placeOf(item)
    while (at !== undefined && next < own.length) {
      const candidate = own[next] as JsonValue
      const candidateAt = placeOf(candidate)
      if (candidateAt === undefined || candidateAt >= at) break
      out.push(candidate)
      next += 1
    }
    out.push(item)
  }
  return [...out, ...own.slice(next)]
}
