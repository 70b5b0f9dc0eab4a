import { checkExpression } from './checker.ts'
import { readDeclarations } from './declaration-notation.ts'
import { problemText } from './expression.ts'
import { checkLiterals } from './literal-checks.ts'
import { parseExpression } from './parser.ts'
import { type CelType, celTypes, sameType, structType, typeText } from './types.ts'

/** What an expression of an admission policy may name, and what it must come to. */
export interface PolicyTextScope {
  /** Params are there only where the policy names their kind. */
  readonly hasParams: boolean
  /** Variables of the policy that come before, with their types; undefined where anything may be one. */
  readonly variables: ReadonlyMap<string, CelType> | undefined
  /** The types that it may have; undefined for any. */
  readonly wanted: readonly CelType[] | undefined
  /** True where it may make objects and steps of a JSON patch, as mutations do. */
  readonly makesObjects?: boolean
  /** True for the text of a refusal, which can't ask the authorizer. */
  readonly isMessage?: boolean
}

/** Why an expression is refused, or its type. */
export type CompiledPolicyText = { readonly ok: false; readonly problem: string } | { readonly ok: true; readonly type: CelType }

const variablesType: CelType = { kind: 'struct', name: 'kubernetes.variables', parameters: [] }
const authorizerType: CelType = structType('kubernetes.authorization.Authorizer')
const resourceCheckType: CelType = structType('kubernetes.authorization.ResourceCheck')
/** What only expressions that make a JSON patch may call. */
const mutationFunctions = readDeclarations('jsonpatch.escapeKey: string_jsonpatch_escapeKey_string(string) string')
/** Of these nothing is known before there is a request, and the server knows no more. */
const untyped: ReadonlySet<string> = new Set(['object', 'oldObject', 'params'])

/** Fields of a step of a JSON patch; an object may have any. */
const patchFields: { readonly [name: string]: CelType } = {
  op: celTypes.string,
  path: celTypes.string,
  from: celTypes.string,
  value: celTypes.dyn,
}

function isMade(struct: string): boolean {
  return /^(?:Object(?:\..+)?|JSONPatch)$/.test(struct)
}

/** Compiles an expression of an admission policy. */
export function compilePolicyText(source: string, scope: PolicyTextScope): CompiledPolicyText {
  const parsed = parseExpression(source)
  if (!parsed.ok) return { ok: false, problem: `compilation failed: ${problemText(source, parsed.problems)}` }
  const { variables, wanted } = scope
  const names = ['object', 'oldObject', 'namespaceObject', 'request', ...(scope.hasParams ? ['params'] : [])]
  const checked = checkExpression(parsed.expression, {
    variables: new Map<string, CelType>([
      ...names.map((name) => [name, celTypes.dyn] as const),
      ['variables', variables === undefined ? celTypes.dyn : variablesType],
      ...(scope.isMessage === true ? [] : ([['authorizer', authorizerType]] as const)),
    ]),
    fieldOf: (struct, field) => {
      if (struct === variablesType.name) return variables?.get(field)
      if (struct === authorizerType.name) return field === 'requestResource' ? resourceCheckType : undefined
      return struct === 'JSONPatch' ? patchFields[field] : celTypes.dyn
    },
    functions: scope.makesObjects === true ? mutationFunctions : undefined,
    isMade: (struct) => scope.makesObjects === true && isMade(struct),
  })
  const problems = checked.problems.length > 0 ? checked.problems : checkLiterals(parsed.expression, checked)
  if (problems.length > 0) return { ok: false, problem: `compilation failed: ${problemText(source, problems)}` }
  const { type } = checked
  const isKnown = type.kind !== 'dyn' || [...checked.names].every((name) => untyped.has(name))
  if (wanted === undefined || !isKnown || wanted.some((each) => sameType(each, type))) return { ok: true, type }
  const [first, ...more] = wanted.map(typeText)
  const kinds = more.length === 0 ? `${first}` : `one of [${[first, ...more].join(' ')}]`
  return { ok: false, problem: `must evaluate to ${kinds} but got ${typeText(type)}` }
}
