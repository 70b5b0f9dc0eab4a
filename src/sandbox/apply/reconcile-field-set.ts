import type { JsonValue } from '../../plan/json.ts'
import type { FieldNode, FieldSet } from './field-set.ts'
import { fieldSetOfValue } from './field-set-of-value.ts'
import type { MergeType } from './merge-type.ts'

/**
 * A field set recorded under an older schema, brought in line with today's: what became atomic is owned as a whole, what
 * became granular by its parts. The same set when nothing changed.
 */
export function reconcileFieldSet(fields: FieldSet, live: JsonValue, type: MergeType): FieldSet {
  let current: FieldSet | undefined
  const liveFields = (): FieldSet => {
    current ??= fieldSetOfValue(live, type)
    return current
  }
  return level(fields, type, liveFields, []) ?? fields
}

function level(fields: FieldSet, type: MergeType, live: () => FieldSet, path: readonly string[]): FieldSet | undefined {
  let out: Map<string, FieldNode> | undefined
  for (const [element, node] of fields) {
    const inner = element.startsWith('f:') ? (type.map?.field(element.slice(2)) ?? type.map?.element?.()) : type.list?.element()
    if (inner === undefined) continue
    const changed = reconcileNode(node, inner, live, [...path, element])
    if (changed === undefined) continue
    out ??= new Map(fields)
    out.set(element, changed)
  }
  return out
}

function isOpen(type: MergeType): boolean {
  return type.scalar !== undefined && type.map !== undefined
}

function reconcileNode(node: FieldNode, type: MergeType, live: () => FieldSet, path: readonly string[]): FieldNode | undefined {
  if (isOpen(type)) return undefined
  const atomic = type.map?.relationship === 'atomic' || type.list?.relationship === 'atomic'
  if (node.children !== undefined) {
    if (atomic) return { member: true, children: undefined }
    const children = level(node.children, type, live, path)
    return children === undefined ? undefined : { member: node.member, children }
  }
  if (atomic || (type.map === undefined && type.list === undefined)) return undefined
  const below = nodeAt(live(), path)
  return below?.children === undefined ? undefined : { member: true, children: below.children }
}

function nodeAt(fields: FieldSet, path: readonly string[]): FieldNode | undefined {
  let set: FieldSet | undefined = fields
  let node: FieldNode | undefined
  for (const element of path) {
    node = set?.get(element)
    set = node?.children
  }
  return node
}
