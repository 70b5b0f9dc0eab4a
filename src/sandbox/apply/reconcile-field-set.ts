import type { FieldNode, FieldSet } from './field-set.ts'
import type { MapType, MergeType } from './merge-type.ts'

/**
 * A field set recorded under an older schema, brought in line with today's: what became atomic is owned as a whole. What became
 * granular counts as if it had always been. The same set when nothing changed.
 */
export function reconcileFieldSet(fields: FieldSet, type: MergeType): FieldSet {
  return level(fields, type) ?? fields
}

function level(fields: FieldSet, type: MergeType): FieldSet | undefined {
  let out: Map<string, FieldNode> | undefined
  for (const [element, node] of fields) {
    const inner = element.startsWith('f:') ? (type.map?.field(element.slice(2)) ?? type.map?.element?.()) : type.list?.element()
    if (inner === undefined || node.children === undefined) continue
    const changed = reconcileNode(node, node.children, inner)
    if (changed === undefined) continue
    out ??= new Map(fields)
    out.set(element, changed)
  }
  return out
}

/** True for a map of which nothing is known. */
function isUnknown(map: MapType): boolean {
  return !map.declares && map.element?.().scalar === 'untyped'
}

function reconcileNode(node: FieldNode, children: FieldSet, type: MergeType): FieldNode | undefined {
  // Whatever may be a map counts as one; maps of nothing but unknown fields are left as they are.
  if (type.map === undefined && type.scalar !== undefined) return undefined
  if (type.map !== undefined && isUnknown(type.map)) return undefined
  const relationship = type.map === undefined ? type.list?.relationship : type.map.relationship
  if (relationship === 'atomic') return { member: true, children: undefined }
  const part = type.map === undefined ? type : { map: type.map }
  const reconciled = level(children, part)
  return reconciled === undefined ? undefined : { member: node.member, children: reconciled }
}
