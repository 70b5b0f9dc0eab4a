import { checkExpression } from './checker.ts'
import { problemText } from './expression.ts'
import { checkLiterals } from './literal-checks.ts'
import { parseExpression } from './parser.ts'
import { type CelType, celTypes, typeText } from './types.ts'

/** What an expression of an admission policy may name, and what it must come to. */
export interface PolicyTextScope {
  /** Params are there only where the policy names their kind. */
  readonly hasParams: boolean
  /** Variables of the policy that come before, with their types; undefined where anything may be one. */
  readonly variables: ReadonlyMap<string, CelType> | undefined
  /** The types that it may have; undefined for any. */
  readonly wanted: readonly CelType[] | undefined
}

/** Why an expression is refused, or its type. */
export type CompiledPolicyText = { readonly ok: false; readonly problem: string } | { readonly ok: true; readonly type: CelType }

const variablesType: CelType = { kind: 'struct', name: 'kubernetes.variables', parameters: [] }
/** Of these nothing is known before there is a request, and the server knows no more. */
const untyped: ReadonlySet<string> = new Set(['object', 'oldObject', 'params'])

/** Compiles an expression of an admission policy. One that asks the authorizer is taken as it is: its functions are not known here. */
export function compilePolicyText(source: string, scope: PolicyTextScope): CompiledPolicyText {
  const parsed = parseExpression(source)
  if (!parsed.ok) return { ok: false, problem: `compilation failed: ${problemText(source, parsed.problems)}` }
  if (source.includes('authorizer')) return { ok: true, type: celTypes.dyn }
  const { variables, wanted } = scope
  const names = ['object', 'oldObject', 'namespaceObject', 'request', ...(scope.hasParams ? ['params'] : [])]
  const checked = checkExpression(parsed.expression, {
    variables: new Map<string, CelType>([
      ...names.map((name) => [name, celTypes.dyn] as const),
      ['variables', variables === undefined ? celTypes.dyn : variablesType],
    ]),
    fieldOf: (struct, field) => (struct === variablesType.name ? variables?.get(field) : undefined),
  })
  const problems = checked.problems.length > 0 ? checked.problems : checkLiterals(parsed.expression, checked)
  if (problems.length > 0) return { ok: false, problem: `compilation failed: ${problemText(source, problems)}` }
  const { type } = checked
  const isKnown = type.kind !== 'dyn' || [...checked.names].every((name) => untyped.has(name))
  if (wanted === undefined || !isKnown || wanted.some((each) => each.kind === type.kind)) return { ok: true, type }
  const [first, ...more] = wanted.map(typeText)
  const kinds = more.length === 0 ? `${first}` : `one of [${[first, ...more].join(' ')}]`
  return { ok: false, problem: `must evaluate to ${kinds} but got ${typeText(type)}` }
}
