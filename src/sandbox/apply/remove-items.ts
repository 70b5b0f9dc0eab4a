import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { type FieldNode, type FieldSet, fieldElement } from './field-set.ts'
import { listElementOf } from './list-element.ts'
import type { MergeType } from './merge-type.ts'
import { partOf } from './value-shape.ts'

/** The value without the given fields. What is left empty by it becomes null, as the API server has it before decoding. */
export function removeItems(value: JsonValue, fields: FieldSet, type: MergeType): JsonValue {
  if (fields.size === 0) return value
  const part = partOf(type, value)
  if (part.list !== undefined && Array.isArray(value)) {
    if (part.list.relationship === 'atomic' || value.length === 0) return null
    const list = part.list
    const kept: JsonValue[] = []
    for (const item of value as readonly JsonValue[]) {
      const known = listElementOf(list, item)
      const node = known.ok ? fields.get(known.element) : undefined
      if (node?.member === true) continue
      kept.push(node?.children === undefined ? item : removeItems(item, node.children, list.element()))
    }
    return kept.length > 0 ? kept : null
  }
  if (part.map !== undefined && isJsonObject(value)) {
    if (part.map.relationship === 'atomic') return null
    const out: { [name: string]: JsonValue } = {}
    let any = false
    for (const name of Object.keys(value)) {
      const node = fields.get(fieldElement(name))
      if (node?.member === true) continue
      const inner = value[name] as JsonValue
      any = true
      const innerType = part.map.field(name) ?? part.map.element?.()
      out[name] = node?.children === undefined || innerType === undefined ? inner : removeItems(inner, node.children, innerType)
    }
    return any ? out : null
  }
  return value
}

/**
 * The set with every declared field on the way to a member made a member itself: removing all of a struct's fields then
 * removes the struct.
 */
export function withNamedFields(set: FieldSet, type: MergeType | undefined): FieldSet {
  const out = new Map<string, FieldNode>()
  for (const [element, node] of set) {
    if (node.children === undefined) {
      out.set(element, node)
      continue
    }
    let member = node.member
    let inner: MergeType | undefined
    if (element.startsWith('f:')) {
      const declared = type?.map?.field(element.slice(2))
      if (declared !== undefined) member = true
      inner = declared ?? type?.map?.element?.()
    } else if (element.startsWith('k:')) inner = type?.list?.element()
    out.set(element, { member, children: withNamedFields(node.children, inner) })
  }
  return out
}
