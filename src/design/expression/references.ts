import type { ASTNode } from '@marcbachmann/cel-js'

/** A chain of an expression that begins at a name in scope: `workloads.reviews.host`, `resources.map["a"]`. */
export interface ExpressionReference {
  readonly root: string
  /** What follows the root as far as it is written out; an index that is computed ends it. */
  readonly steps: readonly ReferenceStep[]
  /** True when an index that is computed follows the steps. */
  readonly open: boolean
  /** True when the last step may be absent: under `has(...)`, or read with `.?` or `[?...]`. */
  readonly optional: boolean
  /** Where the root stands in the expression. */
  readonly start: number
}

/** One written-out step of a chain, and where it stands in the expression. */
export interface ReferenceStep {
  readonly name: string
  readonly start: number
}

/** Methods of CEL whose first argument names a variable that is bound in the other arguments. */
const BINDING_METHODS = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** All chains of an expression, variables of comprehensions left out. Without recursion on chains, so that long ones are fine. */
export function findReferences(ast: ASTNode): readonly ExpressionReference[] {
  const found: ExpressionReference[] = []
  visit(ast, new Set(), false, found)
  return found
}

function visit(node: ASTNode, bound: ReadonlySet<string>, optional: boolean, found: ExpressionReference[]): void {
  switch (node.op) {
    case 'value':
      return
    case 'id':
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return visitChain(node, bound, optional, found)
    case 'call':
      for (const argument of node.args[1]) visit(argument, bound, node.args[0] === 'has', found)
      return
    case 'rcall':
      return visitMethod(node.args[0], node.args[1], node.args[2], bound, found)
    case 'map':
      for (const [key, value] of node.args) {
        visit(key, bound, false, found)
        visit(value, bound, false, found)
      }
      return
    case '!_':
    case '-_':
      return visit(node.args, bound, false, found)
    default:
      for (const argument of node.args) visit(argument, bound, false, found)
  }
}

function visitMethod(
  method: string,
  receiver: ASTNode,
  args: readonly ASTNode[],
  bound: ReadonlySet<string>,
  found: ExpressionReference[],
): void {
  const [variable, ...rest] = args
  if (variable?.op === 'id' && BINDING_METHODS.has(method) && rest.length > 0) {
    visit(receiver, bound, false, found)
    const inner = new Set(bound).add(variable.args)
    for (const argument of rest) visit(argument, inner, false, found)
    return
  }
  if (variable?.op === 'id' && method === 'bind' && receiver.op === 'id' && receiver.args === 'cel' && rest.length === 2) {
    const [value, body] = rest
    if (value !== undefined) visit(value, bound, false, found)
    if (body !== undefined) visit(body, new Set(bound).add(variable.args), false, found)
    return
  }
  visit(receiver, bound, false, found)
  for (const argument of args) visit(argument, bound, false, found)
}

function visitChain(node: ASTNode, bound: ReadonlySet<string>, optional: boolean, found: ExpressionReference[]): void {
  let steps: ReferenceStep[] = []
  let open = false
  let absentAllowed = optional
  let current: ASTNode = node
  for (;;) {
    if (current.op === '.' || current.op === '.?') {
      if (current.op === '.?') absentAllowed = true
      steps.unshift({ name: current.args[1], start: current.end - current.args[1].length })
      current = current.args[0]
    } else if (current.op === '[]' || current.op === '[?]') {
      if (current.op === '[?]') absentAllowed = true
      const index: ASTNode = current.args[1]
      if (index.op === 'value' && (typeof index.args === 'string' || typeof index.args === 'bigint')) {
        steps.unshift({ name: String(index.args), start: index.start })
      } else {
        visit(index, bound, false, found)
        steps = []
        open = true
        absentAllowed = optional
      }
      current = current.args[0]
    } else {
      break
    }
  }
  if (current.op !== 'id') return visit(current, bound, false, found)
  if (!bound.has(current.args)) {
    found.push({ root: current.args, steps, open, optional: absentAllowed, start: current.start })
  }
}
