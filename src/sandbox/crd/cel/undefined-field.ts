import type { ASTNode } from '@marcbachmann/cel-js'
import type { StructuralSchema } from '../../structural-schema.ts'
import { escapedName } from './cel-value.ts'

/** A field that a rule asks for and the schema doesn't know, and where in the rule its dot stands. */
export interface UndefinedField {
  readonly name: string
  readonly position: number
}

/** What is known of a part of a rule: its schema, or nothing. */
type Known = StructuralSchema | undefined

function isOpen(schema: StructuralSchema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-embedded-resource'] === true ||
    schema.additionalProperties !== undefined ||
    schema.type !== 'object'
  )
}

function fieldOf(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  return Object.entries(schema.properties ?? {}).find(([property]) => escapedName(property) === name)?.[1]
}

/** Fields of `self` and `oldSelf` that the schema doesn't have, followed through plain chains and items. */
export function undefinedFields(rule: ASTNode, schema: StructuralSchema, source: string): readonly UndefinedField[] {
  const found: UndefinedField[] = []
  const select = (receiver: ASTNode, name: string): Known => {
    const known = visit(receiver)
    if (known === undefined) return undefined
    const field = fieldOf(known, name)
    if (field !== undefined || isOpen(known)) return field
    const after = source.indexOf('.', receiver.range.end)
    found.push({ name, position: after < 0 ? receiver.range.end : after })
    return undefined
  }
  const visitAll = (nodes: readonly ASTNode[]): Known => {
    for (const node of nodes) visit(node)
    return undefined
  }
  const visit = (node: ASTNode): Known => {
    switch (node.op) {
      case 'value':
        return undefined
      case 'id':
        return node.args === 'self' || node.args === 'oldSelf' ? schema : undefined
      case '.':
      case '.?':
        return select(node.args[0], node.args[1])
      case '[]':
      case '[?]': {
        const known = visit(node.args[0])
        visit(node.args[1])
        return known?.items
      }
      case 'call':
        return visitAll(node.args[1])
      case 'rcall':
        visit(node.args[1])
        return visitAll(node.args[2])
      case 'map':
        return visitAll(node.args.flat())
      case '!_':
      case '-_':
        visit(node.args)
        return undefined
      default:
        return visitAll(node.args)
    }
  }
  visit(rule)
  return found
}

/** The words of the compiler for such a field: where it is, and the line with a mark below. */
export function undefinedFieldText(source: string, field: UndefinedField): string {
  const before = source.slice(0, field.position)
  const line = before.split('\n').length
  const column = field.position - (before.lastIndexOf('\n') + 1)
  const text = source.split('\n')[line - 1] ?? ''
  return `ERROR: <input>:${line}:${column + 1}: undefined field '${field.name}'\n | ${text}\n | ${'.'.repeat(column)}^`
}
