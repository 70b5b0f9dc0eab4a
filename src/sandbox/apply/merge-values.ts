import { isJsonObject, type JsonObject, type JsonValue } from '../../plan/json.ts'
import { listElementOf } from './list-element.ts'
import type { ListType, MapType, MergeType } from './merge-type.ts'
import { partOf } from './value-shape.ts'

type Side = JsonValue | undefined

/** The live object with an applied configuration laid over it. Neither is changed; unchanged parts are shared. */
export function mergeValues(live: JsonValue, applied: JsonValue, type: MergeType): JsonValue {
  return merge(live, applied, type) ?? null
}

function merge(left: Side, right: Side, type: MergeType): Side {
  if (right === undefined) return left
  // A null has no part of its own: laid over a map it leaves the map's fields, over anything else it is a value.
  const rightPart = partOf(type, right)
  if (rightPart.map !== undefined) return mergeMaps(left, right, rightPart.map)
  if (rightPart.scalar !== undefined) return right
  if (rightPart.list !== undefined) return mergeLists(left, right, rightPart.list)
  return right
}

function mergeMaps(left: Side, right: JsonValue, type: MapType): Side {
  const over: JsonObject = isJsonObject(right) ? right : {}
  const overNames = Object.keys(over)
  if (type.relationship === 'atomic') return right
  if (!isJsonObject(left) || Object.keys(left).length === 0) {
    if (overNames.length === 0) return right
    return mapEach(over, (name, value) => mergeField(undefined, value, type, name))
  }
  if (overNames.length === 0) return left
  const out: { [name: string]: JsonValue } = { ...left }
  for (const name of overNames) {
    const merged = mergeField(Object.hasOwn(left, name) ? left[name] : undefined, over[name], type, name)
    if (merged !== undefined) out[name] = merged
  }
  return out
}

function mapEach(object: JsonObject, change: (name: string, value: JsonValue) => Side): JsonObject {
  const out: { [name: string]: JsonValue } = {}
  for (const name of Object.keys(object)) {
    const changed = change(name, object[name] as JsonValue)
    if (changed !== undefined) out[name] = changed
  }
  return out
}

function mergeField(left: Side, right: Side, type: MapType, name: string): Side {
  const inner = type.field(name) ?? type.element?.()
  return inner === undefined ? right : merge(left, right, inner)
}

function mergeLists(left: Side, right: JsonValue, type: ListType): Side {
  const over: readonly JsonValue[] = Array.isArray(right) ? right : []
  const under: readonly JsonValue[] = Array.isArray(left) ? left : []
  if (type.relationship === 'atomic' || (under.length === 0 && over.length === 0)) return right
  return mergeAssociative(under, over, type)
}

interface Indexed {
  readonly elements: readonly string[]
  readonly first: ReadonlyMap<string, JsonValue>
}

function index(items: readonly JsonValue[], type: ListType): Indexed {
  const elements: string[] = []
  const first = new Map<string, JsonValue>()
  for (const item of items) {
    const known = listElementOf(type, item)
    const element = known.ok ? known.element : `i:${elements.length}`
    elements.push(element)
    if (!first.has(element)) first.set(element, item)
  }
  return { elements, first }
}

/**
 * Items of both lists: those applied keep the order they were applied in, those only live stay before the next shared item
 * that they stood before.
 */
function mergeAssociative(under: readonly JsonValue[], over: readonly JsonValue[], type: ListType): JsonValue {
  const left = index(under, type)
  const right = index(over, type)
  const shared = right.elements.filter((element) => left.first.has(element))
  let nextShared = 0
  const merged = new Set<string>()
  const out: JsonValue[] = []
  const push = (element: string): void => {
    const value = merge(left.first.get(element), right.first.get(element), type.element())
    if (value !== undefined) out.push(value)
    merged.add(element)
  }
  let leftAt = 0
  let rightAt = 0
  while (leftAt < left.elements.length || rightAt < right.elements.length) {
    const leftElement = left.elements[leftAt]
    const rightElement = right.elements[rightAt]
    if (leftElement !== undefined && rightElement !== undefined) {
      if (leftElement === rightElement) {
        push(leftElement)
        leftAt += 1
        rightAt += 1
        nextShared += 1
        continue
      }
      const wanted = shared[nextShared]
      if (right.first.has(leftElement) && wanted !== undefined && wanted !== leftElement) {
        leftAt += 1
        continue
      }
    }
    if (leftElement !== undefined) {
      if (!right.first.has(leftElement)) {
        out.push(under[leftAt] as JsonValue)
        leftAt += 1
        continue
      }
      if (merged.has(leftElement)) leftAt += 1
    }
    if (rightElement !== undefined) {
      push(rightElement)
      rightAt += 1
      if (shared[nextShared] === rightElement) nextShared += 1
    }
  }
  return out
}
