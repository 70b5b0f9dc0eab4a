import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldNode, type FieldSet, fieldElement } from './field-set.ts'
import { listElementOf } from './list-element.ts'
import type { ListType, MapType, MergeType } from './merge-type.ts'
import { partOf } from './value-shape.ts'

type Level = Map<string, { member: boolean; children: Level | undefined }>

/** The fields that an object sets, as the manager that applies it comes to own them. */
export function fieldSetOfValue(value: JsonValue, type: MergeType): FieldSet {
  const root: Level = new Map()
  visit(value, type, root)
  return root as ReadonlyMap<string, FieldNode>
}

/** Fills the level below a value; true when the value itself is a leaf that its owner owns as a whole. */
function visit(value: JsonValue, type: MergeType, level: Level): boolean {
  const part = partOf(type, value)
  if (part.map !== undefined) return visitMap(value, part.map, level)
  if (part.scalar !== undefined) return true
  if (part.list !== undefined) return visitList(value, part.list, level)
  return false
}

function visitMap(value: JsonValue, type: MapType, level: Level): boolean {
  if (type.relationship === 'atomic') return true
  if (!isJsonObject(value)) return false
  for (const name of Object.keys(value)) {
    const inner = value[name] as JsonValue
    const declared = type.field(name)
    const innerType = declared ?? type.element?.()
    if (innerType === undefined) continue
    const below: Level = new Map()
    const leaf = visit(inner, innerType, below)
    const bare = inner === null || (isJsonObject(inner) && Object.keys(inner).length === 0)
    add(level, fieldElement(name), leaf || bare || declared === undefined, below)
  }
  return false
}

function visitList(value: JsonValue, type: ListType, level: Level): boolean {
  if (type.relationship === 'atomic') return true
  if (!Array.isArray(value)) return false
  for (const item of value as readonly JsonValue[]) {
    const known = listElementOf(type, item)
    if (!known.ok) continue
    const below: Level = new Map()
    visit(item, type.element(), below)
    add(level, known.element, true, below)
  }
  return false
}

function add(level: Level, element: string, member: boolean, below: Level): void {
  const there = level.get(element)
  if (there === undefined) {
    if (member || below.size > 0) level.set(element, { member, children: below.size > 0 ? below : undefined })
    return
  }
  there.member ||= member
  if (below.size === 0) return
  if (there.children === undefined) there.children = below
  else for (const [inner, node] of below) add(there.children, inner, node.member, node.children ?? new Map())
}
