import type { Diagnostic } from '../../plan/diagnostic.ts'
import { isJsonObject, type JsonValue } from '../../plan/json.ts'
import { holdsExpression } from '../expression/template.ts'
import { compileExpression, isBuiltInName, isProblem, unknownName } from '../expression.ts'
import { mistake } from '../mistake.ts'
import type { Entry, ModuleSource } from '../module/module-source.ts'
import { checkReference } from './check-references.ts'
import { addressOfEntry, type Piece, pieceLocation, problemAt } from './scan-expressions.ts'

/** What rules of policies may begin with. */
const POLICY_ROOTS = ['change', 'plan']
/** What only postconditions may begin with: the live objects of the component. */
const LIVE_ROOTS = ['self', 'objects']

/**
 * What is wrong with the conditions of a component as they are written. They are CEL without `${...}`, evaluated when the plan is made or
 * carried out; those that hold `${...}` are known only after evaluation.
 */
export function checkConditions(module: ModuleSource, entry: Entry): readonly Diagnostic[] {
  const lifecycle = isJsonObject(entry.value) ? entry.value.lifecycle : undefined
  if (!isJsonObject(lifecycle)) return []
  return (['preconditions', 'postconditions'] as const).flatMap((list) =>
    itemsOf(lifecycle[list]).flatMap((item, index) => {
      const piece = bareText(item, 'condition', [...entry.path, 'lifecycle', list, index])
      return piece === undefined ? [] : checkCondition(module, entry, piece, list === 'postconditions')
    }),
  )
}

function checkCondition(module: ModuleSource, entry: Entry, piece: Piece, isLive: boolean): readonly Diagnostic[] {
  const compiled = compileExpression(piece.text)
  if (isProblem(compiled)) return [problemAt(entry, piece, compiled)]
  return compiled.references.flatMap((reference): readonly Diagnostic[] => {
    if (!LIVE_ROOTS.includes(reference.root)) return [checkReference(module, entry, { reference, piece }) ?? []].flat()
    if (isLive) return []
    return [
      mistake('MF1202', pieceLocation(entry, piece, reference.start), {
        summary: `A precondition does not see ${reference.root}`,
        hint: 'Live objects are known after the apply: make it a postcondition.',
        address: addressOfEntry(entry),
      }),
    ]
  })
}

/** What is wrong with the rule of a policy as it is written. */
export function checkPolicyRule(entry: Entry): readonly Diagnostic[] {
  const piece = bareText(entry.value, 'rule', entry.path)
  if (piece === undefined) return []
  const compiled = compileExpression(piece.text)
  if (isProblem(compiled)) return [problemAt(entry, piece, compiled)]
  return compiled.references
    .filter(({ root }) => !POLICY_ROOTS.includes(root) && !isBuiltInName(root))
    .map(({ root, start }) => {
      const problem = unknownName(root, start, POLICY_ROOTS)
      const hint = 'A rule sees `change` or `plan`; what else it needs is put in as text: `${inputs.limit}`.'
      return problemAt(entry, piece, { ...problem, hint })
    })
}

function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

function bareText(value: JsonValue, key: string, path: Piece['path']): Piece | undefined {
  const text = isJsonObject(value) ? value[key] : undefined
  if (typeof text !== 'string' || holdsExpression(text)) return undefined
  return { path: [...path, key], text, occurrence: 0, lead: 0 }
}
